"""What there is to know of a message: as a fold claims it, and as a plain look at the events has it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import field, fields, frozen

from .._arguments import Fault, parse
from .._frozen import thaw
from .._usage import to_wire as usage_to_wire
from ..message import Message
from ._bounds import whole

Wire: TypeAlias = Mapping[str, Any]


def _tuples(rows: Iterable[Any] | None) -> tuple[Any, ...] | None:
    return None if rows is None else tuple(tuple(row) if isinstance(row, list | tuple) else row for row in rows)


@frozen(kw_only=True)
class Facts:
    """What is known of a message. None is what is not kept, and is compared with nothing.

    Attributes:
        text: the text blocks, joined.
        thinking: the thinking blocks, joined.
        tool_plan: the plan; ``""`` where none came.
        calls: the tool calls that can be made, each as ``(id, name, arguments)``; arguments are the characters that
            arrived, or the object that they are.
        citations: each as ``(start, end, text)``, the span in code points of what it cites.
        logprobs: of each delta that had them, as they came.
        finish_reason: as it came; ``""`` where none did.
        usage: the JSON object of message-end.
        finished: whether there is all of the message. Where it is None, a *finish_reason* tells; where that is None
            too, nothing does, and it passes for all.

    Examples:
        >>> Facts(text="Hi", calls=[["f_0", "f", "{}"]]).calls
        (('f_0', 'f', '{}'),)
    """

    id: str | None = None
    text: str | None = None
    thinking: str | None = None
    tool_plan: str | None = None
    calls: tuple[tuple[Any, Any, Any], ...] | None = field(default=None, converter=_tuples)
    citations: tuple[tuple[Any, Any, Any], ...] | None = field(default=None, converter=_tuples)
    logprobs: tuple[Wire, ...] | None = field(default=None, converter=_tuples)
    finish_reason: str | None = None
    usage: Wire | None = None
    finished: bool | None = None

    @property
    def is_finished(self) -> bool:
        """Whether this passes for all of a message."""
        return self.finish_reason != "" if self.finished is None else self.finished


def facts_of(message: Message) -> Facts:
    """Give what a message of this library knows.

    Examples:
        >>> from streamfold import Message, TextBlock
        >>> facts_of(Message("m", "assistant", (TextBlock("Hi"),), finish_reason="COMPLETE")).text
        'Hi'
    """
    return Facts(
        id=message.id or "",
        text=message.text,
        thinking=message.thinking,
        tool_plan=message.tool_plan or "",
        calls=[(call.id, call.name, call.raw_arguments) for call in message.tool_calls],
        citations=[(each.start, each.end, each.text) for each in message.citations],
        logprobs=[thaw(logprobs) for block in message.content for logprobs in block.logprobs],
        finish_reason=message.finish_reason or "",
        usage={} if message.usage is None else thaw(usage_to_wire(message.usage)),
        finished=True,
    )


# A plain look: the events of a legal stream hold, word for word, all that there is to know of its message.


def told(events: Iterable[Wire]) -> Facts:
    """Give what the events of a legal stream say, joined by index, without any fold.

    Examples:
        >>> delta = {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "Look."}}}
        >>> told([delta, delta]).tool_plan
        'Look.Look.'
    """
    stream = list(events)
    cited = _held(stream, "citation-start", "citations")
    end: Wire = next((event["delta"] for event in stream if event["type"] == "message-end"), {})
    return Facts(
        id=next((event["id"] for event in stream if event["type"] == "message-start"), ""),
        text=_joined(stream, "text"),
        thinking=_joined(stream, "thinking"),
        tool_plan=whole("".join(plan for _, plan in _held(stream, "tool-plan-delta", "tool_plan"))),
        calls=_calls(stream),
        citations=[(each["start"], each["end"], each["text"]) for _, each in cited],
        logprobs=[event["logprobs"] for event in _by_block(stream) if "logprobs" in event],
        finish_reason=end.get("finish_reason", ""),
        usage=end.get("usage", {}),
        finished=bool(end),
    )


def _held(events: Iterable[Wire], name: str, key: str) -> list[tuple[Any, Any]]:
    return [(event.get("index"), event["delta"]["message"][key]) for event in events if event["type"] == name]


def _by_block(events: list[Wire]) -> list[Wire]:
    """Give the content deltas in the order of their blocks, those of a block together."""
    blocks = [index for index, _ in _held(events, "content-start", "content")]
    deltas = [event for event in events if event["type"] == "content-delta"]
    return sorted(deltas, key=lambda event: blocks.index(event["index"]))


def _joined(events: list[Wire], kind: str) -> str:
    kinds = {index: block["type"] for index, block in _held(events, "content-start", "content")}
    deltas = _held(_by_block(events), "content-delta", "content")
    return whole("".join(delta[kind] for index, delta in deltas if kinds[index] == kind))


def _calls(events: list[Wire]) -> Iterator[tuple[str, str, str]]:
    deltas = _held(events, "tool-call-delta", "tool_calls")
    for index, call in _held(events, "tool-call-start", "tool_calls"):
        raw = "".join(delta["function"]["arguments"] for its, delta in deltas if its == index)
        yield call["id"], call["function"]["name"], whole(raw)


# Comparing


def differences(expected: Facts, came: Facts) -> Iterator[str]:
    """Yield the names of the facts that came otherwise than expected, of those that are kept at all."""
    for each in fields(Facts):
        mine, its = getattr(expected, each.name), getattr(came, each.name)
        if its is not None and not agree(mine, its):
            yield each.name


def agree(expected: Any, came: Any) -> bool:
    """Whether two facts are the same, whether or not halves of a character have been joined; None agrees with all."""
    if came is None:
        return True
    if isinstance(expected, str) and isinstance(came, Mapping):
        return bool(_joined_deep(strictly_parsed(expected)) == _joined_deep(came))
    if isinstance(expected, tuple) and isinstance(came, tuple | list):
        return len(expected) == len(came) and all(map(agree, expected, came))
    return bool(_joined_deep(expected) == _joined_deep(came))


def _joined_deep(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_joined_deep(key): _joined_deep(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_joined_deep(inner) for inner in value]
    return whole(value) if isinstance(value, str) else value


def strictly_parsed(raw: str) -> Any:
    """Give the object that tool arguments are, or None if they are none."""
    parsed = parse(raw)
    return None if isinstance(parsed, Fault) else parsed
