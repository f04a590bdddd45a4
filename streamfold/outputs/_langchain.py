"""LangChain: what an AIMessage is made of."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._frozen import thaw
from .._jsonable import given
from ..conversation import to_response
from ..message import Block, Citation, InvalidToolCall, Message, Target, TextBlock, ThinkingBlock, ToolCall, Usage


def to_langchain(message: Message) -> dict[str, Any]:
    """Give the keyword arguments of LangChain's ``AIMessage``, in its standard content blocks.

    Thinking is a ``reasoning`` block, and a citation an annotation of the text that it cites, once for each of its
    sources; spans count code points, as Python's strings do. The tool plan is neither text nor reasoning: it is a
    ``non_standard`` block, as a block of an unknown type is. Calls that must not be made are ``invalid_tool_calls``.
    ``additional_kwargs`` has the API's own tool plan and citations, and ``response_metadata`` its finish reason,
    usage, error and logprobs.

    Examples:
        >>> from streamfold import Citation, Message, TextBlock
        >>> told = to_langchain(Message(content=(TextBlock("It rains."),), citations=(Citation(3, 8, "rains"),)))
        >>> told["content"][0]["annotations"]
        [{'type': 'citation', 'start_index': 3, 'end_index': 8, 'extras': {'text': 'rains'}}]
    """
    response = to_response(message)
    answer = response.get("message", {})
    return {"content": []} | given(
        {
            "id": message.id,
            "content": [*_plan(message), *_blocks(message), *map(_call, message.tool_calls)],
            "tool_calls": list(map(_call, message.tool_calls)),
            "invalid_tool_calls": list(map(_invalid_call, message.invalid_tool_calls)),
            "usage_metadata": _usage(message.usage),
            "additional_kwargs": {name: answer[name] for name in ("tool_plan", "citations") if name in answer},
            "response_metadata": _metadata(message, response),
        }
    )


def _metadata(message: Message, response: Mapping[str, Any]) -> dict[str, Any]:
    return given(
        {
            "model_provider": "cohere",
            "output_version": "v1",
            "finish_reason": message.finish_reason,
            "error": message.error,
            "error_type": message.error_type,
            "usage": response.get("usage"),
            "logprobs": response.get("logprobs"),
        }
    )


def _plan(message: Message) -> list[dict[str, Any]]:
    return [] if message.tool_plan is None else [_other("tool_plan", message.tool_plan)]


def _other(kind: str, text: str) -> dict[str, Any]:
    return {"type": "non_standard", "value": {"type": kind, "text": text}}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    for block in message.content:
        cited = [each for each in message.citations if each.target == Target("content", block.index)]
        yield _block(block, cited)


def _block(block: Block, citations: Iterable[Citation]) -> dict[str, Any]:
    if isinstance(block, TextBlock):
        annotations = [each for citation in citations for each in _annotations(citation)]
        return given({"type": "text", "text": block.text, "annotations": annotations})
    if isinstance(block, ThinkingBlock):
        return {"type": "reasoning", "reasoning": block.thinking}
    return _other(block.type, block.text)


def _annotations(citation: Citation) -> Iterator[dict[str, Any]]:
    span = {"type": "citation", "start_index": citation.start, "end_index": citation.end}
    response = to_response(Message(citations=(citation,)))
    for source in response["message"]["citations"][0].get("sources") or [None]:
        yield {**span, **_named(source), "extras": given({"text": citation.text, "source": source})}


def _named(source: Any) -> dict[str, Any]:
    document = source.get("document") if isinstance(source, dict) else None
    told = document if isinstance(document, dict) else {}
    return {name: told[name] for name in ("title", "url") if isinstance(told.get(name), str)}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"type": "tool_call", "id": call.id, "name": call.name, "args": thaw(call.arguments)}


def _invalid_call(call: InvalidToolCall) -> dict[str, Any]:
    why = ": ".join(filter(None, (call.reason, call.detail)))
    told = {"id": call.id, "name": call.name, "args": call.raw_arguments, "error": why}
    return {"type": "invalid_tool_call", **told}


def _usage(usage: Usage | None) -> dict[str, Any] | None:
    tokens = usage and usage.tokens
    if not usage or not tokens or not _are_counts(tokens.input_tokens, tokens.output_tokens):
        return None
    cached = {"cache_read": usage.cached_tokens} if _are_counts(usage.cached_tokens) else None
    reasoning = {"reasoning": tokens.reasoning_tokens} if _are_counts(tokens.reasoning_tokens) else None
    return given(
        {
            "input_tokens": tokens.input_tokens,
            "output_tokens": tokens.output_tokens,
            "total_tokens": tokens.input_tokens + tokens.output_tokens,  # type: ignore[operator]  # both are counts
            "input_token_details": cached,
            "output_token_details": reasoning,
        }
    )


def _are_counts(*numbers: Any) -> bool:
    return all(isinstance(number, int) for number in numbers)
