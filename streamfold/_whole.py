"""What comes as it nearly always does: parts whose start, plain deltas and end follow one another and break no rule.

Such a part is taken in at once, and so is a citation of the text that grows, which is not settled for it. What comes
of it is what judging event by event would come to, and whatever is not as it should be is left to that.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from . import events as on
from ._arguments import Fault, nesting, parse
from ._book import ABSENT, CLOSED, NO_TEXT, OPEN, PLAN_KEY, STOPPED, UNTOUCHED, Part, Stage, closed, make_part
from ._citations import fits, is_of_kind
from ._entries import add
from ._event_rules import breaches
from ._held import HELD
from ._kinds import is_null
from ._order import lawful
from ._plain import DELTAS, NOTHING, PLAIN, Plain
from ._routes import ENDS, ROUTES, START
from ._state import Focus, State, focused, growing, make_focus, moved, settled
from ._text import Text
from ._transitions import symbol_of


def may_come_whole(state: State, start: Any) -> Plain | None:
    """Give how the deltas of the part that *start* begins are recognised; None where it cannot come whole."""
    route = ROUTES.get(type(start))
    if route is None or route.act is not START:
        return None
    book, kind, symbol = state.book, route.kind, symbol_of(start, route.kind)
    if start.index != book.following.get(kind, 0) or book.parts >= book.limits.parts or state.focus.citation:
        return None
    # What may begin, may grow and end: no rule couples these to anything that does not forbid the start.
    if lawful(book.phase, kind, START, ABSENT, symbol, tuple(book.counts), book.seen) is None or breaches(start):
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
    symbol, since = symbol_of(start, kind), state.position
    part = make_part(kind, start.index, symbol, since, CLOSED, start, PLAN_KEY, text, *UNTOUCHED, arguments)
    return focused(position, add(book, part, held, ids))


# Citations of the text that grows


def _whole_citation(state: State, start: on.CitationStart, _: Text, events: int) -> State | None:
    focus, held = state.focus, HELD["citation"](start)
    if not _has_room(state, events, held) or not _fits(start, focus, growing(state)):
        return None
    citation = _citation(start, focus, state.position, CLOSED)
    return moved(state, events, _paid(focus, held, focus.plain, None), add(state.book, citation, 0, state.book.ids))


def begin_citation(state: State, start: on.CitationStart) -> State | None:
    """Give the state in which a citation waits for its end; None where its start has to be judged."""
    focus, held = state.focus, HELD["citation"](start)
    if may_come_whole(state, start) is None or not _has_room(state, 1, held):
        return None
    if not _fits(start, focus, growing(state)):
        return None
    citation = _citation(start, focus, state.position, OPEN)
    return moved(state, 1, _paid(focus, held, NOTHING, citation), state.book)


def end_citation(state: State, end: on.CitationEnd) -> State | None:
    """Give the state in which the citation that waits has its end; None where that has to be judged."""
    part, citation = state.focus.part, state.focus.citation
    if part is None or citation is None or citation.index != end.index or not _has_room(state, 1, 0):
        return None
    book = add(state.book, closed(citation), 0, state.book.ids)
    return moved(state, 1, _paid(state.focus, 0, PLAIN[part.symbol], None), book)


def _has_room(state: State, events: int, held: int) -> bool:
    return state.position + events <= state.focus.last and state.length + held <= state.focus.most


def _fits(start: on.CitationStart, focus: Focus, text: Text) -> bool:
    """Whether a citation is one of the text that grows. What says so of itself is aimed at that; no call is cited."""
    part = focus.part
    if part is None or part.kind == "call" or not is_of_kind(start, part):
        return False
    return fits(text, start.start, start.end, start.text)


def _citation(start: on.CitationStart, focus: Focus, since: int, stage: Stage) -> Part:
    cited: Any = focus.part
    cites = cited.kind, cited.index
    return make_part("citation", start.index, "citation", since, stage, start, cites, NO_TEXT, *UNTOUCHED, None)


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
