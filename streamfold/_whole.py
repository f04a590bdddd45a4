"""What comes as it nearly always does: parts whose start, plain deltas and end follow one another and break no rule.

Such a part is taken in at once. What comes of it is what judging event by event would come to, and whatever is not as
it should be is left to that.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from . import events as on
from ._arguments import Fault, nesting, parse
from ._book import CLOSED, PLAN_KEY, Kind, make_part
from ._entries import add
from ._held import HELD
from ._input import Run
from ._kinds import is_null
from ._order import may_begin
from ._plain import DELTAS, NOTHING, PLAIN, Plain
from ._routes import ENDS
from ._state import State, focused, lacking, settled, spent
from ._text import Text
from ._transitions import symbol_of


class Foreseen(NamedTuple):
    """A part that may come whole, as far as it is known from its start.

    Attributes:
        held: the characters that its start holds.
        plain: how its deltas are recognised.
        events, characters: how many there may be of its deltas, and in them.
    """

    start: Any
    kind: Kind
    symbol: str
    held: int
    plain: Plain
    events: int
    characters: int


_make: Final[Callable[..., Foreseen]] = tuple.__new__  # a named tuple's own way costs twice as much


def foreseen(state: State, start: Any) -> Foreseen | None:
    """Give what is known of the part that *start* begins; None where it may not come whole."""
    kind, focus = _KINDS.get(type(start)), state.focus
    if kind is None or (focus.part is not None and (focus.opened is not None or lacking(state))):
        return None
    # What may begin, may grow and end: no rule couples these to anything that does not forbid the start.
    book, symbol = state.book, symbol_of(start, kind)
    if not may_begin(book, start, kind, symbol) or (kind == "call" and start.id in book.ids):
        return None
    limits, held = book.limits, HELD[kind](start)
    room = limits.characters - spent(state) - held
    if room < 0:  # where no delta comes, nothing is counted again
        return None
    most = min(room, limits.arguments) if kind == "call" else room
    plain = PLAIN[symbol] if symbol in DELTAS else NOTHING
    return _make(Foreseen, (start, kind, symbol, held, plain, limits.events - state.position - 1, most))


def whole(state: State, part: Foreseen, run: Run, end: Any) -> State | None:
    """Give the state after a part that has the deltas of a run, and then *end*; None where that is not as foreseen."""
    if type(end) is not ENDS[part.kind] or end.index != part.start.index or run.size >= part.events or run.late:
        return None
    return _WHOLE[part.kind](state, part, Text(run.text), run.size + 2)


def _whole_content(state: State, part: Foreseen, text: Text, events: int) -> State | None:
    if ("content", part.start.index) in state.book.waiting:
        return None
    return _shelved(state, part, text, events, state.book.ids)


def _whole_call(state: State, part: Foreseen, text: Text, events: int) -> State | None:
    ids, raw = state.book.ids, str(text)
    if nesting(raw) > state.book.limits.nesting or is_null(raw):
        return None
    arguments = parse(raw)
    return (
        None if isinstance(arguments, Fault) else _shelved(state, part, text, events, ids | {part.start.id}, arguments)
    )


def _shelved(  # noqa: PLR0913, PLR0917 - all that a part is made of
    state: State, part: Foreseen, text: Text, events: int, ids: frozenset[Any], arguments: Any = None
) -> State:
    start, kind, symbol, held, _, _, _ = part
    since = state.position
    closed = make_part(kind, start.index, symbol, since, CLOSED, start, PLAN_KEY, text, arguments=arguments)
    return focused(since + events, add(settled(state), closed, held + text.length, ids))


_KINDS: Final[Mapping[type[Any], Kind]] = {on.ContentStart: "content", on.ToolCallStart: "call"}
_WHOLE: Final[Mapping[Kind, Callable[[State, Foreseen, Text, int], State | None]]] = {
    "content": _whole_content,
    "call": _whole_call,
}
