"""What is known part way."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from . import _assemble as assemble
from ._book import NO_FOCUS, NO_TEXT, Book, find, focus_on, put
from ._text import Text
from .limits import DEFAULT, Limits
from .message import Message, Partial
from .violations import Violation

# A tuple is the one immutable value that costs little to make, and a state is made for each event.
new_state: Final[Callable[[type["State"], tuple[int, Text, Book]], "State"]] = tuple.__new__


class _Fields(NamedTuple):
    position: int
    growing: Text
    book: Book


class State(_Fields):
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

    __slots__ = ()

    def __new__(cls, limits: Limits = DEFAULT) -> "State":
        """Give the state before the first event."""
        return new_state(cls, (0, NO_TEXT, Book(limits)))

    def __reduce__(self) -> tuple[Any, ...]:
        return new_state, (State, tuple(self))

    @property
    def text(self) -> str:
        """The text blocks so far, joined for reading."""
        return assemble.joined(self.book, self.growing, "text")

    @property
    def thinking(self) -> str:
        """The thinking blocks so far, joined for reading."""
        return assemble.joined(self.book, self.growing, "thinking")

    @property
    def tool_plan(self) -> str | None:
        """The tool plan so far; None where none came."""
        return assemble.plan(self.book, self.growing)

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


def settled(state: State) -> Book:
    """Give the book of *state* in which every part has its text and none grows."""
    book, text = state.book, state.growing
    focus = book.focus
    if not focus.kind:
        return book
    part = find(book, focus.key)
    assert part is not None  # noqa: S101 - the focus is an open part
    book = put(book, part._replace(text=text))
    return book._replace(focus=NO_FOCUS, spent=book.spent + text.length - focus.base)


def focused(position: int, book: Book) -> State:
    """Give the state of a settled *book*, ready to take the plain deltas of the part that grows."""
    part = assemble.focus_of(book)
    if part is None:
        return new_state(State, (position, NO_TEXT, book))
    limits, length = book.limits, part.text.length
    room = limits.characters - book.spent + length
    most = min(room, limits.arguments) if part.kind == "call" else room
    focus = focus_on(part.symbol, part.index, most, limits.events, length, part.kind)
    book = put(book, part._replace(text=NO_TEXT))
    return new_state(State, (position, part.text, book._replace(focus=focus)))
