"""What happened in a stream is shown event by event, and what is wrong stands beside it."""

import json
import sys
from pathlib import Path

import pytest
import shell
import streams as s
from hypothesis import given
from shell import CUT, ODD, ORPHANED, WELL, lines, messages

from streamfold import check
from streamfold._visible import visible
from streamfold.cli import _tables as tables
from streamfold.cli import main
from streamfold.cli._show import rows_of
from streamfold.recordings import load
from streamfold.testing import strategies

ROOT = Path(__file__).parent.parent
cli, file = shell.cli, shell.file

FULL = [
    s.message_start(),
    *s.text_block("Hm", kind="thinking"),
    s.content_start(1),
    s.content_delta("It is 24 °C", 1),
    s.citation_start(6, 11, "24 °C", content_index=1),
    s.citation_end(),
    s.content_end(1),
    s.plan_delta("Look."),
    s.citation_start(0, 2, "No", 1, content_index=7),
    s.citation_end(1),
    *s.call("{"),
    {"type": "debug", "prompt": "You are"},
    s.message_end("TOOL_CALL"),
]


def test_each_event_has_a_row_with_its_place_and_what_it_did(file, cli):
    status, out, err = cli("show", file("a.sse", WELL))

    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "==> a.sse <==",
        "event  line  what came        what it did",
        "    0     1  message-start    begins the message 'c1'",
        "    1     4  content-start 0  opens text 0",
        "    2     7  content-delta 0  text 0 at 0: 'Hi'",
        "    3    10  content-end 0    closes text 0",
        "    4    13  message-end      ends the message: 'COMPLETE'",
    ]


def test_everything_that_an_event_can_do_is_told(file, cli):
    _, out, _ = cli("show", "--json", file("a.jsonl", lines(*FULL)))

    told = [did for row in messages(out) for did in row["did"]]
    assert told == [
        "begins the message 'm-1'",
        "opens thinking 0",
        "thinking 0 at 0: 'Hm'",
        "closes thinking 0",
        "opens text 1",
        "text 1 at 0: 'It is 24 °C'",
        "cites content 1 from 6 to 11: '24 °C'",
        "closes citation 0",
        "closes text 1",
        "the plan at 0: 'Look.'",
        "cites nothing yet from 0 to 2: 'No'",
        "closes citation 1",
        "opens call 0: 'f'",
        "call 0 at 0: '{'",
        "closes call 0, which is invalid: cut",
        "is kept: debug",
        "ends the message: 'TOOL_CALL'",
    ]


def test_a_citation_of_the_plan_and_one_that_came_too_early_are_told(file, cli):
    plan = [s.message_start(), s.plan_delta("Look."), s.citation_start(0, 4, "Look", type="PLAN"), s.citation_end()]
    early = [
        s.message_start(),
        s.content_start(),
        s.citation_start(0, 2, "Hi"),
        s.citation_end(),
        s.content_delta("Hi"),
    ]

    _, out, _ = cli("show", "--json", file("a.jsonl", lines(*plan, *s.call("{}"))), file("b.jsonl", lines(*early)))

    told = [did for row in messages(out) for did in row["did"]]
    assert "cites the plan from 0 to 4: 'Look'" in told
    assert "closes call 0" in told
    assert "citation 0 cites content 0 from 0 to 2: 'Hi'" in told


def test_what_is_wrong_stands_below_its_event(file, cli):
    status, out, _ = cli("show", file("a.sse", ORPHANED), file("b.sse", CUT))

    first, second = (part.splitlines() for part in out.removeprefix("==> ").split("==> "))
    assert status == 1
    assert first[3].endswith("opens text 0; text 0 at 0: 'a'")
    assert first[4].startswith("  error delta-outside-part: event 1: ")
    assert second[-2] == "    3        end of the input"
    assert second[-1].startswith("  error no-message-end: event 3: ")


def test_what_is_to_be_ignored_is_not_told(file, cli):
    assert "unknown-field" in cli("show", file("a.sse", ODD))[1].replace("is kept: unknown-field", "")
    assert "warning" not in cli("show", "--rule", "unknown-field=ignore", file("a.sse", ODD))[1]


@pytest.mark.parametrize(
    ("text", "came"),
    [
        ("{", "unreadable event"),
        ("5", "event without a type"),
        ('{"type": 5, "index": "a"}', "event without a type"),
        ('{"type": "later", "index": 3}', "later 3"),
        ('{"type": "\\u001b[31m", "index": true}', r"\x1b[31m"),
    ],
)
def test_whatever_comes_has_a_name(text, came, file, cli):
    _, out, _ = cli("show", file("a.jsonl", lines(s.message_start()) + text.encode() + b"\n{}\n"))

    assert out.splitlines()[3].startswith(f"    1     2  {came}")


def test_objects_are_for_machines(file, cli):
    _, out, _ = cli("show", "--json", file("a.sse", CUT))

    *_, last = messages(out)
    [violation] = last.pop("violations")
    assert last == {"file": "a.sse", "number": 0, "position": 3, "came": "end of the input", "did": []}
    assert (violation["code"], violation["severity"]) == ("no-message-end", "error")


def test_each_recording_of_a_file_has_a_name(cli, monkeypatch):
    monkeypatch.chdir(ROOT)

    _, out, _ = cli("show", "examples/tides.jsonl", "examples/tide.yaml")

    heads = [line for line in out.splitlines() if line.startswith("==>")]
    assert heads == [
        "==> examples/tides.jsonl calls <==",
        "==> examples/tides.jsonl answer <==",
        *(f"==> examples/tide.yaml[{number}] <==" for number in (1, 2, 3)),
    ]


def test_a_second_recording_has_its_number(file, cli):
    assert "==> a.sse #1 <==" in cli("show", file("a.sse", WELL * 2))[1]


def test_rows_are_cut_to_the_width_of_a_terminal(file, monkeypatch):
    screen = shell.Screen()
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr(sys, "stdout", screen)

    main(["show", file("a.sse", shell.sse(*shell.answer("長い" * 30)))])

    shown = screen.getvalue().splitlines()
    assert max(map(tables.width, shown)) <= 50
    assert shown[4].endswith(("長...", "い..."))


@given(strategies.any_streams())
def test_every_event_of_any_stream_has_a_row_and_every_violation_a_line(events):
    data = b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events)
    for recording in load(data):
        report = check(recording.events)
        rows = list(rows_of(recording, report))

        assert [row.located for row in rows if row.located] == list(recording.events)
        assert [each for row in rows for each in row.violations] == sorted(report.violations, key=lambda v: v.position)
        assert all(visible(did) == did for row in rows for did in row.did)


def test_columns_stand_below_each_other_whatever_the_width_of_a_character():
    assert tables.aligned([("長", "1"), ("abc", "22"), ("e\u0301", "")]) == ["長   1", "abc  22", "e\u0301"]


@pytest.mark.parametrize(
    ("text", "columns", "cut"),
    [("abcdef", 6, "abcdef"), ("abcdef", 5, "ab..."), ("長い文字", 7, "長い..."), ("abcd", 0, "...")],
)
def test_text_is_cut_where_there_is_no_room(text, columns, cut):
    assert tables.fitted(text, columns) == cut
