"""Every command takes every real recording: it exits as it should, and tells what the library knows."""

import json
from collections import Counter

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
    told = report.partial
    texts = [
        told.tool_plan or "",
        *(block.text for block in told.content),
        *(call.raw_arguments for call in told.calls),
    ]
    assert not Counter("".join(texts)) - Counter(out)
    assert out.count("\nend: ") == 1
    assert all(f"[{number}]" in out for number in range(1, len(told.citations) + 1))


def test_show_has_a_row_for_every_event(recording, cli):
    found, report = judged(recording)

    status, out, _ = cli("show", "--rules", "strict", recording)
    _, objects, _ = cli("show", "--json", recording)

    assert status == int(not report.ok)
    assert len(out.splitlines()) == 2 + len(found.events) + len(report.violations)
    assert [json.loads(line)["line"] for line in objects.splitlines()] == [located.line for located in found.events]


@pytest.mark.parametrize("layout", ["sse", "jsonl", "records"])
def test_a_converted_recording_folds_to_the_same_message(layout, recording, cli, tmp_path):
    converted = tmp_path / "converted.gz"

    assert cli("convert", "--to", layout, recording, "-o", converted)[0] == 0
    assert cli("diff", recording, converted) == (0, "", "")


def test_a_sample_goes_through_every_command(sample, cli):
    _, report = judged(sample)

    for command in (("fold",), ("check",), ("replay", "--speed", "0"), ("show",), ("stats",)):
        assert cli(*command, "--rules", "strict", sample)[0] == int(not report.ok), command
