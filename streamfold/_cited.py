"""A citation of the text that grows, as nearly all are: taken in beside that text, which need not be settled for it.

What comes of it here is what judging it would come to; whatever is not as it should be is left to the judge.
"""

from typing import Any, Final

from . import events as on
from ._book import Book, Part, Stage, find
from ._citations import aim, fits, is_of_kind
from ._entries import begin, shelve
from ._event_rules import breaches
from ._order import lawful
from ._routes import Act
from ._state import Focus, State, make_focus, make_state
from ._transitions import held_by_citation

CITED: Final = (on.CitationStart, on.CitationEnd)


def cited(state: State, event: Any) -> State | None:
    """Give the state after the start or the end of a citation; None where it has to be judged."""
    if not state.focus.kind or state.position >= state.focus.last:
        return None
    return _begun(state, event) if type(event) is on.CitationStart else _ended(state, event)


def _begun(state: State, event: on.CitationStart) -> State | None:
    book, focus, text = state.book, state.focus, state.growing
    index, key = event.index, focus.key
    if index is None or index != book.following.get("citation", 0) or book.parts >= book.limits.parts:
        return None
    if not _is_lawful(book, "citation", Act.START, Stage.ABSENT) or breaches(event) or aim(book, event) != key:
        return None
    if not (is_of_kind(event, _growing(book, focus)) and fits(text, event.start, event.end, event.text)):
        return None
    held = held_by_citation(event)
    if held > focus.most - text.length:
        return None
    part = Part("citation", index, "citation", state.position, Stage.OPEN, event, key)
    after = begin(book, part, text.length - focus.base + held)
    return make_state(state.position + 1, text, _moved(focus, "", focus.most - held, text.length), after)


def _ended(state: State, event: on.CitationEnd) -> State | None:
    book, focus = state.book, state.focus
    part = book.open.get(("citation", event.index))
    if part is None or state.length != focus.base or not _is_lawful(book, part.symbol, Act.END, part.stage):
        return None
    after = shelve(book, part)
    symbol = "" if "citation" in after.counts else _growing(book, focus).symbol
    return make_state(state.position + 1, state.growing, _moved(focus, symbol, focus.most, focus.base), after)


def _is_lawful(book: Book, symbol: str, act: Act, stage: Stage) -> bool:
    return lawful(book.phase, "citation", act, stage, symbol, tuple(book.counts), book.seen) is not None


def _growing(book: Book, focus: Focus) -> Part:
    part = find(book, focus.key)
    assert part is not None  # noqa: S101 - the focus is an open part
    return part


def _moved(focus: Focus, symbol: str, most: int, base: int) -> Focus:
    return make_focus(symbol, focus.kind, focus.place, most, focus.last, base)
