"""What each event does to the book, in the order of a stream. Nothing here asks whether it may come: the tables do."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from . import _arguments
from . import events as on
from ._arguments import Fault
from ._book import (
    PLAN_KEY,
    At,
    Book,
    ExceededError,
    Key,
    Part,
    Phase,
    Stage,
    begin,
    find,
    keep,
    put,
    shelve,
    violate,
)
from ._citations import aim, cite, name, settle
from ._event_rules import CHECKS, FAILED, breaches, filled
from ._frozen import FrozenDict, freeze, weight
from ._quote import quote
from ._wire import Finding, to_wire

Transition: TypeAlias = Callable[[Book, At, Any, Key], Book]

MESSAGE: Final[Key] = ("message", None)
OUTCOME: Final[Key] = ("outcome", None)


# The message


def begin_message(book: Book, at: At, event: on.MessageStart, _: Key) -> Book:
    """Take the message's id and role."""
    book = _note(book, at, event)
    if placeholders := filled(event):
        book = keep(book, at, "placeholder-filled", freeze(placeholders, book.limits.nesting))
    return book._replace(phase=Phase.STREAMING, start=event)


def imply_message(book: Book, _at: At, _event: Any, _key: Key) -> Book:
    """Go on as though the message had begun."""
    return book._replace(phase=Phase.IMPLIED)


def end_message(book: Book, at: At, event: on.MessageEnd, _: Key) -> Book:
    """Close what is open, judge the whole, and end."""
    parts = sorted(book.open.values(), key=lambda part: part.since)
    if event.finish_reason not in FAILED:
        for part in parts:
            left = Finding("part-left-open", name(part), expected=f"{ENDS[part.kind]} {part.index}")
            book = violate(book, at, left, part.key, about=part.since)
    for part in parts:
        book = settle(shelve(book, part), at, part.key)
    for key in tuple(book.waiting):
        book = settle(book, at, key)
    book = _judge_outcome(_note(book, at, event), at, event)
    return book._replace(phase=Phase.ENDED, end=event)


ENDS: Final[Mapping[str, str]] = {
    "content": "content-end",
    "call": "tool-call-end",
    "citation": "citation-end",
}


def _judge_outcome(book: Book, at: At, event: on.MessageEnd) -> Book:
    failed = event.finish_reason in FAILED
    called = "call" in book.seen
    if event.finish_reason and not failed and called != (event.finish_reason == "TOOL_CALL"):
        detail = f"{quote(event.finish_reason)} with{'' if called else 'out'} a tool call"
        lost: tuple[Key, ...] = () if called else (("lost", "call"),)
        book = violate(book, at, Finding("finish-reason-disagrees", detail), OUTCOME, causes=lost)
    if not failed and book.seen.isdisjoint({"text", "call", "other"}):
        book = violate(book, at, Finding("answer-missing"), causes=(OUTCOME, ("lost", "content"), ("lost", "call")))
    return book if event.id is None else _judge_id(book, at, event.id)


def _judge_id(book: Book, at: At, its: str) -> Book:
    first = None if book.start is None else book.start.id
    if first in (None, its):
        return violate(book, at, Finding("message-end-id", f"it is {quote(its)}"))
    book = violate(book, at, Finding("message-id-differs", f"it is {quote(its)}", expected=quote(first)))
    return keep(book, at, "message-id-differs", FrozenDict(type="message-end", id=its))


# Any event


def set_aside(book: Book, at: At, _event: Any, _key: Key) -> Book:
    """Keep what came, verbatim, under the rule that it broke."""
    return keep(book, at, at.code)


def keep_prompt(book: Book, at: At, event: on.Debug, _: Key) -> Book:
    """Keep the prompt of a debug event."""
    return _note(keep(book, at, "debug"), at, event)


def keep_unknown(book: Book, at: At, _event: on.Unknown, _: Key) -> Book:
    """Keep an event of a type that is not known."""
    return keep(book, at, "unknown-event")


def _note(book: Book, at: At, event: Any) -> Book:
    """Judge what *event* holds by itself, and keep what is in fields that are not known."""
    if type(event) in CHECKS:
        for breach in breaches(event):
            book = violate(book, at, breach)
    if event.extra:
        index = getattr(event, "index", None)
        place = {"type": event.wire_type} | ({} if index is None else {"index": index})
        book = keep(book, at, "unknown-field", freeze({**event.extra, **place}, book.limits.nesting))
    return book


