"""From a message to JSON that loses nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import fields

from .._jsonable import given, plain
from ..message import InvalidToolCall, Message, OpenToolCall, OtherBlock, Partial, Target
from ._to_response import known_blocks, response_of


def to_json(message: Message | Partial, *, violations: bool = True) -> dict[str, Any]:
    """Give the object of `to_response`, and beside it under ``"streamfold"`` all that has no place there.

    What is empty is left out, ``"streamfold"`` itself too; so is a field that has its default.

    - ``partial``: why the message is not finished; every `Partial` has it, and no `Message`
    - ``open``: the parts that had no end yet: ``kind``, ``index``
    - ``salvaged``: true for a message that was made of a partial one
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

    `from_json` makes the same message of it. Only what JSON has no word for becomes text: a number beyond the
    range of a float, and in an event that did not come from JSON, whatever is no JSON value.

    Examples:
        >>> from streamfold import Partial
        >>> to_json(Partial(id="m", tool_plan="Look", why="nobody waited"))
        {'id': 'm', 'message': {'tool_plan': 'Look'}, 'streamfold': {'partial': 'nobody waited'}}
    """
    beside = given({**_beside(message), "violations": list(_violations(message)) if violations else []})
    whole: dict[str, Any] = plain({**response_of(message), **({"streamfold": beside} if beside else {})})
    return whole


def _beside(told: Message | Partial) -> dict[str, Any]:
    return {
        **(_unfinished(told) if isinstance(told, Partial) else {"salvaged": told.salvaged or None}),
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
    parts = {"content": known_blocks(told), "tool_calls": told.tool_calls, "citations": told.citations}
    indexes = {name: [part.index for part in some] for name, some in parts.items()}
    return {name: some for name, some in indexes.items() if some != list(range(len(some)))}


def _shares(told: Message | Partial) -> list[int]:
    shares = [len(block.logprobs) for block in known_blocks(told)]
    return shares if len(shares) > 1 and any(shares) else []


def _violations(told: Message | Partial) -> Iterator[dict[str, Any]]:
    for violation in told.violations:
        yield {**_said(violation), "text": str(violation)}


def _said(value: Any) -> dict[str, Any]:
    named = {each.name: (getattr(value, each.name), each.default) for each in fields(type(value))}
    return {name: said for name, (said, default) in named.items() if said != default}
