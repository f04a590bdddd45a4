"""All that is known part way but the text that grows: what each cold event replaces and no delta touches."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from attrs import frozen

from . import events as on
from ._arguments import Fault
from ._frozen import FrozenDict
from ._log import Log, Shelf
from ._quick import changed, maker_and_drafter
from ._quote import quote
from ._text import Text
from .limits import DEFAULT, Limits
from .violations import Kept, Violation


class ExceededError(ValueError):
    """An event would exceed a limit: the fold ends before it."""


class Phase(Enum):
    """Where the message stands."""

    __hash__ = object.__hash__  # the members are their own keys, and Enum's way costs more than a look-up

    WAITING = "before message-start"
    IMPLIED = "in a message without message-start"
    STREAMING = "in the message"
    ENDED = "after message-end"
    STOPPED = "at a limit"


class Stage(Enum):
    """Where a part stands."""

    __hash__ = object.__hash__

    ABSENT = "not begun"
    IMPLIED = "begun without its start"
    OPEN = "open"
    CLOSED = "closed"


# Python 3.11 takes ten times as long to look up a member as a name.
ENDED, STOPPED = Phase.ENDED, Phase.STOPPED
ABSENT, OPEN, CLOSED = Stage.ABSENT, Stage.OPEN, Stage.CLOSED


K = TypeVar("K")
V = TypeVar("V")


Kind: TypeAlias = Literal["content", "call", "citation", "plan"]
Key: TypeAlias = tuple[str, int | str | None]

NO_TEXT: Final = Text()
NO_LOG: Final[Log[Any]] = Log()
NO_SHELF: Final[Shelf[Any]] = Shelf()
PLAN_KEY: Final[Key] = ("plan", 0)
MESSAGE_KEY: Final[Key] = ("message", None)


@frozen(weakref_slot=False)
class Part:
    """A content block, a tool call, a citation, or the tool plan.

    Attributes:
        symbol: what the joint rules call it: ``text``, ``thinking``, ``other``, ``call``, ``plan``, ``citation``,
            or ``interrupted`` for a citation that another event interrupted.
        since: the position of the event that opened it.
        start: that event, or None where a delta opened it.
        cites: the key of what a citation cites.
        text: what its deltas added up to; the part that grows has it in the state.
        restarted: whether a second start came while it was open, so that its deltas may be of two parts.
        spoilt: whether one of its events could not be read, so that something of it is missing.
        arguments: of a tool call that has ended.
    """

    kind: Kind
    index: int
    symbol: str
    since: int
    stage: Stage
    start: Any = None
    cites: Key = PLAN_KEY
    text: Text = NO_TEXT
    logprobs: Log[FrozenDict] = NO_LOG
    restarted: bool = False
    spoilt: bool = False
    arguments: FrozenDict | Fault | None = None

    @property
    def key(self) -> Key:
        """Its kind and wire index."""
        return self.kind, self.index

    def with_(self, **changes: Any) -> "Part":
        """Give the part with some fields changed."""
        return changed(_draft_of(self), Part, changes)


make_part, _draft_of = maker_and_drafter(Part, hidden=True)


def citation(cited: Part, opened: tuple[on.CitationStart, int], stage: Stage) -> Part:
    """Give a citation of *cited* that nothing is wrong with, of its start and the position of that."""
    start, since = opened
    part: Part = make_part("citation", start.index, "citation", since, stage, start, (cited.kind, cited.index))
    return part


class At(NamedTuple):
    """An event that is being judged.

    Attributes:
        event: typed; None where it could not be read.
        raw: what came.
        code: the order rule that it broke, or nothing.
    """

    position: int
    line: int | None
    event: Any = None
    raw: Any = None
    code: str = ""

    @property
    def came(self) -> str:
        """What errors call it."""
        if self.event is None or isinstance(self.event, on.Unknown):
            wire_type = self.raw.get("type") if isinstance(self.raw, dict) else None
            return f"{quote(wire_type)[1:-1]}" if wire_type and isinstance(wire_type, str) else "the event"
        index = getattr(self.event, "index", None)
        return str(self.event.wire_type) if index is None else f"{self.event.wire_type} {index}"


class Mark(NamedTuple):
    """What a root violation leaves on the things that it touched."""

    position: int
    code: str


_NONE: Final[Mapping[Any, Any]] = FrozenDict()


@frozen(weakref_slot=False)
class Book:
    """What a state knows beside its position and the text that grows.

    Attributes:
        counts: of open parts, by symbol.
        seen: symbols of all parts that ever began.
        following: the next index of each kind.
        waiting: citations of text that has not come yet, by what they cite.
        marks: what roots touched; a violation on a marked thing may be a consequence.
        spent: characters that are held, but for those that the part in focus grew by.
    """

    limits: Limits = DEFAULT
    phase: Phase = Phase.WAITING
    start: on.MessageStart | None = None
    end: on.MessageEnd | None = None
    plan: Part | None = None
    open: Mapping[Key, Part] = _NONE
    contents: Shelf[Part] = NO_SHELF
    calls: Shelf[Part] = NO_SHELF
    citations: Shelf[Part] = NO_SHELF
    counts: Mapping[str, int] = _NONE
    seen: frozenset[str] = frozenset()
    following: Mapping[str, int] = _NONE
    ids: frozenset[str] = frozenset()
    parts: int = 0
    waiting: Mapping[Key, tuple[Part, ...]] = _NONE
    marks: Mapping[Key, Mark] = _NONE
    violations: Log[Violation] = NO_LOG
    kept: Log[Kept] = NO_LOG
    spent: int = 0

    def with_(self, **changes: Any) -> "Book":
        """Give the book with some fields changed."""
        return changed(draft_of(self), Book, changes)


_, draft_of = maker_and_drafter(Book, hidden=True)
SHELVES: Final[Mapping[str, str]] = {"content": "contents", "call": "calls", "citation": "citations"}
BLOCKS: Final = frozenset({"text", "thinking", "other", "call"})


def find(book: Book, key: Key) -> Part | None:
    """Give the part with *key*: the open one, else the latest that is closed."""
    kind, index = key
    if kind == "plan":
        return book.plan
    shelf: Shelf[Part] = getattr(book, SHELVES[kind])
    return book.open.get(key) or shelf.find(index)  # type: ignore[arg-type]  # a part's key


def is_planning(book: Book) -> bool:
    """Whether the tool plan is what the message has so far."""
    return "plan" in book.seen and book.seen.isdisjoint(BLOCKS)


Transition: TypeAlias = Callable[[Book, At, Any, Key], Book]
"""What an event, with the key of what it is about, does to a book."""
