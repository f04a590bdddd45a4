"""Fuzz the library with broken streams and broken bytes: plain seeded chance, no Hypothesis.

Run it from the root of the repository::

    PYTHONPATH=.:tests python tests/evidence/fuzz.py --events 1000000 --seed 1 --jobs 2 [--corpus DIR]

Streams are of three sorts: random JSON values and events; events of recordings with several things wrong; and the
events that ``recordings.load`` finds in the bytes of recordings with several things wrong. The recordings are those
of ``examples/``, and all ``.sse`` and ``.jsonl`` files below DIR. Some streams have a limit that is low, and some a
transport that breaks. A few extreme streams (deep nesting, huge integers, NaN) come first.

Of every stream it checks that ``fold`` under all four presets gives a message or raises a ``StreamError``, which is
the first error of ``check``; that ``check`` raises nothing; that ``scan`` and ``step`` agree with it, also when they
go on after an error; that one stream takes less than a second of processor time for all of this. Of some it checks
that no character of a delta is lost or doubled, that what errors say is short, and that states pickle.

It prints the seed, how many events, streams and bytes there were, the time, the peak of memory (after a tenth of
the events, and at the end), and which rules were broken how often, and which never. On a failure it prints the smallest
failing stream that it can find as JSON lines (or the bytes, as a JSON string), and exits with 1.
"""

import argparse
import json
import math
import pickle
import resource
import sys
import time
import traceback
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import streams as s

from streamfold import (
    LENIENT,
    STANDARD,
    STRICT,
    Limits,
    Message,
    Partial,
    Rules,
    State,
    StreamError,
    check,
    finish,
    fold,
    scan,
    step,
)
from streamfold.events import Located, Unreadable
from streamfold.limits import DEFAULT
from streamfold.recordings import RecordingError, load
from streamfold.rules import CLOSED, RULES, Severity

ROOT = Path(__file__).parents[2]
PRESETS = (CLOSED, STRICT, STANDARD, LENIENT)
MOST_SECONDS = 1.0  # of processor time, for all that is done with one stream
MOST_MEMORY = 2**30  # bytes
LONGEST_TEXT = 4_000  # characters of what an error says
DEEP = 100_000


class BrokenError(AssertionError):
    """The library does not keep a law."""


class Case(NamedTuple):
    """A stream, and how it is folded.

    Attributes:
        breaks: whether the transport breaks after the last event.
        rules: what scan and step go by.
    """

    events: tuple[Any, ...]
    limits: Limits = DEFAULT
    breaks: bool = False
    rules: Rules = STANDARD


def hold(law: str, holds: object) -> None:
    if not holds:
        raise BrokenError(law)


# What is checked


def judge(case: Case, *, thoroughly: bool) -> tuple[Any, ...]:
    """Check the laws over one stream, and give its violations."""
    began = time.process_time()
    report = check(feed(case), STANDARD, case.limits)
    violations = report.violations
    message = report.state.message()
    for rules in PRESETS:
        judge_fold(case, rules, violations, message)
    judge_scan(case, violations)
    judge_steps(case, violations, message)
    if thoroughly:
        judge_report(case, report)
    hold("one stream takes less than a second", time.process_time() - began < MOST_SECONDS)
    return violations


def feed(case: Case) -> Iterator[Any]:
    yield from case.events
    if case.breaks:
        raise ConnectionResetError("reset by peer")


def first_error(violations: tuple[Any, ...], rules: Rules) -> Any:
    return next((violation for violation in violations if rules[violation.code] is Severity.ERROR), None)


