"""Every command takes every real recording: it exits as it should, and tells what the library knows."""

import json
from collections import Counter
from html.parser import HTMLParser

import pytest

from streamfold import STRICT, check
from streamfold.cli import main
from streamfold.conversation import to_json
from streamfold.recordings import load


@pytest.fixture
def cli(capsysbinary):
    def run(*argv):
        status = main(list(map(str, argv)))
        out, err = capsysbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


def judged(path):
    [recording] = load(path.read_bytes(), str(path))
    return recording, check(recording.events, STRICT)


def texts_of(told):
    plan = [] if told.tool_plan is None else [told.tool_plan]
    return [*plan, *(block.text for block in told.content), *(call.raw_arguments for call in told.calls)]


def words_of(page):
    """Give the text of a page, as a reader without scripts finds it."""
    words = []
    parser = HTMLParser()
    parser.handle_data = words.append
    parser.feed(page)
    return "".join(words)


def test_fold_prints_the_message(recording, cli):
    _, report = judged(recording)

    status, out, err = cli("fold", "--rules", "strict", recording)

    if report.ok:
        assert (status, json.loads(out), err) == (0, to_json(report.message), "")
    else:
        assert (status, out) == (1, "")
        assert "error generation-failed: " in err


def test_check_prints_every_violation(recording, cli):
    _, report = judged(recording)

    status, out, err = cli("check", "--rules", "strict", recording)

    assert status == int(not report.ok)
    assert len(out.splitlines()) == len(report.violations)
    assert err.startswith("1 stream: ")


def test_replay_shows_every_character_once(recording, cli):
    _, report = judged(recording)

    status, out, err = cli("replay", "--rules", "strict", "--speed", "0", recording)

    assert (status, err) == (int(not report.ok), "")
    assert not Counter("".join(texts_of(report.partial))) - Counter(out)
    assert out.count("\nend: ") == 1
    assert all(f"[{number}]" in out for number in range(1, len(report.partial.citations) + 1))


def test_show_has_a_row_for_every_event(recording, cli):
    found, report = judged(recording)

    status, out, _ = cli("show", "--rules", "strict", recording)
    _, objects, _ = cli("show", "--json", recording)

    assert status == int(not report.ok)
    assert len(out.splitlines()) == 2 + len(found.events) + len(report.violations)
    assert [json.loads(line)["line"] for line in objects.splitlines()] == [located.line for located in found.events]


def test_stats_counts_what_there_is(recording, cli):
    found, report = judged(recording)

    status, out, err = cli("stats", "--json", "--rules", "strict", recording)

    assert (status, err) == (int(not report.ok), "")
    told = json.loads(out)
    assert (told["streams"], told["well"], told["events"]) == (1, int(report.ok), len(found.events))
    assert told["characters"] == sum(map(len, texts_of(report.partial)))
    assert told["finish_reasons"] == {report.partial.finish_reason: 1}
    assert told["errors"] == Counter(violation.code for violation in report.errors)
    assert told["warnings"] == Counter(violation.code for violation in report.warnings)


def test_report_writes_a_page_that_holds_all_texts(recording, cli, tmp_path):
    _, report = judged(recording)
    path = tmp_path / "page.html"

    assert cli("report", "--rules", "strict", recording, "-o", path) == (int(not report.ok), "", "")

    page = path.read_text(encoding="utf-8")
    words = words_of(page)
    assert page.count("<article") == 1
    assert [text for text in texts_of(report.partial) if text not in words] == []
    assert [violation.code for violation in report.violations if violation.code not in words] == []


@pytest.mark.parametrize("layout", ["sse", "jsonl", "records"])
def test_a_converted_recording_folds_to_the_same_message(layout, recording, cli, tmp_path):
    converted = tmp_path / "converted.gz"

    assert cli("convert", "--to", layout, recording, "-o", converted)[0] == 0
    assert cli("diff", recording, converted) == (0, "", "")


def test_a_sample_goes_through_every_command(sample, cli):
    _, report = judged(sample)

    for command in (("fold",), ("check",), ("replay", "--speed", "0"), ("show",), ("stats",), ("report",)):
        assert cli(*command, "--rules", "strict", sample)[0] == int(not report.ok), command
