"""Statistics count every stream once, and people and machines are told the same."""

import json
from pathlib import Path

import pytest
import shell
import streams as s
from hypothesis import given
from shell import CUT, ODD, ORPHANED, WELL, lines

from streamfold.cli._stats import lines_of, summed, tally
from streamfold.cli._work import Tally
from streamfold.recordings import load
from streamfold.rules import STANDARD
from streamfold.testing import strategies

ROOT = Path(__file__).parent.parent
cli, file = shell.cli, shell.file


def stats(cli, *argv):
    status, out, err = cli("stats", "--json", *argv)
    return status, json.loads(out), err


def test_the_examples_amount_to_this(cli, monkeypatch):
    monkeypatch.chdir(ROOT)

    status, found, _ = stats(cli, "examples/tide.yaml", "examples/tides.jsonl", "examples/broken.sse")

    assert status == 1
    assert found == {
        "files": 3,
        "unread": 0,
        "skipped": 2,
        "streams": 6,
        "well": 4,
        "not_well": 2,
        "events": 76,
        "deltas": 53,
        "characters": 159,
        "finish_reasons": {"COMPLETE": 2, "TOOL_CALL": 2, "(none)": 2},
        "usage": {
            "tokens.input_tokens": 5778,
            "cached_tokens": 2784,
            "billed_units.input_tokens": 178,
            "tokens.output_tokens": 176,
            "billed_units.output_tokens": 80,
        },
        "models": {"command-a-03-2025": 2, "command-z": 1},
        "errors": {"api-error": 1, "delta-outside-part": 1, "event-cut": 1, "no-message-end": 1},
        "warnings": {},
        "deltas_per_second": 16.901,
    }


def test_people_are_told_what_there_is_in_columns(file, cli):
    status, out, err = cli("stats", file("a.sse", ORPHANED + WELL * 2))

    assert (status, err) == (1, "")
    assert [line.split() for line in out.splitlines()] == [
        ["files", "1"],
        ["streams", "3"],
        ["well", "2"],
        ["not", "well", "1"],
        ["events", "15"],
        ["deltas", "4"],
        ["characters", "5"],
        ["finish", "reasons"],
        ["COMPLETE", "3"],
        ["usage"],
        ["cached_tokens", "3"],
        ["errors"],
        ["delta-outside-part", "2"],
    ]
    assert {len(line) for line in out.splitlines() if line[-1].isdigit()} == {24}


def test_large_numbers_are_easy_to_read():
    told = lines_of({"events": 1234567, "usage": {"tokens": 1000}})

    assert told == ["events    1,234,567", "usage", "  tokens      1,000"]


def test_warnings_are_counted_unless_they_are_to_be_ignored(file, cli):
    odd = file("odd.sse", ODD)

    assert stats(cli, odd)[1]["warnings"] == {"unknown-field": 1}
    assert stats(cli, "--rule", "unknown-field=ignore", odd)[1]["warnings"] == {}


def test_a_file_that_cannot_be_read_is_counted_and_told(file, cli):
    status, found, err = stats(cli, file("a.sse", WELL), "no.sse")

    assert (status, found["files"], found["unread"]) == (2, 2, 1)
    assert err == "streamfold: no.sse: No such file or directory\n"


def test_a_stream_without_an_end_has_no_finish_reason(file, cli):
    assert stats(cli, file("cut.sse", CUT))[1]["finish_reasons"] == {"(none)": 1}


@pytest.mark.parametrize("count", ["many", True, None, 10**30, [1]])
def test_usage_that_is_no_count_is_not_summed(count, file, cli):
    end = s.message_end(usage={"tokens": {"input_tokens": count, "output_tokens": 2.5}})

    usage = stats(cli, file("a.jsonl", lines(*s.whole(end=end))))[1]["usage"]

    assert usage == {"tokens.output_tokens": 2.5}


def test_all_characters_count(file, cli):
    events = [*s.text_block("ab", kind="thinking"), *s.text_block("c😀", index=1), s.plan_delta("def"), *s.call("{}")]

    assert stats(cli, file("a.jsonl", lines(*s.whole(*events))))[1]["characters"] == 2 + 2 + 3 + 2


def test_no_time_gives_no_pace(file, cli):
    timed = {"events": s.whole(*s.text_block("a", "b")), "times": [7] * 6}
    still, slow = file("a.jsonl", lines(timed)), file("b.jsonl", lines({**timed, "times": [0, 1, 2, 3, 3, 4]}))

    assert stats(cli, still)[1]["deltas_per_second"] is None
    assert stats(cli, slow)[1]["deltas_per_second"] == 0.5


@given(strategies.any_streams())
def test_every_event_of_any_stream_counts(events):
    events = [s.message_start(), *events]
    total = Tally()
    for recording in load(lines(*events)):
        for counted in tally(recording, STANDARD):
            total.update(counted)

    found = summed(total)
    assert found["events"] == len(events)
    assert found["well"] + found["not_well"] == sum(found["finish_reasons"].values())
    assert json.loads(json.dumps(found)) == found
