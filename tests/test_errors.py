"""Whatever is raised says where, what and what was expected, in a bounded line, and carries all that arrived."""

import copy
import pickle
import re
from functools import reduce

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import GenerationFailed, Limits, State, StreamError, StreamInterrupted, check, errors, fold
from streamfold import events as on
from streamfold._advance import advance
from streamfold._frozen import FrozenDict
from streamfold.rules import CLOSED, LENIENT, RULES, STANDARD, STRICT
from streamfold.testing import strategies
from streamfold.violations import Kept, Violation

HUGE = 10**5
LONGEST = 4_000

rules = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def stream(events):
    for event in events:
        if isinstance(event, Exception):
            raise event
        yield event


def raised_by(events, rules=CLOSED, **limits):
    with pytest.raises(StreamError) as raised:
        fold(stream(events), rules, Limits(**limits))
    return raised.value


def located(events):
    """The events as they stand in a recording, one in ten lines."""
    for line, event in enumerate(events, 1):
        yield event if isinstance(event, (Exception, on.Located)) else on.Located(event, 10 * line)


# The classes


def classes(kind):
    """Every class below *kind*, each with the one above it, in the order of their definition."""
    for each in kind.__subclasses__():
        yield each, kind
        yield from classes(each)


def test_the_tree_of_errors_is_the_one_that_is_told():
    lines = re.findall(r"^( *)- ``(\w+)``: (.+)$", errors.__doc__, re.MULTILINE)
    told, above = [], {}
    for indent, name, _ in lines:
        above[len(indent)] = name
        told.append((name, above.get(len(indent) - 2)))

    assert told == [("StreamError", None), *((each.__name__, kind.__name__) for each, kind in classes(StreamError))]
    assert issubclass(StreamError, ValueError)


def test_every_error_has_a_docstring_and_a_place_in_its_module():
    for each, _ in classes(StreamError):
        assert each.__doc__.endswith(".")
        assert getattr(errors, each.__name__) is each


# What an error holds


@rules
def test_an_error_holds_what_was_judged_and_all_that_arrived(rule):
    error = raised_by(rule.example)
    report = check(stream(rule.example[: error.violation.position + 1]), CLOSED)

    assert error.violation == report.violations[0]
    assert error.violations == (error.violation,)
    assert error.state.violations == error.violations
    assert error.partial == error.state.partial()
    assert error.args == (error.violation, error.state)
    assert str(error) == str(error.violation)


@rules
def test_an_error_holds_the_state_in_which_the_fault_is_repaired(rule):
    error = raised_by(rule.example)
    events = [event for event in rule.example[: error.violation.position + 1] if not isinstance(event, Exception)]
    judged = reduce(advance, events, State())

    assert error.partial == judged.partial()


@rules
def test_an_error_survives_pickling_and_copying(rule):
    error = raised_by(rule.example)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.violation == error.violation
        assert twin.violations == error.violations
        assert twin.state == error.state
        assert twin.partial == error.partial


def test_a_failed_generation_has_the_whole_message():
    events = s.whole(*s.text_block("Hi"), end=s.message_end("ERROR", error="no valid response"))
    error = raised_by(events, STRICT)

    assert type(error) is GenerationFailed
    assert error.message == fold(events, LENIENT)
    assert (error.message.text, error.message.error) == ("Hi", "no valid response")
    assert pickle.loads(pickle.dumps(error)).message == error.message


def test_an_interruption_has_the_exception_of_the_transport_as_its_cause():
    cause = ConnectionResetError("reset by peer")
    error = raised_by([s.message_start(), s.content_start(), s.content_delta("Hi"), cause])

    assert type(error) is StreamInterrupted
    assert error.__cause__ is cause
    assert error.partial.text == "Hi"


def test_an_error_holds_all_breaches_so_far():
    start, end = s.message_start(), s.message_end()
    events = [start, {"type": "new"}, {"type": "newer"}, *s.text_block("Hi", index=1), s.content_end(1), end]
    error = raised_by(events, STANDARD)

    assert [violation.code for violation in error.violations] == [
        "unknown-event",
        "unknown-event",
        "index-skipped",
        "end-outside-part",
    ]
    assert error.violation == error.violations[-1]


@given(strategies.any_streams(), st.sampled_from([STRICT, STANDARD, LENIENT, CLOSED]))
def test_the_error_of_any_stream_is_the_first_of_its_errors_and_pickles(events, rules):
    report = check(events, rules)
    if report.ok:
        return
    error = raised_by(events, rules)
    twin = pickle.loads(pickle.dumps(error))

    assert error.violation == report.errors[0]
    assert error.violations == report.violations[: len(error.violations)]
    assert error.violation in error.violations
    assert (twin.violation, twin.state, twin.partial) == (error.violation, error.state, error.partial)


# What an error says


