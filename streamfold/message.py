"""What a stream amounts to: the finished message, and what is known of an unfinished one."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import field, fields, frozen

from ._frozen import FrozenDict
from .events import NOTHING_ELSE, DocumentSource, OtherSource, Source, ToolSource
from .violations import Kept, Violation

__all__ = [
    "BilledUnits",
    "Block",
    "Call",
    "Citation",
    "DocumentSource",
    "InvalidToolCall",
    "Kept",
    "Message",
    "OpenToolCall",
    "OtherBlock",
    "OtherSource",
    "Partial",
    "Source",
    "Target",
    "TextBlock",
    "ThinkingBlock",
    "Tokens",
    "ToolCall",
    "ToolSource",
    "Usage",
]

Number: TypeAlias = int | float


@frozen
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


@frozen
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


@frozen
class OtherBlock:
    """A block of a type that is not known, with the characters of its deltas."""

    type: str
    text: str = ""
    index: int = 0
    logprobs: tuple[FrozenDict, ...] = ()


@frozen
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
            ``"no id"``, ``"no name"``, ``"left open"``, or ``"restarted"``.
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


@frozen
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
class BilledUnits:
    """What is billed: numbers as they came, whole floats as integers."""

    input_tokens: Number | None = None
    output_tokens: Number | None = None
    search_units: Number | None = None
    classifications: Number | None = None
    extra: FrozenDict = NOTHING_ELSE


@frozen
class Tokens:
    """What was read and written: numbers as they came, whole floats as integers."""

    input_tokens: Number | None = None
    output_tokens: Number | None = None
    reasoning_tokens: Number | None = None
    image_tokens: Number | None = None
    extra: FrozenDict = NOTHING_ELSE


@frozen
class Usage:
    """What the answer cost. ``extra`` keeps what is not known, as it came."""

    billed_units: BilledUnits | None = None
    tokens: Tokens | None = None
    cached_tokens: Number | None = None
    extra: FrozenDict = NOTHING_ELSE


Block: TypeAlias = TextBlock | ThinkingBlock | OtherBlock
Call: TypeAlias = ToolCall | InvalidToolCall | OpenToolCall


@frozen(repr=False)
class Told:
    """What a message and a partial message have in common.

    Attributes:
        content: the blocks in the order of their starts.
        tool_plan: None where none came.
        calls: all tool calls, valid or not, in the order of their starts.
        citations: in the order of their starts.
        finish_reason, error, error_type: the API's own words.
        kept: what arrived and has no other place.
        violations: all breaches of rules; not looked at by ``==``.
    """

    id: str | None = None
    role: str | None = None
    content: tuple[Block, ...] = ()
    tool_plan: str | None = None
    calls: tuple[Call, ...] = ()
    citations: tuple[Citation, ...] = ()
    finish_reason: str | None = None
    error: str | None = None
    error_type: str | None = None
    usage: Usage | None = None
    kept: tuple[Kept, ...] = ()
    violations: tuple[Violation, ...] = field(default=(), eq=False)

    @property
    def text(self) -> str:
        """The text blocks, joined for reading; spans never index it."""
        return "".join(block.text for block in self.content if block.type == "text")

    @property
    def thinking(self) -> str:
        """The thinking blocks, joined for reading; spans never index it."""
        return "".join(block.text for block in self.content if block.type == "thinking")

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls that can be made."""
        return tuple(call for call in self.calls if isinstance(call, ToolCall))

    @property
    def invalid_tool_calls(self) -> tuple[InvalidToolCall, ...]:
        """The calls that must not be made."""
        return tuple(call for call in self.calls if isinstance(call, InvalidToolCall))

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts of ``debug`` events."""
        return tuple(kept.event["prompt"] for kept in self.kept if kept.code == "debug")

    @property
    def unknown_events(self) -> tuple[FrozenDict, ...]:
        """The events of types that are not known, as they came."""
        return self._kept_as("unknown-event")

    @property
    def unknown_fields(self) -> tuple[FrozenDict, ...]:
        """The fields that are not known, each in an event that holds nothing else but type and index."""
        return self._kept_as("unknown-field")

    @property
    def set_aside(self) -> tuple[Kept, ...]:
        """What repairs could not place."""
        return tuple(kept for kept in self.kept if kept.code not in _PLACED)

    def _kept_as(self, code: str) -> tuple[Any, ...]:
        return tuple(kept.event for kept in self.kept if kept.code == code)

    def _told(self) -> Iterator[str]:
        for each in fields(type(self)):
            value = getattr(self, each.name)
            if value != each.default:
                yield f"{each.name}={value!r}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._told())})"


_PLACED = ("debug", "unknown-event", "unknown-field")


@frozen(repr=False)
class Message(Told):
    """A finished message: a ``message-end`` came."""


@frozen(repr=False)
class Partial(Told):
    """What is known of a message that is not finished. It never passes for a ``Message``.

    Attributes:
        why: why it is partial.
        open: the parts that had no end yet, each as ``(kind, index)``.
    """

    why: str = "the stream goes on"
    open: tuple[tuple[str, int], ...] = ()
