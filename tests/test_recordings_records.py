"""A log of mixed streams gives each stream whole and in order, and tells what its numbers say was lost or doubled."""

import json

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import check, fold
from streamfold.events import Located, Unreadable
from streamfold.recordings import Origin, Recording, RecordingError, Skipped, load
from streamfold.recordings import _records as records
from streamfold.testing import strategies

ANSWER = s.whole(*s.text_block("It is ", "24 °C."))
CALL = [{**s.message_start(), "id": "m-2"}, s.plan_delta("Look."), *s.call("{}"), s.message_end("TOOL_CALL")]


def record(stream_id, seq, event, **more):
    return {"stream_id": stream_id, "seq": seq, "event": event, **more}


def numbered(stream_id, events, first=0):
    return [record(stream_id, seq, event) for seq, event in enumerate(events, first)]


def log(*lines):
    return b"".join(s.as_json(line) + b"\n" for line in lines)


def read(*lines, **options):
    return list(load(log(*lines), "a.jsonl", **options))


def events_of(recording):
    return [located.event for located in recording.events]


def recorded(found):
    return {each.source.stream_id: events_of(each) for each in found if not isinstance(each, Skipped)}


def skipped(found):
    return [(each.source.stream_id, each.source.line, each.why) for each in found if isinstance(each, Skipped)]


ANSWERS = strategies.streams(additions=False, finish_reasons=["COMPLETE", "MAX_TOKENS", "STOP_SEQUENCE"])


@given(st.data())
def test_mixed_streams_come_whole_and_in_order_wherever_their_lines_stand(data):
    streams = {name: data.draw(ANSWERS) for name in ("a", "b", "c")}
    lines = [line for name, events in streams.items() for line in numbered(name, events, data.draw(st.integers(0, 9)))]

    found = read(*data.draw(st.permutations(lines)))

    assert recorded(found) == streams
    assert all(check(recording.events).ok for recording in found)
    assert [each.source.number for each in found] == [0, 1, 2]


def test_each_event_has_its_own_line_and_each_stream_that_of_its_first():
    first, second = read(*numbered("a", ANSWER[:2]), *numbered("b", CALL), *numbered("a", ANSWER)[2:])

    assert first.source == Origin("a.jsonl", "jsonl", number=0, line=3, stream_id="b")
    assert second.source == Origin("a.jsonl", "jsonl", number=1, line=1, stream_id="a")
    assert [located.line for located in second.events][:4] == [1, 2, 3 + len(CALL), 4 + len(CALL)]


def test_a_stream_comes_as_soon_as_it_is_whole():
    lines = [json.dumps(line).encode() + b"\n" for line in [*numbered("a", ANSWER), *numbered("b", CALL)]]
    given = []

    def chunks():
        for line in lines:
            given.append(line)
            yield line

    first = next(load(chunks()))

    assert first.source.stream_id == "a"
    assert len(given) == len(ANSWER)


def test_a_stream_that_never_ends_comes_at_the_end_of_the_log():
    found = read(*numbered("cut", ANSWER[:3]), *numbered("b", CALL))

    assert list(recorded(found)) == ["b", "cut"]
    assert check(found[1].events).errors[0].code == "no-message-end"


@pytest.mark.parametrize(
    ("left", "why"), [({2}, "event 2 did not come"), ({2, 3}, "events 2 to 3 did not come")], ids=["one", "two"]
)
def test_a_number_that_did_not_come_is_told_in_its_place(left, why):
    [found] = read(*(line for line in numbered("a", ANSWER) if line["seq"] not in left))

    assert events_of(found)[2] == Unreadable("", why)
    [breach, *_] = check(found.events).errors
    assert (breach.code, breach.position, breach.line) == ("event-unreadable", 2, 3)
    assert why in str(breach)


def test_what_comes_again_the_same_is_left_out_and_told():
    lines = numbered("a", ANSWER)

    found = read(*lines[:3], lines[1], lines[2], *lines[3:])

    assert recorded(found) == {"a": ANSWER}
    assert skipped(found) == [("a", 1, "2 of its events came again, the same as before")]


def test_a_number_with_two_events_keeps_both_and_says_so():
    lines = numbered("a", ANSWER)

    [found] = read(*lines[:3], record("a", 2, s.content_delta("It was ")), *lines[3:])

    assert events_of(found)[2:5] == [
        ANSWER[2],
        Unreadable("", "different events have the number 2"),
        s.content_delta("It was "),
    ]


def test_what_comes_again_after_its_stream_has_ended_is_told():
    found = read(*numbered("a", ANSWER), *numbered("a", ANSWER)[-2:], *numbered("b", CALL))

    assert recorded(found) == {"a": ANSWER, "b": CALL}
    assert [why for *_, why in skipped(found)] == [
        f"event {seq} came after the end of its stream" for seq in (len(ANSWER) - 2, len(ANSWER) - 1)
    ]


def test_of_many_streams_that_have_ended_only_the_last_are_remembered(monkeypatch):
    monkeypatch.setattr(records, "_REMEMBERED", 1)
    found = read(*numbered("a", ANSWER), *numbered("b", CALL), numbered("a", ANSWER)[-1], numbered("b", CALL)[-1])

    assert [each.source.stream_id for each in found] == ["a", "b", "b", "a"]
    assert [type(each) for each in found] == [Recording, Recording, Skipped, Recording]


def test_another_message_under_the_same_name_is_another_stream():
    found = read(*numbered("a", ANSWER), *numbered("a", CALL))

    assert [events_of(each) for each in found] == [ANSWER, CALL]


def test_another_message_start_ends_a_stream_that_broke_off():
    found = read(*numbered("a", ANSWER[:3]), *numbered("a", CALL))

    assert [events_of(each) for each in found] == [ANSWER[:3], CALL]


