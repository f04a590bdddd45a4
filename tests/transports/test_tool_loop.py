"""The second request of the tool loop, as its page writes it, is one that the API takes."""

import re
from pathlib import Path

import pytest
from cohere.types import AssistantChatMessageV2, ToolChatMessageV2, UserChatMessageV2
from pydantic import BaseModel

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/tool-loop.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n((?!>>> ).*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TYPES = {"user": UserChatMessageV2, "assistant": AssistantChatMessageV2, "tool": ToolChatMessageV2}

# Cohere API reference, "chat": the keys of each object in a request; a list stands for its objects, None for a leaf.
DOCUMENT = {"id": None, "data": ...}
CONTENT = {"type": None, "text": None, "document": DOCUMENT}
CALL = {"id": None, "type": None, "function": {"name": None, "arguments": None}}
SOURCE = {"type": None, "id": None, "tool_output": ..., "document": ...}
CITATION = {"start": None, "end": None, "text": None, "sources": SOURCE, "content_index": None, "type": None}
KEYS = {
    "user": {"role": None, "content": None},
    "assistant": {"role": None, "tool_plan": None, "tool_calls": CALL, "content": CONTENT, "citations": CITATION},
    "tool": {"role": None, "tool_call_id": None, "content": CONTENT},
}


@pytest.fixture(scope="module")
def requests():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        page = {}
        for block in BLOCKS:
            exec(block, page)  # noqa: S102 - it is the page's own code
    return page["server"].requests


def test_there_are_two_requests_and_the_second_goes_on_from_the_first(requests):
    first, second = (request["messages"] for request in requests)

    assert second[: len(first)] == first
    assert [message["role"] for message in second[len(first) :]] == ["assistant", "tool", "tool"]


def test_each_call_is_answered_once_and_in_order(requests):
    _, assistant, *results = requests[1]["messages"]

    assert [result["tool_call_id"] for result in results] == [call["id"] for call in assistant["tool_calls"]]


def test_the_types_of_the_sdk_take_each_message_and_find_nothing_they_do_not_know(requests):
    for message in requests[1]["messages"]:
        taken = TYPES[message["role"]].model_validate(message)

        assert taken.model_dump(exclude_unset=True, by_alias=True) == message
        assert list(extras(taken)) == []


def extras(value):
    if isinstance(value, BaseModel):
        yield from value.model_extra
        value = list(vars(value).values())
    if isinstance(value, list):
        for inner in value:
            yield from extras(inner)


def test_no_message_has_a_key_that_the_reference_does_not_name(requests):
    for message in requests[1]["messages"]:
        assert list(strangers(message, KEYS[message["role"]])) == []


def strangers(value, keys):
    """Give what stands where the reference has something else; an object is free where it says so."""
    if keys is ...:
        return
    if isinstance(value, list) and isinstance(keys, dict):
        for inner in value:
            yield from strangers(inner, keys)
    elif isinstance(value, dict) and isinstance(keys, dict):
        for key, inner in value.items():
            yield from strangers(inner, keys[key]) if key in keys else [key]
    elif isinstance(value, dict | list):
        yield value


def test_the_check_of_keys_finds_a_stranger():
    call = {"id": "f_0", "type": "function", "function": {"name": "f", "arguments": "{}", "index": 0}}

    assert list(strangers({"role": "assistant", "tool_calls": [call], "id": "m"}, KEYS["assistant"])) == ["index", "id"]
    assert list(strangers({"role": ["assistant"]}, KEYS["assistant"])) == [["assistant"]]
