"""Each recording goes back into a conversation, into the answer without streaming and into JSON, and comes back."""

import json

import pytest
from test_corpus import message_of

from streamfold import LENIENT, STRICT
from streamfold.conversation import (
    Sending,
    diff,
    from_json,
    from_response,
    to_json,
    to_request,
    to_response,
    tool_results,
)


def has_failed(message):
    return message.error is not None


def test_a_recording_is_that_of_its_answer(recording):
    message = message_of(recording)

    again = from_response(json.loads(json.dumps(to_response(message))), LENIENT if has_failed(message) else STRICT)
    assert [each.path for each in diff(message, again)] == (["error", "error_type"] if has_failed(message) else [])
    assert has_failed(message) or again.violations == ()


def test_a_recording_comes_back_from_its_json(recording):
    message = message_of(recording)

    again = from_json(json.loads(json.dumps(to_json(message))))
    assert again == message
    assert again.violations == message.violations


def test_a_recording_goes_back_into_the_conversation_whole(recording):
    message = message_of(recording)

    request = to_request(message, Sending(unfinished="keep" if has_failed(message) else "refuse"))
    assert request.get("tool_plan") == message.tool_plan
    assert [block[block["type"]] for block in request.get("content", [])] == [block.text for block in message.content]
    assert [call["function"]["arguments"] for call in request.get("tool_calls", [])] == [
        call.raw_arguments or "{}" for call in message.calls
    ]
    for sent, citation in zip(request.get("citations", []), message.citations, strict=True):
        assert (sent["start"], sent["end"], sent["text"]) == (citation.start, citation.end, citation.text)
        assert sent.get("content_index") == citation.content_index
        assert sent["type"] == (citation.type or "TEXT_CONTENT")


def test_the_sdk_takes_what_is_made_of_a_recording(recording):
    pytest.importorskip("cohere")
    from cohere import AssistantChatMessageV2, ToolChatMessageV2  # noqa: PLC0415 - only where there is an SDK
    from cohere.v2.types import V2ChatResponse  # noqa: PLC0415 - likewise

    message = message_of(recording)
    response = V2ChatResponse.model_validate(to_response(message))
    results = tool_results(message, {}, unanswered="not made")

    assert from_response(response, LENIENT) == from_response(to_response(message), LENIENT)
    assert AssistantChatMessageV2.model_validate(to_request(message, Sending(unfinished="keep"))).model_extra == {}
    assert [ToolChatMessageV2.model_validate(each).tool_call_id for each in results] == [
        call.id for call in message.calls
    ]
