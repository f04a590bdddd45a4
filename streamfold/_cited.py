"""The text that grows, and the citations of it that begin and end beside it, while the book stays as it is.

Nearly all deltas and citations are such. What comes of them is what judging event by event would come to, and whatever
is not as it should be is left to that.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from . import events as on
from ._book import CLOSED, Part, citation
from ._citations import fits, is_of_kind
from ._held import HELD
from ._input import Input, Run
from ._log import Shelf
from ._order import may_begin
from ._plain import NOTHING, PLAIN, Plain
from ._state import GROW, Focus, State, growing, lacking, make_focus, make_state, refocused
from ._text import Text


def after_citation(state: State, event: Any) -> State | None:
    """Give the state after the start or the end of a citation; None where it is none, or has to be judged."""
    after = _AFTER.get(type(event))
    return None if after is None or state.position >= state.focus.last else after(state, event)


def _after_start(state: State, start: on.CitationStart) -> State | None:
    text, focus = growing(state), state.focus
    most = _most_after(state, start, text, focus.most, lacking(state)) if focus.opened is None else -1
    if text.length > most:
        return None
    opened = start, state.position
    return refocused(state, _citing(focus, NOTHING, most, opened, focus.citations))


def _after_end(state: State, end: on.CitationEnd) -> State | None:
    focus = state.focus
    cited, opened = focus.part, focus.opened
    if cited is None or opened is None or opened[0].index != end.index:
        return None
    citations = focus.citations.append(citation(cited, opened, CLOSED))
    return refocused(state, _citing(focus, PLAIN[cited.symbol], focus.most, None, citations))


_AFTER: Final[Mapping[type[Any], Callable[[State, Any], State | None]]] = {
    on.CitationStart: _after_start,
    on.CitationEnd: _after_end,
}


def _most_after(state: State, start: on.CitationStart, text: Text, most: int, lacks: int) -> int:
    """Give the length that *text* may reach behind the start of a citation; -1 where something is wrong with that.

    It might reach *most*, and *lacks* citations have come that the book of *state* does not hold.
    """
    book, cited = state.book, state.focus.part
    if cited is None or cited.kind == "call":  # no call is cited
        return -1
    # What says so of itself is aimed at the text that grows.
    if not (
        may_begin(book, start, "citation", "citation", lacks)
        and is_of_kind(start, cited)
        and fits(text, start.start, start.end, start.text)
    ):
        return -1
    return most - HELD["citation"](start)


def _citing(
    focus: Focus, plain: Plain, most: int, opened: tuple[on.CitationStart, int] | None, citations: Shelf[Part]
) -> Focus:
    """Give the focus on the same part, with other citations of it."""
    paid = focus.paid - focus.most + most
    return make_focus(plain, GROW[plain.symbol], focus.place, most, focus.last, paid, focus.part, opened, citations)


class Passage:
    """Events that begin at a state and only add to the text that grows and to the citations of it.

    They are taken in at once; but each is looked at before the next one is asked for.
    """

    __slots__ = ("_begun", "_citations", "_lacks", "_most", "_opened", "_plain", "_position", "_text")

    def __init__(self, begun: State) -> None:
        focus = begun.focus
        self._begun = begun
        self._position = begun.position
        self._text = growing(begun)
        self._plain = focus.plain
        self._most = focus.most
        self._opened = focus.opened
        self._lacks = lacking(begun)
        self._citations: list[Part] = []

    def take_deltas(self, events: Input) -> Run:
        """Take plain deltas, and the event after them."""
        focus, text = self._begun.focus, self._text
        run = events.take(self._plain, focus.place, focus.last - self._position, self._most - text.length)
        if run.size:
            self._position += run.size
            self._text = text.append(run.text)
        return run

    def take(self, event: Any) -> bool:
        """Take the start or the end of a citation, if nothing of it has to be judged."""
        kind, focus = type(event), self._begun.focus
        if focus.part is None or self._position >= focus.last:
            return False
        if kind is on.CitationStart:
            return self._begin(event)
        return kind is on.CitationEnd and self._end(event, focus.part)

    def _begin(self, start: on.CitationStart) -> bool:
        if self._opened is not None:
            return False
        most = _most_after(self._begun, start, self._text, self._most, self._lacks)
        if self._text.length > most:
            return False
        self._opened = start, self._position
        self._most = most
        self._plain = NOTHING
        self._position += 1
        return True

    def _end(self, end: on.CitationEnd, cited: Part) -> bool:
        if self._opened is None or self._opened[0].index != end.index:
            return False
        self._citations.append(citation(cited, self._opened, CLOSED))
        self._lacks += 1
        self._opened = None
        self._plain = PLAIN[cited.symbol]
        self._position += 1
        return True

    def state(self) -> State:
        """Give the state behind all that was taken."""
        focus = self._begun.focus
        if self._citations or self._opened is not focus.opened:
            citations = focus.citations.extend(self._citations)
            focus = _citing(focus, self._plain, self._most, self._opened, citations)
        return make_state(self._position, self._text, focus, self._begun.book)
