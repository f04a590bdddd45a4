"""One event further: read it, judge it, repair what it broke, take it in. A total function that raises nothing."""

from collections.abc import Container
from functools import reduce
from typing import Any, Final

from . import events as on
from ._book import ENDED, STOPPED, At, Book, ExceededError, Key
from ._catalogue import RULES
from ._cited import after_citation
from ._entries import habit, keep, put, violate
from ._exact import exact
from ._frozen import TooDeep
from ._judge import judge_event
from ._log import Log
from ._quote import quote
from ._routes import ROUTES
from ._sent import as_sent
from ._state import State, focused, settled
from ._wire import SPOILING, Finding, Reading, read

INPUT: Final[Key] = ("input", None)


def advance(state: State, item: Any) -> State:
    """Give the state after one more event, whatever it is."""
    if type(item) is not dict:
        item = item if type(item) is on.Located else as_sent(item)
        after = _after_delta(state, item)
        if after is not None:
            return after
    known = exact(item, state.book.limits.nesting)
    after = after_citation(state, known)
    return take_in(state, item, known) if after is None else after


def _after_delta(state: State, item: Any) -> State | None:
    """Give the state after a plain delta that is named as it is, if it is; None where it is none, or to be judged."""
    event, _, name = item if type(item) is on.Located else (item, None, None)
    focus = state.focus
    grow = focus.grow
    return grow(state, event) if name in focus.plain.names else None


def take_in(state: State, item: Any, known: Any) -> State:
    """Give the state after an *item*, and the event as which it is recognised, if it is."""
    if state.book.phase is STOPPED:
        return state
    event, line, sse_name = item if isinstance(item, on.Located) else (item, None, None)
    if known is not None:
        return _judged(state, At(state.position, line, known, event))
    try:
        reading = read(event, state.book.limits.nesting)
    except TooDeep:
        return _stop(state, At(state.position, line), f"brackets are nested deeper than {state.book.limits.nesting}")
    return _judged(state, At(state.position, line, reading.event, reading.raw), reading, sse_name)


def _judged(state: State, at: At, reading: Reading | None = None, sse_name: str | None = None) -> State:
    """Give the state after an event; without a *reading*, nothing but its order is left to be judged."""
    book = settled(state)
    try:
        after = judge_event(book, at) if reading is None else _judge_reading(book, at, reading, sse_name)
        return focused(at.position + 1, _bounded(after, book, at))
    except ExceededError as error:
        return _stop(state, at, str(error))


def _stop(state: State, at: At, why: str) -> State:
    book = violate(settled(state), at, Finding("limit-exceeded", why))
    return focused(state.position, book.with_(phase=STOPPED))


def _in_order(book: Book, before: Book) -> Book:
    """Give the book in which the violations of one event stand in the order of the catalogue."""
    new = book.violations.since(len(before.violations))
    ordered = sorted(new, key=lambda violation: _ORDER[violation.code])
    return book if new == ordered else book.with_(violations=reduce(Log.append, ordered, before.violations))


_ORDER: Final = {code: number for number, code in enumerate(RULES)}


def _bounded(book: Book, before: Book, at: At) -> Book:
    if at.position >= book.limits.events:
        raise ExceededError(f"there are more than {book.limits.events} events")
    if book.spent > book.limits.characters:
        raise ExceededError(f"{book.spent} characters of {book.limits.characters} allowed")
    if book.violations is before.violations:
        return book
    if len(book.violations) > book.limits.violations:
        raise ExceededError(f"there are more than {book.limits.violations} violations")
    return _in_order(book, before)


def _judge_reading(book: Book, at: At, reading: Reading, sse_name: str | None) -> Book:
    book = _judge_shape(book, at, reading, sse_name)
    event = reading.event
    if isinstance(event, on.Unreadable):
        return _take_unreadable(book, at, event)
    if event is None:
        code = next(each.code for each in reading.findings if each.code in SPOILING)
        return _spoil(keep(book, at, code), _lost(reading.raw))
    return judge_event(book, at)


# Shape


def _judge_shape(book: Book, at: At, reading: Reading, sse_name: str | None) -> Book:
    for finding in reading.findings:
        touched = _lost(reading.raw) if finding.code in SPOILING else (habit(finding, at),)
        book = violate(book, at, finding, *touched)
    if sse_name is None:
        return book
    named = reading.raw.get("type") if isinstance(reading.raw, dict) else None
    if named is None or named == sse_name:
        return book
    differs = Finding("sse-name-differs", quote(sse_name), expected=quote(named))
    return violate(book, at, differs, habit(differs, at))


def _lost(raw: Any) -> tuple[Key, ...]:
    """Give the keys of the part that a spoilt event was about."""
    wire_type = raw.get("type") if isinstance(raw, dict) else None
    if not isinstance(wire_type, str):
        return ()
    kinds = [route.kind for kind, route in ROUTES.items() if kind.wire_type == wire_type]
    index = raw.get("index") if kinds else None
    readable = index if type(index) is int else None
    return tuple(key for kind in kinds for key in ((kind, readable), ("lost", kind)))


def _spoil(book: Book, lost: Container[Key]) -> Book:
    """Give the book in which the open parts that may lack a spoilt event say so."""
    hit = [part for part in book.open.values() if part.key in lost or (part.kind, None) in lost]
    return reduce(put, (part.with_(spoilt=True) for part in hit), book)


def _take_unreadable(book: Book, at: At, event: on.Unreadable) -> Book:
    ended = book.phase is ENDED
    code = ("sentinel-cut" if ended else "event-cut") if event.cut else "event-unreadable"
    touched = (INPUT,) if code == "event-cut" else ()
    return keep(violate(book, at, Finding(code, f"{event.why}, {quote(event.text)}"), *touched), at, code)