@pytest.mark.parametrize(
    ("events", "kind", "text"),
    [
        (
            [s.message_start(), s.content_delta("Hi")],
            errors.OrderError,
            (
                "event 1: content-delta 0 is outside an open part, between parts; "
                "expected content-start, tool-plan-delta, tool-call-start, message-end"
            ),
        ),
        (
            [s.message_start(), 5],
            errors.ShapeError,
            "event 1: the event is no JSON object; expected an object with a type",
        ),
        (
            [s.message_start(), {"message": "internal error"}],
            errors.ApiError,
            "event 1: the event is an error of the API: it says 'internal error'",
        ),
        (
            [s.message_start(), s.content_start(), s.content_delta("Hi"), s.citation_start(0, 2, "Ho")],
            errors.CitationError,
            (
                "event 3: citation-start 0 has another text than its span; perhaps a delta was lost: "
                "0 to 2 of 2 characters; it says 'Ho', the span 'Hi'"
            ),
        ),
        (
            [s.message_start(), *s.call('{"a": ')],
            errors.ToolCallError,
            "event 3: tool-call-end 0 closed arguments that are cut short: ends before a value; expected a JSON object",
        ),
        (
            s.whole(*s.text_block("Hi"), end=s.message_end("BORED")),
            errors.OutcomeError,
            (
                "event 4: message-end has a finish_reason that is not known: it is 'BORED'; "
                "expected COMPLETE, MAX_TOKENS, STOP_SEQUENCE, TOOL_CALL, ERROR, TIMEOUT"
            ),
        ),
        (
            s.whole(end=s.message_end("ERROR", error="no valid response")),
            errors.GenerationFailed,
            "event 1: message-end reports a failed generation: ERROR, 'no valid response'",
        ),
        (
            [s.message_start(), *s.text_block("Hi")],
            errors.StreamIncomplete,
            "event 4: the end of the input came before message-end, between parts; expected message-end",
        ),
        (
            [s.message_start(), ConnectionResetError("reset by peer")],
            errors.StreamInterrupted,
            (
                "event 1: the end of the input was interrupted by the transport: "
                "ConnectionResetError: 'reset by peer', between parts"
            ),
        ),
        (
            [s.message_start(), *s.call('{"a": ' + "[" * 64 + "]" * 64 + "}")],
            errors.LimitExceeded,
            "event 3: tool-call-end 0 exceeds a limit: arguments nested deeper than 64",
        ),
    ],
)
def test_an_error_says_where_what_and_what_was_expected(events, kind, text):
    error = raised_by(events)

    assert type(error) is kind
    assert str(error) == text


@pytest.mark.parametrize(
    ("violation", "text"),
    [
        (
            Violation("no-message-end", 3, "the end of the input"),
            "event 3: the end of the input came before message-end",
        ),
        (Violation("unknown-event", 0, "new"), "event 0: new has a type that is not known"),
        (Violation("unknown-event", 0, "new", line=7), "event 0 (line 7): new has a type that is not known"),
        (Violation("unknown-event", 0, "new", caused_by=5), "event 0: new has a type that is not known"),
        (
            Violation("unknown-event", 9, "new", "inside it", "less", "it is new", "a.b", 0, 1, 2),
            (
                "event 9 (line 2): new has a type that is not known (a.b): it is new, inside it; it is about event 0; "
                "expected less"
            ),
        ),
        (
            Violation("part-left-open", 3, "message-end", detail="text block 0", about=1),
            "event 3: message-end came while a part was open: text block 0; it is about event 1",
        ),
    ],
)
def test_a_violation_says_what_it_knows_and_no_more(violation, text):
    assert str(violation) == text


@rules
def test_a_located_event_is_told_with_its_line(rule):
    events = list(located(rule.example))
    error = raised_by(events)
    plain = raised_by(rule.example)
    at = error.violation.position
    line = events[at].line if at < len(events) and isinstance(events[at], on.Located) else None

    assert error.violation.line == line
    assert str(error).startswith(f"event {at}: " if line is None else f"event {at} (line {line}): ")
    assert str(error).split(": ", 1)[1] == str(plain).split(": ", 1)[1]
    assert error.partial == plain.partial


def test_a_violation_knows_its_rule_and_whether_it_is_a_root():
    root, consequence = Violation("unknown-event", 0, "new"), Violation("unknown-event", 1, "new", caused_by=0)

    assert root.rule is RULES["unknown-event"]
    assert root.repair == RULES["unknown-event"].repair
    assert (root.is_root, consequence.is_root) == (True, False)


def test_what_is_kept_compares_by_what_it_is_and_not_by_where_it_came():
    kept = Kept("debug", FrozenDict(type="debug"), 3)

    assert kept == Kept("debug", FrozenDict(type="debug"), 5)
    assert kept != Kept("debug", FrozenDict(type="other"), 3)
    assert kept != Kept("unknown-event", FrozenDict(type="debug"), 3)


# What an error does not say


def deep(levels, key, value):
    for _ in range(levels):
        value = {key: value}
    return value


