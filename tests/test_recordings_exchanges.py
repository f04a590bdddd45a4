"""Cassettes and HAR files give the streams of the chat API in them, and tell of everything else why it is none."""

import base64
import gzip
import itertools
import json
import sys
import zlib
from pathlib import Path

import pytest
import streams as s
import yaml
from hypothesis import given
from hypothesis import strategies as st

from streamfold import STRICT, GenerationFailed, check, fold
from streamfold.errors import ApiError
from streamfold.events import Unreadable
from streamfold.recordings import RecordingError, Skipped, load
from streamfold.recordings import _yaml as reader
from streamfold.recordings._gzip import PIECE, RAW, inflated

EXAMPLES = Path(__file__).parents[1] / "examples"
ANSWER = s.whole(*s.text_block("It is ", "24 °C 😀.", "\u2028\x85"))
BODY = "".join(f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in ANSWER)
BODY += "data: [DONE]\n\n"
CHAT = "https://api.cohere.com/v2/chat"
ASKED = json.dumps({"model": "command-a-03-2025", "stream": True, "messages": []})


def vcr(body=BODY, *, uri=CHAT, asked=ASKED, status=(200, "OK"), **headers):
    """An interaction as vcrpy writes it."""
    named = {
        name.replace("_", "-"): [value] for name, value in {"content_type": "text/event-stream", **headers}.items()
    }
    return {
        "request": {"method": "POST", "uri": uri, "headers": {"host": ["api.cohere.com"]}, "body": asked},
        "response": {
            "status": {"code": status[0], "message": status[1]},
            "headers": named,
            "body": {"string": body},
        },
    }


def har(body=BODY, *, uri=CHAT, asked=ASKED, status=(200, "OK"), coding=None, **headers):
    """An entry as browsers and proxies write it."""
    named = {name.replace("_", "-"): value for name, value in {"Content_Type": "text/event-stream", **headers}.items()}
    content = {"size": 0, "mimeType": "text/event-stream", "text": body, "encoding": coding}
    return {
        "startedDateTime": "2026-11-21T12:00:00Z",
        "request": {"method": "POST", "url": uri, "headers": [], "postData": {"mimeType": "", "text": asked}},
        "response": {
            "status": status[0],
            "statusText": status[1],
            "headers": [{"name": name, "value": value} for name, value in named.items()],
            "content": {name: value for name, value in content.items() if value is not None},
        },
    }


def as_yaml(*interactions):
    return yaml.dump({"interactions": list(interactions), "version": 1}, Dumper=yaml.SafeDumper).encode()


def as_json(*interactions):
    return json.dumps({"version": 1, "interactions": list(interactions)}, indent=4).encode()


def as_har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}).encode()


FORMS = {"yaml": (as_yaml, vcr), "json": (as_json, vcr), "har": (as_har, har)}
forms = pytest.mark.parametrize(("write", "exchange"), FORMS.values(), ids=FORMS)


def events_of(recording):
    return [located.event for located in recording.events]


# What is there


@forms
def test_each_response_of_the_chat_api_is_a_recording(write, exchange):
    first, second = load(write(exchange(), exchange()), "tape")

    assert [events_of(each) for each in (first, second)] == [ANSWER, ANSWER]
    assert (second.source.place, second.source.number) == ("tape[1]", 1)
    assert (second.source.model, second.source.status) == ("command-a-03-2025", 200)


@forms
def test_lines_count_within_the_body(write, exchange):
    [recording] = load(write(exchange()))

    assert [(each.line, each.name) for each in recording.events] == [
        (1 + 3 * number, event["type"]) for number, event in enumerate(ANSWER)
    ]


