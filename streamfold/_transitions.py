"""What each event does to the book, in the order of a stream. Nothing here asks whether it may come: the tables do."""

from typing import Any, Final

from . import events as on
from ._book import OPEN, PLAN_KEY, At, Book, ExceededError, Key, Part, Phase, Stage
from ._citations import aim, name, settle
from ._entries import begin, keep, put, shelve, violate
from ._event_rules import FAILED, breaches, filled
from ._frozen import FrozenDict, freeze
from ._held import HELD
from ._kinds import ON_DELTA, ON_END, ON_START, START_TEXT, part_at
from ._quote import quote
from ._routes import ENDS
from ._wire import Finding

OUTCOME: Final[Key] = ("outcome", None)


# The message


def begin_message(book: Book, at: At, event: on.MessageStart, _: Key) -> Book:
    """Take the message's id and role."""
    book = _note(book, at, event)
    if placeholders := filled(event):
        book = keep(book, at, "placeholder-filled", freeze(placeholders, book.limits.nesting))
    return book.with_(phase=Phase.STREAMING, start=event)


def imply_message(book: Book, _at: At, _event: Any, _key: Key) -> Book:
    """Go on as though the message had begun."""
    return book.with_(phase=Phase.IMPLIED)


def end_message(book: Book, at: At, event: on.MessageEnd, _: Key) -> Book:
    """Close what is open, judge the whole, and end."""
    parts = sorted(book.open.values(), key=lambda part: part.since)
    if event.finish_reason not in FAILED:
        for part in parts:
            left = Finding("part-left-open", name(part), expected=f"{ENDS[part.kind].wire_type} {part.index}")
            book = violate(book, at, left, part.key, about=part.since)
    for part in parts:
        book = settle(shelve(book, part), at, part.key)
    for key in tuple(book.waiting):
        book = settle(book, at, key)
    book = _judge_outcome(_note(book, at, event), at, event)
    return book.with_(phase=Phase.ENDED, end=event)


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
    return ON_START[key[0]](_note(_opened(book, at, event, key, OPEN), at, event), at, event, key)


def open_by_delta(book: Book, at: At, event: Any, key: Key) -> Book:
    """Begin a part with its first delta: the tool plan, or a part whose start is missing."""
    stage = OPEN if key == PLAN_KEY else Stage.IMPLIED
    return grow(_opened(book, at, event, key, stage), at, event, key)


def _opened(book: Book, at: At, event: Any, key: Key, stage: Stage) -> Book:
    if book.parts >= book.limits.parts and key != PLAN_KEY:
        raise ExceededError(f"more than {book.limits.parts} parts")
    kind, index = key
    start = event if stage is OPEN and key != PLAN_KEY else None
    cites = aim(book, event) if kind == "citation" else PLAN_KEY
    symbol = symbol_of(event, kind)
    part = Part(kind, index, symbol, at.position, stage, start, cites)  # type: ignore[arg-type]  # a part's key
    return begin(book, part, 0 if start is None else HELD[kind](start))


def symbol_of(event: Any, kind: str) -> str:
    """Give what the joint rules call the part that *event* begins."""
    if kind != "content":
        return kind
    if isinstance(event, on.ContentStart):
        return event.type if event.type in ("text", "thinking") else "other"
    return "thinking" if event.text is None else "text"


def adopt(book: Book, at: At, event: Any, key: Key) -> Book:
    """Take a start that comes after the delta that began its part, if it is the start of such a part."""
    part = part_at(book, key)
    fits = symbol_of(event, part.kind) == part.symbol and not START_TEXT[part.kind](event)
    if not fits:
        return restart(violate(book, at, Finding("part-restarted"), key), at, event, key)
    book = put(book, part.with_(stage=OPEN, start=event))
    return ON_START[part.kind](_note(book, at, event), at, event, key)


def restart(book: Book, at: At, _event: Any, key: Key) -> Book:
    """Set aside a second start; what comes after it may be of another part."""
    return keep(put(book, part_at(book, key).with_(restarted=True)), at, "part-restarted")


def grow(book: Book, at: At, event: Any, key: Key) -> Book:
    """Add a delta to an open part."""
    return ON_DELTA[key[0]](_note(book, at, event), at, event, key)


def close_part(book: Book, at: At, event: Any, key: Key) -> Book:
    """Close a part, and judge what could not be judged before."""
    return ON_END[key[0]](_note(book, at, event), at, event, key)
