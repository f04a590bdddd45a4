"""Published folds of Cohere v2 chat streams, each called as its own library calls it, and what it claims to keep.

Each function gives an accumulator for ``streamfold.testing``; it imports its library, so that one environment needs
only its own. A fact that a fold does not keep is left out: it is compared with nothing.

Those that take the objects of the SDK get what its own client makes of each event. So what it skips is skipped here.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from functools import cache
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from streamfold.testing.laws import Accumulator, Facts


class Peer(NamedTuple):
    """A published fold.

    Attributes:
        distribution: the package whose version is told.
        requires: what to install.
        called: how it is called here.
        good: what it does well.
        make: gives the accumulator.
    """

    distribution: str
    requires: tuple[str, ...]
    called: str
    good: str
    make: Callable[[], Accumulator]


# The client of the SDK


def by_client(events: Iterable[Any]) -> Iterator[Any]:
    """Yield the objects that the SDK's client yields."""
    for event in events:
        yield from deepcopy(_read(json.dumps(event)))


async def by_client_async(events: Iterable[Any]) -> AsyncIterator[Any]:
    """Yield the same to asynchronous callers."""
    for event in by_client(events):
        yield event


@cache
def _read(event: str) -> list[Any]:
    """Give what the client makes of one event: the same wherever it comes, and slow to find."""
    return list(_echoing().chat_stream(model="command-a", messages=[{"role": "user", "content": event}]))


@cache
def _echoing() -> Any:
    """Give a client of a server without a network, which answers with the JSON that the user says."""
    import cohere  # noqa: PLC0415 - of one environment
    import httpx  # noqa: PLC0415 - likewise

    def answer(request: Any) -> Any:
        event = json.loads(request.content)["messages"][0]["content"]
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=f"data: {event}\n\n")

    return cohere.ClientV2("no key", httpx_client=httpx.Client(transport=httpx.MockTransport(answer)))


def plain(value: Any) -> Any:
    """Give an object of the SDK as JSON, without what it fills in for fields that did not come."""
    value = value.dict() if hasattr(value, "dict") else value
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items() if each is not None}
    return value


# The folds


def cohere_loop() -> Accumulator:
    """Give the loop that one writes over the events of the SDK, which has no fold of its own."""

    def fold(events: Iterable[Any]) -> Facts:
        text, thinking, plan, calls, citations, end = "", "", "", [], [], None
        for event in by_client(events):
            if event.type == "content-delta":
                text += event.delta.message.content.text or ""
                thinking += event.delta.message.content.thinking or ""
            elif event.type == "tool-plan-delta":
                plan += event.delta.message.tool_plan
            elif event.type == "tool-call-start":
                call = event.delta.message.tool_calls
                calls.append([call.id, call.function.name, call.function.arguments])
            elif event.type == "tool-call-delta":
                calls[-1][2] += event.delta.message.tool_calls.function.arguments
            elif event.type == "citation-start":
                cited = event.delta.message.citations
                citations.append((cited.start, cited.end, cited.text))
            elif event.type == "message-end":
                end = event.delta
        return Facts(
            text=text,
            thinking=thinking,
            tool_plan=plan,
            calls=calls,
            citations=citations,
            finish_reason="" if end is None else end.finish_reason or "",
            usage={} if end is None else plain(end.usage) or {},
        )

    return Accumulator(fold=fold, view=lambda known: known)


def braintrust() -> Accumulator:
    """Give the aggregation of Braintrust's tracing."""
    from braintrust.integrations.cohere.tracing import _aggregate_chat_stream  # noqa: PLC0415

    def view(result: Any) -> Facts:
        output, _, metadata = result
        told = output if isinstance(output, dict) else {"content": output}
        return Facts(
            id=metadata.get("id", ""),
            text=told.get("content") or "",
            calls=[_parts_of(call) for call in told.get("tool_calls") or []],
            citations=[(each.get("start"), each.get("end"), each.get("text")) for each in told.get("citations") or []],
            finish_reason=told.get("finish_reason") or metadata.get("finish_reason") or "",
        )

    return Accumulator(fold=lambda events: _aggregate_chat_stream(list(by_client(events))), view=view)


def _parts_of(call: Any) -> tuple[Any, Any, Any]:
    """Give what a call in JSON has of id, name and arguments: what is not there is no fault of reading it."""
    function = call.get("function") or {}
    return call.get("id"), function.get("name"), function.get("arguments") or ""


