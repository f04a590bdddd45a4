"""A record becomes a row, whatever it holds; sequence numbers restore an order and tell of losses."""

import gzip
import json
import pickle
import re
from pathlib import Path

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, STRICT, Limits, Message, check, fold
from streamfold.bulk import COLUMNS, fold_batch, fold_record
from streamfold.conversation import from_json, to_json
from streamfold.recordings._sequence import Sequence, restore
from streamfold.testing import strategies

HELLO = s.whole(*s.text_block("Hel", "lo 😀"))


def sse(events):
    return "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events) + "data: [DONE]\n\n"


FORMS = {
    "mappings": lambda events: {"events": events},
    "texts": lambda events: {"events": [json.dumps(each) for each in events]},
    "bytes": lambda events: {"events": [json.dumps(each).encode() for each in events]},
    "one text": lambda events: {"events": json.dumps(events)},
    "server-sent events": lambda events: {"recording": sse(events)},
    "JSON lines": lambda events: {"recording": "\n".join(map(json.dumps, events)).encode()},
    "numbered, in any order": lambda events: {"events": events[::-1], "seqs": list(range(7, 7 + len(events)))[::-1]},
}


@pytest.mark.parametrize("form", FORMS)
@given(strategies.streams(additions=False))
def test_every_form_of_a_record_gives_the_message_of_its_events(form, events):
    row = fold_record({"stream_id": "s", **FORMS[form](events)})

    assert from_json(json.loads(row["message"])) == fold(events)
    assert row == {
        "stream_id": "s",
        "ok": True,
        "message": row["message"],
        "finish_reason": events[-1]["delta"]["finish_reason"],
        "events": len(events),
        "violations": 0,
        "error_code": None,
        "error_position": None,
        "error_path": None,
        "error": None,
        "missing": 0,
        "doubled": 0,
    }


def test_a_record_may_be_the_text_of_one():
    record = {"stream_id": 5, "events": HELLO}

    assert fold_record(json.dumps(record)) == fold_record(record) == fold_record(json.dumps(record).encode())
    assert fold_record(record)["stream_id"] == "5"


@given(strategies.any_streams())
def test_a_row_tells_the_first_error_and_keeps_what_arrived(events):
    row = fold_record({"stream_id": "s", "events": [json.dumps(each) for each in events]})
    report = check([json.loads(json.dumps(each)) for each in events])

    assert row["ok"] is report.ok
    assert json.loads(row["message"]) == to_json(report.message or report.partial)
    assert row["violations"] == len(report.violations)
    if not report.ok:
        first = report.errors[0]
        assert (row["error_code"], row["error_position"], row["error_path"]) == (first.code, first.position, first.path)


HEADS = st.sampled_from(
    [b"interactions:\n- ", b'{"log": {\n', b"\x1f\x8b", b"[{\n", b"---\n", b'{"stream_id": 1, "event": ']
)
RECORDED = st.tuples(HEADS, st.binary(max_size=9)).map(b"".join)
ANYTHING = s.JSON | st.binary(max_size=9) | RECORDED | st.floats() | st.just(object())
RECORDS = st.dictionaries(st.sampled_from(["stream_id", "events", "seqs", "recording", "x"]), ANYTHING) | ANYTHING


@given(RECORDS)
def test_whatever_a_record_holds_it_becomes_a_row(record):
    row = fold_record(record)

    assert row.keys() == COLUMNS.keys()
    assert json.loads(json.dumps(row, allow_nan=False).encode()) == row
    assert all(value is None or type(value) is COLUMNS[name] for name, value in row.items())


