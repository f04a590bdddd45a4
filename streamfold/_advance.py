"""One event further: read it, judge it, repair what it broke, take it in. A total function that raises nothing."""

from collections.abc import Container, Iterable
from functools import reduce
from itertools import islice
from typing import Any, Final

from attrs import evolve

from . import _order as order
from . import events as on
from ._book import (
    BLOCKS,
    At,
    Book,
    ExceededError,
    Key,
    Phase,
    Stage,
    find,
    followed,
    interrupt,
    is_planning,
    keep,
    put,
    violate,
)
from ._catalogue import RULES
from ._citations import name
from ._cited import CITED, cited
from ._exact import exact
from ._frozen import TooDeep
from ._log import Log
from ._order import Act, Cell, Route
from ._quote import quote
from ._state import State, focused, settled
from ._transitions import MESSAGE, Transition, restart, set_aside, symbol_of
from ._wire import SPOILING, Finding, Reading, read

INPUT: Final[Key] = ("input", None)
_AFTER: Final[Key] = ("after", None)


def advance(state: State, item: Any) -> State:
    """Give the state after one more event, whatever it is."""
    event, line, sse_name = item if isinstance(item, on.Located) else (item, None, None)
    if state.book.phase is Phase.STOPPED:
        return state
    nesting = state.book.limits.nesting
    try:
        known = exact(event, nesting)
        is_named = known is not None and sse_name in (None, known.wire_type)
        reading = None if is_named else read(event, nesting)
    except TooDeep:
        return _stop(state, At(state.position, line), f"brackets are nested deeper than {nesting}")
    if reading is not None:
        return _judged(state, At(state.position, line, reading.event, reading.raw), reading, sse_name)
    after = cited(state, known) if type(known) in CITED else None
    return after or _judged(state, At(state.position, line, known, event))


def _judged(state: State, at: At, reading: Reading | None = None, sse_name: str | None = None) -> State:
    """Give the state after an event; without a *reading*, nothing but its order is left to be judged."""
    book = settled(state)
    try:
        after = _judge_event(book, at) if reading is None else _judge(book, at, reading, sse_name)
        return focused(at.position + 1, _bounded(after, book, at))
    except ExceededError as error:
        return _stop(state, at, str(error))


def _stop(state: State, at: At, why: str) -> State:
    book = violate(settled(state), at, Finding("limit-exceeded", why))
    return focused(state.position, book._replace(phase=Phase.STOPPED))


def _in_order(book: Book, before: Book) -> Book:
    """Give the book in which the violations of one event stand in the order of the catalogue."""
    new = book.violations.since(len(before.violations))
    ordered = sorted(new, key=lambda violation: _ORDER[violation.code])
    return book if new == ordered else book._replace(violations=reduce(Log.append, ordered, before.violations))


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


def _judge(book: Book, at: At, reading: Reading, sse_name: str | None) -> Book:
    book = _judge_shape(book, at, reading, sse_name)
    event = reading.event
    if isinstance(event, on.Unreadable):
        return _take_unreadable(book, at, event)
    if event is None:
        code = next(each.code for each in reading.findings if each.code in SPOILING)
        return _spoil(keep(book, at, code), _lost(reading.raw))
    return _judge_event(book, at)


def _judge_event(book: Book, at: At) -> Book:
    """Judge all of an event but its shape."""
    event = at.event
    lawful = _lawful(book, event) or _TRANSPARENT.get(type(event))
    if lawful is None:
        return _judge_order(book, at, event)
    transition, key = lawful
    return transition(book, at, event, key)


def _lawful(book: Book, event: Any) -> tuple[Transition, Key] | None:
    """Give what to do for the event of a part that breaks no rule of order; None where that has to be judged."""
    route = order.ROUTES.get(type(event))
    if route is None:
        return None
    kind, act = route
    key = (kind, 0 if kind == "plan" else event.index)
    part = find(book, key)
    if part is not None:
        stage, symbol = part.stage, part.symbol
    elif act is Act.START and event.index == book.following.get(kind, 0):
        stage, symbol = Stage.ABSENT, symbol_of(event, kind)
    else:
        return None
    transition = order.lawful(book.phase, kind, act, stage, symbol, tuple(book.counts), book.seen)
    return None if transition is None else (transition, key)


_TRANSPARENT: Final = {kind: (transition, MESSAGE) for kind, transition in order.TRANSPARENT.items()}


# Shape


def _judge_shape(book: Book, at: At, reading: Reading, sse_name: str | None) -> Book:
    for finding in reading.findings:
        touched = _lost(reading.raw) if finding.code in SPOILING else (_habit(finding, at),)
        book = violate(book, at, finding, *touched)
    if sse_name is None:
        return book
    named = reading.raw.get("type") if isinstance(reading.raw, dict) else None
    if named is None or named == sse_name:
        return book
    differs = Finding("sse-name-differs", quote(sse_name), expected=quote(named))
    return violate(book, at, differs, _habit(differs, at))


def _habit(finding: Finding, at: At) -> Key:
    """Give the key under which a deviation of one kind, which a server repeats with each event, is one root."""
    return f"{finding.code} {at.came.split(' ')[0]}", finding.path


def _lost(raw: Any) -> tuple[Key, ...]:
    """Give the keys of the part that a spoilt event was about."""
    wire_type = raw.get("type") if isinstance(raw, dict) else None
    kinds = [route.kind for kind, route in order.ROUTES.items() if kind.wire_type == wire_type]
    index = raw.get("index") if kinds else None
    readable = index if type(index) is int else None
    return tuple(key for kind in kinds for key in ((kind, readable), ("lost", kind)))