# A part


def open_part(book: Book, at: At, event: Any, key: Key) -> Book:
    """Begin a part with its start."""
    return _START[key[0]](_note(_opened(book, at, event, key, Stage.OPEN), at, event), at, event, key)


def open_by_delta(book: Book, at: At, event: Any, key: Key) -> Book:
    """Begin a part with its first delta: the tool plan, or a part whose start is missing."""
    stage = Stage.OPEN if key == PLAN_KEY else Stage.IMPLIED
    return grow(_opened(book, at, event, key, stage), at, event, key)


def _opened(book: Book, at: At, event: Any, key: Key, stage: Stage) -> Book:
    if book.parts >= book.limits.parts and key != PLAN_KEY:
        raise ExceededError(f"more than {book.limits.parts} parts")
    kind, index = key
    start = event if stage is Stage.OPEN and key != PLAN_KEY else None
    cites = aim(book, event) if kind == "citation" else PLAN_KEY
    symbol = symbol_of(event, kind)
    part = Part(kind, index, symbol, at.position, stage, start, cites)  # type: ignore[arg-type]  # a part's key
    return begin(book, part, 0 if start is None else _HELD[kind](start))


def _held_by_name(*names: str | None) -> int:
    """Count what a start calls its part, where that is not just a name."""
    length = sum([len(name) for name in names if name])
    return length if length > _LONGEST_NAME else 0


def held_by_citation(start: on.CitationStart) -> int:
    """Count the characters that a citation holds, and one for each node of its sources."""
    return _held_by_name(start.type) + len(start.text) + sum([_held_by_source(each) for each in start.sources or ()])


def _held_by_source(source: Any) -> int:
    if type(source) is on.OtherSource:
        return 1 + weight(source.fields)
    said = source.document if type(source) is on.DocumentSource else source.tool_output
    return 3 + len(source.id or "") + weight(said) + (weight(source.extra) if source.extra else 0)


_HELD: Final[Mapping[str, Callable[[Any], int]]] = {
    "content": lambda start: _held_by_name(start.type),
    "call": lambda start: _held_by_name(start.id, start.name, start.type),
    "citation": held_by_citation,
}


_LONGEST_NAME: Final = 256


def symbol_of(event: Any, kind: str) -> str:
    """Give what the joint rules call the part that *event* begins."""
    if kind != "content":
        return kind
    if isinstance(event, on.ContentStart):
        return event.type if event.type in ("text", "thinking") else "other"
    return "thinking" if event.text is None else "text"


def adopt(book: Book, at: At, event: Any, key: Key) -> Book:
    """Take a start that comes after the delta that began its part, if it is the start of such a part."""
    part = _open(book, key)
    fits = symbol_of(event, part.kind) == part.symbol and not _START_TEXT[part.kind](event)
    if not fits:
        return restart(violate(book, at, Finding("part-restarted"), key), at, event, key)
    book = put(book, part._replace(stage=Stage.OPEN, start=event))
    return _START[part.kind](_note(book, at, event), at, event, key)


def restart(book: Book, at: At, _event: Any, key: Key) -> Book:
    """Set aside a second start; what comes after it may be of another part."""
    return keep(put(book, _open(book, key)._replace(restarted=True)), at, "part-restarted")


def grow(book: Book, at: At, event: Any, key: Key) -> Book:
    """Add a delta to an open part."""
    return _GROW[key[0]](_note(book, at, event), at, event, key)


def close_part(book: Book, at: At, event: Any, key: Key) -> Book:
    """Close a part, and judge what could not be judged before."""
    return _CLOSE[key[0]](_note(book, at, event), at, event, key)


def _open(book: Book, key: Key) -> Part:
    part = find(book, key)
    assert part is not None  # noqa: S101 - the tables lead here for open parts only
    return part


def _append(book: Book, key: Key, delta: str | None) -> Book:
    if not delta:
        return book
    part = _open(book, key)
    text = part.text.append(delta)
    if part.kind == "call" and text.length > book.limits.arguments:
        raise ExceededError(f"{text.length} characters of arguments of {book.limits.arguments} allowed")
    return put(book, part._replace(text=text), text.length - part.text.length)