@pytest.mark.parametrize(
    ("record", "error"),
    [
        (5, "a record is a JSON object: it is 5"),
        ("{", "'{' is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ({}, "a record has events or a recording: it has nothing"),
        ({"events": [], "recording": ""}, "a record has events or a recording: it has 'events', 'recording'"),
        ({"events": 5}, "events are a list: they are 5"),
        ({"events": '"[]"'}, "events are a list: they are '[]'"),
        ({"events": {"type": "debug"}}, "events are a list: they are {'type': 'debug'}"),
        ({"events": b"\xff"}, "'\ufffd' is not UTF-8: invalid start byte"),
        ({"recording": 5}, "a recording is text or bytes: it is 5"),
        ({"recording": sse(HELLO) * 2}, "a record has one stream: its recording has 2"),
        ({"recording": '{"log": {"entries": []}}'}, "a record has one stream: its recording has 0"),
        ({"recording": gzip.compress(sse(HELLO).encode())[:40]}, "its recording: the compressed data is cut off"),
        ({"recording": "Bad Gateway"}, "its recording: it is no recording: it begins with 'Bad Gateway'"),
        ({"events": [1], "seqs": [1, 2]}, "each event has a number: 1 events have 2"),
        ({"events": [1], "seqs": [1.5]}, "a sequence number is an integer: it is 1.5"),
        ({"events": [1], "seqs": 1}, "seqs are a list: they are 1"),
    ],
)
def test_a_record_that_is_none_says_what_it_should_be(record, error):
    row = fold_record(record)

    assert (row["ok"], row["error_code"], row["error"], row["message"]) == (False, "record-unreadable", error, None)


def test_what_is_passed_over_in_a_recording_is_no_stream():
    lines = [{"stream_id": "a", "seq": seq, "event": event} for seq, event in enumerate([*HELLO])]
    doubled = "".join(json.dumps(line) + "\n" for line in [lines[0], *lines])

    assert fold_record({"recording": doubled})["ok"]


def test_a_text_that_is_no_event_is_one_bad_event_among_the_others():
    events = [json.dumps(each) for each in HELLO]

    row = fold_record({"events": [*events[:2], "{", b"\xff", *events[2:]]}, LENIENT)

    assert row["ok"]
    assert row["violations"] == 2
    assert from_json(json.loads(row["message"])).text == "Hello 😀"


def test_rules_and_limits_are_those_that_are_asked_for():
    late = s.whole(*s.text_block("Hi"), *s.text_block("!", index=1))

    assert fold_record({"events": late})["ok"]
    assert fold_record({"events": late}, STRICT)["error_code"] == "content-repeated"
    assert fold_record({"events": late}, limits=Limits(events=3))["error_code"] == "limit-exceeded"


def test_lone_surrogates_become_escapes_so_that_a_row_can_be_stored_anywhere():
    events = s.whole(*s.text_block("\ud83d"), end=s.message_end("\udc00"))

    row = fold_record({"stream_id": "\ud800", "events": events}, LENIENT)

    assert (row["stream_id"], row["finish_reason"]) == ("\\ud800", "\\udc00")
    assert from_json(json.loads(row["message"])).text == "\ud83d"


# Batches


def test_a_batch_is_columns_in_and_columns_out():
    columns = fold_batch({"stream_id": ["a", "b"], "events": [json.dumps(HELLO), None], "more": [1, 2]})

    assert columns.keys() == COLUMNS.keys()
    assert columns["stream_id"] == ["a", "b"]
    assert columns["error_code"] == [None, "record-unreadable"]


def test_a_batch_may_be_empty():
    assert fold_batch({}) == fold_batch({"events": []}) == {name: [] for name in COLUMNS}


def test_columns_of_different_lengths_are_no_batch():
    with pytest.raises(ValueError, match="shorter"):
        fold_batch({"stream_id": ["a", "b"], "events": ["[]"]})


def test_a_row_is_made_of_values_that_pickle():
    row = fold_record({"stream_id": "s", "events": HELLO})

    assert pickle.loads(pickle.dumps(row)) == row


# Sequence numbers


@given(strategies.any_streams(), st.randoms(), st.integers(-9, 9))
def test_numbers_restore_an_order_and_doubles_do_no_harm(events, chance, first):
    numbered = list(enumerate(events, first))
    doubled = [each for each in numbered if chance.random() < 0.3]
    mixed = chance.sample(numbered + doubled, len(numbered) + len(doubled))

    assert restore(mixed) == Sequence(tuple(events), 0, len(doubled))


def test_a_lost_delta_is_told_by_the_numbers_alone():
    lost = HELLO[:2] + HELLO[3:]

    row = fold_record({"events": lost, "seqs": [0, 1, 3, 4, 5]})

    assert fold(lost).text == "lo 😀"
    assert (row["ok"], row["error_code"], row["missing"]) == (False, "sequence-gap", 1)
    assert row["error"] == "1 sequence number did not come"


def test_different_events_under_one_number_are_an_error_and_none_is_lost():
    events = [*HELLO[:3], s.content_delta("!"), *HELLO[3:]]

    row = fold_record({"events": events, "seqs": [0, 1, 2, 2, 3, 4, 5]})

    assert (row["error_code"], row["error"]) == ("sequence-conflict", "different events have the number 2")
    assert from_json(json.loads(row["message"])).text == "Hel!lo 😀"


def test_the_first_breach_of_a_rule_is_told_before_what_the_numbers_say():
    row = fold_record({"events": HELLO[:1], "seqs": [4]})

    assert (row["error_code"], row["events"]) == ("no-message-end", 1)


def test_nothing_has_no_order():
    assert restore([]) == Sequence()


def test_a_message_is_what_the_row_holds():
    told = from_json(json.loads(fold_record({"events": HELLO})["message"]))

    assert isinstance(told, Message)


def test_the_page_tells_every_column():
    page = (Path(__file__).parents[1] / "docs/how-to/bulk.md").read_text(encoding="utf-8")
    kinds = {"text": str, "integer": int, "boolean": bool}
    told = re.findall(r"^\| `(\w+)` \| (\w+) \|", page, re.MULTILINE)

    assert {name: kinds[kind] for name, kind in told} == COLUMNS
