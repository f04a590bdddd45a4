"""A citation of the text that grows, as nearly all are: taken in beside that text, which need not be settled for it.

What comes of it here is what judging it would come to; whatever is not as it should be is left to the judge.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from . import events as on
from ._book import begun
from ._citations import fits, is_of_kind
from ._entries import add
from ._event_rules import breaches
from ._order import is_citable
from ._plain import NOTHING, PLAIN
from ._state import State, make_focus, moved
from ._transitions import held_by_citation


def _begun(state: State, event: on.CitationStart) -> State | None:
    book, focus, index = state.book, state.focus, event.index
    part = focus.part
    if part is None or focus.citation is not None or state.position >= focus.last or book.parts >= book.limits.parts:
        return None
    if index is None or index != book.following.get("citation", 0):
        return None
    if not is_citable(book.phase, tuple(book.counts), book.seen) or breaches(event):
        return None
    # What says of itself that it cites an open part is aimed at that.
    if not (is_of_kind(event, part) and fits(state.growing, event.start, event.end, event.text)):
        return None
    most = focus.most - (held := held_by_citation(event))
    if state.length > most:
        return None
    citation = begun("citation", index, "citation", state.position, event, (part.kind, part.index))
    return moved(state, make_focus(NOTHING, focus.place, most, focus.last, focus.paid - held, part, citation), book)


def _ended(state: State, event: on.CitationEnd) -> State | None:
    focus = state.focus
    part, citation = focus.part, focus.citation
    if part is None or citation is None or citation.index != event.index or state.position >= focus.last:
        return None
    after = make_focus(PLAIN[part.symbol], focus.place, focus.most, focus.last, focus.paid, part, None)
    return moved(state, after, add(state.book, citation))


# Each gives the state after an event; None where that has to be judged.
CITED: Final[Mapping[type[Any], Callable[[State, Any], State | None]]] = {
    on.CitationStart: _begun,
    on.CitationEnd: _ended,
}