def test_what_follows_message_end_is_a_stream_of_its_own_and_no_legal_one():
    whole, rest = read(*numbered("a", [*ANSWER, s.content_delta("late")]))

    assert check(whole.events).ok
    assert check(rest.events).errors[0].code == "no-message-start"


def test_events_without_numbers_stand_as_they_come():
    lines = [{"stream_id": 7, "event": event} for event in ANSWER]

    [found] = read(*lines)

    assert (found.source.stream_id, events_of(found)) == ("7", ANSWER)


def test_numbers_may_be_whole_floats():
    [found] = read(*(record("a", float(seq), event) for seq, event in reversed(list(enumerate(ANSWER)))))

    assert events_of(found) == ANSWER


@pytest.mark.parametrize("seq", ["2", True, 2.5, [2], 10**30])
def test_a_number_that_is_none_is_told_and_its_line_kept(seq):
    lines = numbered("a", ANSWER)
    wrong = record("a", seq, ANSWER[2])

    [found] = read(*lines[:2], wrong, *lines[3:])

    unreadable = events_of(found)[2]
    assert unreadable.why == "its seq is no integer"
    assert json.loads(unreadable.text) == wrong


def test_an_event_may_be_its_json_text():
    lines = [record("a", seq, json.dumps(event)) for seq, event in enumerate(ANSWER)]

    [found] = read(*lines, record("a", len(lines), "[DONE]"))

    assert events_of(found) == ANSWER


def test_json_text_that_is_none_is_unreadable_in_its_place():
    [found] = read(record("a", 0, ANSWER[0]), record("a", 1, "{"))

    assert events_of(found)[1].text == "{"


def test_a_line_that_is_no_record_is_a_recording_of_its_own():
    lines = log(*numbered("a", ANSWER))
    broken = lines.replace(b"\n", b'\n{"stream_id": "a", "seq": 1, "ev\n\n"[DONE]"\n5\n', 1)

    found = list(load(broken))

    assert [each.source.line for each in found] == [2, 5, 1]
    assert isinstance(found[0].events[0].event, Unreadable)
    assert events_of(found[1]) == [5]
    assert events_of(found[2]) == ANSWER


# Records of whole streams


def test_a_line_may_hold_all_events_of_a_stream():
    found = read({"stream_id": "a", "events": ANSWER}, {"events": [*map(json.dumps, CALL), "[DONE]"]})

    assert [each.source.stream_id for each in found] == ["a", None]
    assert [events_of(each) for each in found] == [ANSWER, CALL]
    assert {located.line for located in found[1].events} == {2}


def test_events_that_are_no_list_are_unreadable():
    [found] = read({"stream_id": "a", "events": "none"})

    [event] = events_of(found)
    assert (event.why, json.loads(event.text)) == ("events are no list", {"stream_id": "a", "events": "none"})


def test_a_record_may_be_a_document_of_its_own():
    [found] = load(json.dumps({"stream_id": "a", "events": ANSWER}, indent=2).encode())

    assert (found.source.stream_id, events_of(found)) == ("a", ANSWER)


# Times


def test_times_are_kept_in_the_order_of_the_events():
    lines = [record("a", seq, event, time=100 - seq) for seq, event in enumerate(ANSWER)]
    listed = {"stream_id": "b", "events": ANSWER, "times": list(range(len(ANSWER)))}

    found = read(*reversed(lines), listed)

    assert found[0].times == tuple(100.0 - seq for seq in range(len(ANSWER)))
    assert found[1].times == tuple(map(float, range(len(ANSWER))))


def test_stamps_of_time_are_seconds():
    stamps = [
        "2026-11-21T12:00:00Z",
        "2026-11-21T13:00:00.250+01:00",
        "2026-11-21 06:29:59.5-0530",
        "2026-11-21T12:00:00.75",
    ]

    [found] = read({"events": ANSWER[:4], "times": stamps})

    assert [time - found.times[0] for time in found.times] == [0, 0.25, -0.5, 0.75]


@pytest.mark.parametrize("time", [None, "soon", True, 1e300, float("inf"), "2026-11-21"])
def test_times_are_left_out_if_one_is_not_known(time):
    [found] = read(record("a", 0, ANSWER[0], time=1), record("a", 1, ANSWER[1], time=time), loads=json.loads)

    assert found.times == ()


@pytest.mark.parametrize("times", [[1, 2], "now", None, [1] * 99])
def test_times_of_another_number_than_the_events_are_left_out(times):
    [found] = read({"events": ANSWER, "times": times})

    assert found.times == ()


def test_times_are_left_out_where_an_event_is_missing():
    [found] = read(record("a", 0, ANSWER[0], time=1), record("a", 2, ANSWER[2], time=2))

    assert found.times == ()


# Bounds


def test_streams_that_never_end_are_held_up_to_a_bound_and_all_of_them_come():
    lines = [record(f"s{number}", 0, ANSWER[0]) for number in range(100)]
    found = load(log(*lines), "a.jsonl", max_size=2_000)
    held = []

    with pytest.raises(RecordingError) as error:
        held.extend(found)

    assert 5 < len(held) < 20
    assert str(error.value) == (
        f"a.jsonl:{len(held)}: more than 2000 characters of streams that have not ended; the rest is not read"
    )


def test_streams_that_end_never_reach_the_bound():
    lines = [line for number in range(50) for line in numbered(f"s{number}", ANSWER)]

    assert len(read(*lines, max_size=4_000)) == 50


def test_the_events_of_a_record_are_what_the_fold_needs():
    [found] = read(*numbered("a", ANSWER))

    assert fold(found.events).text == "It is 24 °C."
    assert found.events[0] == Located(ANSWER[0], 1)