# A content block


def _grow_content(book: Book, at: At, event: on.ContentDelta, key: Key) -> Book:
    if event.text is None and event.thinking is None and _open(book, key).symbol != "other":
        path = f"delta.message.content.{_open(book, key).symbol}"
        book = violate(book, at, Finding("field-missing", path=path, expected="it to be there"), key)
    book = _add_content(book, at, event, key)
    if event.logprobs is None:
        return book
    part = _open(book, key)
    return put(book, part._replace(logprobs=part.logprobs.append(event.logprobs)), weight(event.logprobs))


def _add_content(book: Book, at: At, event: Any, key: Key) -> Book:
    mine, alien = _keys(event, _open(book, key).symbol)
    book = _append(book, key, getattr(event, mine))
    if not getattr(event, alien):
        return book
    rest = on.ContentDelta(key[1], **{alien: getattr(event, alien)})  # type: ignore[arg-type]  # a part's key
    mismatch = Finding("content-kind-mismatch", f"{alien} in {name(_open(book, key))}", expected=mine)
    book = violate(book, at, mismatch, key)
    return keep(book, at, "content-kind-mismatch", freeze(to_wire(rest), book.limits.nesting))


def _keys(event: Any, symbol: str) -> tuple[str, str]:
    """Give the key that a block takes and the one that it does not; one of unknown type takes what there is."""
    if symbol == "thinking" or (symbol == "other" and event.text is None):
        return "thinking", "text"
    return "text", "thinking"


def _close_content(book: Book, at: At, _event: Any, key: Key) -> Book:
    part = _open(book, key)
    return settle(shelve(book, part, text=part.text.joined()), at, key)


# A tool call


def _start_call(book: Book, at: At, event: on.ToolCallStart, key: Key) -> Book:
    if event.id in book.ids:
        book = violate(book, at, Finding("call-id-repeated", f"it is {quote(event.id)}"), key, causes=(key, MESSAGE))
    ids = {event.id} if event.id else set()
    return _append(book._replace(ids=book.ids | ids), key, event.arguments)


def _grow_call(book: Book, _: At, event: on.ToolCallDelta, key: Key) -> Book:
    return _append(book, key, event.arguments)


def _close_call(book: Book, at: At, _: Any, key: Key) -> Book:
    part = _open(book, key)
    raw = str(part.text)
    if _arguments.nesting(raw) > book.limits.nesting:
        raise ExceededError(f"arguments nested deeper than {book.limits.nesting}")
    parsed = _arguments.parse(raw)
    if isinstance(parsed, Fault):
        breach = Finding(FAULTS[parsed.reason], parsed.detail, expected="a JSON object")
        book = violate(book, at, breach, key)
    elif raw and not raw.lstrip().startswith("{"):
        book = violate(book, at, Finding("arguments-null"), key)
    return shelve(book, part, arguments=parsed)


FAULTS: Final[Mapping[str, str]] = {
    "cut": "arguments-cut",
    "malformed": "arguments-malformed",
    "not an object": "arguments-not-object",
    "duplicate key": "arguments-duplicate-key",
    "number out of range": "arguments-number",
}


# A citation, and the tool plan


def _start_citation(book: Book, at: At, _: on.CitationStart, key: Key) -> Book:
    return cite(book, at, _open(book, key))


def _close_citation(book: Book, _at: At, _event: Any, key: Key) -> Book:
    return shelve(book, _open(book, key))


def _grow_plan(book: Book, _at: At, event: on.ToolPlanDelta, key: Key) -> Book:
    return _append(book, key, event.tool_plan)


_START: Final[Mapping[str, Transition]] = {
    "content": _add_content,
    "call": _start_call,
    "citation": _start_citation,
}
_GROW: Final[Mapping[str, Transition]] = {"content": _grow_content, "call": _grow_call, "plan": _grow_plan}
_CLOSE: Final[Mapping[str, Transition]] = {
    "content": _close_content,
    "call": _close_call,
    "citation": _close_citation,
}
_START_TEXT: Final[Mapping[str, Callable[[Any], object]]] = {
    "content": lambda event: event.text or event.thinking,
    "call": lambda event: event.arguments,
}
