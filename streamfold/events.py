"""What the wire says: one flat frozen class per event type.

Each field names its path in the JSON object; ``wire_type`` is the event's ``type``. Fields that the API
adds later are kept in ``extra``, in the shape in which they came.
"""

from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

from attrs import field, frozen

from ._frozen import FrozenDict

NOTHING_ELSE: Final = FrozenDict()


def _at(path: str, *, required: bool = False) -> dict[str, Any]:
    return {"path": tuple(path.split(".")), "required": required}


@frozen(weakref_slot=False)
class DocumentSource:
    """A document of the request that a citation rests on.

    Attributes:
        id: of the document.
        document: the document as the request gave it.
    """

    id: str | None = None
    document: FrozenDict | None = None
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class ToolSource:
    """A tool's output that a citation rests on.

    Attributes:
        id: the tool call's id and the number of the output, ``get_weather_p1t92w7gfgq7:0``.
        tool_output: the output as the request gave it.
    """

    id: str | None = None
    tool_output: FrozenDict | None = None
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class OtherSource:
    """A source of a kind that is not known, as it came."""

    fields: FrozenDict


Source: TypeAlias = DocumentSource | ToolSource | OtherSource


@frozen(weakref_slot=False)
class MessageStart:
    """A message begins.

    Attributes:
        content, tool_plan, tool_calls, citations: placeholders, empty in every recording.
    """

    wire_type: ClassVar = "message-start"

    id: str | None = field(default=None, metadata=_at("id"))
    role: str | None = field(default=None, metadata=_at("delta.message.role"))
    content: Any = field(default=None, metadata=_at("delta.message.content"))
    tool_plan: Any = field(default=None, metadata=_at("delta.message.tool_plan"))
    tool_calls: Any = field(default=None, metadata=_at("delta.message.tool_calls"))
    citations: Any = field(default=None, metadata=_at("delta.message.citations"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class ContentStart:
    """A content block begins.

    Attributes:
        index: counts content blocks from 0.
        type: ``"text"`` or ``"thinking"``.
        text, thinking: what the block begins with, empty in every recording.
    """

    wire_type: ClassVar = "content-start"

    index: int | None = field(default=None, metadata=_at("index"))
    type: str = field(default="text", metadata=_at("delta.message.content.type", required=True))
    text: str | None = field(default=None, metadata=_at("delta.message.content.text"))
    thinking: str | None = field(default=None, metadata=_at("delta.message.content.thinking"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class ContentDelta:
    """A content block grows.

    Attributes:
        text, thinking: the characters that are added: one of the two, by the type of the block.
        logprobs: ``text``, ``token_ids`` and ``logprobs`` of the tokens of this delta, as they came.
    """

    wire_type: ClassVar = "content-delta"

    index: int | None = field(default=None, metadata=_at("index"))
    text: str | None = field(default=None, metadata=_at("delta.message.content.text"))
    thinking: str | None = field(default=None, metadata=_at("delta.message.content.thinking"))
    logprobs: FrozenDict | None = field(default=None, metadata=_at("logprobs"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class ContentEnd:
    """A content block is complete."""

    wire_type: ClassVar = "content-end"

    index: int | None = field(default=None, metadata=_at("index"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class ToolPlanDelta:
    """The tool plan grows. It has no index, no start and no end.

    Attributes:
        tool_plan: the characters that are added.
    """

    wire_type: ClassVar = "tool-plan-delta"

    tool_plan: str = field(default="", metadata=_at("delta.message.tool_plan", required=True))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class ToolCallStart:
    """A tool call begins.

    Attributes:
        index: counts tool calls from 0.
        type: ``"function"``.
        arguments: what the arguments begin with, empty in every recording.
    """

    wire_type: ClassVar = "tool-call-start"

    index: int | None = field(default=None, metadata=_at("index"))
    id: str | None = field(default=None, metadata=_at("delta.message.tool_calls.id"))
    type: str | None = field(default="function", metadata=_at("delta.message.tool_calls.type"))
    name: str | None = field(default=None, metadata=_at("delta.message.tool_calls.function.name"))
    arguments: str | None = field(default=None, metadata=_at("delta.message.tool_calls.function.arguments"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class ToolCallDelta:
    """A tool call's arguments grow.

    Attributes:
        arguments: the characters of JSON text that are added.
    """

    wire_type: ClassVar = "tool-call-delta"

    index: int | None = field(default=None, metadata=_at("index"))
    arguments: str = field(default="", metadata=_at("delta.message.tool_calls.function.arguments", required=True))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class ToolCallEnd:
    """A tool call's arguments are complete."""

    wire_type: ClassVar = "tool-call-end"

    index: int | None = field(default=None, metadata=_at("index"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class CitationStart:
    """A citation, whole: only ``citation-end`` follows.

    Attributes:
        index: counts citations from 0.
        start, end: the span, in code points of the text that is cited.
        text: the characters of the span.
        type: ``"TEXT_CONTENT"``, ``"THINKING_CONTENT"`` or ``"PLAN"``; none before 2025.
        content_index: of the content block that is cited; none means 0.
    """

    wire_type: ClassVar = "citation-start"

    index: int | None = field(default=None, metadata=_at("index"))
    start: int = field(default=0, metadata=_at("delta.message.citations.start", required=True))
    end: int = field(default=0, metadata=_at("delta.message.citations.end", required=True))
    text: str = field(default="", metadata=_at("delta.message.citations.text", required=True))
    sources: tuple[Source, ...] = field(default=(), metadata=_at("delta.message.citations.sources"))
    type: str | None = field(default=None, metadata=_at("delta.message.citations.type"))
    content_index: int | None = field(default=None, metadata=_at("delta.message.citations.content_index"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class CitationEnd:
    """A citation is complete."""

    wire_type: ClassVar = "citation-end"

    index: int | None = field(default=None, metadata=_at("index"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class MessageEnd:
    """The message is complete, or its generation failed.

    Attributes:
        finish_reason: ``"COMPLETE"``, ``"MAX_TOKENS"``, ``"STOP_SEQUENCE"``, ``"TOOL_CALL"``, ``"ERROR"`` or
            ``"TIMEOUT"``.
        usage: token counts, as they came.
        error, error_type: the API's own words about a failed generation.
        id: of the message; the API never sent it here, other servers do.
    """

    wire_type: ClassVar = "message-end"

    finish_reason: str | None = field(default=None, metadata=_at("delta.finish_reason"))
    usage: FrozenDict | None = field(default=None, metadata=_at("delta.usage"))
    error: str | None = field(default=None, metadata=_at("delta.error"))
    error_type: str | None = field(default=None, metadata=_at("delta.error_type"))
    id: str | None = field(default=None, metadata=_at("id"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class Debug:
    """The prompt that the model saw (Cohere API reference, "chat-stream"); in no recording."""

    wire_type: ClassVar = "debug"

    prompt: str | None = field(default=None, metadata=_at("prompt"))
    extra: FrozenDict = NOTHING_ELSE


@frozen(weakref_slot=False)
class Unknown:
    """An event of a type that is not known, as it came."""

    fields: FrozenDict

    @property
    def wire_type(self) -> str:
        """The event's ``type``."""
        return str(self.fields["type"])


@frozen(weakref_slot=False)
class Unreadable:
    """What stood where an event should, and is none.

    Attributes:
        text: the characters that arrived.
        why: what is wrong with them.
        cut: whether the input ended inside it.
    """

    wire_type: ClassVar = "unreadable event"

    text: str
    why: str
    cut: bool = False


class Located(NamedTuple):
    """An event and where it stood in a recording.

    Attributes:
        event: a mapping, or an ``Unreadable``.
        line: of the recording, from 1.
        name: of the server-sent event, or None.
    """

    event: Any
    line: int
    name: str | None = None


Event: TypeAlias = (
    MessageStart
    | ContentStart
    | ContentDelta
    | ContentEnd
    | ToolPlanDelta
    | ToolCallStart
    | ToolCallDelta
    | ToolCallEnd
    | CitationStart
    | CitationEnd
    | MessageEnd
    | Debug
    | Unknown
)

EVENTS: Final[tuple[type[Any], ...]] = (
    MessageStart,
    ContentStart,
    ContentDelta,
    ContentEnd,
    ToolPlanDelta,
    ToolCallStart,
    ToolCallDelta,
    ToolCallEnd,
    CitationStart,
    CitationEnd,
    MessageEnd,
    Debug,
)
