"""What the Cohere SDK yields is what stood on the wire; what it spoils is recognised, what it loses is listed."""

import json
import re
from base64 import b64encode
from pathlib import Path

import cohere
import httpx
import pytest
import streams as s
from cohere import aws_client
from hypothesis import given, settings
from hypothesis import strategies as st
from transports.clients import MAJOR, SDK, arriving, sdk, sdk_async
from transports.server import Answer

from streamfold import STRICT, StreamInterrupted, check, fold
from streamfold import events as on
from streamfold._wire import read
from streamfold.recordings import decode
from streamfold.testing import strategies

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/sdk.md"
BOTH = (sdk, sdk_async)
clients = pytest.mark.parametrize("client", BOTH, ids=SDK)

HI = s.content_delta("Hi")


def frame(event):
    data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
    return f"data: {data}\n\n".encode()


def body_of(*events):
    return b"".join(map(frame, events)) + b"data: [DONE]\n\n"


def answer(*inner, start=None):
    return body_of(start or s.message_start(), s.content_start(), *inner, s.content_end(), s.message_end())


def delta(content):
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": content}}}


def call(**fields):
    start = s.call_start()
    start["delta"]["message"]["tool_calls"] |= fields
    return body_of(s.message_start(), start, s.call_end(), s.message_end("TOOL_CALL"))


# What it keeps


@clients
@settings(max_examples=15 if MAJOR == 7 else 4)
@given(strategies.streams(additions=False), st.dictionaries(st.just("note"), s.JSON))
def test_whatever_the_api_could_send_comes_through(server, client, events, unknown):
    sent = [event | unknown for event in events]
    body = body_of(
        *(json.dumps(event) if MAJOR < 7 else s.as_json(event).decode() for event in sent)
    )  # for what 5 loses is not ASCII

    assert fold(arriving(client, server.offer(Answer(body, "at_once"), "drawn")), STRICT) == fold(sent, STRICT)


@clients
def test_counts_are_integers_again(server, client):
    usage = fold(arriving(client, server.offer(Answer(answer(HI))))).usage

    assert repr(usage.tokens.input_tokens) == "30"


@clients
def test_an_object_says_what_stood_on_the_wire_and_no_more(server, client):
    event = HI | {"logprobs": None, "note": {"null": None}}
    _, _, sent, *_ = arriving(client, server.offer(Answer(answer(event))))

    assert read(sent, 9).raw == event


def test_an_object_made_by_hand_needs_its_type():
    made = cohere.ContentEndV2ChatStreamResponse

    assert [finding.code for finding in read(made(index=0), 9).findings] == ["type-missing"]
    assert read(made(type="content-end", index=0), 9).event == on.ContentEnd(0)


# What it spoils

SPOILT = {
    '{"type": "content-del': ("event-unreadable", 'unreadable event is no JSON: the SDK could not read it, \'{"type"'),
    "internal error": ("event-unreadable", "unreadable event is no JSON: the SDK could not read it, 'internal error'"),
    '{"message": "internal error"}': ("api-error", "the event is an error of the API: it says 'internal error'"),
    '{"id": "r", "message": "over", "data": {}}': ("api-error", "the event is an error of the API: it says 'over'"),
    '{"index": 0, "delta": {"message": {"content": {"text": "Ho"}}}}': ("type-missing", "the event has no type"),
    '{"id": "m-1"}': ("type-missing", "the event has no type"),
    "{}": ("type-missing", "the event has no type"),
    '{"event_type": "text-generation", "text": "Hi"}': ("foreign-api", "the event is an event of another API"),
    '{"choices": []}': ("foreign-api", "the event is an event of another API"),
}


@clients
@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_the_sdk_takes_for_another_event_is_what_it_was(server, client, spoilt):
    body = answer(HI, spoilt)
    code, text = SPOILT[spoilt]

    report = check(arriving(client, server.offer(Answer(body))))

    [violation] = report.violations
    assert (violation.code, violation.position) == (code, 3)
    assert str(violation).startswith(f"event 3: {text}")
    assert report.state.message() == check(decode(body)).state.message()
    assert report.state.message().text == "Hi"


# Other servers

RECORDINGS = sorted((ROOT / "tests/recordings").iterdir())


@clients
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_what_other_servers_send_comes_through(server, client, recording):
    events = [located.event for located in decode(recording.read_bytes())]
    report = check(arriving(client, server.offer(Answer(body_of(*events)))))

    loses = any(violation.code == "list-shape" for violation in check(events).violations)
    assert (outcome(report) == outcome(check(events))) != loses


def test_the_wrapper_for_oracle_makes_what_the_recordings_hold():
    oci = pytest.importorskip("cohere.oci_client", reason="this version of the SDK has no client for Oracle")
    for name, sent in ORACLE.items():
        made = b"".join(oci.transform_oci_stream_wrapper(iter(map(frame, sent)), "chat", is_v2=True))
        recorded = (ROOT / f"tests/recordings/{name}.sse").read_bytes()

        assert re.sub(UUID, b"", made) == re.sub(UUID, b"", recorded)