def judge_fold(case: Case, rules: Rules, violations: tuple[Any, ...], message: Message | None) -> None:
    expected = first_error(violations, rules)
    try:
        result = fold(feed(case), rules, case.limits)
    except StreamError as error:
        hold("fold raises the first error of check", error.violation == expected)
        hold("fold finds what check finds", error.violations == violations[: len(error.violations)])
    else:
        hold("fold gives a message", type(result) is Message)
        hold("fold returns where check finds no error", expected is None)
        hold("fold returns what check holds", same(result, message) and result.violations == violations)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, or would be if NaN were equal to itself."""
    if one == other:
        return True
    most = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return repr(one) == repr(other)
    finally:
        sys.set_int_max_str_digits(most)


AT_THE_END = ("no-message-end", "interrupted")


def judge_scan(case: Case, violations: tuple[Any, ...]) -> None:
    expected = first_error(violations, case.rules)
    position = 0
    try:
        for event, state in scan(feed(case), case.rules, case.limits):
            hold("scan gives each event", event is case.events[position])
            position += 1
            hold("scan gives each state", state.position == position)
    except StreamError as error:
        hold("scan raises the first error of check", error.violation == expected)
    else:
        hold("scan gives all events", position == len(case.events))
        hold("scan returns where there is no error", expected is None or expected.code in AT_THE_END)


def judge_steps(case: Case, violations: tuple[Any, ...], message: Message | None) -> None:
    state = stepped(case)
    found = state.violations
    ended = tuple(each for each in violations if each.code not in AT_THE_END)
    hold("steps that go on after errors find all that check finds", found == ended)
    if case.breaks:
        return
    expected = first_error(violations, case.rules)
    try:
        result = finish(state, case.rules)
    except StreamError as error:
        hold("finish raises the first error of check", error.violation == expected)
    else:
        hold("finish gives what check holds", expected is None and same(result, message))


def stepped(case: Case) -> State:
    """Step through a stream, and go on after errors with the states that they carry."""
    state = State(case.limits)
    for event in case.events:
        known = len(state.book.violations)
        try:
            state = step(state, event, case.rules)
        except StreamError as error:
            hold("step raises the first error of its event", error.violation in error.violations[known:])
            state = error.state
            if error.violations[-1].code == "limit-exceeded":
                break
    return state


def judge_report(case: Case, report: Any) -> None:
    state, partial = report.state, report.partial
    hold("a partial is a partial", type(partial) is Partial)
    hold("a state can be shown", not is_shown(case.events) or isinstance(repr(state), str))
    hold("what an error says is short", all(len(str(each)) < LONGEST_TEXT for each in report.violations))
    restored = pickle.loads(pickle.dumps(state))
    hold("a state goes through pickle", same(restored.partial(), state.partial()) and same(restored, state))
    arrived = units(text for event in case.events[: state.position] for text in s.characters_of(bare(event)))
    for told in filter(None, (partial, report.state.message())):
        hold("every character of every delta is in one place", units(characters(told)) == arrived)


def is_shown(value: Any) -> bool:
    """Whether Python can show a value at all; of integers with more than 4300 digits, or deep nesting, it can not."""
    try:
        repr(value)
    except (RecursionError, ValueError):
        return False
    return True


def characters(told: Message | Partial) -> Iterator[str]:
    yield from (block.text for block in told.content)
    yield told.tool_plan or ""
    yield from (call.raw_arguments for call in told.calls)
    yield from (text for kept in told.kept for text in s.characters_of(kept.event))


def units(texts: Iterator[str]) -> Counter[int]:
    """Count UTF-16 units: two halves of a pair that arrive apart become one character."""
    return Counter(array("H", "".join(texts).encode("utf-16-le", "surrogatepass")))


def bare(event: Any) -> Any:
    return event.event if isinstance(event, Located) else event


def judge_load(data: bytes, chance: Random, *, thoroughly: bool) -> list[tuple[Any, ...]]:
    """Read bytes as recordings; give the events of each."""
    recordings, error = read([data])
    hold("there is a recording at least, or an error", recordings or error)
    if thoroughly:
        size = chance.choice((1, 7, 64, 4096))
        again = read(data[start : start + size] for start in range(0, len(data), size))
        hold("chunks make no difference", again == (recordings, error))
    return [recording.events for recording in recordings]


def read(chunks: Iterable[bytes]) -> tuple[list[Any], str]:
    """Give what can be read, and what is said of the rest, if it is no recording."""
    recordings: list[Any] = []
    try:
        recordings.extend(load(chunks))
    except RecordingError as error:
        return recordings, str(error)
    return recordings, ""


# Random values and events

SCALARS = (
    *(None, True, False, 0, 1, 2, 3, -1, 2**63, 2**64, 10**5000, -(10**5000)),
    *(0.0, 1.0, 2.5, -0.0, 1e308, math.inf, -math.inf, math.nan),
    *("", "a", "text", "thinking", "0", "\0", "\ud83d", "\ude00", "\U0001f600", "e\u0301", "\n", "COMPLETE", "TIMEOUT"),
)
TEXTS = ("", "a", "Hi", " °C", "\U0001f600", "\ud83d", "\ude00", "{", "}", '{"a": 1}', "[", '"', "\\", "null", "1e999")
KEYS = (
    *("type", "index", "delta", "message", "id", "role", "content", "text", "thinking", "tool_plan", "tool_calls"),
    *("function", "arguments", "name", "citations", "start", "end", "sources", "content_index", "document", "x", ""),
    *("finish_reason", "usage", "tokens", "input_tokens", "error", "logprobs", "event_type", "choices", "prompt"),
)
TYPES = (
    *("message-start", "content-start", "content-delta", "content-end", "tool-plan-delta", "tool-call-start"),
    *("tool-call-delta", "tool-call-end", "citation-start", "citation-end", "message-end", "debug", "later", ""),
)
ARGUMENTS = ("{}", "null", " ", "[]", '{"a": ', '{"a": 1, "a": 2}', '{"a": 1e400}', "{]", "NaN", '{"a": "\ud83d', "0")
REASONS = ("COMPLETE", "MAX_TOKENS", "STOP_SEQUENCE", "TOOL_CALL", "ERROR", "TIMEOUT", "BORED", "")


def value(chance: Random, depth: int = 3) -> Any:
    pick = chance.random()
    if depth == 0 or pick < 0.6:
        return chance.choice(SCALARS)
    if pick < 0.8:
        return [value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return {chance.choice(KEYS): value(chance, depth - 1) for _ in range(chance.randrange(4))}


def extreme(chance: Random) -> Any:
    """Give something that is as large as a value of its sort can be, or no JSON at all."""
    return chance.choice(
        (
            lambda: nested(chance.choice((8, 9, 63, 64, 65, 199, 200, 201, 2000))),
            lambda: s.call_delta("[" * chance.choice((63, 64, 65, 5000)), chance.randrange(2)),
            lambda: s.call_delta("9" * 5000, chance.randrange(2)),
            lambda: Unreadable("{" * 100, "no JSON", cut=chance.random() < 0.5),
            lambda: s.content_delta("x" * 10_000, chance.randrange(2)),
        )
    )()


def nested(depth: int) -> Any:
    inner: Any = []
    for level in range(depth):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


def citation(chance: Random) -> Any:
    start = chance.choice((0, 0, 0, 1, 2, -1, 2**63))
    fields = chance.choice(({}, {"type": "PLAN"}, {"type": "THINKING_CONTENT"}, {"content_index": 1}, {"sources": []}))
    return s.citation_start(start, start + chance.randrange(-1, 4), chance.choice(TEXTS), chance.randrange(3), **fields)


MAKERS: tuple[Callable[[Random], Any], ...] = (
    lambda _: s.message_start(),
    lambda chance: s.message_end(chance.choice(REASONS), **({"error": "x"} if chance.random() < 0.3 else {})),
    lambda chance: s.content_start(chance.randrange(3), chance.choice(("text", "text", "thinking", "image"))),
    lambda chance: s.content_start(chance.randrange(3), chance.choice(("text", "thinking")), chance.choice(TEXTS)),
    lambda chance: s.content_delta(chance.choice(TEXTS), chance.randrange(3), chance.choice(("text", "thinking"))),
    lambda chance: s.content_delta(chance.choice(TEXTS)),
    lambda chance: s.content_end(chance.randrange(3)),
    lambda chance: s.plan_delta(chance.choice(TEXTS)),
    lambda chance: s.call_start(chance.randrange(3), chance.choice(("f", "g", "")), chance.choice(("", "", "{"))),
    lambda chance: s.call_delta(chance.choice(TEXTS + ARGUMENTS), chance.randrange(3)),
    lambda chance: s.call_end(chance.randrange(3)),
    citation,
    citation,
    lambda chance: s.citation_end(chance.randrange(3)),
    lambda _: {"type": "debug", "prompt": "p"},
    lambda chance: {"message": value(chance)},
    lambda chance: {"event_type": value(chance)},
)


def event(chance: Random) -> Any:
    pick = chance.random()
    if pick < 0.85:
        return chance.choice(MAKERS)(chance)
    if pick < 0.93:
        return spoilt(chance, chance.choice(MAKERS)(chance))
    if pick < 0.998:
        return value(chance)
    return extreme(chance)


def soup(chance: Random) -> list[Any]:
    """Give events in any order, between a start and an end as often as not."""
    events = [event(chance) for _ in range(chance.choice((2, 5, 10, 30, 100)))]
    start = [s.message_start()] if chance.random() < 0.7 else []
    end = [s.message_end(chance.choice(REASONS))] if chance.random() < 0.7 else []
    return [*start, *events, *end]


# Mutations of events


def spoilt(chance: Random, held: Any) -> Any:
    """Give a copy of a JSON value with something wrong somewhere in it."""
    if not isinstance(held, dict | list) or not held or chance.random() < 0.15:
        return [held] if chance.random() < 0.1 else value(chance)
    if isinstance(held, list):
        place = chance.randrange(len(held))
        return [*held[:place], spoilt(chance, held[place]), *held[place + 1 :]]
    key = chance.choice(list(held))
    pick = chance.random()
    if pick < 0.15:
        return {name: inner for name, inner in held.items() if name != key}
    if pick < 0.25:
        return {**held, chance.choice(KEYS): value(chance)}
    return {**held, key: spoilt(chance, held[key])}


def drop(_: Random, events: list[Any], place: int) -> list[Any]:
    return events[:place] + events[place + 1 :]


def double(_: Random, events: list[Any], place: int) -> list[Any]:
    return events[: place + 1] + events[place:]


def swap(_: Random, events: list[Any], place: int) -> list[Any]:
    return events[:place] + events[place : place + 2][::-1] + events[place + 2 :]


def repeat(chance: Random, events: list[Any], place: int) -> list[Any]:
    there = chance.randrange(len(events) + 1)
    return events[:there] + events[place : place + chance.randrange(12)] + events[there:]


def cut(_: Random, events: list[Any], place: int) -> list[Any]:
    return events[: place + 1]


def insert(chance: Random, events: list[Any], place: int) -> list[Any]:
    return [*events[:place], event(chance), *events[place:]]


def changed(change: Callable[[Random, Any], Any]) -> Callable[[Random, list[Any], int], list[Any]]:
    return lambda chance, events, place: [*events[:place], change(chance, events[place]), *events[place + 1 :]]


def retag(chance: Random, held: Any) -> Any:
    return {**held, "type": chance.choice(TYPES)} if isinstance(held, dict) else held


def reindex(chance: Random, held: Any) -> Any:
    index = chance.choice((0, 1, 2, 3, -1, None, True, 1.0, "0", 2**63, 2**64, 10**5000))
    return {**held, "index": index} if isinstance(held, dict) else held


def locate(chance: Random, held: Any) -> Any:
    name = held.get("type") if isinstance(held, dict) and chance.random() < 0.5 else chance.choice(TYPES)
    return Located(held, chance.randrange(1, 99), name if isinstance(name, str) else None)


MUTATIONS = (
    *(drop, double, swap, repeat, cut, insert, insert),
    *(changed(spoilt), changed(spoilt), changed(spoilt), changed(retag), changed(reindex), changed(locate)),
)


def mutated(chance: Random, events: list[Any]) -> list[Any]:
    for _ in range(chance.choice((1, 1, 2, 3, 5, 9))):
        if events:
            events = chance.choice(MUTATIONS)(chance, events, chance.randrange(len(events)))
    return events


# Mutations of bytes

GARBAGE = (
    *(b"\n", b"\n\n", b"\r", b"\r\n\r\n", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xa8"),
    *(b"data:", b"data: [DONE]\n\n", b"event: later\n", b"id: 1\n", b"retry: 9\n", b": ping\n\n", b"[DONE]", b"[]"),
    *(b"{", b"}", b'"', b"\\", b"\\ud83d", b"[" * 70, b"[" * 2000, b"9" * 5000, b"1e999", b"NaN", b"-", b"null", b"[]"),
    *(b'"index":', b'"type":', b'"text":', b'"COMPLETE"', b'"ERROR"', b"true", b",", b":", b'{"x":'),
)


def flip(chance: Random, data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def lose(chance: Random, data: bytes, place: int) -> bytes:
    return data[:place] + data[place + chance.choice((1, 2, 10, 200)) :]


def cut_bytes(_: Random, data: bytes, place: int) -> bytes:
    return data[:place]


def cut_head(_: Random, data: bytes, place: int) -> bytes:
    return data[place:]


def repeat_bytes(chance: Random, data: bytes, place: int) -> bytes:
    there = chance.randrange(len(data))
    return data[:there] + data[place : place + chance.choice((1, 10, 200, 2000))] + data[there:]


def litter(chance: Random, data: bytes, place: int) -> bytes:
    return data[:place] + chance.choice(GARBAGE) + data[place:]


def noise(chance: Random, data: bytes, place: int) -> bytes:
    return data[:place] + chance.randbytes(chance.randrange(1, 9)) + data[place:]


BYTE_MUTATIONS = (flip, flip, flip, lose, lose, cut_bytes, cut_head, repeat_bytes, litter, litter, noise)


def mutated_bytes(chance: Random, data: bytes) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 4, 8, 20))):
        if data:
            data = chance.choice(BYTE_MUTATIONS)(chance, data, chance.randrange(len(data)))
    return data.replace(b"\n", b"\r\n") if chance.random() < 0.03 else data


# Extreme streams, once each


def extremes() -> Iterator[list[Any]]:
    brackets = "[" * DEEP
    for text in (brackets, brackets + "]" * DEEP, '{"a":' * DEEP, "9" * DEEP, f'{{"a": {"9" * DEEP}}}', '{"a": NaN}'):
        yield s.whole(*s.call(text), end=s.message_end("TOOL_CALL"))
        yield s.whole(*s.text_block(text))
        yield s.whole(s.plan_delta(text), *s.call("{}"), end=s.message_end("TOOL_CALL"))
        yield s.whole(*s.text_block(text, "Hi"), Unreadable(text, "no JSON"))
    for held in (
        nested(DEEP),
        nested(900),
        nested(190),
        nested(200),
        10**DEEP,
        -(10**DEEP),
        math.nan,
        math.inf,
        "x" * DEEP,
    ):
        yield [held, s.message_start(), held]
        yield s.whole(*s.text_block("Hi"), end=s.message_end(usage=held))
        yield s.whole(*s.text_block("Hi"), end=s.message_end(usage={"tokens": {"input_tokens": held}}))
        for each in s.whole(*s.text_block("Hi"), *s.call("{}"), s.citation_start(0, 0, "")):
            yield [s.message_start(), *({**each, key: held} for key in (*each, "later")), s.message_end()]


def extreme_bytes() -> Iterator[bytes]:
    for text in (b"[" * DEEP, b'{"a":' * DEEP, b"9" * DEEP, b"[" * DEEP + b"]" * DEEP, b"NaN", b"-Infinity", b"1e999"):
        for form in (b"data: %b\n\n", b"%b\n", b'{"type": "message-end", "id": %b}\n', b'data: {"type": %b}\n\n'):
            yield form % text
    yield b"\n" * DEEP
    yield b"data\n" * DEEP
    yield b"data: [DONE]\n\n" * 5000


# One job


class Tally:
    """What a job did."""

    def __init__(self) -> None:
        self.events = self.streams = self.size = self.early = self.peak = 0
        self.slowest = 0.0
        self.codes: Counter[str] = Counter()
        self.failures: dict[str, str] = {}

    def add(self, case: Case, *, thoroughly: bool) -> None:
        began = time.process_time()
        self.codes.update(violation.code for violation in judge(case, thoroughly=thoroughly))
        self.slowest = max(self.slowest, time.process_time() - began)
        self.events += len(case.events)
        self.streams += 1

    def fail(self, failing: Case | bytes, seed: str) -> None:
        law = complaint(failing)
        if law is None:
            self.failures["?"] = f"seed {seed}: a failure that does not come again:\n{traceback.format_exc()}"
        elif law not in self.failures:
            self.failures[law] = f"seed {seed}: {law}\n{told(shrunk(failing, law))}"


MOST_FAILURES = 5  # of different laws


def job(seed: str, most: int, files: list[bytes]) -> Tally:
    chance = Random(seed)
    streams = [list(map(bare, recording.events)) for data in files for recording in load(data)]
    tally = Tally()
    for item in made(chance, files, streams):
        try_out(tally, item, chance, seed)
        if tally.events * 10 > most:
            tally.early = tally.early or peak()
        if tally.events >= most or len(tally.failures) >= MOST_FAILURES:
            break
    tally.peak = peak()
    return tally


def try_out(tally: Tally, item: Case | bytes, chance: Random, seed: str) -> None:
    thoroughly = chance.random() < 0.15
    failing = item
    try:
        if isinstance(item, bytes):
            tally.size += len(item)
            cases = cases_of(item, chance, thoroughly=thoroughly)
        else:
            cases = [item]
        for failing in cases:
            tally.add(failing, thoroughly=thoroughly)
    except Exception:  # noqa: BLE001 - whatever the library raises is what is looked for
        tally.fail(failing, seed)


def made(chance: Random, files: list[bytes], streams: list[list[Any]]) -> Iterator[Case | bytes]:
    yield from (Case(tuple(events), limits) for limits in (DEFAULT, Limits(nesting=200)) for events in extremes())
    yield from extreme_bytes()
    while True:
        pick = chance.random()
        if pick < 0.35:
            yield case_of(chance, soup(chance))
        elif pick < 0.75:
            yield case_of(chance, mutated(chance, chance.choice(streams)))
        else:
            yield mutated_bytes(chance, chance.choice(files))


LIMITS = {
    "characters": (0, 10, 300, 5000),
    "events": (0, 1, 20, 60),
    "parts": (0, 1, 2),
    "arguments": (0, 10, 60),
    "nesting": (8, 9, 200),
    "violations": (0, 1, 5),
}


def case_of(chance: Random, events: list[Any]) -> Case:
    low = chance.choice(list(LIMITS))
    limits = Limits(**{low: chance.choice(LIMITS[low])}) if chance.random() < 0.05 else DEFAULT
    return Case(tuple(events), limits, chance.random() < 0.03, chance.choice(PRESETS))


def cases_of(data: bytes, chance: Random, *, thoroughly: bool) -> list[Case]:
    return [Case(events, rules=chance.choice(PRESETS)) for events in judge_load(data, chance, thoroughly=thoroughly)]


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


# A failure, made small


def complaint(failing: Case | bytes) -> str | None:
    """Say which law *failing* breaks, or which exception comes out of it."""
    try:
        if isinstance(failing, bytes):
            judge_load(failing, Random(0), thoroughly=True)
        else:
            judge(failing, thoroughly=True)
    except BrokenError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - see job
        *_, last = traceback.extract_tb(error.__traceback__)
        return f"{type(error).__name__} in {last.name}, {Path(last.filename).name}"
    return None


def told(small: Case | bytes) -> str:
    if isinstance(small, bytes):
        return f"bytes, as Latin-1:\n{json.dumps(small.decode('latin-1'))}"
    how = ", the transport breaks at the end" if small.breaks else ""
    lines = "\n".join(map(line_of, small.events))
    return f"scan and step under {small.rules.name}, {small.limits}{how}\n{lines}"


def line_of(item: Any) -> str:
    if isinstance(item, Located):
        return json.dumps({"located": item.name, "line": item.line}) + " " + line_of(item.event)
    try:
        return json.dumps(item)
    except (RecursionError, TypeError, ValueError):
        return f"a {type(item).__name__} that is no JSON text"


def shrunk(failing: Any, law: str) -> Any:
    """Leave out slices, then simplify event by event, as long as the same law is broken."""
    if isinstance(failing, bytes):
        return without_slices(failing, lambda data: complaint(data) == law)
    whole = without_slices(failing.events, lambda events: complaint(failing._replace(events=events)) == law)
    failing = failing._replace(events=whole)
    for simpler in (failing._replace(breaks=False), failing._replace(rules=STANDARD), failing._replace(limits=DEFAULT)):
        failing = simpler if simpler != failing and complaint(simpler) == law else failing
    deadline = time.monotonic() + 30
    progress = True
    while progress and time.monotonic() < deadline:
        progress = False
        for place, held in enumerate(failing.events):
            for simpler in simplified(held):
                events = (*failing.events[:place], simpler, *failing.events[place + 1 :])
                if complaint(failing._replace(events=events)) == law:
                    failing, progress = failing._replace(events=events), True
                    break
    return failing


def without_slices(whole: Any, fails: Callable[[Any], bool]) -> Any:
    size, deadline = len(whole) // 2, time.monotonic() + 60
    while size and time.monotonic() < deadline:
        place = 0
        while place < len(whole):
            rest = whole[:place] + whole[place + size :]
            if fails(rest):
                whole = rest
            else:
                place += size
        size //= 2
    return whole


def simplified(held: Any) -> Iterator[Any]:
    """Give values that are a little simpler."""
    if isinstance(held, Located):
        yield held.event
        yield from (Located(inner, held.line, held.name) for inner in simplified(held.event))
    elif isinstance(held, str) and len(held) > 1:
        yield held[: len(held) // 2]
        yield held[1:]
    elif isinstance(held, dict):
        yield from ({name: inner for name, inner in held.items() if name != key} for key in held)
        yield from ({**held, key: simpler} for key in held for simpler in simplified(held[key]))
    elif isinstance(held, list) and held:
        yield held[1:]
        yield from ([simpler, *held[1:]] for simpler in simplified(held[0]))


# All jobs


def main() -> int:
    given = parsed()
    files = [path.read_bytes() for path in recordings(given.corpus)]
    began = time.monotonic()
    share = -(-given.events // given.jobs)
    seeds = [f"{given.seed}/{number}" for number in range(given.jobs)]
    with ProcessPoolExecutor(given.jobs) as pool:
        tallies = list(pool.map(job, seeds, [share] * given.jobs, [files] * given.jobs))
    show(given, len(files), tallies, time.monotonic() - began)
    return int(any(tally.failures or tally.peak > MOST_MEMORY for tally in tallies))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events to fold at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--corpus", type=Path, help="a folder with more recordings")
    return parser.parse_args()


def recordings(corpus: Path | None) -> list[Path]:
    folders = [ROOT / "examples", *([] if corpus is None else [corpus])]
    return sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in (".sse", ".jsonl"))


def show(given: argparse.Namespace, files: int, tallies: list[Tally], seconds: float) -> None:
    codes = sum((tally.codes for tally in tallies), Counter())
    events, streams, size = (sum(getattr(tally, name) for tally in tallies) for name in ("events", "streams", "size"))
    early, late = (max(getattr(tally, name) for tally in tallies) / 2**20 for name in ("early", "peak"))
    print(f"seed {given.seed}, {given.jobs} jobs, {files} recordings")
    print(f"{events:,} events in {streams:,} streams, {size:,} bytes read, in {seconds:.0f} s")
    print(f"slowest stream {max(tally.slowest for tally in tallies):.3f} s of processor time")
    print(f"peak of memory of a job: {early:.0f} MiB after a tenth of the events, {late:.0f} MiB at the end")
    print(f"{len(codes)} of {len(RULES)} rules broken, {sum(codes.values()):,} times")
    for code, count in codes.most_common():
        print(f"  {count:>12,} {code}")
    print(f"never broken: {', '.join(code for code in RULES if code not in codes) or 'none'}")
    for tally in tallies:
        for failure in tally.failures.values():
            print(f"\nFAILED {failure}")


if __name__ == "__main__":
    sys.exit(main())
