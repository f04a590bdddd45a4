"""Bytes become located events whatever their form and wherever they were cut, and nothing of them is lost."""

import gzip
import itertools
import json
import pickle

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import check, fold
from streamfold.events import Located, Unreadable
from streamfold.recordings import Origin, RecordingError, Skipped, load
from streamfold.testing import strategies

EVENTS = s.whole(*s.text_block("It is ", "24 °C 😀.", "\u2028"))


def sse(events, end=b"data: [DONE]\n\n"):
    frames = (b"event: %s\ndata: %s\n\n" % (event["type"].encode(), s.as_json(event)) for event in events)
    return b"".join(frames) + end


def jsonl(events):
    return b"".join(s.as_json(event) + b"\n" for event in events)


def chunked(data, cuts):
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


def events_of(data, **options):
    [recording] = load(data, **options)
    return [located.event for located in recording.events]


@pytest.mark.parametrize("data", [sse(EVENTS), sse(EVENTS, b'data: "[DONE]"\n\n'), sse(EVENTS, b""), jsonl(EVENTS)])
@given(cuts=st.lists(st.integers(0, 2_000), max_size=9))
def test_chunks_may_be_cut_anywhere(data, cuts):
    [recording] = load(chunked(data, cuts), "name")
    [whole] = load(data, "name")

    assert recording == whole
    assert [located.event for located in whole.events] == EVENTS


def test_each_event_has_its_line_and_the_name_of_its_frame():
    [recording] = load(sse(EVENTS))
    [lines] = load(jsonl(EVENTS))

    assert [(each.line, each.name) for each in recording.events] == [
        (1 + 3 * number, event["type"]) for number, event in enumerate(EVENTS)
    ]
    assert [(each.line, each.name) for each in lines.events] == [(1 + n, None) for n in range(len(EVENTS))]


def test_a_violation_names_the_line():
    [recording] = load(sse([s.message_start(), s.content_end()]))

    assert str(check(recording.events).errors[0]).startswith("event 1 (line 4): content-end 0 is outside an open part")


def test_an_origin_tells_where_a_recording_was_found():
    first, second = load(sse(EVENTS) + sse(EVENTS), "two.sse")

    assert (first.source.name, first.source.form, first.source.number, first.source.line) == ("two.sse", "sse", 0, 1)
    assert (second.source.number, second.source.line) == (1, 3 * len(EVENTS) + 3)
    assert repr(second).startswith("Recording(events=<7 events>, source=Origin(name='two.sse'")


@pytest.mark.parametrize("form", [lambda events: sse(events, b""), jsonl])
def test_a_message_start_after_a_message_end_begins_the_next_recording(form):
    recordings = list(load(form(EVENTS) + form(EVENTS)))

    assert [fold(recording.events).text for recording in recordings] == ["It is 24 °C 😀.\u2028"] * 2


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\xef\xbb\xbf", b": a comment\n\n", b"data: [DONE]\n\n", b" \n[DONE]\n"]
)
def test_no_events_are_one_recording_without_events(data):
    [recording] = load(data)

    assert recording.events == ()
    assert recording.source.line == 1
    assert not check(recording.events).ok


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    "data", [b"\n \nBad: Gateway\n", b"<html>\r\n\r\nBad", b"data\n", b"\xef\xbb\xbfeven so", b"\xff"]
)
def test_a_text_of_something_else_is_no_recording(data, size):
    words = data.decode("utf-8-sig", "replace").strip()

    with pytest.raises(RecordingError) as error:
        list(load(chunked(data, range(0, len(data), size)), "bad.sse"))

    assert str(error.value) == f"bad.sse: it is no recording: it begins with {words!r}"


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("before", [b"HTTP/2 200\r\nserver: envoy\r\n\r\n", b"\n" * 99 + b"id:1\n\n", b":\n" * 99])
def test_what_stands_before_the_first_event_is_passed_over(before, size):
    data = before + sse(EVENTS)

    [recording] = load(chunked(data, range(0, len(data), size)))

    assert [located.event for located in recording.events] == EVENTS


