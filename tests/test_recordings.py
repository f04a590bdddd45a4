"""Bytes become located events whatever their form and wherever they were cut, and nothing of them is lost."""

import itertools
import json

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import check, fold
from streamfold.events import Located, Unreadable
from streamfold.recordings import load

EVENTS = s.whole(*s.text_block("It is ", "24 °C 😀.", "\u2028"))


def sse(events, end=b"data: [DONE]\n\n"):
    frames = (f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
    return "".join(frames).encode() + end


def jsonl(events):
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events).encode()


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


@given(s.streams())
def test_recordings_of_any_stream_give_what_the_mappings_give(events):
    first = s.message_start()

    recordings = list(load(jsonl([first, *events])))

    located = [each for recording in recordings for each in recording.events]
    assert located == [Located(event, line) for line, event in enumerate([first, *events], 1)]
