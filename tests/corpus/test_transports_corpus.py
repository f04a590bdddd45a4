"""Every real recording gives one message, from whichever transport it comes."""

import json

import pytest
from transports.clients import SDK, arriving, with_httpx
from transports.server import Answer, serving
from walk import events_of

from streamfold import check
from streamfold._wire import read

DEPTH = 64


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        yield server


def body_of(recording):
    """Give the bytes of a recording as an event stream; its lines are framed if it has none."""
    if recording.suffix == ".sse":
        return recording.read_bytes()
    frames = (f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events_of(recording))
    return "".join(frames).encode()


def ended(events):
    """Give the message, be it that of a failed generation, and all that is wrong with it."""
    state = check(events).state
    return state.message(), [violation.code for violation in state.violations]


@pytest.fixture
def message(recording):
    return ended(events_of(recording))


def test_bytes_in_odd_chunks_give_the_message_of_the_mappings(server, recording, message):
    answer = Answer(recording.read_bytes(), "in_odd_chunks")

    assert ended(arriving(with_httpx, server.offer(answer))) == message


def test_typed_events_give_the_message_of_the_mappings(recording, message):
    assert ended(read(event, DEPTH).event for event in events_of(recording)) == message


@pytest.mark.parametrize("client", SDK.values(), ids=SDK)
def test_objects_of_the_sdk_give_the_message_of_the_mappings(server, recording, message, client):
    assert ended(arriving(client, server.offer(Answer(body_of(recording))))) == message