@pytest.mark.parametrize("form", [sse, jsonl])
def test_a_byte_order_mark_is_passed_over(form):
    assert events_of(b"\xef\xbb\xbf" + form(EVENTS)) == EVENTS


@pytest.mark.parametrize(
    ("data", "unreadable"),
    [
        (b"data: {x\n\ndata: {}\n\n", Unreadable("{x", "not JSON: Expecting property name enclosed in double quotes")),
        (b'{"a": NaN}\n{}\n', Unreadable('{"a": NaN}', "not JSON: NaN is not JSON")),
        (b'{"a": "\xff"}\n{}\n', Unreadable('{"a": "\ufffd"}', "not UTF-8: invalid start byte")),
    ],
)
def test_what_is_no_json_stands_among_the_events(data, unreadable):
    first, second = events_of(data)

    assert (first.text, first.cut) == (unreadable.text, False)
    assert first.why.startswith(unreadable.why)
    assert second == {}


def test_brackets_nested_too_deeply_are_unreadable():
    [event] = events_of(b"data: " + b"[" * 100_000 + b"\n\n")

    assert event.why == "brackets are nested too deeply"


@pytest.mark.parametrize(
    ("data", "why", "text"),
    [
        (b"event: content-end\ndata: {}", "a server-sent event", "event: content-end\ndata: {}"),
        (b'data: {"t": "24 \xc2', "a UTF-8 character", 'data: {"t": "24 \ufffd'),
        (b'{"type": "content-', "a line", '{"type": "content-'),
    ],
)
def test_what_the_end_of_the_input_cut_off_is_kept_and_said(data, why, text):
    [recording] = load(data, "cut")

    [located] = recording.events
    assert located.event == Unreadable(text, f"the input ended inside {why}", cut=True)
    [cut] = check(recording.events).violations
    assert cut.code == "event-cut"


def test_a_last_line_without_line_feed_is_whole_if_it_is_json():
    assert events_of(jsonl(EVENTS)[:-1]) == EVENTS


@pytest.mark.parametrize("chunk", [1, 40, 1000])
@pytest.mark.parametrize("form", [sse, jsonl])
def test_an_event_that_is_too_large_ends_the_recording_and_loses_nothing_before_it(form, chunk):
    data = form([s.message_start(), s.plan_delta("x" * 400), s.message_end()])
    chunks = [data[start : start + chunk] for start in range(0, len(data), chunk)]

    first, last = events_of(chunks, max_event_size=300)

    assert first == s.message_start()
    assert last.cut
    assert "300" in last.why
    assert last.text.removeprefix("event: tool-plan-delta\n").startswith(("data: {", '{"type"'))


def test_another_reader_of_json_may_be_given():
    assert events_of(sse(EVENTS), loads=lambda text: ("read", text))[0][0] == "read"


def test_white_space_around_an_event_is_no_fault():
    assert events_of(b"data:  {} \n\n") == [{}]


def test_carriage_returns_belong_to_the_line_ends():
    assert events_of(jsonl(EVENTS).replace(b"\n", b"\r\n")) == EVENTS
    assert events_of(sse(EVENTS).replace(b"\n", b"\r")) == EVENTS


@given(strategies.any_streams())
def test_recordings_of_any_stream_give_what_the_mappings_give(events):
    first = s.message_start()

    recordings = list(load(jsonl([first, *events])))

    located = [each for recording in recordings for each in recording.events]
    assert located == [Located(event, line) for line, event in enumerate([first, *events], 1)]


