"""From a message to the JSON of the API's non-streaming answer."""

import sys
from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any

from attrs import fields

from . import _usage, _wire
from .message import (
    Citation,
    InvalidToolCall,
    Message,
    OpenToolCall,
    OtherBlock,
    Partial,
    Target,
    TextBlock,
    ThinkingBlock,
    ToolCall,
)

__all__ = ["to_json", "to_response"]


def to_response(message: Message) -> dict[str, Any]:
    """Give the JSON object with which the API answers a request that does not stream.

    What never came is left out. Only calls that can be made stand there, with their arguments as they
    arrived; a block of a type that is not known has no place. A number beyond the range of a float, and
    what is no JSON value, becomes text.

    Examples:
        >>> from streamfold import Message, TextBlock
        >>> to_response(Message(id="m", content=(TextBlock("Hi"),)))
        {'id': 'm', 'message': {'content': [{'type': 'text', 'text': 'Hi'}]}}
    """
    response: dict[str, Any] = _plain(_response(message))
    return response


def to_json(message: Message | Partial, *, violations: bool = True) -> dict[str, Any]:
    """Give the object of `to_response`, and beside it under ``"streamfold"`` all that has no place there.

    What is empty is left out, ``"streamfold"`` itself too; so is a field that has its default.

    - ``partial``: why the message is not finished; every `Partial` has it, and no `Message`
    - ``open``: the parts that had no end yet: ``kind``, ``index``
    - ``other_content``: blocks of an unknown type: ``at``, ``index``, ``type``, ``text``, ``logprobs``
    - ``invalid_tool_calls``: ``at``, ``index``, ``id``, ``name``, ``raw_arguments``, ``reason``, ``detail``
    - ``open_tool_calls``: calls that were still arriving: the same without ``reason`` and ``detail``
    - ``citations``: for each citation, its ``target`` (``kind`` and ``index``, or null) and its ``units``
    - ``indexes``: wire indexes of ``content``, ``tool_calls``, ``citations``, where they are not 0, 1, 2 ...
    - ``logprobs``: how many of the logprobs are of each block of ``content``, where it has several
    - ``error``, ``error_type``: the API's own words
    - ``kept``: what arrived and has no other place: ``code``, ``position``, ``event``
    - ``violations``: the fields of each `Violation`, and its whole sentence as ``text``

    ``at`` is the place among all blocks or all calls, from 0; ``index`` is the one on the wire.

    Examples:
        >>> from streamfold import Partial
        >>> to_json(Partial(id="m", tool_plan="Look", why="nobody waited"))
        {'id': 'm', 'message': {'tool_plan': 'Look'}, 'streamfold': {'partial': 'nobody waited'}}
    """
    beside = _given({**_beside(message), "violations": list(_violations(message)) if violations else []})
    whole: dict[str, Any] = _plain({**_response(message), **({"streamfold": beside} if beside else {})})
    return whole


# What the API says


def _response(told: Message | Partial) -> dict[str, Any]:
    return _given(
        {
            "id": told.id,
            "finish_reason": told.finish_reason,
            "message": _message(told),
            "usage": None if told.usage is None else _usage.to_wire(told.usage),
            "logprobs": [each for block in _blocks(told) for each in block.logprobs],
        }
    )


def _message(told: Message | Partial) -> dict[str, Any]:
    return _given(
        {
            "role": told.role,
            "content": [{"type": block.type, block.type: block.text} for block in _blocks(told)],
            "tool_plan": told.tool_plan,
            "tool_calls": list(map(_call, told.tool_calls)),
            "citations": list(map(_citation, told.citations)),
        }
    )


def _blocks(told: Message | Partial) -> list[TextBlock | ThinkingBlock]:
    return [block for block in told.content if not isinstance(block, OtherBlock)]


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.raw_arguments}
    return _given({"id": call.id, "type": call.type, "function": function})


def _citation(citation: Citation) -> dict[str, Any]:
    return _given(
        {
            "start": citation.start,
            "end": citation.end,
            "text": citation.text,
            "sources": list(map(_wire.source_to_wire, citation.sources)),
            "type": citation.type,
            "content_index": citation.content_index,
        }
    )


# What it has no place for


def _beside(told: Message | Partial) -> dict[str, Any]:
    return {
        **(_unfinished(told) if isinstance(told, Partial) else {}),
        "other_content": list(_numbered(told.content, OtherBlock)),
        "invalid_tool_calls": list(_numbered(told.calls, InvalidToolCall)),
        "open_tool_calls": list(_numbered(told.calls, OpenToolCall)),
        "citations": [{"target": _target(each.target), "units": each.units} for each in told.citations],
        "indexes": _indexes(told) or None,
        "logprobs": _shares(told),
        "error": told.error,
        "error_type": told.error_type,
        "kept": list(map(_said, told.kept)),
    }


def _unfinished(partial: Partial) -> dict[str, Any]:
    return {
        "partial": partial.why,
        "open": [{"kind": kind, "index": index} for kind, index in partial.open],
    }


def _numbered(parts: Iterable[Any], kind: type[Any]) -> Iterator[dict[str, Any]]:
    for at, part in enumerate(parts):
        if isinstance(part, kind):
            yield {"at": at, "index": part.index, **_said(part)}


def _target(target: Target | None) -> dict[str, Any] | None:
    return None if target is None else {"kind": target.kind, "index": target.index}


def _indexes(told: Message | Partial) -> dict[str, list[int]]:
    parts = {"content": _blocks(told), "tool_calls": told.tool_calls, "citations": told.citations}
    indexes = {name: [part.index for part in some] for name, some in parts.items()}
    return {name: some for name, some in indexes.items() if some != list(range(len(some)))}


def _shares(told: Message | Partial) -> list[int]:
    shares = [len(block.logprobs) for block in _blocks(told)]
    return shares if len(shares) > 1 and any(shares) else []


def _violations(told: Message | Partial) -> Iterator[dict[str, Any]]:
    for violation in told.violations:
        yield {**_said(violation), "text": str(violation)}


def _said(value: Any) -> dict[str, Any]:
    named = {each.name: (getattr(value, each.name), each.default) for each in fields(type(value))}
    return {name: said for name, (said, default) in named.items() if said != default}


# JSON


def _given(named: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value is not None and value != []}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(zip(map(str, value), map(_plain, value.values()), strict=True))
    return list(map(_plain, value)) if isinstance(value, (list, tuple)) else _leaf(value)


def _leaf(value: Any) -> Any:
    # an event that did not come from JSON text may hold anything; one that did, still a number like 1e400
    if isinstance(value, (str, NoneType)) or (isinstance(value, (int, float)) and _is_in_range(value)):
        return value
    return hex(value) if isinstance(value, int) else str(value)


def _is_in_range(number: float) -> bool:
    return abs(number) <= sys.float_info.max