def _spoil(book: Book, lost: Container[Key]) -> Book:
    """Give the book in which the open parts that may lack a spoilt event say so."""
    hit = [part for part in book.open.values() if part.key in lost or (part.kind, None) in lost]
    return reduce(put, (part._replace(spoilt=True) for part in hit), book)


def _take_unreadable(book: Book, at: At, event: on.Unreadable) -> Book:
    ended = book.phase is Phase.ENDED
    code = ("sentinel-cut" if ended else "event-cut") if event.cut else "event-unreadable"
    touched = (INPUT,) if code == "event-cut" else ()
    return keep(violate(book, at, Finding(code, f"{event.why}, {quote(event.text)}"), *touched), at, code)


# Order


def _judge_order(book: Book, at: At, event: Any) -> Book:
    route = order.ROUTES.get(type(event))
    cell = order.MESSAGE[book.phase][type(event) if route is None else order.PART]
    if cell.code:
        breach = Finding(cell.code, expected=order.expected(book))
        touched = _AFTER if book.phase is Phase.ENDED else MESSAGE
        part = () if route is None else ((route.kind, getattr(event, "index", 0)),)
        book = violate(book, at, breach, touched, causes=(touched, *part))
    book = cell.do(book, _under(cell, at), event, MESSAGE)
    return book if route is None or cell.do is set_aside else _judge_index(book, at, event, route)


def _judge_index(book: Book, at: At, event: Any, route: Route) -> Book:
    index = 0 if route.kind == "plan" else event.index
    if index is not None:
        return _judge_part(book, at, event, route, index)
    opened = [part.index for part in book.open.values() if part.kind == route.kind]
    if route.act is not Act.START and len(opened) > 1:
        several = Finding("field-missing", f"{len(opened)} parts are open", "index", "it to be there")
        return keep(violate(book, at, several, (route.kind, None)), at, "field-missing")
    missing = Finding("index-missing")
    book = violate(book, at, missing, _habit(missing, at))
    following = book.following.get(route.kind, 0)
    known = opened if route.act is not Act.START and opened else [following]
    return _judge_part(book, at, event, route, known[0])


_SET_ASIDE: Final = (set_aside, restart)


def _judge_part(book: Book, at: At, event: Any, route: Route, index: int) -> Book:
    key = (route.kind, index)
    part = find(book, key)
    stage = Stage.ABSENT if part is None else part.stage
    cell = order.PARTS[route.kind][stage][route.act]
    if cell.code:
        book = _break(book, at, Finding(cell.code), key, stage)
    elif route.act is Act.START and part is None:
        book = _judge_following(book, at, key)
    if cell.do not in _SET_ASIDE:
        book = _judge_joint(book, at, event, route, key)
    elif part is None:
        book = book._replace(following=followed(book, *key))
    return cell.do(book, _under(cell, at), event, key)


def _under(cell: Cell, at: At) -> At:
    return at._replace(code=cell.code) if cell.code else at


def _break(book: Book, at: At, breach: Finding, key: Key, stage: Stage) -> Book:
    kind, _ = key
    lost: tuple[Key, ...] = (("lost", kind),) if stage is Stage.ABSENT else ()
    # A second message starts its parts anew.
    again: tuple[Key, ...] = (MESSAGE,) if breach.code == "part-restarted" else ()
    return _violate_order(book, at, breach, (key, *lost), (key, (kind, None), *again))


def _violate_order(book: Book, at: At, breach: Finding, touched: Iterable[Key], causes: Iterable[Key]) -> Book:
    told = evolve(breach, expected=order.expected(book))
    return violate(book, at, told, *touched, causes=causes, stood=where(book))


def where(book: Book) -> str:
    """Say where the stream stands."""
    if book.phase is Phase.WAITING:
        return ""
    parts = [name(part) for part in islice(book.open.values(), _MOST_NAMED)]
    if parts:
        return f"inside {' and '.join(parts)}"
    return "in the tool plan" if is_planning(book) else "between parts"


_MOST_NAMED: Final = 4


def _judge_following(book: Book, at: At, key: tuple[str, int]) -> Book:
    kind, index = key
    following = book.following.get(kind, 0)
    if index == following or (index < following and key in book.marks):
        return book
    skipped = Finding("index-skipped", expected=f"index {following}")
    return violate(book, at, skipped, key, causes=(key, (kind, None)))


def _judge_joint(book: Book, at: At, event: Any, route: Route, key: Key) -> Book:
    part = find(book, key)
    symbol = symbol_of(event, route.kind) if part is None else part.symbol
    # A start that comes a second time, or after a delta, is judged as that alone: it begins nothing new.
    act = route.act if part is None or route.act is not Act.START else Act.DELTA
    for code in order.joint_breaches(book, symbol, act):
        touched, causes = _COUPLED.get(code, _once)(book, code, key)
        book = _violate_order(book, at, Finding(code), touched, causes)
        book = interrupt(book) if code == "citation-interrupted" else book
    return book


def _starting(book: Book, _code: str, key: Key) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    return (key,), (key, *_opened(book, BLOCKS))


def _interrupted(book: Book, _code: str, _key: Key) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    citations = _opened(book, frozenset({"citation"}))
    return citations, citations


def _once(_book: Book, code: str, _key: Key) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    return ((code, None),), ((code, None),)


def _opened(book: Book, symbols: frozenset[str]) -> tuple[Key, ...]:
    return tuple(islice((key for key, part in book.open.items() if part.symbol in symbols), _MOST_NAMED))


# What a joint rule's breach touches, and what may have caused it: without an entry, it is told once for a message.
_COUPLED: Final = {"parts-interleaved": _starting, "citation-interrupted": _interrupted}
