"""What is written of recordings reads as the same recordings, whatever the layout, and what cannot be is refused."""

import json

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold.events import Located, Unreadable
from streamfold.recordings import NotWritable, Origin, Recording, dump, load
from streamfold.testing import strategies

ANSWER = s.whole(*s.text_block("It is ", "24 °C 😀.", "\u2028\x7f\ud83d"))
CALL = s.whole(*s.call("{}"), end=s.message_end("TOOL_CALL"))
LAYOUTS = ["sse", "jsonl", "records"]
layouts = pytest.mark.parametrize("layout", LAYOUTS)


def recording(events, **source):
    located = (Located(event, line) for line, event in enumerate(events, 1))
    return Recording(tuple(located), Origin("a", "sse", **source))


def written(recordings, layout):
    return b"".join(dump(recordings, layout))


def events_of(recordings):
    return [[located.event for located in each.events] for each in recordings]


def has_second(events):
    types = [event.get("type") if isinstance(event, dict) else None for event in events]
    return "message-start" in types[types.index("message-end") :] if "message-end" in types else False


STREAMS = strategies.any_streams().filter(lambda events: not has_second(events) and isinstance((*events, {})[0], dict))


@layouts
@given(st.lists(STREAMS, min_size=1, max_size=4))
def test_what_is_written_reads_as_it_was(layout, streams):
    data = written(map(recording, streams), layout)

    assert data.isascii()
    assert events_of(load(data)) == streams


@layouts
@pytest.mark.parametrize(
    "streams",
    [
        [[]],
        [[], []],
        [ANSWER, []],
        [[], ANSWER],
        [ANSWER, ANSWER],
        [ANSWER, ANSWER[1:]],
        [ANSWER[:-1], ANSWER],
        [ANSWER[:-1], []],
        [[], [], ANSWER[1:-1], ANSWER[1:-1]],
    ],
)
def test_streams_stay_apart(layout, streams):
    assert events_of(load(written(map(recording, streams), layout))) == streams


def test_server_sent_events_are_as_the_api_sends_them():
    first = json.dumps(ANSWER[0])

    assert (
        written([recording(ANSWER[:1])], "sse").decode() == f"event: message-start\ndata: {first}\n\ndata: [DONE]\n\n"
    )


def test_names_of_server_sent_events_are_kept():
    data = b'event: other\ndata: {"type": "debug"}\n\ndata: 5\n\n'

    [again] = load(written(load(data), "sse"))

    assert [located.name for located in again.events] == ["other", None]


@pytest.mark.parametrize("name", ["a\nb", "grün", "\x1b[31m", ""])
def test_a_type_that_is_no_plain_name_gives_none(name):
    [again] = load(written([recording([{"type": name}])], "sse"))

    assert [(located.event["type"], located.name) for located in again.events] == [(name, None)]


def test_a_well_stream_in_json_lines_is_nothing_but_its_events():
    lines = written([recording(ANSWER), recording(CALL)], "jsonl").splitlines()

    assert list(map(json.loads, lines)) == [*ANSWER, *CALL]


def test_a_record_has_the_name_of_its_stream_or_its_place():
    some = [recording([]), recording([], stream_id="s-1"), recording([], interaction=2, number=1)]

    assert [json.loads(line)["stream_id"] for line in written(some, "records").splitlines()] == ["a#0", "s-1", "a[2]#1"]


def test_a_record_has_the_times_of_its_events():
    timed = Recording(recording(ANSWER[:2]).events, Origin("a", "jsonl"), (1.0, 2.5))

    [again] = load(written([timed], "records"))

    assert again.times == (1.0, 2.5)


@layouts
@pytest.mark.parametrize(
    ("event", "why"),
    [
        (Unreadable("{", "expected a key"), "an event that is no JSON: expected a key"),
        ({"n": float("inf")}, "an event with a number that is out of range"),
        ("[DONE]", "an event that reads as the end of a stream"),
    ],
)
def test_an_event_that_would_not_read_as_it_was_is_refused(layout, event, why):
    pieces = dump([recording(ANSWER), recording([ANSWER[0], event])], layout)
    first = []

    with pytest.raises(NotWritable) as error:
        first.extend(pieces)

    assert (str(error.value), error.value.line) == (f"a:2: {why}", 2)
    assert events_of(load(b"".join(first))) == [ANSWER]


@pytest.mark.parametrize(
    "event", [None, 5, {"stream_id": "a", "event": {}}, {"log": {"entries": []}}, [s.message_start()]]
)
def test_a_first_event_that_would_be_taken_for_something_else_is_refused(event):
    with pytest.raises(NotWritable, match="a first event that reads as another kind of file"):
        written([recording([event])], "jsonl")

    assert events_of(load(written([recording([event])], "records"))) == [[event]]
    assert events_of(load(written([recording([ANSWER[0], event])], "jsonl"))) == [[ANSWER[0], event]]


@pytest.mark.parametrize("layout", ["sse", "jsonl"])
def test_two_messages_in_one_stream_are_refused(layout):
    with pytest.raises(NotWritable, match=f"^a:{len(ANSWER) + 1}: another message in the same stream"):
        written([recording([*ANSWER, *CALL])], layout)


def test_two_messages_in_one_stream_fit_a_record():
    assert events_of(load(written([recording([*ANSWER, *CALL])], "records"))) == [[*ANSWER, *CALL]]


def test_text_that_is_an_event_stays_text():
    assert events_of(load(written([recording(["5", 5])], "records"))) == [["5", 5]]
