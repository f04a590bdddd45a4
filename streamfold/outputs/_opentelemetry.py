"""OpenTelemetry: the attributes of a span, by the semantic conventions for generative AI."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .._frozen import thaw
from .._jsonable import given
from ..conversation import to_response
from ..message import InvalidToolCall, Message, OtherBlock, TextBlock, Tokens, ToolCall

_REASONS: Final[Mapping[str | None, str]] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_call",
    "ERROR": "error",
    "TIMEOUT": "error",
}


def to_opentelemetry(message: Message) -> dict[str, Any]:
    """Give the attributes of a span that tell of *message*.

    The names are those of the semantic conventions for generative AI as of November 2026, which are still in
    development. ``gen_ai.output.messages`` is a structure: a span takes it as JSON text. The conventions have no
    part for a tool plan, for citations or for calls that must not be made; those are parts of types of our own. A
    finish reason that is not known stands as it came.

    Examples:
        >>> from streamfold import Message, TextBlock
        >>> told = to_opentelemetry(Message(id="m", content=(TextBlock("Hi"),), finish_reason="COMPLETE"))
        >>> told["gen_ai.output.messages"]
        [{'role': 'assistant', 'parts': [{'type': 'text', 'content': 'Hi'}], 'finish_reason': 'stop'}]
    """
    reason = _REASONS.get(message.finish_reason, message.finish_reason)
    usage = message.usage
    tokens = (usage and usage.tokens) or Tokens()
    output = given({"role": message.role or "assistant", "parts": list(_parts(message)), "finish_reason": reason})
    return given(
        {
            "gen_ai.provider.name": "cohere",
            "gen_ai.response.id": message.id,
            "gen_ai.response.finish_reasons": [reason] if reason else None,
            "gen_ai.usage.input_tokens": tokens.input_tokens,
            "gen_ai.usage.output_tokens": tokens.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": usage and usage.cached_tokens,
            "gen_ai.usage.reasoning.output_tokens": tokens.reasoning_tokens,
            "gen_ai.output.messages": [output],
            "error.type": (message.error_type or message.finish_reason) if reason == "error" else None,
        }
    )


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    if message.tool_plan is not None:
        yield {"type": "tool_plan", "content": message.tool_plan}
    for block in message.content:
        name = block.type if isinstance(block, OtherBlock) else "text" if isinstance(block, TextBlock) else "reasoning"
        yield {"type": name, "content": block.text}
    yield from map(_call, (call for call in message.calls if isinstance(call, ToolCall | InvalidToolCall)))
    citations = to_response(message).get("message", {}).get("citations")
    if citations:
        yield {"type": "citations", "citations": citations}


def _call(call: ToolCall | InvalidToolCall) -> dict[str, Any]:
    named = {"id": call.id, "name": call.name}
    if isinstance(call, ToolCall):
        return {"type": "tool_call", **named, "arguments": thaw(call.arguments)}
    return {"type": "invalid_tool_call", **named, "arguments": call.raw_arguments, "reason": call.reason}
