"""From the JSON of a message back to the message."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from attrs import evolve

from ..message import Message, Partial
from ._json_shape import WHOLE, Placed
from ._reading import members, whole
from .errors import NotAMessage


def from_json(told: Any) -> Message | Partial:
    """Make the message, or partial message, of the JSON object that `to_json` gave of it.

    Raises:
        NotAMessage: it is no such object.

    Examples:
        >>> from streamfold import Partial
        >>> from streamfold.conversation import to_json
        >>> partial = Partial(id="m", tool_plan="Look", why="nobody waited")
        >>> from_json(to_json(partial)) == partial
        True
        >>> from_json({"message": "Hi"})
        Traceback (most recent call last):
            ...
        streamfold.conversation.errors.NotAMessage: message: it is 'Hi'; expected an object
    """
    read = members(whole(told), WHOLE, ("message",))
    message, beside = read["message"], read.get("streamfold", {})
    kind, why = (Partial, {"why": beside["partial"]}) if "partial" in beside else (Message, {})
    return kind(
        **_those(read, "id", "finish_reason", "usage"),
        **_those(message, "role", "tool_plan"),
        **_those(beside, "error", "error_type", "kept", "violations", "salvaged", "open"),
        **why,
        content=_content(message.get("content", ()), read.get("logprobs", ()), beside),
        calls=_calls(message.get("tool_calls", ()), beside),
        citations=_citations(message.get("citations", ()), beside),
    )


def _those(read: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: read[name] for name in names if name in read}


def _content(blocks: Sequence[Any], logprobs: Sequence[Any], beside: Mapping[str, Any]) -> tuple[Any, ...]:
    alone = [len(logprobs)] if len(blocks) == 1 else [0] * len(blocks)
    shares = _one_each(beside.get("logprobs", alone), blocks, "streamfold.logprobs")
    if sum(shares) != len(logprobs):
        raise NotAMessage("streamfold.logprobs", f"it shares out {sum(shares)}", f"to share out {len(logprobs)}")
    rest = iter(logprobs)
    told = [evolve(block, logprobs=tuple(islice(rest, share))) for block, share in zip(blocks, shares, strict=True)]
    return _in_place(_indexed("content", told, beside), beside.get("other_content", ()))


def _calls(calls: Sequence[Any], beside: Mapping[str, Any]) -> tuple[Any, ...]:
    others = (*beside.get("invalid_tool_calls", ()), *beside.get("open_tool_calls", ()))
    return _in_place(_indexed("tool_calls", calls, beside), others)


def _citations(citations: Sequence[Any], beside: Mapping[str, Any]) -> tuple[Any, ...]:
    more = _one_each(beside.get("citations", ()), citations, "streamfold.citations")
    told = [evolve(citation, **its) for citation, its in zip(citations, more, strict=True)]
    return tuple(_indexed("citations", told, beside))


def _indexed(name: str, parts: Sequence[Any], beside: Mapping[str, Any]) -> list[Any]:
    indexes = beside.get("indexes", {}).get(name, range(len(parts)))
    matching = _one_each(indexes, parts, f"streamfold.indexes.{name}")
    return [evolve(part, index=index) for part, index in zip(parts, matching, strict=True)]


def _one_each(values: Sequence[Any], parts: Sequence[Any], path: str) -> Sequence[Any]:
    if len(values) != len(parts):
        raise NotAMessage(path, f"it has {len(values)}", f"one for each of {len(parts)}")
    return values


def _in_place(parts: Sequence[Any], others: Sequence[Placed]) -> tuple[Any, ...]:
    slots: dict[int, Any] = {}
    total = len(parts) + len(others)
    for part, at, path in others:
        if at in slots or not 0 <= at < total:
            raise NotAMessage(path, f"it is {at}", f"a place from 0 to {total - 1} that no other part has")
        slots[at] = part
    rest = iter(parts)
    return tuple(slots[at] if at in slots else next(rest) for at in range(total))