@forms
@given(cuts=st.lists(st.integers(0, 5_000), max_size=9))
def test_gzip_and_chunks_make_no_difference(write, exchange, cuts):
    data = write(exchange(), exchange("", status=(500, "Broken")), exchange(uri="https://api.cohere.com/v2/embed"))
    packed = gzip.compress(data)
    places = sorted({0, len(packed), *(cut % len(packed) for cut in cuts)})

    whole = list(load(data, "tape"))

    assert list(load([packed[start:end] for start, end in itertools.pairwise(places)], "tape")) == whole


@pytest.mark.parametrize(
    ("name", "forms"), [("tide.yaml", ["vcr"] * 4), ("tide.har", ["har"] * 2), ("tides.jsonl", ["jsonl"] * 3)]
)
def test_the_examples_are_read_and_their_streams_are_as_the_api_sends_them(name, forms):
    found = list(load((EXAMPLES / name).read_bytes(), name))
    streams = [each for each in found if not isinstance(each, Skipped) and each.source.status != 404]

    assert [each.source.form for each in found] == forms
    assert streams
    assert all(fold(each.events, STRICT).violations == () for each in streams)


def test_a_cassette_of_ruby_is_read():
    interaction = vcr()
    interaction["request"]["body"] = {"encoding": "UTF-8", "string": ASKED}
    interaction["response"]["body"] = {
        "encoding": "ASCII-8BIT",
        "base64_string": base64.b64encode(BODY.encode()).decode(),
    }
    document = {"http_interactions": [interaction], "recorded_with": "VCR 6.3.1"}

    for data in (yaml.safe_dump(document, explicit_start=True), json.dumps(document)):
        [recording] = load(data.encode())
        assert events_of(recording) == ANSWER
        assert recording.source.model == "command-a-03-2025"


def test_ruby_marks_binary_text_in_its_own_way():
    text = yaml.safe_dump({"http_interactions": [vcr(BODY.encode())]}).replace("!!binary", "!binary")

    [recording] = load(text.encode())

    assert events_of(recording) == ANSWER


def test_a_flat_response_is_read():
    interaction = vcr()
    interaction["response"] = {"status_code": 200, "http_version": "HTTP/1.1", "headers": {}, "content": BODY}

    [recording] = load(as_yaml(interaction))

    assert (events_of(recording), recording.source.status) == (ANSWER, 200)


def test_a_request_may_stand_there_as_a_mapping():
    [recording] = load(as_yaml(vcr(asked={"model": "command-r", "stream": True})))

    assert recording.source.model == "command-r"


@pytest.mark.parametrize("asked", [None, "", "{", "[]", b"\xff", '{"model": 5}', {"messages": []}])
def test_a_model_that_is_not_told_is_none(asked):
    [recording] = load(as_yaml(vcr(asked=asked)))

    assert recording.source.model is None


def test_a_model_may_stand_in_bytes():
    [recording] = load(as_yaml(vcr(asked=b'{"model": "command-r", "x": "\xff"}')))

    assert recording.source.model == "command-r"


@forms
def test_json_lines_are_read_as_well(write, exchange):
    body = "".join(json.dumps(event) + "\n" for event in ANSWER)

    [recording] = load(write(exchange(body, content_type="application/json")))

    assert events_of(recording) == ANSWER


def test_a_gateway_may_have_another_path():
    [recording] = load(as_har(har(uri="https://gateway.example/cohere?key=secret")))

    assert events_of(recording) == ANSWER


# Packed bodies


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP "])
def test_a_gzipped_body_is_unpacked(encoding):
    [recording] = load(as_yaml(vcr(gzip.compress(BODY.encode()), content_encoding=encoding)))

    assert events_of(recording) == ANSWER


