"""What a stream shows of the tables: looked at from outside, step by step, with nothing of the library changed."""

from collections.abc import Iterable, Iterator
from typing import Any

from streamfold import State, check, events
from streamfold._advance import advance
from streamfold._book import Book, Phase, Stage, find
from streamfold._order import JOINT, MESSAGE, PART, PARTS, stage_of
from streamfold._routes import ROUTES, Act
from streamfold._state import settled
from streamfold._transitions import set_aside, symbol_of
from streamfold._wire import read
from streamfold.rules import RULES

Label = tuple[Any, ...]

MESSAGE_CELLS = {("message", phase, event): cell for phase, row in MESSAGE.items() for event, cell in row.items()}
PART_CELLS = {
    ("part", kind, stage, act): cell
    for kind, stages in PARTS.items()
    for stage, row in stages.items()
    for act, cell in row.items()
}
CELLS = MESSAGE_CELLS | PART_CELLS
# What is implied was begun by a breach.
LEGAL_CELLS = {
    label for label, cell in CELLS.items() if not cell.code and not {Phase.IMPLIED, Stage.IMPLIED} & {*label}
}
COUPLINGS = {
    ("joint", number, relation, other, symbol, act)
    for number, rule in enumerate(JOINT)
    for relation in ("open", "seen")
    for other in getattr(rule, relation)
    for symbol, act in rule.acts
}
CODES = {("rule", code) for code in RULES}


def reached(stream: Iterable[Any]) -> set[Label]:
    """Give the cells, the rows of the joint rules with their symbols, and the rules that a stream comes to."""
    return {*_walk(stream), *(("rule", violation.code) for violation in check(stream).violations)}


def _walk(stream: Iterable[Any]) -> Iterator[Label]:
    state = State()
    for event in getattr(stream, "events", stream):
        if isinstance(event, Exception) or state.book.phase is Phase.STOPPED:
            return
        yield from _cells(settled(state), read(getattr(event, "event", event), 64).event)
        state = advance(state, event)


def _cells(book: Book, event: Any) -> Iterator[Label]:
    route = ROUTES.get(type(event))
    if route is None:
        if isinstance(event, events.MessageStart | events.MessageEnd):
            yield "message", book.phase, type(event)
        return
    yield "message", book.phase, PART
    if MESSAGE[book.phase][PART].do is set_aside:
        return
    index = getattr(event, "index", 0)
    if index is not None:
        stage = stage_of(book, route.kind, index)
        yield "part", route.kind, stage, route.act
        if not (stage in (Stage.ABSENT, Stage.CLOSED) and route.act is Act.END):
            yield from _couplings(book, event, (route.kind, index), route.act)


def _couplings(book: Book, event: Any, key: Any, act: Act) -> Iterator[Label]:
    part = find(book, key)
    symbol = symbol_of(event, key[0]) if part is None else part.symbol
    for number, rule in enumerate(JOINT):
        if (symbol, act) in rule.acts:
            yield from (("joint", number, "open", other, symbol, act) for other in rule.open & book.counts.keys())
            yield from (("joint", number, "seen", other, symbol, act) for other in rule.seen & book.seen)