UUID = rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def oracle(kind, text):
    return {"index": 0, "message": {"role": "ASSISTANT", "content": [{"type": kind.upper(), kind: text}]}}


ORACLE = {
    "oci_text": [
        oracle("text", "The last ferry"),
        oracle("text", " leaves at 21:40."),
        {"finishReason": "COMPLETE", "usage": {"inputTokens": 21, "completionTokens": 9}},
    ],
    "oci_thinking": [
        oracle("thinking", "The timetable"),
        oracle("thinking", " has it."),
        oracle("text", "At 21:40."),
        {"finishReason": "COMPLETE", "usage": {"inputTokens": 21, "completionTokens": 9}},
    ],
    "oci_done": [oracle("text", "At 21:40."), "[DONE]"],
}


def test_the_clients_for_amazon_drop_every_event():
    parts = (json.dumps({"bytes": b64encode(json.dumps(event).encode()).decode()}) for event in s.whole(HI))
    response = httpx.Response(200, text="\n".join(parts))

    assert list(aws_client.stream_generator(response, "chat")) == []


# Requests


@clients
def test_a_request_that_is_refused_interrupts_the_fold(server, client):
    refusal = Answer(b'{"message": "invalid api token"}', "at_once", content_type="application/json", status=401)

    with pytest.raises(StreamInterrupted) as caught:
        fold(arriving(client, server.offer(refusal)))

    assert isinstance(caught.value.__cause__, cohere.UnauthorizedError)
    assert caught.value.__cause__.body == {"message": "invalid api token"}


# What it loses

# What comes, in the words of the page, and which clients read it. A body is sent byte by byte unless it is large.
NAN = (
    '{"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hi"}}}, "logprobs": {"a": [NaN]}}'
)
WEB = s.citation_start(0, 2, "Hi", sources=[{"type": "web"}])
USER = s.message_start()
USER["delta"]["message"]["role"] = "user"
LOSSES = {
    "an event of an unknown type": (answer(HI, {"type": "note"}), BOTH),
    "a citation with a source of an unknown type": (answer(HI, WEB, s.citation_end()), BOTH),
    "a tool call without an id": (call(id=None), BOTH),
    "a message-start with a role that is not assistant": (answer(HI, start=USER), BOTH),
    "a list where one object is expected": (answer(delta([{"text": "Hi"}])), BOTH),
    "a field of the wrong type": (answer(delta({"text": 5})), BOTH),
    "a field of the wrong type that can be converted": (answer(HI | {"index": "0"}), BOTH),
    "a field whose name differs from a known one in nothing but case": (answer(HI | {"Index": 1}), BOTH),
    "an event that is no object": (answer(HI, "[1]"), BOTH),
    "an event whose type is no text": (answer(HI, {"type": 5}), BOTH),
    "an event without data": (answer(HI, ""), BOTH),
    "a number that is none, such as NaN": (answer(NAN), BOTH),
    "an event under another name than its type": (answer(HI).replace(b"data:", b"event: note\ndata:", 1), BOTH),
    "an event that the end of the input cuts off": (answer(HI)[:-40], BOTH),
    "a sentinel that the end of the input cuts off": (answer(HI)[:-4], BOTH),
    "a byte order mark before the first data": (b"\xef\xbb\xbf" + answer(HI), BOTH),
    "a line of more than a million characters": (answer(s.content_delta("x" * 1_500_000)), BOTH),
    "a character of which two chunks have a part": (answer(s.content_delta("24 °C")), BOTH[:1]),
    "lines that end with a carriage return": (answer(HI).replace(b"\n", b"\r"), BOTH[:1]),
    "a line separator, U+2028, in a text": (answer(s.content_delta("H\u2028i")), BOTH[1:]),
}
ROW = re.compile(r"^\| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
TABLE = {what: cells for what, *cells in ROW.findall(PAGE.read_text(encoding="utf-8"))[2:]}


@pytest.mark.parametrize("what", LOSSES)
def test_the_page_says_what_the_sdk_loses(server, what):
    body, read_by = LOSSES[what]
    url = server.offer(Answer(body, "byte_by_byte" if len(body) < 10_000 else "at_once"))
    whole = check(decode(body))
    from_bytes, newest, older = TABLE[what]

    assert told(whole, whole) == from_bytes
    assert [told(check(arriving(client, url)), whole) for client in read_by] == [newest if MAJOR == 7 else older] * len(
        read_by
    )


def told(report, whole):
    """Give the codes at the roots; without any, whether the message is the one that came."""
    codes = dict.fromkeys(f"`{violation.code}`" for violation in report.roots)
    return ", ".join(codes) or ("kept" if outcome(report) == outcome(whole) else "silent")


def outcome(report):
    return report.message or report.partial


def test_the_page_has_no_loss_that_is_not_tried():
    assert list(TABLE) == list(LOSSES)
