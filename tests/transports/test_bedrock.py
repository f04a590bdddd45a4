"""What boto3 receives of Amazon Bedrock folds, part by part, and an exception among the parts interrupts the fold."""

import json
import struct
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest
from transports.server import WAYS, Answer

from streamfold import StreamInterrupted, fold
from streamfold.errors import StreamIncomplete

boto3 = pytest.importorskip("boto3")

LINES = (Path(__file__).parents[1] / "recordings/bedrock.jsonl").read_bytes().splitlines()


# The frames of the event stream of Amazon Web Services: lengths, their checksum, headers, payload, its checksum.
def framed(payload, **headers):
    told = b"".join(header(f":{name.replace('_', '-')}", value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(told) + len(payload), len(told))
    frame = prelude + struct.pack(">I", crc32(prelude)) + told + payload
    return frame + struct.pack(">I", crc32(frame))


def header(name, value):
    return struct.pack("B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()


def part(line):
    payload = json.dumps({"bytes": b64encode(line).decode()}).encode()
    return framed(payload, event_type="chunk", content_type="application/json", message_type="event")


def failure(said):
    kind = {"exception_type": "modelStreamErrorException", "message_type": "exception"}
    return framed(json.dumps({"message": said}).encode(), content_type="application/json", **kind)


def bedrock(server, answer):
    server.offer(answer, "model")
    account = {"region_name": "eu-north-1", "aws_access_key_id": "none", "aws_secret_access_key": "none"}
    with closing(boto3.client("bedrock-runtime", endpoint_url=server.url, **account)) as client:
        response = client.invoke_model_with_response_stream(modelId="cohere.command-a", body=b'{"messages": []}')
        with closing(response["body"]) as body:
            yield from (json.loads(each["chunk"]["bytes"]) for each in body)


def answer(*frames, way="at_once", end="whole"):
    return Answer(b"".join(frames), way, end, "application/vnd.amazon.eventstream")


@pytest.mark.parametrize("way", WAYS)
def test_boto3_gives_the_events_of_the_recording(server, way):
    parts = answer(*map(part, LINES), way=way)

    assert fold(bedrock(server, parts)) == fold(map(json.loads, LINES))


def test_an_exception_among_the_parts_interrupts_the_fold(server):
    with pytest.raises(StreamInterrupted, match="the model went away") as caught:
        fold(bedrock(server, answer(*map(part, LINES[:4]), failure("the model went away"))))

    assert caught.value.partial.text == "The last ferry leaves at 21:40."


@pytest.mark.parametrize("end", ["closed", "silent"])
def test_a_connection_that_breaks_is_no_end(server, end):
    cut = b"".join(map(part, LINES[:4]))[:-9]

    with pytest.raises(StreamIncomplete) as caught:
        fold(bedrock(server, answer(cut, end=end)))

    assert caught.value.partial.text == "The last ferry"
