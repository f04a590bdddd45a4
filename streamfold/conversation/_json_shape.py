"""What stands where in the JSON of a message, and how each value of it is read."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from .. import _usage
from .._arguments import Fault, parse
from .._leaves import source_from_wire
from .._quote import quote
from ..message import (
    Citation,
    InvalidToolCall,
    Kept,
    Message,
    OpenToolCall,
    OtherBlock,
    Partial,
    Target,
    TextBlock,
    ThinkingBlock,
    ToolCall,
)
from ..rules import RULES
from ..violations import Violation
from ._reading import (
    Here,
    Read,
    count,
    each,
    flag,
    instance_of,
    integer,
    members,
    object_,
    one_of,
    optional,
    text,
    without,
)
from .errors import NotAMessage


class Placed(NamedTuple):
    """A part that has no place in the answer, and its place among all of its kind."""

    part: Any
    at: int
    path: str


def _block(here: Here) -> TextBlock | ThinkingBlock:
    kind = one_of(*_BLOCKS)(here.member("type"))
    named = members(here, {"type": text, kind: text}, ("type", kind))
    block: TextBlock | ThinkingBlock = _BLOCKS[kind](named[kind])
    return block


_BLOCKS: Final[Mapping[str, Any]] = {kind.type: kind for kind in (TextBlock, ThinkingBlock)}


def _call(here: Here) -> ToolCall:
    named = members(here, {"id": text, "type": text, "function": _function}, ("id", "function"))
    return ToolCall(named["id"], **named["function"], type=named.get("type"))


def _function(here: Here) -> dict[str, Any]:
    named = members(here, {"name": text, "arguments": text}, ("name", "arguments"))
    arguments = parse(named["arguments"])
    if isinstance(arguments, Fault):
        found = f"it is {quote(named['arguments'])} ({arguments.reason}: {arguments.detail})"
        raise NotAMessage(here.member("arguments").path, found, "the JSON of an object")
    return {"name": named["name"], "arguments": arguments, "raw_arguments": named["arguments"]}


def _citation(here: Here) -> Citation:
    return Citation(**members(here, _CITATION, ("start", "end", "text")))


def _usage_of(here: Here) -> Any:
    return _usage.usage(object_(here))


def _source(here: Here) -> Any:
    return source_from_wire(object_(here))


def _other(kind: type[Any]) -> Read:
    read = instance_of(kind)
    return lambda here: Placed(read(without(here, "at")), integer(here.member("at")), f"{here.path}.at")


def _open_part(here: Here) -> tuple[str, int]:
    named = members(here, {"kind": text, "index": integer}, ("kind", "index"))
    return named["kind"], named["index"]


def _violation(here: Here) -> Violation:
    violation: Violation = _FIELDS_OF_A_VIOLATION(without(here, "text"))
    if violation.code not in RULES:
        raise here.member("code").refused("the code of a rule")
    return violation


_FIELDS_OF_A_VIOLATION: Final = instance_of(Violation)


def _beside(here: Here) -> dict[str, Any]:
    return members(here, {**_BESIDE, **_BESIDE_A[Partial if "partial" in object_(here) else Message]})


_CITATION: Final[Mapping[str, Read]] = {
    "start": integer,
    "end": integer,
    "text": text,
    "sources": each(_source),
    "type": text,
    "content_index": integer,
}
_MESSAGE: Final[Mapping[str, Read]] = {
    "role": text,
    "content": each(_block),
    "tool_plan": text,
    "tool_calls": each(_call),
    "citations": each(_citation),
}
_RESOLVED: Final[Mapping[str, Read]] = {
    "target": optional(instance_of(Target)),
    "units": one_of("code points", "UTF-16"),
}
_BESIDE: Final[Mapping[str, Read]] = {
    "other_content": each(_other(OtherBlock)),
    "invalid_tool_calls": each(_other(InvalidToolCall)),
    "open_tool_calls": each(_other(OpenToolCall)),
    "citations": each(lambda here: members(here, _RESOLVED, tuple(_RESOLVED))),
    "indexes": lambda here: members(here, dict.fromkeys(("content", "tool_calls", "citations"), each(integer))),
    "logprobs": each(count),
    "error": text,
    "error_type": text,
    "kept": each(instance_of(Kept)),
    "violations": each(_violation),
}
_BESIDE_A: Final[Mapping[type[Any], Mapping[str, Read]]] = {
    Message: {"salvaged": flag},
    Partial: {"partial": text, "open": each(_open_part)},
}
WHOLE: Final[Mapping[str, Read]] = {
    "id": text,
    "finish_reason": text,
    "message": lambda here: members(here, _MESSAGE),
    "usage": _usage_of,
    "logprobs": each(object_),
    "streamfold": _beside,
}