def raw_deflate(data, level=-1):
    packer = zlib.compressobj(level, wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("packed", [zlib.compress(BODY.encode()), raw_deflate(BODY.encode())], ids=["zlib", "raw"])
def test_a_deflated_body_is_unpacked(packed):
    [recording] = load(as_yaml(vcr(packed, content_encoding="deflate")))

    assert events_of(recording) == ANSWER


@pytest.mark.parametrize("more", range(-1, 4))
def test_what_is_unpacked_may_end_with_a_piece_or_anywhere_else(more):
    data = b"a" * (PIECE + more)

    assert inflated(raw_deflate(data, 1), RAW, len(data)) == (data, "")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity"])
@forms
def test_a_header_may_say_how_a_body_was_packed_before(write, exchange, encoding):
    [recording] = load(write(exchange(content_encoding=encoding)))

    assert events_of(recording) == ANSWER


def test_a_har_holds_binary_bodies_as_base64():
    packed = base64.b64encode(gzip.compress(BODY.encode())).decode()

    [recording] = load(as_har(har(packed, coding="base64")))

    assert events_of(recording) == ANSWER


def test_a_body_that_is_cut_off_gives_what_there_is_and_says_so():
    packed = gzip.compress(BODY.encode())
    text, cut = packed[: len(packed) - 60], "the compressed data is cut off"

    [recording] = load(as_yaml(vcr(text, content_encoding="gzip")))

    *events, last = recording.events
    assert [each.event for each in events[:3]] == ANSWER[:3]
    assert last.event == Unreadable("", cut, cut=True)
    assert not check(recording.events).ok


def test_a_damaged_body_is_told():
    packed = bytearray(gzip.compress(BODY.encode()))
    packed[-8] ^= 1

    [recording] = load(as_yaml(vcr(bytes(packed))))

    assert recording.events[-1].event.why.startswith("the compressed data is damaged: ")


@pytest.mark.parametrize("body", [b"\x8b\x02brotli\xff", b"\xff" * 50])
def test_a_packing_that_is_not_known_is_told(body):
    [recording] = load(as_yaml(vcr(body, content_encoding="br")))

    assert recording.events[-1].event.why == "the body is packed as 'br'; expected gzip or deflate"


def test_a_body_that_is_no_base64_is_told():
    [recording] = load(as_har(har("AAA", coding="base64")))

    assert recording.events[-1].event.why.startswith("the body is no base64: ")


def test_bodies_are_unpacked_up_to_a_bound():
    bomb = gzip.compress(BODY.encode() + b"\n" * 50_000_000)
    data = as_yaml(*[vcr(bomb, content_encoding="gzip")] * 3)

    recordings = list(load(data, max_size=1_000_000))

    assert [each.events[-1].event.why for each in recordings] == ["all that is unpacked is larger than may be held"] * 3
    assert events_of(recordings[0])[:-1] == ANSWER


def test_a_body_that_many_interactions_share_counts_each_time():
    interaction = vcr()  # of which PyYAML makes an anchor and 99 aliases

    recordings = list(load(as_yaml(*[interaction] * 100), max_size=20_000))

    assert len(recordings) == 100
    assert events_of(recordings[1]) == ANSWER
    assert recordings[-1].events[-1].event.why == "all that is unpacked is larger than may be held"


# What is no stream


def skipped(data):
    return [(each.source.interaction, each.why) for each in load(data) if isinstance(each, Skipped)]


@forms
def test_what_is_no_chat_is_skipped_and_told(write, exchange):
    embed = exchange(
        '{"embeddings": []}', uri="https://api.cohere.com/v2/embed?key=secret", content_type="application/json"
    )
    plain = exchange('{"id": "m"}', content_type="application/json")

    assert skipped(write(exchange(), embed, plain)) == [
        (1, "POST /v2/embed is no request for a chat"),
        (2, "POST /v2/chat was answered without a stream"),
    ]


def test_what_is_skipped_has_no_number_of_its_own():
    embed = vcr("{}", uri="https://api.cohere.com/v2/embed")

    assert [each.source.number for each in load(as_yaml(embed, vcr(), embed, vcr()))] == [0, 0, 1, 1]


@forms
def test_an_error_of_another_api_is_skipped_and_named(write, exchange):
    failed = exchange(
        '{"message": "no such\\u001b[31m thing"}',
        uri="/v1/rerank",
        status=(404, "Not Found"),
        content_type="application/json",
    )
    worse = exchange("<html>", uri="/v1/rerank", status=(502, ""), content_type="text/html")

    assert skipped(write(failed, worse)) == [
        (0, r"POST /v1/rerank is no request for a chat: HTTP 404 Not Found: 'no such\x1b[31m thing'"),
        (1, "POST /v1/rerank is no request for a chat: HTTP 502"),
    ]


@forms
def test_an_error_of_the_chat_api_is_a_recording_of_its_words(write, exchange):
    body = json.dumps({"message": "invalid request"}, indent=2)

    [recording] = load(write(exchange(body, status=(422, "Unprocessable Entity"), content_type="application/json")))

    assert recording.source.status == 422
    with pytest.raises(ApiError, match="invalid request"):
        fold(recording.events)


@forms
def test_an_error_in_html_is_kept_whole(write, exchange):
    page = "<html>\n<p>Bad gateway\n</html>"

    [recording] = load(write(exchange(page, status=(502, "Bad Gateway"), content_type="text/html")))

    [event] = events_of(recording)
    assert event.text == page


@forms
def test_a_stream_under_an_error_status_is_read_as_one(write, exchange):
    failed = s.whole(end={"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "no"}})
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in failed)

    [recording] = load(write(exchange(body, status=(500, "Internal Server Error"))))

    with pytest.raises(GenerationFailed):
        fold(recording.events)


@forms
def test_a_response_that_the_file_does_not_hold_is_told(write, exchange):
    [found] = load(write(exchange(None)))

    assert found.why == "POST /v2/chat has no response in the file"


@forms
def test_an_empty_stream_is_one_without_events(write, exchange):
    [recording] = load(write(exchange("")))

    assert not isinstance(recording, Skipped)
    assert recording.events == ()


@pytest.mark.parametrize("data", [as_yaml(), as_json(), as_har()])
def test_no_interactions_are_told(data):
    [found] = load(data, "tape")

    assert (found.why, found.source.place) == ("it has no interactions", "tape")


WRONG = [
    None,
    5,
    "text",
    [],
    [1],
    {},
    {"status": 5},
    {"body": []},
    {"status": {"code": "many"}, "headers": {"A": [], "B": 5}},
]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("write", [as_yaml, as_json, as_har])
def test_what_has_another_shape_is_skipped(write, wrong):
    found = list(
        load(
            write(
                wrong,
                {"request": wrong, "response": wrong},
                {"request": [wrong], "response": {"headers": wrong, "content": wrong}},
            )
        )
    )

    assert [type(each) for each in found] == [Skipped] * 3


# Files that cannot be read


def refused(data, **options):
    with pytest.raises(RecordingError) as error:
        list(load(data, "tape", **options))
    return str(error.value)


def test_broken_yaml_is_told_with_its_line():
    data = as_yaml(vcr()).replace(b"  response:", b"  response: : :", 1)

    assert refused(data).startswith("tape:9: not YAML: mapping values are not allowed")


def test_bytes_that_are_no_text_are_told():
    assert refused(b"interactions: \xff").startswith("tape: not YAML: ")


@pytest.mark.parametrize("data", [b"interactions: 5", b"---\na: 1\n", b"%YAML 1.1\n---\n[1]\n"])
def test_other_yaml_is_told(data):
    assert refused(data) == "tape: it is YAML, but no cassette: it has no list of interactions"


def test_more_than_one_document_is_told():
    assert refused(b"interactions: []\n---\na: 1\n") == "tape: it holds 2 YAML documents; expected 1"


@pytest.mark.parametrize("parser", ["CSafeLoader", None])
def test_yaml_is_read_without_libyaml_too(parser, monkeypatch):
    data = as_yaml(vcr(), vcr(gzip.compress(BODY.encode())))
    whole = list(load(data))
    if parser:
        monkeypatch.delattr(yaml, parser)

    assert list(load(data)) == whole


def test_without_pyyaml_the_way_to_get_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)

    assert refused(as_yaml(vcr())) == "tape: YAML is read with PyYAML: pip install 'streamfold[vcr]'"


def test_no_tag_makes_an_object():
    text = as_yaml(vcr()).decode().replace("method: POST", "method: !!python/object/apply:os.system ['false']")

    [recording] = load(text.encode())

    assert events_of(recording) == ANSWER


def test_a_laugh_of_a_billion_aliases_costs_nothing():
    laugh = ["a0: &a0 [ha, ha]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60))]
    interactions = as_yaml({**vcr(), "more": 1}).decode().replace("more: 1", "more: *a59")
    text = "version: 1\n" + "\n".join(laugh) + "\n" + interactions.replace("version: 1", "")
    as_status = text.replace("code: 200", "code: *a59").replace("body: '{", "body: *a58 #")

    [recording], [other] = load(text.encode()), load(as_status.encode())

    assert events_of(recording) == events_of(other) == ANSWER
    assert other.source.status is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("interactions: *nothing", "not YAML: found undefined alias"),
        ("interactions: &a [*a]", "nothing complete has the anchor 'a'"),
        ("interactions: [!!binary 'AAA']", "not base64: "),
        ("interactions: [!!binary 'é']", "not base64: "),
        (f"interactions: {'[' * 150}{']' * 150}", "values are nested deeper than 100"),
    ],
)
def test_yaml_that_goes_too_far_is_told_with_its_line(text, why):
    told = refused(f"# a comment\n\n{text}\n".encode())

    assert told.startswith("tape:3: ")
    assert why in told or "anchor" in told


