"""What is known part way."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from attrs import frozen

from . import _assemble as assemble
from ._book import NO_TEXT, Book, Key, find
from ._entries import put
from ._plain import NOTHING, PLAIN, Plain
from ._text import Tail, Text, make_text
from .limits import DEFAULT, Limits
from .message import Message, Partial
from .violations import Violation


class Focus(NamedTuple):
    """The part that grows, as far as its plain deltas are concerned.

    Attributes:
        kind, place: of the part, and its index; no part grows where they are empty.
        symbol: of the part; empty where its deltas have to be judged, as in a citation.
        most: the length in code points that its text may reach.
        last: the position before which events may come.
        base: the length of its text when it came into focus.
        read: reads a plain delta.
    """

    symbol: str
    kind: str
    place: int
    most: int
    last: int
    base: int
    read: Callable[[Any, int], str | None]

    @property
    def key(self) -> Key:
        """The key of the part."""
        return self.kind, self.place

    @property
    def plain(self) -> Plain:
        """How its plain deltas are recognised."""
        return PLAIN.get(self.symbol, NOTHING)

    def __reduce__(self) -> tuple[Any, ...]:
        return make_focus, self[:-1]


def make_focus(symbol: str, *rest: Any) -> Focus:
    """Give the focus on a part of some symbol."""
    return Focus(symbol, *rest, PLAIN.get(symbol, NOTHING).read)  # type: ignore[call-arg]  # it cannot count the rest


NO_FOCUS: Final = make_focus("", "", 0, 0, 0, 0)


class Making:
    """A state in the making: the same slots, and nothing that keeps them from being filled.

    A state is made for each event, and this costs a third of attrs' own way to make a frozen value.
    """

    __slots__ = ("book", "count", "focus", "length", "position", "tail")


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

    # in the order of Making's slots
    book: Book
    count: int
    focus: Focus
    length: int
    position: int
    tail: Tail

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.__attrs_init__(Book(limits), 0, NO_FOCUS, 0, 0, NO_TEXT.tail)

    @property
    def growing(self) -> Text:
        """The text of the part that grows; it lies open in the state, so that a delta makes one value, not two."""
        return make_text(self.tail, self.count, self.length)

    def _parts(self) -> tuple[int, Text, Focus, Book]:
        return self.position, self.growing, self.focus, self.book

    def __eq__(self, other: object) -> bool:
        return self._parts() == other._parts() if isinstance(other, State) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # a book holds mappings

    def __reduce__(self) -> tuple[Any, ...]:
        return make_state, self._parts()

    @property
    def text(self) -> str:
        """The text blocks so far, joined for reading."""
        return assemble.joined(self.book, self.focus.key, self.growing, "text")

    @property
    def thinking(self) -> str:
        """The thinking blocks so far, joined for reading."""
        return assemble.joined(self.book, self.focus.key, self.growing, "thinking")

    @property
    def tool_plan(self) -> str | None:
        """The tool plan so far; None where none came."""
        return assemble.plan(self.book, self.focus.key, self.growing)

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


def make_state(position: int, growing: Text, focus: Focus, book: Book) -> State:
    """Give a state of these parts."""
    state: Any = Making()
    state.position = position
    state.tail = growing.tail
    state.count = growing.count
    state.length = growing.length
    state.focus = focus
    state.book = book
    state.__class__ = State
    return state  # type: ignore[no-any-return]  # a State by now; a cast would cost a call


def settled(state: State) -> Book:
    """Give the book of *state* in which every part has its text and none grows."""
    book, text, focus = state.book, state.growing, state.focus
    if not focus.kind:
        return book
    part = find(book, focus.key)
    assert part is not None  # noqa: S101 - the focus is an open part
    return put(book, part._replace(text=text), text.length - focus.base)


def focused(position: int, book: Book) -> State:
    """Give the state of a settled *book*, ready to take the plain deltas of the part that grows."""
    part = assemble.focus_of(book)
    if part is None:
        return make_state(position, NO_TEXT, NO_FOCUS, book)
    limits, length = book.limits, part.text.length
    room = limits.characters - book.spent + length
    most = min(room, limits.arguments) if part.kind == "call" else room
    symbol = "" if "citation" in book.counts else part.symbol
    focus = make_focus(symbol, part.kind, part.index, most, limits.events, length)
    return make_state(position, part.text, focus, put(book, part._replace(text=NO_TEXT)))
