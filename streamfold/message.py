"""What a stream amounts to: the finished message, and what is known of an unfinished one."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import field, fields, frozen

from ._frozen import FrozenDict, thaw
from ._plain import PLAIN
from ._segments import runs
from ._text import Text
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


def _seamless(kept: tuple[Kept, ...]) -> tuple[Any, ...]:
    """Give what ``==`` looks at: where one delta ends and the next begins means nothing, here as everywhere."""
    seamless: list[Any] = []
    for each in kept:
        place, text = _delta(each.event)
        frame = (each.code, place)
        if place and seamless and seamless[-1][0] == frame:
            seamless[-1] = frame, seamless[-1][1].append(text)
        else:
            seamless.append((frame, Text(text)) if place else (each, ""))
    return tuple((frame, str(text)) for frame, text in seamless)


def _delta(event: Any) -> tuple[Any, str]:
    """Give what a plain delta is for, and its characters; None and nothing for any other event."""
    plain = thaw(event) if isinstance(event, FrozenDict) else {}
    index: Any = plain.get("index")
    for symbol, each in PLAIN.items():
        text = each.read(plain, index)
        if text is not None:
            return (symbol, index), text
    return None, ""


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
    kept: tuple[Kept, ...] = field(default=(), eq=_seamless)
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
        events = (kept.event for kept in self.kept if kept.code == "debug")
        return tuple(event["prompt"] for event in events if event.get("prompt") is not None)

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

    def segments(self) -> tuple[Segment, ...]:
        """Cut the tool plan and each block into runs, each with the citations that cover it.

        The runs of one target are its whole text in order, and each citation that has a target is on exactly the
        runs of its span.

        Examples:
            >>> message = Message(content=(TextBlock("It is 24 °C."),), citations=(Citation(6, 11, "24 °C"),))
            >>> [(run.text, len(run.citations)) for run in message.segments()]
            [('It is ', 0), ('24 °C', 1), ('.', 0)]
        """
        plan = [] if self.tool_plan is None else [(Target("tool_plan"), self.tool_plan)]
        texts = [*plan, *((Target("content", block.index), block.text) for block in self.content)]
        # where blocks share an index, the last is what is cited
        cited = {target: number for number, (target, _) in enumerate(texts)}
        return tuple(
            segment
            for number, (target, text) in enumerate(texts)
            for segment in self._segments(target, text, is_cited=cited[target] == number)
        )

    def _segments(self, target: Target, text: str, *, is_cited: bool) -> Iterator[Segment]:
        mine = [citation for citation in self.citations if is_cited and citation.target == target]
        for start, end, spans in runs(len(text), [(each.start, each.end) for each in mine]):
            yield Segment(target, text[start:end], start, end, tuple(mine[number] for number in spans))

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
    """A finished message: a ``message-end`` came.

    Attributes:
        salvaged: whether it was made of a partial message, on request: then no ``message-end`` vouches for it.
    """

    salvaged: bool = False


@frozen(repr=False)
class Partial(Told):
    """What is known of a message that is not finished. It never passes for a ``Message``.

    Attributes:
        why: why it is partial; not looked at by ``==``.
        open: the parts that had no end yet, each as ``(kind, index)``.
    """

    why: str = field(default="message-end has not come", eq=False)
    open: tuple[tuple[str, int], ...] = ()

    def salvage(self, open_calls: Literal["keep raw", "leave out"] = "keep raw") -> Message:
        """Make a message of what arrived, marked as salvaged.

        A tool call that was open is never a call that can be made. It stays among the calls as an
        ``InvalidToolCall``, or is left out of them; what arrived of it is then in ``kept``.

        Examples:
            >>> from streamfold import check
            >>> start = {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": {"id": "f_0"}}}}
            >>> partial = check([start]).partial
            >>> partial.salvage().calls[0].reason
            'left open'
            >>> partial.salvage("leave out").kept[0].event
            {'id': 'f_0', 'name': None, 'arguments': '', 'index': 0}
        """
        told = {each.name: getattr(self, each.name) for each in fields(Told)}
        keeps = open_calls == "keep raw"
        calls = [_left_open(call) if isinstance(call, OpenToolCall) and keeps else call for call in self.calls]
        left_out = [_as_kept(call) for call in calls if isinstance(call, OpenToolCall)]
        told["calls"] = tuple(call for call in calls if not isinstance(call, OpenToolCall))
        told["kept"] = (*self.kept, *left_out)
        return Message(**told, salvaged=True)


def _left_open(call: OpenToolCall) -> InvalidToolCall:
    return InvalidToolCall(call.id, call.name, call.raw_arguments, "left open", "", call.index, call.type)


def _as_kept(call: OpenToolCall) -> Kept:
    event = FrozenDict(id=call.id, name=call.name, arguments=call.raw_arguments, index=call.index)
    return Kept("part-left-open", event, -1)
