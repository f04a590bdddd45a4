"""Published folds of Cohere v2 chat streams, each called as its own library calls it, and what it claims to keep.

Each function gives an accumulator for ``streamfold.testing``; it imports its library, so that one environment needs
only its own. A fact that a fold does not keep is left out: it is compared with nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
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


def read_by_sdk(event: dict[str, Any]) -> Any:
    """Read an event as the SDK's client reads it off the wire."""
    from cohere.core.unchecked_base_model import construct_type  # noqa: PLC0415 - of one environment
    from cohere.v2.types import V2ChatStreamResponse  # noqa: PLC0415

    return construct_type(type_=V2ChatStreamResponse, object_=event)


def cohere_loop() -> Accumulator:
    """Give the loop that one writes over the events of the SDK, which has no fold of its own."""

    def fold(events: Iterable[Any]) -> Facts:
        text, thinking, plan, calls, citations, end = "", "", "", [], [], None
        for event in events:
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
        reason = "" if end is None else end.finish_reason or ""
        return Facts(
            text=text, thinking=thinking, tool_plan=plan, calls=calls, citations=citations, finish_reason=reason
        )

    return Accumulator(fold=fold, view=_same, convert=read_by_sdk)


def _same(facts: Facts) -> Facts:
    return facts


def braintrust() -> Accumulator:
    """Give the aggregation of Braintrust's tracing, which takes mappings and objects alike."""
    from braintrust.integrations.cohere.tracing import _aggregate_chat_stream  # noqa: PLC0415

    def view(result: Any) -> Facts:
        output, _, metadata = result
        told = output if isinstance(output, dict) else {"content": output}
        calls = told.get("tool_calls") or []
        return Facts(
            id=metadata.get("id", ""),
            text=told.get("content") or "",
            calls=[(call.get("id"), call["function"]["name"], call["function"]["arguments"]) for call in calls],
            citations=[(each["start"], each["end"], each["text"]) for each in told.get("citations") or []],
            finish_reason=told.get("finish_reason") or metadata.get("finish_reason") or "",
        )

    return Accumulator(fold=lambda events: _aggregate_chat_stream(list(events)), view=view)


