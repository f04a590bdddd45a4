"""What may change from one state to the next: one class for each thing that a view does differently.

A change names a part by its kind and wire index. It is about the latest part that has them: one that is closed does
not change, and one that is open has them to itself.
"""

from typing import Literal, TypeAlias

from attrs import frozen

from .._frozen import FrozenDict
from ..message import Citation, InvalidToolCall, Kept, ToolCall, Usage
from ..violations import Violation

BlockKind: TypeAlias = Literal["text", "thinking", "other"]


@frozen
class MessageBegan:
    """The message has an id and a role."""

    id: str | None
    role: str | None


@frozen
class BlockOpened:
    """A content block begins.

    Attributes:
        kind: ``"other"`` where its type is not known.
        index: its wire index.
        type: its type on the wire.
    """

    kind: BlockKind
    index: int
    type: str


@frozen
class CallOpened:
    """A tool call begins.

    Where its first delta came before its start, this change comes twice: first without id and name, then with them.

    Attributes:
        index: its wire index.
    """

    index: int
    id: str | None
    name: str | None
    type: str | None


@frozen
class PartGrew:
    """A block, the tool plan or the arguments of a tool call grew.

    Attributes:
        kind: of the block; or ``"plan"``, which this change also begins; or ``"call"``.
        index: its wire index; 0 for the plan.
        offset: where *text* stands in the part, in code points. It is all that was there, but for half of a
            surrogate pair at its end that has become a character: this one is the first of *text*.
        text: the part from there to its end.
        logprobs: those that came.
    """

    kind: Literal["text", "thinking", "other", "plan", "call"]
    index: int
    offset: int
    text: str
    logprobs: tuple[FrozenDict, ...] = ()


@frozen
class PartClosed:
    """A block or a citation is complete.

    Attributes:
        index: its wire index.
    """

    kind: Literal["text", "thinking", "other", "citation"]
    index: int


@frozen
class CallClosed:
    """A tool call is complete: it can be made, or it must not be."""

    call: ToolCall | InvalidToolCall

    @property
    def index(self) -> int:
        """Its wire index."""
        return self.call.index


@frozen
class CitationOpened:
    """A citation came, with all that it says."""

    citation: Citation


@frozen
class CitationResolved:
    """The text came that a citation was waiting for, or it cites another one now.

    Attributes:
        place: of the citation among all of the message, from 0.
        citation: as it reads now.
    """

    place: int
    citation: Citation


@frozen
class EventKept:
    """Something came that has no other place in the message."""

    kept: Kept


@frozen
class RuleBroken:
    """A rule was broken."""

    violation: Violation


@frozen
class MessageEnded:
    """The message is complete, or its generation failed.

    Attributes:
        id: of the message: where message-start had none, message-end may have one.
        finish_reason, error, error_type: the API's own words.
    """

    id: str | None
    finish_reason: str | None
    error: str | None
    error_type: str | None
    usage: Usage | None


Change: TypeAlias = (
    MessageBegan
    | BlockOpened
    | CallOpened
    | PartGrew
    | PartClosed
    | CallClosed
    | CitationOpened
    | CitationResolved
    | EventKept
    | RuleBroken
    | MessageEnded
)
