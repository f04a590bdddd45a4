"""What a stream amounts to: the finished message, and what is known of an unfinished one."""

from collections.abc import Iterator
from typing import Any, Literal

from attrs import field, fields, frozen

from ._frozen import FrozenDict
from ._seams import seamless
from ._segments import runs
from .events import DocumentSource, OtherSource, Source, ToolSource
from .parts import (
    BilledUnits,
    Block,
    Call,
    Citation,
    InvalidToolCall,
    OpenToolCall,
    OtherBlock,
    Segment,
    Target,
    TextBlock,
    ThinkingBlock,
    Tokens,
    ToolCall,
    Usage,
)
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
    "Segment",
    "Source",
    "Target",
    "TextBlock",
    "ThinkingBlock",
    "Tokens",
    "ToolCall",
    "ToolSource",
    "Usage",
]


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
    kept: tuple[Kept, ...] = field(default=(), eq=seamless)
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