def openinference() -> Accumulator:
    """Give the accumulator of OpenInference's instrumentation."""
    from openinference.instrumentation.cohere._stream import _EventAccumulator  # noqa: PLC0415

    def fold(events: Iterable[Any]) -> Any:
        accumulator = _EventAccumulator()
        for event in by_client(events):
            accumulator.process_event(event)
        return accumulator._get_response()

    def view(response: Any) -> Facts:
        message = response.message
        return Facts(
            text=message.content,
            tool_plan=message.tool_plan or "",
            calls=[(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or []],
            finish_reason=response.finish_reason or "",
            usage=plain(response.usage) or {},
        )

    return Accumulator(fold=fold, view=view)


def openllmetry() -> Accumulator:
    """Give the accumulation of OpenLLMetry's instrumentation, set up as its caller does, errors swallowed as there."""
    from opentelemetry.instrumentation.cohere.streaming import (  # noqa: PLC0415
        DEFAULT_MESSAGE,
        _accumulate_stream_item,
    )

    def fold(events: Iterable[Any]) -> Any:
        final = {"finish_reason": None, "message": DEFAULT_MESSAGE, "usage": {}, "id": "", "error": None}
        content = {"type": "text", "thinking": None, "text": ""}
        call = {"id": "", "type": "function", "function": {"name": "", "arguments": "", "description": ""}}
        for event in by_client(events):
            with suppress(Exception):  # as its caller does
                _accumulate_stream_item(event, content, call, final)
        return final

    def view(final: Any) -> Facts:
        message = final["message"]
        blocks = message.get("content") or []
        return Facts(
            id=final["id"] or "",
            text="".join(block.get("text") or "" for block in blocks),
            thinking="".join(block.get("thinking") or "" for block in blocks),
            tool_plan=message.get("tool_plan") or "",
            calls=[_parts_of(call) for call in message.get("tool_calls") or []],
            finish_reason=final["finish_reason"] or "",
            usage=plain(final["usage"]),
        )

    return Accumulator(fold=fold, view=view)


def haystack() -> Accumulator:
    """Give the parser of Haystack's chat generator."""
    from haystack.dataclasses import ComponentInfo  # noqa: PLC0415
    from haystack_integrations.components.generators.cohere.chat.chat_generator import (  # noqa: PLC0415
        _parse_streaming_response,
    )

    def fold(events: Iterable[Any]) -> Any:
        return _parse_streaming_response(by_client(events), "command-a", lambda _: None, ComponentInfo("cohere"))

    def view(message: Any) -> Facts:
        citations = message.meta.get("citations") or []
        return Facts(
            text="".join(message.texts),
            calls=[(call.id, call.tool_name, call.arguments) for call in message.tool_calls],
            citations=[(each.start, each.end, each.text) for each in citations],
            finished=bool(message.meta.get("finish_reason")),
        )

    return Accumulator(fold=fold, view=view)


def litellm() -> Accumulator:
    """Give LiteLLM's parser of the second version's chunks, joined as its own chunk type says."""
    from litellm.llms.cohere.common_utils import CohereV2ModelResponseIterator  # noqa: PLC0415

    def fold(events: Iterable[Any]) -> Any:
        parser = CohereV2ModelResponseIterator(iter(()), sync_stream=True)
        return [(parser.chunk_parser(event), event.get("type") == "tool-call-end") for event in events]

    def view(pairs: Any) -> Facts:
        parsed = [each for each, _ in pairs]
        uses = [(each["tool_use"], is_end) for each, is_end in pairs if each["tool_use"]]
        return Facts(
            text="".join(each["text"] for each in parsed),
            calls=_joined(uses),
            finish_reason="".join(each["finish_reason"] or "" for each in parsed if each["is_finished"]),
        )

    return Accumulator(fold=fold, view=view, errors=(ValueError,))


def _joined(uses: Iterable[tuple[Any, bool]]) -> list[Any]:
    """Join parts of calls by their index; what it writes where a call ends without arguments is the empty object."""
    known: dict[int, list[Any]] = {}
    for use, is_end in uses:
        call = known.setdefault(use["index"], [None, None, ""])
        call[0] = use["id"] or call[0]
        call[1] = use["function"]["name"] or call[1]
        call[2] = {} if is_end else (call[2] or "") + (use["function"]["arguments"] or "")
    return list(known.values())


def langchain() -> Accumulator:
    """Give ChatCohere's stream, made a message as LangChain's own ``invoke`` makes one of a stream."""
    from langchain_core.language_models.chat_models import generate_from_stream  # noqa: PLC0415
    from langchain_core.messages import HumanMessage  # noqa: PLC0415

    model = _chat_model()

    def fold(events: Iterable[Any]) -> Any:
        model.client = _sending(by_client(events))
        return generate_from_stream(model._stream([HumanMessage("Hi")])).generations[0].message

    return Accumulator(fold=fold, view=_of_langchain, errors=(ValueError,))


def langchain_async() -> Accumulator:
    """Give the same for asynchronous callers, which has code of its own."""
    from langchain_core.language_models.chat_models import agenerate_from_stream  # noqa: PLC0415
    from langchain_core.messages import HumanMessage  # noqa: PLC0415

    model = _chat_model()

    async def folded(events: Iterable[Any]) -> Any:
        model.async_client = _sending(by_client_async(events))
        result = await agenerate_from_stream(model._astream([HumanMessage("Hi")]))
        return result.generations[0].message

    return Accumulator(fold=lambda events: asyncio.run(folded(events)), view=_of_langchain, errors=(ValueError,))


def _sending(stream: Any) -> Any:
    return SimpleNamespace(v2=SimpleNamespace(chat_stream=lambda **_: stream))


def _chat_model() -> Any:
    from langchain_cohere import ChatCohere  # noqa: PLC0415

    return ChatCohere(cohere_api_key="no key", model="command-a")


def _of_langchain(message: Any) -> Facts:
    blocks = message.content if isinstance(message.content, list) else [{"type": "text", "text": message.content}]
    told = [{"type": "text", "text": block} if isinstance(block, str) else block for block in blocks]
    thoughts = [each for block in told if block["type"] == "reasoning" for each in block["summary"]]
    return Facts(
        text="".join(block["text"] for block in told if block["type"] == "text"),
        thinking="".join(each["text"] for each in thoughts),
        # It draws the ids of calls at random, so that no two results would be the same.
        calls=[(None, call["name"], call["args"]) for call in message.tool_calls],
        finish_reason=message.additional_kwargs.get("finish_reason") or "",
    )


PEERS: Final[dict[str, Peer]] = {
    "The SDK and a loop": Peer(
        "cohere",
        ("cohere>=7",),
        "the loop in `tests/peers/folds.py` over what the SDK's client yields",
        "nothing stands between the reader and the events",
        cohere_loop,
    ),
    "Braintrust": Peer(
        "braintrust",
        ("braintrust", "cohere>=7"),
        "`_aggregate_chat_stream(chunks)` of its Cohere integration",
        "it joins calls by their index, and keeps citations",
        braintrust,
    ),
    "OpenInference": Peer(
        "openinference-instrumentation-cohere",
        ("openinference-instrumentation-cohere", "cohere>=7"),
        "`_EventAccumulator.process_event(event)`, then `_get_response()`",
        "it joins calls by their index, and keeps the plan apart from the text",
        openinference,
    ),
    "OpenLLMetry": Peer(
        "opentelemetry-instrumentation-cohere",
        ("opentelemetry-instrumentation-cohere", "cohere>=7"),
        "`_accumulate_stream_item(item, …)` as its `process_chat_v2_streaming_response` calls it",
        "it keeps blocks apart, thinking too, and the whole usage",
        openllmetry,
    ),
    "Haystack": Peer(
        "cohere-haystack",
        ("cohere-haystack",),
        "`_parse_streaming_response(response, …)` of its chat generator",
        "it keeps citations with their sources, and parses arguments strictly",
        haystack,
    ),
    "LiteLLM": Peer(
        "litellm",
        ("litellm",),
        "`CohereV2ModelResponseIterator.chunk_parser(chunk)` with JSON objects; the parts joined by index",
        "it makes one shape of many providers, and names the chunk that it cannot parse",
        litellm,
    ),
    "LangChain": Peer(
        "langchain-cohere",
        ("langchain-cohere",),
        "`ChatCohere._stream(messages)`, its chunks summed by `generate_from_stream`; ids, which are random, left out",
        "thinking stands apart from the text, and calls whose arguments do not parse apart from those that do",
        langchain,
    ),
    "LangChain, async": Peer(
        "langchain-cohere",
        ("langchain-cohere",),
        "`ChatCohere._astream(messages)`, its chunks summed by `agenerate_from_stream`; ids left out as above",
        "it gives a call once it is whole, and so each call as one",
        langchain_async,
    ),
}
