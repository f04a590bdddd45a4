"""Whether an event may come where it comes: the tables are asked, and what they break is repaired."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from attrs import evolve

from . import _order as order
from ._book import ABSENT, BLOCKS, MESSAGE_KEY, PLAN_KEY, At, Book, Key, Phase, Stage, Transition, find, is_planning
from ._citations import name
from ._entries import followed, habit, interrupt, keep, violate
from ._expected import expected
from ._order import Cell
from ._routes import ROUTES, START, Act, Route
from ._transitions import restart, set_aside, symbol_of
from ._wire import Finding

_AFTER: Final[Key] = ("after", None)


def judge_event(book: Book, at: At) -> Book:
    """Judge all of an event but its shape."""
    event = at.event
    lawful = _lawful(book, event) or _TRANSPARENT.get(type(event))
    if lawful is None:
        return _judge_order(book, at, event)
    transition, key = lawful
    return transition(book, at, event, key)


def _lawful(book: Book, event: Any) -> tuple[Transition, Key] | None:
    """Give what to do for the event of a part that breaks no rule of order; None where that has to be judged."""
    route = ROUTES.get(type(event))
    if route is None:
        return None
    kind, act = route
    key = PLAN_KEY if kind == "plan" else (kind, event.index)
    if act is START:
        if event.index != book.following.get(kind, 0):
            return None
        stage, symbol = ABSENT, symbol_of(event, kind)  # no part with that index or a higher one ever began
    else:
        part = book.plan if kind == "plan" else book.open.get(key)
        if part is None:
            return None
        stage, symbol = part.stage, part.symbol
    transition = order.lawful(book.phase, kind, act, stage, symbol, tuple(book.counts), book.seen)
    return None if transition is None else (transition, key)


_TRANSPARENT: Final = {kind: (transition, MESSAGE_KEY) for kind, transition in order.TRANSPARENT.items()}


def _judge_order(book: Book, at: At, event: Any) -> Book:
    route = ROUTES.get(type(event))
    cell = order.MESSAGE[book.phase][type(event) if route is None else order.PART]
    if cell.code:
        breach = Finding(cell.code, expected=expected(book))
        touched = _AFTER if book.phase is Phase.ENDED else MESSAGE_KEY
        part = () if route is None else ((route.kind, getattr(event, "index", 0)),)
        book = violate(book, at, breach, touched, causes=(touched, *part))
    book = cell.do(book, _under(cell, at), event, MESSAGE_KEY)
    return book if route is None or cell.do is set_aside else _judge_index(book, at, event, route)


def _judge_index(book: Book, at: At, event: Any, route: Route) -> Book:
    index = 0 if route.kind == "plan" else event.index
    if index is not None:
        return _judge_part(book, at, event, route, index)
    opened = [part.index for part in book.open.values() if part.kind == route.kind]
    if route.act is not START and len(opened) > 1:
        several = Finding("field-missing", f"{len(opened)} parts are open", "index", "it to be there")
        return keep(violate(book, at, several, (route.kind, None)), at, "field-missing")
    missing = Finding("index-missing")
    book = violate(book, at, missing, habit(missing, at))
    following = book.following.get(route.kind, 0)
    known = opened if route.act is not START and opened else [following]
    return _judge_part(book, at, event, route, known[0])


_SET_ASIDE: Final = (set_aside, restart)


def _judge_part(book: Book, at: At, event: Any, route: Route, index: int) -> Book:
    key = (route.kind, index)
    part = find(book, key)
    stage = Stage.ABSENT if part is None else part.stage
    cell = order.PARTS[route.kind][stage][route.act]
    if cell.code:
        book = _break(book, at, Finding(cell.code), key, stage)
    elif route.act is START and part is None:
        book = _judge_following(book, at, key)
    if cell.do not in _SET_ASIDE:
        book = _judge_joint(book, at, event, route, key)
    elif part is None:
        book = book.with_(following=followed(book, *key))
    return cell.do(book, _under(cell, at), event, key)


def _under(cell: Cell, at: At) -> At:
    return at._replace(code=cell.code) if cell.code else at


def _break(book: Book, at: At, breach: Finding, key: Key, stage: Stage) -> Book:
    kind, _ = key
    lost: tuple[Key, ...] = (("lost", kind),) if stage is Stage.ABSENT else ()
    # A second message starts its parts anew.
    again: tuple[Key, ...] = (MESSAGE_KEY,) if breach.code == "part-restarted" else ()
    return _violate_order(book, at, breach, (key, *lost), (key, (kind, None), *again))


def _violate_order(book: Book, at: At, breach: Finding, touched: Iterable[Key], causes: Iterable[Key]) -> Book:
    told = evolve(breach, expected=expected(book))
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
    act = route.act if part is None or route.act is not START else Act.DELTA
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