def test_yaml_of_too_many_values_is_told(monkeypatch):
    monkeypatch.setattr(reader, "_MOST_NODES", 100)

    assert refused(as_yaml(*(vcr() for _ in range(9)))).endswith(": more than 100 values")


def test_keys_that_are_no_text_are_left_out():
    [recording] = load(as_yaml(vcr()) + b"? [a, b]\n: 5\n? {}\n: 6\n")

    assert events_of(recording) == ANSWER


def test_broken_json_is_told_with_its_line():
    data = as_json(vcr())

    assert refused(data[:-20]).startswith("tape:28: not JSON: ")
    assert refused(b'{"log": {"entries": [1,]}}').startswith("tape:1: not JSON: ")
    assert refused(b'{"log": {"entries": [NaN]}}') == "tape: not JSON: NaN is not JSON"
    assert refused(b'{"log": {"entries": \n["\xff"]}}') == "tape:2: not UTF-8: invalid start byte"
    assert refused(b'{"log": {"entries": ' + b"[" * 100_000) == "tape: brackets are nested too deeply"


@pytest.mark.parametrize("write", [as_yaml, as_json, as_har])
def test_a_document_that_is_too_large_is_told(write):
    assert refused(write(*(vcr(str(n)) for n in range(99))), max_size=10_000) == (
        "tape: a stream or document has more than 10000 bytes; the rest is not read"
    )


@pytest.mark.parametrize("write", [as_yaml, as_json, as_har])
def test_a_packed_document_that_is_cut_off_is_told(write):
    assert refused(gzip.compress(write(vcr()))[:-9]) == "tape: the compressed data is cut off"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "request",
                    "response",
                    "body",
                    "string",
                    "status",
                    "code",
                    "headers",
                    "content",
                    "text",
                    "encoding",
                    "method",
                    "uri",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=3), st.sampled_from([as_yaml, as_json, as_har]), st.integers(0, 400))
def test_any_exchanges_end_in_recordings_or_in_one_error(exchanges, write, left):
    data = write(*exchanges)
    try:
        found = list(load(data[: len(data) - left]))
    except RecordingError:
        return
    assert all(check(each.events) for each in found)