def openinference() -> Accumulator:
    """Give the accumulator of OpenInference's instrumentation, which takes the SDK's objects."""
    from openinference.instrumentation.cohere._stream import _EventAccumulator  # noqa: PLC0415

    def step(accumulator: Any, event: Any) -> Any:
        accumulator.process_event(event)
        return accumulator

    def fold(events: Iterable[Any]) -> Any:
        accumulator = _EventAccumulator()
        for event in events:
            accumulator.process_event(event)
        return accumulator._get_response()

    def view(response: Any) -> Facts:
        message = response.message
        return Facts(
            text=message.content,
            tool_plan=message.tool_plan or "",
            calls=[(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or []],
            finish_reason=response.finish_reason or "",
        )

    return Accumulator(fold=fold, view=view, convert=read_by_sdk)


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
        for event in events:
            with suppress(Exception):  # as its caller does
                _accumulate_stream_item(event, content, call, final)
        return final

    def view(final: Any) -> Facts:
        message = final["message"]
        calls = [
            (call["id"], call["function"]["name"], call["function"]["arguments"]) for call in message["tool_calls"]
        ]
        return Facts(
            id=final["id"] or "",
            text="".join(block.get("text") or "" for block in message["content"]),
            thinking="".join(block.get("thinking") or "" for block in message["content"]),
            tool_plan=message.get("tool_plan") or "",
            calls=calls,
            finish_reason=final["finish_reason"] or "",
            usage=_given(final["usage"]),
        )

    return Accumulator(fold=fold, view=view, convert=read_by_sdk)


def _given(value: Any) -> Any:
    """Leave out what the SDK fills in for fields that did not come."""
    if isinstance(value, dict):
        return {name: _given(each) for name, each in value.items() if each is not None}
    return value


def haystack() -> Accumulator:
    """Give the parser of Haystack's chat generator, which takes the SDK's objects."""
    from haystack.dataclasses import ComponentInfo  # noqa: PLC0415
    from haystack_integrations.components.generators.cohere.chat.chat_generator import (  # noqa: PLC0415
        _parse_streaming_response,
    )

    def fold(events: Iterable[Any]) -> Any:
        return _parse_streaming_response(iter(events), "command-a", lambda _: None, ComponentInfo("cohere"))

    def view(message: Any) -> Facts:
        citations = message.meta.get("citations") or []
        return Facts(
            text="".join(message.texts),
            calls=[(call.id, call.tool_name, call.arguments) for call in message.tool_calls],
            citations=[(each.start, each.end, each.text) for each in citations],
            finished=bool(message.meta.get("finish_reason")),
        )

    return Accumulator(fold=fold, view=view, convert=read_by_sdk)


def litellm() -> Accumulator:
    """Give LiteLLM's parser of the second version's chunks, joined as its own chunk type says."""
    from litellm.llms.cohere.common_utils import CohereV2ModelResponseIterator  # noqa: PLC0415

    def fold(events: Iterable[Any]) -> Any:
        parser = CohereV2ModelResponseIterator(iter(()), sync_stream=True)
        return [parser.chunk_parser(event) for event in events]

    def view(parsed: Any) -> Facts:
        uses = [each["tool_use"] for each in parsed if each["tool_use"]]
        return Facts(
            text="".join(each["text"] for each in parsed),
            calls=list(_joined(uses)),
            finish_reason="".join(each["finish_reason"] or "" for each in parsed if each["is_finished"]),
        )

    return Accumulator(fold=fold, view=view, errors=(ValueError,))


def _joined(uses: Iterable[Any]) -> Iterator[tuple[Any, Any, str]]:
    """Join parts of calls by their index, or where they have none one call with each id."""
    known: dict[Any, list[Any]] = {}
    for use in uses:
        call = known.setdefault(use.get("index", len(known)), [None, None, ""])
        call[0] = use.get("id") or call[0]
        call[1] = use["function"].get("name") or call[1]
        call[2] += use["function"].get("arguments") or ""
    yield from map(tuple, known.values())  # type: ignore[arg-type]  # each has three


def langchain() -> Accumulator:
    """Give ChatCohere's stream over a client that yields the SDK's objects, its chunks summed with ``+``."""
    from functools import reduce  # noqa: PLC0415
    from operator import add  # noqa: PLC0415
    from types import SimpleNamespace  # noqa: PLC0415

    from langchain_cohere import ChatCohere  # noqa: PLC0415
    from langchain_core.messages import HumanMessage  # noqa: PLC0415

    model = ChatCohere(cohere_api_key="none", model="command-a")

    def fold(events: Iterable[Any]) -> Any:
        model.client = SimpleNamespace(v2=SimpleNamespace(chat_stream=lambda **_: iter(events)))
        return reduce(add, [chunk.message for chunk in model._stream([HumanMessage("Hi")])])

    def view(message: Any) -> Facts:
        blocks = message.content if isinstance(message.content, list) else [{"type": "text", "text": message.content}]
        return Facts(
            text="".join(block if isinstance(block, str) else block.get("text", "") for block in blocks),
            calls=[(call["id"], call["name"], call["args"]) for call in message.tool_calls],
            finish_reason=message.additional_kwargs.get("finish_reason")
            or message.response_metadata.get("finish_reason")
            or "",
        )

    return Accumulator(fold=fold, view=view, convert=read_by_sdk)


PEERS: Final[dict[str, Peer]] = {
    "The SDK and a loop": Peer(
        "cohere",
        ("cohere>=7",),
        "the loop in this script over objects of the SDK",
        "nothing stands between the reader and the events",
        cohere_loop,
    ),
    "Braintrust": Peer(
        "braintrust",
        ("braintrust", "cohere>=7"),
        "`_aggregate_chat_stream(chunks)` of its Cohere integration, with mappings",
        "it joins calls by their index, and keeps citations",
        braintrust,
    ),
    "OpenInference": Peer(
        "openinference-instrumentation-cohere",
        ("openinference-instrumentation-cohere", "cohere>=7"),
        "`_EventAccumulator.process_event(event)`, then `_get_response()`, with objects of the SDK",
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
        "`_parse_streaming_response(response, …)` of its chat generator, with objects of the SDK",
        "it keeps citations with their sources, and parses arguments strictly",
        haystack,
    ),
    "LiteLLM": Peer(
        "litellm",
        ("litellm",),
        "`CohereV2ModelResponseIterator.chunk_parser(chunk)`, with mappings; the parts joined by index",
        "it makes one shape of many providers",
        litellm,
    ),
    "LangChain": Peer(
        "langchain-cohere",
        ("langchain-cohere",),
        "`ChatCohere._stream(messages)` over a client that yields objects of the SDK, its chunks summed",
        "calls whose arguments do not parse stand apart",
        langchain,
    ),
}
