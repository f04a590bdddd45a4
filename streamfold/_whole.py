"""What comes as it nearly always does: parts whose start, plain deltas and end follow one another and break no rule.

Such a part is taken in at once, and so is a citation of the text that grows, which is not settled for it. What comes
of it is what judging event by event would come to, and whatever is not as it should be is left to that.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from . import events as on
from ._arguments import Fault, nesting, parse
from ._book import CLOSED, NO_TEXT, OPEN, PLAN_KEY, STOPPED, UNTOUCHED, Key, Part, Stage, closed, make_part
from ._citations import fits, is_of_kind
from ._entries import add
from ._event_rules import breaches
from ._kinds import is_null
from ._order import comes_whole
from ._plain import DELTAS, NOTHING, PLAIN, Plain
from ._routes import ENDS, ROUTES, START
from ._state import Focus, State, focused, make_focus, moved, settled
from ._text import Text
from ._transitions import HELD, symbol_of


def may_come_whole(state: State, start: Any) -> Plain | None:
    """Give how the deltas of the part that *start* begins are recognised; None where it cannot come whole."""
    route = ROUTES.get(type(start))
    if route is None or route.act is not START:
        return None
    book, kind, symbol = state.book, route.kind, symbol_of(start, route.kind)
    if start.index != book.following.get(kind, 0) or book.parts >= book.limits.parts or state.focus.citation:
        return None
    if not comes_whole(book.phase, kind, symbol, tuple(book.counts), book.seen) or breaches(start):
        return None
    return PLAIN[symbol] if symbol in DELTAS else NOTHING


def whole(state: State, start: Any, deltas: list[str], end: Any) -> State | None:
    """Give the state after all events of a part that may come whole, or None where it does not."""
    kind = ROUTES[type(start)].kind
    fitting = type(end) is ENDS[kind] and end.index == start.index and state.book.phase is not STOPPED
    return _WHOLE[kind](state, start, Text("".join(deltas)), len(deltas) + 2) if fitting else None


def _whole_content(state: State, start: on.ContentStart, text: Text, events: int) -> State | None:
    if ("content", start.index) in state.book.waiting:
        return None
    return _shelved(state, start, "content", text, events, state.book.ids)


def _whole_call(state: State, start: on.ToolCallStart, text: Text, events: int) -> State | None:
    book, limits, raw = state.book, state.book.limits, str(text)
    if start.id in book.ids or len(raw) > limits.arguments or nesting(raw) > limits.nesting or is_null(raw):
        return None
    arguments = parse(raw)
    if isinstance(arguments, Fault):
        return None
    return _shelved(state, start, "call", text, events, book.ids | {start.id}, arguments)


def _shelved(  # noqa: PLR0913, PLR0917 - all that a part is made of
    state: State, start: Any, kind: str, text: Text, events: int, ids: frozenset[Any], arguments: Any = None
) -> State | None:
    book, position = settled(state), state.position + events
    held = HELD[kind](start) + text.length
    if position > book.limits.events or book.spent + held > book.limits.characters:
        return None
    part = _part(kind, start, state.position, CLOSED, PLAN_KEY, text, arguments)
    return focused(position, add(book, part, held, ids))


def _part(  # noqa: PLR0913, PLR0917 - likewise
    kind: str, start: Any, since: int, stage: Stage, cites: Key, text: Text = NO_TEXT, arguments: Any = None
) -> Part:
    return make_part(kind, start.index, symbol_of(start, kind), since, stage, start, cites, text, *UNTOUCHED, arguments)


# A citation of the text that grows


def _whole_citation(state: State, start: on.CitationStart, _: Text, events: int) -> State | None:
    held = _held_by_fitting(state, start, events)
    if held is None:
        return None
    book = add(state.book, _citation(state, start, CLOSED), 0, state.book.ids)
    return moved(state, events, _paid(state.focus, held, state.focus.plain, None), book)


def begin_citation(state: State, start: on.CitationStart) -> State | None:
    """Give the state in which a citation waits for its end; None where its start has to be judged."""
    held = None if may_come_whole(state, start) is None else _held_by_fitting(state, start, 1)
    if held is None:
        return None
    return moved(state, 1, _paid(state.focus, held, NOTHING, _citation(state, start, OPEN)), state.book)


def end_citation(state: State, end: on.CitationEnd) -> State | None:
    """Give the state in which the citation that waits has its end; None where that has to be judged."""
    part, citation = state.focus.part, state.focus.citation
    if part is None or citation is None or citation.index != end.index or state.position >= state.focus.last:
        return None
    book = add(state.book, closed(citation), 0, state.book.ids)
    return moved(state, 1, _paid(state.focus, 0, PLAIN[part.symbol], None), book)


def _held_by_fitting(state: State, start: on.CitationStart, events: int) -> int | None:
    """Give the characters that a citation holds, if it fits the text that grows and the limits."""
    focus = state.focus
    if focus.part is None or state.position + events > focus.last:
        return None
    # What says of itself that it cites an open part is aimed at that.
    if not (is_of_kind(start, focus.part) and fits(state.growing, start.start, start.end, start.text)):
        return None
    held = HELD["citation"](start)
    return held if held <= focus.most - state.length else None


def _citation(state: State, start: on.CitationStart, stage: Stage) -> Part:
    growing: Any = state.focus.part
    return _part("citation", start, state.position, stage, (growing.kind, growing.index))


def _paid(focus: Focus, held: int, plain: Plain, citation: Part | None) -> Focus:
    return make_focus(plain, focus.place, focus.most - held, focus.last, focus.paid - held, focus.part, citation)


_WHOLE: Final[Mapping[str, Callable[[State, Any, Text, int], State | None]]] = {
    "content": _whole_content,
    "call": _whole_call,
    "citation": _whole_citation,
}
# Each gives the state after an event; None where that has to be judged.
CITED: Final[Mapping[type[Any], Callable[[State, Any], State | None]]] = {
    on.CitationStart: begin_citation,
    on.CitationEnd: end_citation,
}
