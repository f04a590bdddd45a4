"""What a message is made of."""

from typing import ClassVar, Literal, TypeAlias

from attrs import frozen

from ._frozen import FrozenDict
from .events import NOTHING_ELSE, Source

Number: TypeAlias = int | float


@frozen(weakref_slot=False)
class TextBlock:
    """A block of the answer.

    Attributes:
        index: the block's wire index.
        logprobs: of each delta that had them, as they came.
    """

    type: ClassVar = "text"

    text: str
    index: int = 0
    logprobs: tuple[FrozenDict, ...] = ()


@frozen(weakref_slot=False)
class ThinkingBlock:
    """A block of the model's reasoning.

    Attributes:
        index: the block's wire index.
        logprobs: of each delta that had them, as they came.
    """

    type: ClassVar = "thinking"

    thinking: str
    index: int = 0
    logprobs: tuple[FrozenDict, ...] = ()

    @property
    def text(self) -> str:
        """The characters of the block, by the name that all blocks share."""
        return self.thinking


@frozen(weakref_slot=False)
class OtherBlock:
    """A block of a type that is not known, with the characters of its deltas."""

    type: str
    text: str = ""
    index: int = 0
    logprobs: tuple[FrozenDict, ...] = ()


@frozen(weakref_slot=False)
class ToolCall:
    """A call that can be made: its arguments are whole.

    Attributes:
        arguments: the JSON object, read-only.
        raw_arguments: the exact characters that arrived.
        index: the call's wire index.
    """

    id: str
    name: str
    arguments: FrozenDict
    raw_arguments: str
    index: int = 0
    type: str | None = "function"


@frozen
class InvalidToolCall:
    """A call that must not be made.

    Attributes:
        raw_arguments: the exact characters that arrived.
        reason: ``"cut"``, ``"malformed"``, ``"not an object"``, ``"duplicate key"``, ``"number out of range"``,
            ``"no id"``, ``"no name"``, ``"left open"``, ``"restarted"``, or ``"spoilt"``.
        detail: what exactly is wrong with the arguments.
        index: the call's wire index.
    """

    id: str | None
    name: str | None
    raw_arguments: str
    reason: str
    detail: str = ""
    index: int = 0
    type: str | None = "function"


@frozen
class OpenToolCall:
    """A call whose arguments are still arriving.

    Attributes:
        raw_arguments: the characters that have arrived.
        index: the call's wire index.
    """

    id: str | None
    name: str | None
    raw_arguments: str
    index: int = 0
    type: str | None = "function"


@frozen
class Target:
    """What a citation cites.

    Attributes:
        kind: ``"content"`` for a block, ``"tool_plan"`` for the plan.
        index: the block's wire index; 0 for the plan.
    """

    kind: Literal["content", "tool_plan"]
    index: int = 0


@frozen(weakref_slot=False)
class Citation:
    """A span of the message and what it rests on.

    Attributes:
        start, end: the span in code points of the target.
        text: the characters as the API gave them.
        target: what is cited; None where it never came or has no such span.
        type, content_index: as they came.
        index: the citation's wire index.
        units: what the span on the wire counted; ``start`` and ``end`` count code points all the same.
    """

    start: int
    end: int
    text: str
    sources: tuple[Source, ...] = ()
    target: Target | None = Target("content")
    type: str | None = None
    content_index: int | None = None
    index: int = 0
    units: Literal["code points", "UTF-16"] = "code points"


@frozen
class Segment:
    """A run of characters that the same citations cover: what a page needs to underline.

    Attributes:
        text: the characters; none where the span of a citation is empty.
        start, end: in code points of the target.
        citations: those that cover the run, in the order of the message.
    """

    target: Target
    text: str
    start: int
    end: int
    citations: tuple[Citation, ...] = ()


@frozen(weakref_slot=False)
class BilledUnits:
    """What is billed: numbers as they came, whole floats as integers."""

    input_tokens: Number | None = None
    output_tokens: Number | None = None
    search_units: Number | None = None
    classifications: Number | None = None
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class Tokens:
    """What was read and written: numbers as they came, whole floats as integers."""

    input_tokens: Number | None = None
    output_tokens: Number | None = None
    reasoning_tokens: Number | None = None
    image_tokens: Number | None = None
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class Usage:
    """What the answer cost. ``extra`` keeps what is not known, as it came."""

    billed_units: BilledUnits | None = None
    tokens: Tokens | None = None
    cached_tokens: Number | None = None
    extra: FrozenDict = NOTHING_ELSE


Block: TypeAlias = TextBlock | ThinkingBlock | OtherBlock


Call: TypeAlias = ToolCall | InvalidToolCall | OpenToolCall
