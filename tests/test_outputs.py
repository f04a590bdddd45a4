"""The real libraries take what is made for them, and it says what the message says."""

import json
from dataclasses import fields as dataclass_fields
from itertools import chain, pairwise

import pytest
import streams as s
from ag_ui.core import Event as AgUiEvent
from hypothesis import given
from langchain_core.messages import AIMessage
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.util.genai import types as genai
from pydantic import TypeAdapter

from streamfold import LENIENT, State, check, fold, step
from streamfold.live import changes
from streamfold.outputs import to_ag_ui, to_langchain, to_opentelemetry
from streamfold.testing import strategies

SOURCES = [
    {"type": "document", "id": "d:0", "document": {"id": "d:0", "title": "Tides", "url": "https://example.org/t"}},
    {"type": "tool", "id": "f_0:0", "tool_output": {"content": "5"}},
]
ANSWER = s.whole(
    *s.text_block("Let me ", "see.", kind="thinking"),
    s.content_start(1),
    s.content_delta("High tide 🌊 at five.", 1),
    s.citation_start(15, 19, "five", content_index=1, sources=SOURCES),
    s.citation_end(),
    s.content_end(1),
    end=s.message_end(
        "COMPLETE", usage={"tokens": {"input_tokens": 9, "output_tokens": 4, "reasoning_tokens": 3}, "cached_tokens": 2}
    ),
)
CALLS = s.whole(
    s.plan_delta("I look."),
    *s.call('{"a": ', "1}"),
    *s.call('{"a": ', index=1, name="g"),
    end=s.message_end("TOOL_CALL"),
)


def message_of(events):
    return check(events, LENIENT).state.message()


# LangChain


def test_langchain_takes_an_answer_with_thinking_and_citations():
    message = AIMessage(**to_langchain(fold(ANSWER)))

    reasoning, text = message.content_blocks
    assert message.id == "m-1"
    assert message.text == "High tide 🌊 at five."
    assert reasoning == {"type": "reasoning", "reasoning": "Let me see."}
    assert [text["text"][each["start_index"] : each["end_index"]] for each in text["annotations"]] == ["five", "five"]
    assert [each.get("url") for each in text["annotations"]] == ["https://example.org/t", None]
    assert [each["extras"]["source"] for each in text["annotations"]] == SOURCES
    assert message.usage_metadata == {
        "input_tokens": 9,
        "output_tokens": 4,
        "total_tokens": 13,
        "input_token_details": {"cache_read": 2},
        "output_token_details": {"reasoning": 3},
    }
    assert message.response_metadata["finish_reason"] == "COMPLETE"
    assert message.additional_kwargs["citations"][0]["sources"] == SOURCES


def test_langchain_keeps_the_calls_that_must_not_be_made_apart():
    message = AIMessage(**to_langchain(message_of(CALLS)))

    assert message.tool_calls == [{"name": "f", "args": {"a": 1}, "id": "f_0", "type": "tool_call"}]
    [invalid] = message.invalid_tool_calls
    assert (invalid["id"], invalid["name"], invalid["args"]) == ("g_1", "g", '{"a": ')
    assert invalid["error"].startswith("cut: ")
    assert message.additional_kwargs["tool_plan"] == "I look."
    assert [block["type"] for block in message.content_blocks] == ["non_standard", "tool_call"]
    assert message.text == ""


@given(strategies.any_streams())
def test_langchain_takes_every_message(events):
    message = check(events).state.partial().salvage()

    taken = AIMessage(**to_langchain(message))

    assert taken.text == message.text
    assert [call["args"] for call in taken.tool_calls] == [dict(call.arguments) for call in message.tool_calls]
    assert len(taken.invalid_tool_calls) == len(message.invalid_tool_calls)


# OpenTelemetry

NAMES = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
PARTS = {"text": genai.TextPart, "reasoning": genai.ReasoningPart, "tool_call": genai.ToolCallRequestPart}


def part_of(told):
    kind = PARTS.get(told["type"], genai.GenericPart)
    named = {each.name for each in dataclass_fields(kind)}
    return kind(**(told if kind is not genai.GenericPart else {name: told[name] for name in named}))


@given(strategies.any_streams())
def test_opentelemetry_has_every_attribute_and_part(events):
    message = check(events).state.partial().salvage()

    told = to_opentelemetry(message)

    assert told.keys() - {"error.type"} <= NAMES
    [output] = told["gen_ai.output.messages"]
    parts = [part_of(part) for part in output.get("parts", [])]
    assert "".join(part.content for part in parts if isinstance(part, genai.TextPart)) == message.text
    assert "".join(part.content for part in parts if isinstance(part, genai.ReasoningPart)) == message.thinking
    assert [part.id for part in parts if isinstance(part, genai.ToolCallRequestPart)] == [
        call.id for call in message.tool_calls
    ]