# What the first line tells


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"", "sse"),
        (b"data: {}\n\n", "sse"),
        (b"event: x\n", "sse"),
        (b": ping\n", "sse"),
        (b"# curl -N ...\n\ndata: {}\n\n", "sse"),
        (b"HTTP/1.1 200 OK\r\n\r\ndata: {}\r\n\r\n", "sse"),
        (b"data: {}\rdata: {}\r\r", "sse"),
        (b'{"type": "debug"}\n', "jsonl"),
        (b'\r\n\t {"type": "debug"}', "jsonl"),
        (b'{"version": 1, "type": "debug"}\n', "jsonl"),
        (b'{"log": "an event in a container\'s log", "time": 5}\n{}', "jsonl"),
        (b'{"delta":{', "jsonl"),
        (b"[]\n[]\n", "jsonl"),
        (b'[{"type": "debug"}]\n{}\n', "jsonl"),
        (b"[" * 100_000 + b"1", "jsonl"),
        (b'{"stream_id": "a", "event": {}}', "jsonl"),
        (b'{"log":{"entries":[]}}', "har"),
        (b'{\n "log": {\n"entries": []}}', "har"),
        (b'{"creator": {}, "log": {"entries": []}}', "har"),
        (b'{"interactions": []}', "vcr"),
        (b'{"http_interactions": [\n]}', "vcr"),
        (b'{"version": 1, "interactions": []}', "vcr"),
        (b"interactions: []\n", "vcr"),
        (b"# recorded by hand\n\nversion: 1\ninteractions: []\n", "vcr"),
        (b"---\nhttp_interactions: []", "vcr"),
        (b"%YAML 1.1\n---\ninteractions: []", "vcr"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("size", [1, 9, 1_000_000])
def test_the_form_is_told_by_the_first_line(data, form, pack, size):
    packed = pack(data)

    found = list(load(packed[start : start + size] for start in range(0, len(packed) or 1, size)))

    assert {each.source.form for each in found} == {form}


@pytest.mark.parametrize("indent", [None, 1])
def test_events_may_stand_in_one_list(indent):
    assert events_of(json.dumps(EVENTS, indent=indent).encode()) == EVENTS


def test_a_document_of_one_object_is_one_event():
    [recording] = load(json.dumps({"message": "too many requests"}, indent=1).encode())

    assert check(recording.events).errors[0].code == "api-error"


def test_a_file_may_be_read_while_it_is_written():
    first, *_ = frames = [f"data: {json.dumps(event)}\n\n".encode() for event in EVENTS]
    given = []

    def chunks():
        for frame in [*frames, first]:
            given.append(frame)
            yield frame

    next(load(chunks()))

    assert len(given) == len(EVENTS) + 1


@pytest.mark.parametrize("data", [b"e", b"\n even", b"event", b"\xef", b"\xef\xbb\xbfretr"])
def test_a_file_that_ends_in_the_name_of_its_first_field_is_a_stream_that_was_cut(data):
    [recording] = load(data)

    assert "event-cut" in {each.code for each in check(recording.events).errors}


def test_text_is_refused():
    with pytest.raises(TypeError, match=r"^data is text; expected bytes$"):
        list(load("data: {}"))


# Packed files


@pytest.mark.parametrize("form", [sse, jsonl])
@given(cuts=st.lists(st.integers(0, 2_000), max_size=9))
def test_gzip_makes_no_difference(form, cuts):
    data = form(EVENTS) * 2
    members = b"".join(map(gzip.compress, chunked(data, cuts))) + b"\0" * 9

    assert list(load(chunked(members, cuts))) == list(load(data))


def test_a_packed_file_that_is_cut_off_gives_what_there_is_and_says_so():
    packed = gzip.compress(sse(EVENTS))
    found = []

    with pytest.raises(RecordingError) as error:
        found.extend(load(packed[:-30], "a.sse.gz"))

    [recording] = found
    assert [located.event for located in recording.events][:4] == EVENTS[:4]
    assert str(error.value) == "a.sse.gz: the compressed data is cut off"
    assert (error.value.name, error.value.line) == ("a.sse.gz", None)


@pytest.mark.parametrize("data", [b"\x1f\x8b", b"\x1f\x8bno gzip data", gzip.compress(b"")[:-1]])
def test_what_only_begins_as_gzip_data_is_no_recording(data):
    with pytest.raises(RecordingError, match=r"^the compressed data is (cut off|damaged: .*)$"):
        list(load(data))


def test_what_follows_gzip_data_is_no_recording():
    found = []

    with pytest.raises(RecordingError, match="the compressed data is damaged"):
        found.extend(load(gzip.compress(sse(EVENTS)) + b"more"))

    assert len(found) == 1


def test_a_packed_file_is_unpacked_a_piece_at_a_time():
    bomb = gzip.compress(b"\n" * 50_000_000)

    with pytest.raises(RecordingError) as error:
        list(load(bomb, "bomb", max_size=1_000_000))

    assert str(error.value) == "bomb: a stream or document has more than 1000000 bytes; the rest is not read"


# Bounds


@pytest.mark.parametrize("form", [sse, jsonl])
def test_a_stream_that_is_too_large_is_cut_off_and_told(form):
    data = form(EVENTS) + form([s.message_start(), *[s.plan_delta("x" * 50)] * 1000])
    found = []

    with pytest.raises(RecordingError, match="more than 20000 bytes; the rest is not read"):
        found.extend(load(data, max_size=20_000))

    whole, cut = found
    assert fold(whole.events).text == "It is 24 °C 😀.\u2028"
    assert check(cut.events).errors[0].code in ("event-cut", "no-message-end")


@pytest.mark.parametrize("form", [sse, jsonl])
def test_many_streams_may_be_larger_than_one(form):
    assert len(list(load(form(EVENTS) * 99, max_size=5_000))) == 99


# Values


def test_an_origin_shows_what_is_known():
    assert repr(Origin("a.sse", "sse")) == "Origin(name='a.sse', form='sse', number=0, line=1)"
    assert repr(Origin("a.har", "har", 1, 2, interaction=3, status=200)) == (
        "Origin(name='a.har', form='har', number=1, line=2, interaction=3, status=200)"
    )


def test_an_origin_has_a_place():
    assert Origin("a.sse", "sse").place == "a.sse"
    assert Origin("a.har", "har", interaction=3).place == "a.har[3]"


def test_an_origin_has_a_title_that_no_other_stream_of_its_file_has():
    assert Origin("a.sse", "sse").title == "a.sse"
    assert Origin("a.sse", "sse", 1).title == "a.sse #1"
    assert Origin("a.jsonl", "jsonl", 1, stream_id="s-1").title == "a.jsonl s-1"
    assert Origin("a.har", "har", 1, interaction=3).title == "a.har[3]"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RecordingError("a.har", "not JSON", 3), "a.har:3: not JSON"),
        (RecordingError("a.har", "not JSON"), "a.har: not JSON"),
        (RecordingError("", "not JSON"), "not JSON"),
    ],
)
def test_an_error_says_where(error, text):
    assert str(error) == text
    assert str(pickle.loads(pickle.dumps(error))) == text


def test_what_is_skipped_folds_to_nothing():
    [skipped] = load(b"interactions: []", "tape")

    assert isinstance(skipped, Skipped)
    assert check(skipped.events).errors[0].code == "no-message-end"


FRAGMENTS = [
    *b'{|}|[|]|data: |---|interactions:|- |&a |*a|!!binary |"log": {'.split(b"|"),
    *b'"stream_id": "a", |"event": |"events": |"seq": 1, |{"type": "message-start"}'.split(b"|"),
    *(b"\n", b"\r", b"\x1f\x8b", b"\xff"),
]


@given(st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=9), max_size=12).map(b"".join), st.booleans())
def test_any_bytes_end_in_recordings_or_in_one_error(data, packed):
    try:
        found = list(load(gzip.compress(data) if packed else data, "name", max_size=10_000))
    except RecordingError as error:
        assert str(error).startswith("name:")
        return
    assert found
    assert all(check(each.events) for each in found)
