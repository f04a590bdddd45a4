"""What is known part way."""

from collections.abc import Callable
from typing import Any, Final

from attrs import frozen

from . import _assemble as assemble
from . import events as on
from ._book import NO_SHELF, NO_TEXT, OPEN, Book, Part, citation
from ._entries import begin, put, with_citations
from ._grow import grower
from ._log import Shelf
from ._plain import NOTHING, PLAIN, Plain
from ._quick import WhenNeeded, draft_class, maker
from ._text import Tail, Text, make_text
from .limits import DEFAULT, Limits
from .message import Message, Partial
from .violations import Violation


@frozen(eq=False, repr=False, weakref_slot=False)
class Focus:
    """The part that grows, as far as its plain deltas are concerned, and the citations of it.

    Attributes:
        plain: how its plain deltas are recognised; none is where deltas have to be judged, as in a citation.
        grow: gives the next state after one of them, if it is bare; None where it is none, or has to be judged.
        place: its index.
        most: the length in code points that its text may reach.
        last: the position before which events may come.
        paid: what of that length the book counts as spent; less than nothing where it lacks what a citation holds.
        part: as it was when it came into focus; None where no part grows.
        opened: the start of a citation that is open and that the book does not hold yet, and the position of it.
        citations: all that are closed, of which the book may lack the latest; none where no part grows.
    """

    plain: Plain
    grow: "Callable[[State, Any], State | None]"
    place: int
    most: int
    last: int
    paid: int
    part: Part | None
    opened: tuple[on.CitationStart, int] | None
    citations: Shelf[Part]


make_focus: Final = maker(Focus, hidden=True)
_NO_BOOK: Final = Book()
NO_FOCUS: Final = Focus(NOTHING, lambda _state, _event: None, 0, 0, 0, 0, None, None, NO_SHELF)


@frozen(init=False, eq=False, repr=False, weakref_slot=False)
class State:
    """All that is known after some events: a value that nothing changes.

    ``State()`` is the state before the first event. States compare by value, pickle and copy; keeping every state of
    a stream costs little, since they share their past.

    Attributes:
        position: how many events came.

    Examples:
        >>> from streamfold import State, step
        >>> delta = {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "Look."}}}
        >>> start = {"type": "message-start", "id": "m", "delta": {"message": {"role": "assistant"}}}
        >>> state = step(step(State(), start), delta)
        >>> state.tool_plan, state.position
        ('Look.', 2)
    """

    book: Book  # what it lacks, `settled` puts into it
    count: int
    focus: Focus
    length: int
    position: int
    tail: Tail

    def __init__(self, limits: Limits = DEFAULT) -> None:
        book = _NO_BOOK if limits is DEFAULT else Book(limits)
        self.__attrs_init__(book, 0, NO_FOCUS, 0, 0, NO_TEXT.tail)

    def _whole(self) -> tuple[int, Book]:
        return self.position, settled(self)

    def __eq__(self, other: object) -> bool:
        return self._whole() == other._whole() if isinstance(other, State) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # a book holds mappings

    def __reduce__(self) -> tuple[Any, ...]:
        return focused, self._whole()

    @property
    def text(self) -> str:
        """The text blocks so far, joined for reading."""
        return assemble.joined(self.book, self.focus.part, growing(self), "text")

    @property
    def thinking(self) -> str:
        """The thinking blocks so far, joined for reading."""
        return assemble.joined(self.book, self.focus.part, growing(self), "thinking")

    @property
    def tool_plan(self) -> str | None:
        """The tool plan so far; None where none came."""
        return assemble.plan(self.book, self.focus.part, growing(self))

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All breaches of rules so far."""
        return tuple(self.book.violations)

    @property
    def ended(self) -> bool:
        """Whether message-end has come."""
        return self.book.end is not None

    def partial(self) -> Partial:
        """Give what is known so far, as an unfinished message."""
        return assemble.partial(settled(self))

    def message(self) -> Message | None:
        """Give the message, or None before message-end; breaches of rules are in its ``violations``."""
        return assemble.message(settled(self)) if self.ended else None

    def __repr__(self) -> str:
        return f"State(position={self.position}, {self.book.phase.value}: {self.partial()!r})"


# A user sees states, but not what they are made of; nobody makes one out of its fields.
_make: Final = maker(State, hidden=True)
_Draft: Final = draft_class(State, hidden=True)
GROW: Final = WhenNeeded[str, Callable[[State, Any], State | None]](
    lambda symbol: grower(symbol, _Draft, State, _grown) if symbol else NO_FOCUS.grow
)


def make_state(position: int, text: Text, focus: Focus, book: Book) -> State:
    """Give a state in which the part that grows has *text*."""
    return _make(book, text.count, focus, text.length, position, text.tail)


def growing(state: State) -> Text:
    """Give the text of the part that grows; it lies open in the state, so that a delta makes one value, not two."""
    return make_text(state.tail, state.count, state.length)


def grow(state: State, events: int, delta: str) -> State:
    """Give the state after some plain deltas that add up to *delta* and pass no limit."""
    if not events:
        return state
    return make_state(state.position + events, growing(state).append(delta), state.focus, state.book)


def _grown(state: State, delta: str) -> State:
    return grow(state, 1, delta)


def refocused(state: State, focus: Focus) -> State:
    """Give the state after an event that changes nothing but the focus."""
    return _make(state.book, state.count, focus, state.length, state.position + 1, state.tail)


def settled(state: State) -> Book:
    """Give the book of *state* in which every part has its text and none grows: all that the state knows."""
    book, focus = state.book, state.focus
    if focus.part is None:
        return book
    book = put(book, focus.part.with_(text=growing(state)), state.length - focus.paid)
    if lacking(state):
        book = with_citations(book, focus.citations)
    return book if focus.opened is None else begin(book, citation(focus.part, focus.opened, OPEN), 0)


def lacking(state: State) -> int:
    """Count the closed citations that the book of *state* lacks."""
    focus = state.focus
    return 0 if focus.part is None else focus.citations.count - state.book.citations.count


def spent(state: State) -> int:
    """Count the characters that are held."""
    return state.book.spent + state.length - state.focus.paid


def focused(position: int, book: Book) -> State:
    """Give the state of a settled *book*, ready to take the plain deltas of the part that grows."""
    part = assemble.focus_of(book)
    if part is None:
        return make_state(position, NO_TEXT, NO_FOCUS, book)
    limits, text = book.limits, part.text
    length = text.length
    room = limits.characters - book.spent + length
    most = min(room, limits.arguments) if part.kind == "call" else room
    plain = NOTHING if "citation" in book.counts else PLAIN[part.symbol]
    if length:  # what the book would hold of it would be held twice, once other text has taken its place
        part = part.with_(text=NO_TEXT)
        book = put(book, part)
    focus = make_focus(plain, GROW[plain.symbol], part.index, most, limits.events, length, part, None, book.citations)
    return make_state(position, text, focus, book)
