"""From a message to the API's answer without streaming."""

from typing import Any

from .. import _usage
from .._jsonable import given, plain
from .._to_wire import source_to_wire
from ..message import Citation, Message, OtherBlock, Partial, TextBlock, ThinkingBlock, ToolCall


def to_response(message: Message) -> dict[str, Any]:
    """Give the JSON object with which the API answers a request that does not stream.

    What never came is left out. Only calls that can be made stand there, with their arguments as they
    arrived; a block of a type that is not known has no place. A number beyond the range of a float, and
    what is no JSON value, becomes text. What else has no place there, `diff` tells of
    ``from_response(to_response(message), LENIENT)``.

    Examples:
        >>> from streamfold import Message, TextBlock
        >>> to_response(Message(id="m", content=(TextBlock("Hi"),)))
        {'id': 'm', 'message': {'content': [{'type': 'text', 'text': 'Hi'}]}}
    """
    response: dict[str, Any] = plain(response_of(message))
    return response


def response_of(told: Message | Partial) -> dict[str, Any]:
    """Give what the API's answer says of *told*, with values as the message holds them."""
    return given(
        {
            "id": told.id,
            "finish_reason": told.finish_reason,
            "message": _message(told),
            "usage": None if told.usage is None else _usage.to_wire(told.usage),
            "logprobs": [each for block in known_blocks(told) for each in block.logprobs],
        }
    )


def known_blocks(told: Message | Partial) -> list[TextBlock | ThinkingBlock]:
    """Give the blocks that have a place in the answer."""
    return [block for block in told.content if not isinstance(block, OtherBlock)]


def _message(told: Message | Partial) -> dict[str, Any]:
    return given(
        {
            "role": told.role,
            "content": list(map(block_to_wire, known_blocks(told))),
            "tool_plan": told.tool_plan,
            "tool_calls": list(map(_call, told.tool_calls)),
            "citations": list(map(_citation, told.citations)),
        }
    )


def block_to_wire(block: TextBlock | ThinkingBlock) -> dict[str, Any]:
    """Give the JSON object of a block."""
    return {"type": block.type, block.type: block.text}


def _call(call: ToolCall) -> dict[str, Any]:
    return given({"id": call.id, "type": call.type, "function": {"name": call.name, "arguments": call.raw_arguments}})


def _citation(citation: Citation) -> dict[str, Any]:
    return given(
        {
            "start": citation.start,
            "end": citation.end,
            "text": citation.text,
            "sources": list(map(source_to_wire, citation.sources)),
            "type": citation.type,
            "content_index": citation.content_index,
        }
    )
