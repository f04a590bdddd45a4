"""The text that grows and the citations of it, which is not settled for them: they begin and end beside it.

Nearly all deltas and citations are such. What comes of them is what judging event by event would come to, and whatever
is not as it should be is left to that.
"""

from typing import Any, Final

from . import events as on
from ._book import CLOSED, NO_TEXT, OPEN, UNTOUCHED, Part, Stage, make_part
from ._citations import fits, is_of_kind
from ._entries import add
from ._held import HELD
from ._input import Input, Run
from ._order import may_begin
from ._plain import NOTHING, PLAIN
from ._state import GROW, State, growing, make_focus, make_state


class Passage:
    """Events that begin at a state and only add to the text that grows and to the citations of it.

    They are taken in at once; but each is looked at before the next one is asked for.
    """

    __slots__ = ("_begun", "_citations", "_most", "_open", "_plain", "_position", "_seen", "_text")

    def __init__(self, begun: State) -> None:
        focus = begun.focus
        self._begun = begun
        self._position = begun.position
        self._text = growing(begun)
        self._plain = focus.plain
        self._most = focus.most
        self._seen = begun.book.seen
        # Of the citation that has no end yet: its start, and where that came.
        self._open = None if focus.citation is None else (focus.citation.start, focus.citation.since)
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
            return self._begin(event, focus.part)
        return kind is on.CitationEnd and self._end(event, focus.part)

    def _begin(self, start: on.CitationStart, cited: Part) -> bool:
        book, text, before = self._begun.book, self._text, len(self._citations)
        if self._open is not None or not may_begin(book, start, "citation", "citation", self._seen, before):
            return False
        # What says so of itself is aimed at the text that grows; and no call is cited.
        if cited.kind == "call" or not is_of_kind(start, cited) or not fits(text, start.start, start.end, start.text):
            return False
        most = self._most - HELD["citation"](start)
        if text.length > most:
            return False
        self._open = start, self._position
        self._most = most
        self._plain = NOTHING
        self._position += 1
        return True

    def _end(self, end: on.CitationEnd, cited: Part) -> bool:
        if self._open is None or self._open[0].index != end.index:
            return False
        if not self._citations:
            self._seen |= {"citation"}
        self._citations.append(_citation(cited, self._open, CLOSED))
        self._open = None
        self._plain = PLAIN[cited.symbol]
        self._position += 1
        return True

    def state(self) -> State:
        """Give the state behind all that was taken."""
        book, focus = self._begun.book, self._begun.focus
        if self._citations:
            book = add(book, self._citations, 0, book.ids)
        if self._citations or self._open is not None:
            waits = None if self._open is None else _citation(focus.part, self._open, OPEN)
            paid = focus.paid - focus.most + self._most
            plain = self._plain
            focus = make_focus(plain, GROW[plain.symbol], focus.place, self._most, focus.last, paid, focus.part, waits)
        return make_state(self._position, self._text, focus, book)


def _citation(cited: Any, opened: tuple[on.CitationStart, int], stage: Stage) -> Part:
    start, since = opened
    cites = cited.kind, cited.index
    return make_part("citation", start.index, "citation", since, stage, start, cites, NO_TEXT, *UNTOUCHED, None)


def after_citation(state: State, event: Any) -> State | None:
    """Give the state after the start or the end of a citation; None where it is none, or has to be judged."""
    if type(event) not in _CITING:
        return None
    passage = Passage(state)
    return passage.state() if passage.take(event) else None


_CITING: Final = (on.CitationStart, on.CitationEnd)