def test_opentelemetry_has_usage_and_the_conventions_own_finish_reasons():
    told = to_opentelemetry(fold(ANSWER))

    assert told["gen_ai.response.finish_reasons"] == ["stop"]
    assert told["gen_ai.usage.cache_read.input_tokens"] == 2
    assert told["gen_ai.usage.reasoning.output_tokens"] == 3
    assert told["gen_ai.output.messages"][0]["parts"][-1]["citations"][0]["text"] == "five"


def test_opentelemetry_keeps_the_plan_and_the_calls_that_must_not_be_made_apart():
    [output] = to_opentelemetry(message_of(CALLS))["gen_ai.output.messages"]

    assert [part["type"] for part in output["parts"]] == ["tool_plan", "tool_call", "invalid_tool_call"]
    assert output["finish_reason"] == "tool_call"


@pytest.mark.parametrize(("delta", "kind"), [({"error_type": "INVALID"}, "INVALID"), ({}, "ERROR")])
def test_opentelemetry_tells_what_failed(delta, kind):
    told = to_opentelemetry(message_of(s.whole(end=s.message_end("ERROR", error="no", **delta))))

    assert (told["error.type"], told["gen_ai.response.finish_reasons"]) == (kind, ["error"])


# AG-UI

AG_UI = TypeAdapter(AgUiEvent)


def shown(events):
    states = [State()]
    for event in events:
        states.append(step(states[-1], event, LENIENT))
    steps = chain.from_iterable(changes(old, new) for old, new in pairwise(states))
    return list(to_ag_ui(steps, "m"))


def validated(told):
    for event in told:
        taken = AG_UI.validate_python(event)
        assert taken.model_dump(by_alias=True, exclude_unset=True, mode="json") == event
    return told


def test_ag_ui_takes_an_answer_while_it_arrives():
    told = validated(shown(ANSWER))

    assert [event["type"] for event in told] == [
        "REASONING_START",
        "REASONING_MESSAGE_START",
        "REASONING_MESSAGE_CONTENT",
        "REASONING_MESSAGE_CONTENT",
        "REASONING_MESSAGE_END",
        "REASONING_END",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "CUSTOM",
        "CUSTOM",
        "TEXT_MESSAGE_END",
        "CUSTOM",
    ]
    assert [event["name"] for event in told if event["type"] == "CUSTOM"] == ["citation", "rule_broken", "message_end"]
    assert told[8]["value"]["target"] == {"kind": "content", "index": 1}
    assert told[-1]["value"]["finish_reason"] == "COMPLETE"


def test_ag_ui_takes_calls_by_their_own_ids():
    told = validated(shown(CALLS))

    called = [event for event in told if event["type"].startswith("TOOL_CALL")]
    assert [event["toolCallId"] for event in called] == ["f_0"] * 4 + ["g_1"] * 3
    assert told[0] == {"type": "REASONING_MESSAGE_CHUNK", "messageId": "m/plan/0", "delta": "I look."}
    assert [event["name"] for event in told if event["type"] == "CUSTOM"] == [
        "invalid_tool_call",
        "rule_broken",
        "message_end",
    ]


def test_ag_ui_is_told_once_of_a_call_whose_delta_came_before_its_start():
    told = validated(shown(s.whole(s.call_delta("{}"), s.call_start(), s.call_end(), end=s.message_end("TOOL_CALL"))))

    called = [event for event in told if event["type"].startswith("TOOL_CALL")]
    assert [event["type"] for event in called] == ["TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END"]
    assert {event["toolCallId"] for event in called} == {"m/call/0"}


def test_ag_ui_is_told_of_a_failure_in_the_words_of_the_api():
    told = validated(shown(s.whole(end=s.message_end("ERROR", error="no", error_type="INVALID"))))

    assert told[-1] == {"type": "RUN_ERROR", "message": "no", "code": "INVALID"}


@given(strategies.any_streams())
def test_ag_ui_takes_every_stream(events):
    told = list(to_ag_ui(changes(State(), check(events).state), "m"))

    for event in told:
        AG_UI.validate_python(event)
    texts = "".join(event["delta"] for event in told if event["type"] == "TEXT_MESSAGE_CONTENT")
    assert texts == check(events).state.text
    assert json.dumps([event for event in told if event["type"] != "RAW"])


# A block of a type that is not known

DRAWN = s.whole(
    s.content_start(0, "image"), s.content_delta("<svg/>"), s.content_end(), *s.text_block("Look.", index=1)
)


def test_a_block_of_an_unknown_type_has_a_place_everywhere():
    message = message_of(DRAWN)

    drawn, text = AIMessage(**to_langchain(message)).content_blocks
    assert (drawn["value"], text["text"]) == ({"type": "image", "text": "<svg/>"}, "Look.")
    assert to_opentelemetry(message)["gen_ai.output.messages"][0]["parts"][0] == {"type": "image", "content": "<svg/>"}
    told = [event["value"] for event in validated(shown(DRAWN)) if event.get("name", "").startswith("content")]
    assert told == [{"index": 0, "type": "image"}, {"index": 0, "text": "<svg/>"}]