def hostile(word):
    """Streams with *word* wherever a stream may say what it likes, each beside the rule that tells of it."""
    start, block = s.message_start(), [s.content_start(), s.content_delta("Hi"), s.content_end()]
    message = start["delta"]["message"]
    opened = [start, s.content_start(), s.content_delta("Hi")]
    return {
        "event-unreadable": [start, on.Unreadable(word, "expected a value")],
        "type-missing": [start, {"index": word, "a": [word] * 9, "b": {"c": word}}],
        "api-error": [start, {"message": word}],
        "field-wrong-type": [start, {"type": "content-end", "index": word}],
        "unknown-event": [start, {"type": word}],
        "sse-name-differs": [on.Located(start, 1, word)],
        "role-unexpected": [{**start, "delta": {"message": {**message, "role": word}}}],
        "placeholder-filled": [
            {**start, "delta": {"message": {**message, "content": [word], "citations": {"a": word}}}}
        ],
        "start-filled": [start, s.content_start(text=word)],
        "content-type-unknown": [start, s.content_start(kind=word)],
        "citation-text-differs": [*opened, s.citation_start(0, 2, word)],
        "citation-outside": [*opened, s.citation_start(0, 2 * HUGE, word), s.content_end()],
        "citation-kind-differs": [*opened, s.citation_start(0, 2, "Hi", type=word)],
        "call-id-repeated": [start, *_calls_of(word)],
        "call-type-unexpected": [start, s.call_start(type=word)],
        "arguments-malformed": [start, *s.call(f"{{]{word}")],
        "arguments-duplicate-key": [start, *s.call(f'{{"{_letters(word)}": 1, "{_letters(word)}": 2}}')],
        "arguments-number": [start, *s.call('{"a": ' + "9" * (4301 + len(word)) + " }")],
        "generation-failed": s.whole(end=s.message_end("ERROR", error=word)),
        "finish-reason-unknown": s.whole(*block, end=s.message_end(word)),
        "error-disagrees": s.whole(*block, end=s.message_end(error=word)),
        "usage-malformed": s.whole(*block, end=s.message_end(usage={"cached_tokens": word, "tokens": [word]})),
        "message-end-id": [{**start, "id": word}, *block, {**s.message_end(), "id": word}],
        "message-id-differs": [{**start, "id": word}, *block, {**s.message_end(), "id": f"{word}!"}],
        "event-cut": [start, on.Unreadable(word, "cut", cut=True)],
        "interrupted": [start, ConnectionResetError(word)],
        "no-message-end": [start, *(s.call_start(index) for index in range(min(len(word), 200)))],
    }


def _letters(word):
    return "".join(filter(str.isprintable, word)).replace("\\", "").replace('"', "") or "a"


def _calls_of(word):
    return [event for index in (1, 2) for event in (s.call_start(index, id=word), s.call_end(index))]


@pytest.mark.parametrize("code", hostile(""))
@pytest.mark.parametrize("letter", ["x", "\n", "\N{OCTOPUS}"])
def test_the_text_of_an_error_is_bounded_whatever_the_stream_holds(code, letter):
    report = check(stream(hostile(letter * HUGE)[code]))

    assert code in {violation.code for violation in report.violations}
    assert max(len(str(violation)) for violation in report.violations) < 1_000


@pytest.mark.parametrize("code", hostile(""))
@pytest.mark.parametrize("word", ["\x1b[31m", "\r\n", "\u202e\u2066", "\ud800", "\x00\x07\x9b"])
def test_the_text_of_an_error_steers_no_terminal(code, word):
    report = check(stream(hostile(word)[code]))

    assert code in {violation.code for violation in report.violations}
    assert all(str(violation).isprintable() for violation in report.violations)


@pytest.mark.parametrize("levels", [1, 2, 61])
def test_the_path_of_an_unknown_field_is_bounded(levels):
    report = check([s.message_start(), {"type": "debug", **deep(levels, "x" * HUGE, 1)}])
    (told,) = (violation for violation in report.violations if violation.code == "unknown-field")

    assert told.path == ".".join(["x" * 40] * levels)
    assert len(str(told)) < LONGEST


@given(strategies.any_streams(), st.sampled_from(["x", "\N{OCTOPUS}", "\n"]))
def test_no_stream_makes_a_long_error(events, letter):
    report = check(swollen(events, letter * 5_000))

    assert all(len(str(violation)) < LONGEST for violation in report.violations)


def swollen(value, more):
    """The same value with every string in it but the types much longer."""
    if isinstance(value, str):
        return value + more
    if isinstance(value, list):
        return [swollen(inner, more) for inner in value]
    if isinstance(value, dict):
        return {key: inner if key == "type" else swollen(inner, more) for key, inner in value.items()}
    return value


@pytest.mark.parametrize("word", ["x" * HUGE, "\x1b[31m"], ids=["long", "steering"])
def test_the_type_of_an_error_of_the_api_is_quoted(word):
    text = str(raised_by(s.whole(end=s.message_end("ERROR", error="no", error_type=word)), STRICT))

    assert len(text) < LONGEST
    assert text.isprintable()


@pytest.mark.parametrize("word", ["\x1b[31m", "\r\n", "\u202e", "\ud800"])
def test_the_path_of_an_unknown_field_steers_no_terminal(word):
    (told,) = check(
        [s.message_start(), {"type": "debug", word: {word: 1}}, s.message_end("ERROR", error="no")]
    ).warnings

    assert str(told).isprintable()
