"""The Cohere SDK's own classes take what this library gives, and find nothing in it that they do not know."""

import json

import pytest
import streams as s
import told as t
from hypothesis import assume, given

from streamfold import STRICT
from streamfold.conversation import from_response, to_request, to_response, tool_results

cohere = pytest.importorskip("cohere")
httpx = pytest.importorskip("httpx")
pydantic = pytest.importorskip("pydantic")

from cohere.core.unchecked_base_model import construct_type  # noqa: E402 - only where there is an SDK
from cohere.v2.types import V2ChatResponse  # noqa: E402 - likewise


def extras(value, path=""):
    """Yield the path of every field that a class of the SDK does not know."""
    if isinstance(value, pydantic.BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from extras(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from extras(each, path)


# What the API sends and the SDK has no field for yet.
NEWER = {f".usage.{name}" for name in ("tokens.reasoning_tokens", "tokens.image_tokens", "api_version", "warnings")}


def checked(kind, value):
    """Read *value* with a class of the SDK, strictly."""
    read = kind.model_validate(json.loads(json.dumps(value)))
    assert set(extras(read)) <= NEWER
    return read


@given(t.sound())
def test_an_answer_is_one_to_the_sdk_and_comes_back(message):
    response = to_response(message)

    for read in (checked(V2ChatResponse, response), construct_type(type_=V2ChatResponse, object_=response)):
        assert from_response(read, STRICT) == message


@given(t.sound())
def test_a_message_of_a_request_is_one_to_the_sdk(message):
    if message.text or message.calls:
        read = checked(cohere.AssistantChatMessageV2, to_request(message))
        assert [call.id for call in read.tool_calls or []] == [call.id for call in message.calls]


@given(t.sound(), s.JSON)
def test_results_are_messages_to_the_sdk(message, result):
    for each in tool_results(message, {call.id: result for call in message.calls}):
        read = checked(cohere.ToolChatMessageV2, each)
        assert read.tool_call_id == each["tool_call_id"]


@given(t.sound(), t.sound())
def test_the_sdk_sends_what_it_is_given_and_gives_what_it_got(message, answer):
    assume(message.text or message.calls)
    history = [to_request(message), *tool_results(message, {}, unanswered="not made")]
    sent = []

    def server(request):
        sent.extend(json.loads(request.content)["messages"])
        return httpx.Response(200, json=to_response(answer))

    with httpx.Client(transport=httpx.MockTransport(server)) as client:
        response = cohere.ClientV2("a key", httpx_client=client).chat(model="m", messages=history)

    assert sent == history
    assert from_response(response, STRICT) == answer


def test_a_field_that_the_sdk_does_not_know_would_be_found():
    message = {"role": "assistant", "content": [{"type": "text", "text": "Hi", "mood": "good"}], "id": "m"}

    assert list(extras(cohere.AssistantChatMessageV2.model_validate(message))) == [".id", ".content.mood"]
