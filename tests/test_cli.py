"""The command line folds and checks recordings, says where what is wrong, and harms no terminal."""

import importlib
import io
import json
import os
import runpy
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import shell
from shell import (
    BUFFERED,
    CONTENT_END,
    CONTENT_START,
    CUT,
    END,
    FAILED,
    FIRST,
    NOTED,
    ODD,
    ORPHANED,
    RESPONSE,
    SECOND,
    START,
    WELL,
    answer,
    delta,
    finished,
    lines,
    messages,
    sse,
    start,
)

from streamfold._visible import visible
from streamfold.cli import main

ROOT = Path(__file__).parent.parent

cli, file, refused = shell.cli, shell.file, shell.refused

# fold


def test_fold_prints_the_message_as_one_line_of_json(file, cli):
    status, out, err = cli("fold", file("a.sse", WELL))

    assert (status, err) == (0, "")
    assert out == json.dumps(RESPONSE) + "\n"


def test_server_sent_events_and_json_lines_give_the_same_message(file, cli):
    status, out, _ = cli("fold", file("a.sse", WELL), file("a.jsonl", lines(*answer())))

    assert (status, messages(out)) == (0, [RESPONSE, RESPONSE])


def test_each_recording_of_a_file_gives_its_message_in_order(file, cli):
    two = sse(*answer("one")) + sse(*answer("two"))

    status, out, _ = cli("fold", file("a.sse", two), file("b.jsonl", lines(*answer("three"), *answer("four"))))

    texts = [told["message"]["content"][0]["text"] for told in messages(out)]
    assert (status, texts) == (0, ["one", "two", "three", "four"])


def test_a_stream_that_fails_is_told_and_the_others_are_folded(file, cli):
    status, out, err = cli("fold", file("bad.sse", ORPHANED + WELL), file("good.sse", WELL))

    assert (status, messages(out)) == (1, [RESPONSE, RESPONSE])
    assert err == f"bad.sse:4: error delta-outside-part: {FIRST}\n"


def test_a_stream_that_is_cut_gives_no_message_and_the_line_of_its_last_event(file, cli):
    status, out, err = cli("fold", file("cut.sse", CUT))

    assert (status, out) == (1, "")
    assert err.startswith("cut.sse:7: error no-message-end: event 3: the end of the input came before message-end")


def test_an_empty_file_is_a_stream_that_never_began(file, cli):
    status, out, err = cli("fold", file("empty.sse", b""))

    assert (status, out) == (1, "")
    assert err.startswith("empty.sse:1: error no-message-end: event 0: ")


def test_a_stream_that_only_deviates_is_folded_and_its_violations_stand_beside(file, cli):
    status, out, err = cli("fold", file("odd.sse", ODD))

    [told] = messages(out)
    assert (status, err) == (0, "")
    assert [each["code"] for each in told["streamfold"]["violations"]] == ["unknown-field"]


def test_the_rules_say_what_has_a_message(file, cli):
    odd, orphaned = file("odd.sse", ODD), file("orphaned.sse", ORPHANED)

    assert cli("fold", "--rules", "strict", odd)[0] == 0
    assert cli("fold", "--rules", "closed", odd)[0] == 1
    assert cli("fold", "--rules", "standard", orphaned)[0] == 1
    assert cli("fold", "--rules", "lenient", orphaned)[0] == 0


def test_the_rules_are_standard_unless_told_otherwise(file, cli):
    deviant = file("a.sse", sse(START | {"id": None}, *answer()[1:]))

    assert cli("fold", deviant)[0] == 0
    assert cli("fold", "--rules", "strict", deviant)[0] == 1


def test_one_rule_can_be_changed(file, cli):
    odd = file("odd.sse", ODD)

    assert cli("fold", "--rule", "unknown-field=error", odd)[0] == 1
    assert cli("fold", "--rules", "closed", "--rule", "unknown-field=Ignore", odd)[0] == 0
    assert cli("fold", "--rule", "unknown-field=error", "--rule", "unknown-field=warning", odd)[0] == 0


def test_partial_prints_what_arrived_of_a_stream_that_fails(file, cli):
    status, out, err = cli("fold", "--partial", file("cut.sse", CUT), file("a.sse", WELL))

    partial, whole = messages(out)
    assert (status, whole) == (1, RESPONSE)
    assert err.startswith("cut.sse:7: error no-message-end")
    assert partial["message"] == RESPONSE["message"]
    assert partial["streamfold"]["partial"] in err
    assert partial["streamfold"]["open"] == [{"kind": "content", "index": 0}]


def test_json_is_ascii_whatever_the_text_holds(file, cli):
    text = "\x1b[31m é 🐙 \u202e \x7f \x9b"
    lone = json.dumps(delta("\ud83d")).encode()
    data = sse(*answer(text)) + lines(START, CONTENT_START) + lone + b"\n" + lines(CONTENT_END, END)

    status, out, _ = cli("fold", file("a.sse", sse(*answer(text))), file("b.jsonl", data.split(b"[DONE]\n\n")[1]))

    assert status == 0
    assert out.isascii()
    assert out == visible(out).replace(r"\n", "\n")
    assert [told["message"]["content"][0]["text"] for told in messages(out)] == [text, "\ud83d"]


def test_a_number_beyond_floats_is_no_reason_to_fail(file, cli):
    data = WELL.replace(b'"cached_tokens": 1', b'"cached_tokens": 1e400')

    status, out, _ = cli("fold", file("a.sse", data))

    assert (status, messages(out)[0]["usage"]) == (0, {"cached_tokens": "inf"})


# check


def test_check_says_nothing_of_a_stream_that_is_well(file, cli):
    assert cli("check", file("a.sse", WELL)) == (0, "", "1 stream: 1 well, 0 not; 0 errors, 0 warnings\n")


def test_check_prints_every_violation_with_file_and_line_and_cause(file, cli):
    status, out, err = cli("check", file("a.sse", ORPHANED), file("odd.sse", ODD + WELL))

    assert (status, err) == (1, "3 streams: 2 well, 1 not; 2 errors, 1 warning\n")
    assert out.splitlines() == [
        f"a.sse:4: error delta-outside-part: {FIRST}",
        f"a.sse:10: error delta-outside-part: {SECOND} (caused by event 1)",
        f"odd.sse:7: warning unknown-field: {NOTED}",
    ]


def test_check_is_silent_on_what_is_to_be_ignored(file, cli):
    status, out, err = cli("check", "--rule", "unknown-field=ignore", file("odd.sse", ODD))

    assert (status, out, err) == (0, "", "1 stream: 1 well, 0 not; 0 errors, 0 warnings\n")


def test_several_streams_that_are_not_well_are_as_bad_as_one(file, cli):
    assert cli("check", file("a.sse", ORPHANED + ORPHANED), file("b.sse", ORPHANED))[0] == 1


def test_check_goes_by_the_rules(file, cli):
    assert cli("check", "--rules", "closed", file("odd.sse", ODD))[0] == 1
    assert cli("check", "--rules", "lenient", file("a.sse", ORPHANED))[0] == 0


def test_lines_are_those_of_the_file_also_in_its_second_recording(file, cli):
    _, out, _ = cli("check", file("two.sse", WELL + ODD))

    assert out.startswith(f"two.sse:{WELL.count(10) + 7}: warning unknown-field: event 2: ")


def test_check_prints_objects_for_machines(file, cli, monkeypatch):
    status, out, err = cli("check", "--json", file("a.sse", ORPHANED), file("odd.sse", ODD))

    first, second, noted = messages(out)
    assert (status, err) == (1, "2 streams: 1 well, 1 not; 2 errors, 1 warning\n")
    assert (first["file"], first["form"], first["number"], first["line"]) == ("a.sse", "sse", 0, 4)
    assert (first["severity"], first["code"], first["position"]) == ("error", "delta-outside-part", 1)
    assert "caused_by" not in first
    assert (second["caused_by"], noted["severity"]) == (1, "warning")
    monkeypatch.chdir(ROOT)
    interaction, *_ = messages(cli("check", "--json", "examples/tide.yaml")[1])
    assert (interaction["interaction"], interaction["model"], interaction["status"]) == (3, "command-z", 404)


# What cannot be read, and what is no command


def test_a_missing_file_and_a_directory_are_told_and_the_others_are_read(file, cli, tmp_path):
    (tmp_path / "folder").mkdir()

    status, out, err = cli("fold", "no.sse", "folder", file("cut.sse", CUT), file("a.sse", WELL))

    assert (status, messages(out)) == (2, [RESPONSE])
    missing, folder, _ = err.splitlines()
    assert missing == "streamfold: no.sse: No such file or directory"
    assert folder.startswith("streamfold: folder: a folder without recordings; expected files in .sse, ")


@pytest.mark.parametrize("argv", [(), ("fold",), ("check",), ("melt", "a.sse"), ("fold", "--rules", "lax", "a.sse")])
def test_wrong_usage_ends_with_2(argv, refused):
    assert "error: " in refused(*argv)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("unknown-feild=error", "no rule has the code 'unknown-feild'; did you mean unknown-field or unknown-event?"),
        ("part-left=error", "no rule has the code 'part-left'; did you mean part-left-open or part-restarted?"),
        ("zzz=error", "no rule has the code 'zzz'"),
        ("no-message-end=ignore", "no-message-end is an error under all rules"),
        ("unknown-field=fatal", "'fatal' is no severity; expected error, warning or ignore"),
        ("unknown-field", "'' is no severity; expected error, warning or ignore"),
    ],
)
def test_a_change_of_no_rule_is_wrong_usage_and_names_what_is_near(change, error, refused):
    last = refused("check", "--rule", change, "a.sse")

    assert last == f"streamfold check: error: argument --rule: {error}"


def version(capsysbinary):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    return capsysbinary.readouterr().out.decode()


def test_the_version_is_that_of_the_installed_distribution(tmp_path, monkeypatch, capsysbinary):
    described = tmp_path / "streamfold-9.8.7.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: streamfold\nVersion: 9.8.7\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert version(capsysbinary) == "streamfold 9.8.7\n"


def test_without_an_installed_distribution_there_is_no_version(tmp_path, monkeypatch, capsysbinary):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    importlib.invalidate_caches()

    assert version(capsysbinary) == "streamfold (not installed)\n"


# Hostile names and words


def test_what_a_stream_holds_cannot_steer_the_terminal(file, cli):
    odd = {**delta("Hi"), "\x1b[2J\x9b\u202e": 1}
    wrong = {"type": "content-end", "index": "\x1b[31m\u2028"}
    untyped = {"type": "\x1b[5m\r", "message": "\x1b[5m\r"}

    status, out, err = cli("check", file("a.sse", sse(START, CONTENT_START, odd, wrong, untyped, FAILED)))

    assert status == 1
    assert len(out.split("\n")) == 6
    assert all(line == visible(line) for line in (out + err).split("\n"))


def test_the_words_of_an_api_error_reach_the_user_on_one_line(file, cli):
    status, out, err = cli("fold", file("a.sse", sse(START, FAILED)))

    assert (status, out, err.count("\n")) == (1, "", 1)
    assert r"\x1b]0;owned\x07no valid\nresponse" in err


def test_a_body_that_is_an_error_of_the_api_reaches_the_user(file, cli):
    _, _, err = cli("fold", file("error.json", b'{"message": "too many \\u001b[31mrequests"}'))

    assert "error.json:1: error api-error: event 0: " in err
    assert r"too many \x1b[31mrequests" in err


@pytest.mark.parametrize("name", ["\x1b[31mred.sse", "a\nb.sse", "user\u202eess.sse", "no\udcff.sse"])
def test_a_file_name_cannot_steer_the_terminal(name, file, cli):
    shown = visible(name)

    assert cli("check", file(name, ODD))[1].startswith(f"{shown}:7: warning")
    assert cli("check", f"no{name}")[2].startswith(f"streamfold: no{shown}: No such file or directory\n")


def test_a_wrong_word_on_the_command_line_cannot_steer_the_terminal(refused):
    assert refused("fold", "a", "--\x1b[31m\n").endswith(r"unrecognized arguments: --\x1b[31m\n")


def test_what_a_person_writes_stays_readable(file, cli):
    assert cli("check", file("größe 👩\u200d🚀.sse", ODD))[1].startswith("größe 👩\u200d🚀.sse:7: ")


# Streams of the process


def test_an_encoding_that_lacks_a_character_gets_an_escape(file):
    narrow = io.TextIOWrapper(io.BytesIO(), "ascii")

    with redirect_stdout(narrow), redirect_stderr(narrow):
        status = main(["check", file("é.sse", ODD), "ü.sse"])

    told = narrow.buffer.getvalue().decode()
    assert status == 2
    assert told.startswith(r"\xe9.sse:7: warning unknown-field")
    assert r"streamfold: \xfc.sse: No such" in told


def test_output_may_go_to_any_text_stream(file):
    with redirect_stdout(io.StringIO()) as out:
        assert main(["fold", file("a.sse", WELL)]) == 0

    assert messages(out.getvalue()) == [RESPONSE]


def test_streams_that_were_closed_from_the_start_are_left_alone(file, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)

    assert main(["check", file("odd.sse", ODD), "no.sse"]) == 2


def broken_pipe():
    read, write = os.pipe()
    os.close(read)
    return os.fdopen(write, "w")


def test_a_reader_that_left_is_no_error_of_ours(file, capsysbinary):
    with broken_pipe() as pipe, redirect_stdout(pipe):
        assert main(["fold", file("a.sse", WELL)]) == 141

    assert capsysbinary.readouterr().err == b""


def test_a_reader_of_errors_that_left_is_no_error_of_ours(file, capsysbinary):
    with broken_pipe() as pipe, redirect_stderr(pipe):
        assert main(["fold", file("cut.sse", CUT), file("a.sse", WELL)]) == 141

    assert capsysbinary.readouterr().out == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told(file, capsysbinary):
    with Path("/dev/full").open("w") as full, redirect_stdout(full):
        assert main(["fold", file("a.sse", WELL)]) == 2

    assert capsysbinary.readouterr().err == b"streamfold: cannot write: No space left on device\n"

    with Path("/dev/full").open("w") as full, redirect_stdout(full), redirect_stderr(full):
        assert main(["fold", file("a.sse", WELL)]) == 2


def test_an_interrupt_ends_with_how_far_the_work_came(file, capsysbinary):
    class Interrupted(io.StringIO):
        def write(self, _):
            raise KeyboardInterrupt

    with redirect_stdout(Interrupted()):
        assert main(["fold", file("a.sse", WELL)]) == 130

    assert capsysbinary.readouterr().err == b"streamfold: interrupted after 0 of 1 file, 1 stream\n"


def test_the_package_runs_as_a_module(file, monkeypatch, capsysbinary):
    monkeypatch.setattr(sys, "argv", ["streamfold", "fold", file("a.sse", WELL)])

    with pytest.raises(SystemExit) as stop:
        runpy.run_module("streamfold", run_name="__main__")

    assert stop.value.code == 0
    assert messages(capsysbinary.readouterr().out) == [RESPONSE]


# Real processes


def test_standard_input_is_read_as_bytes():
    status, out, err = finished(start("fold", "-"), sse(*answer("é")))

    assert (status, err) == (0, b"")
    assert messages(out)[0]["message"]["content"][0]["text"] == "é"


def test_standard_input_has_a_name():
    status, out, err = finished(start("check", "-"), CUT)

    assert out.startswith(b"<stdin>:7: error no-message-end: event 3: ")
    assert (status, err) == (1, b"1 stream: 0 well, 1 not; 1 error, 0 warnings\n")


def test_standard_input_may_be_named_twice_and_is_at_its_end_then():
    status, out, err = finished(start("check", "-", "-"), WELL)

    assert out.startswith(b"<stdin>:1: error no-message-end: event 0: ")
    assert (status, err) == (1, b"2 streams: 1 well, 1 not; 1 error, 0 warnings\n")


def test_a_stream_is_folded_as_soon_as_it_is_complete():
    with start("fold", "-") as process:
        process.stdin.write(WELL)
        process.stdin.flush()

        assert messages(process.stdout.readline()) == [RESPONSE]
        assert process.poll() is None
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(60) == 0


def test_a_pipe_that_closes_early_ends_quietly_with_141():
    process = start("fold", "-")
    process.stdout.close()
    process.stdout = None

    assert finished(process, WELL * 2000) == (141, None, b"")


def test_a_pipe_that_closes_before_the_help_ends_quietly_with_141():
    process = start("--help")
    process.stdout.close()
    process.stdout = None

    assert finished(process) == (141, None, b"")


def test_errors_to_a_pipe_that_closes_early_end_quietly_with_141():
    process = start("check", "no.sse", stderr=subprocess.STDOUT)
    process.stdout.close()
    process.stdout = None

    assert finished(process) == (141, None, None)


def test_an_interrupt_from_the_keyboard_ends_with_130_and_how_far_the_work_came():
    heeding = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}  # a shell may ignore it

    with start("fold", "-", **heeding) as process:
        process.stdin.write(WELL)
        process.stdin.flush()
        process.stdout.readline()  # now it waits for more

        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == b"streamfold: interrupted after 0 of 1 file, 1 stream\n"


def test_a_closed_standard_input_is_a_file_that_cannot_be_read():
    process = start("fold", "-", stdin=None, preexec_fn=lambda: os.close(0))

    assert finished(process) == (2, b"", b"streamfold: <stdin>: Bad file descriptor\n")


def test_diagnostics_never_reach_standard_output():
    process = start("fold", "no.sse", preexec_fn=lambda: os.close(2))

    assert finished(process)[:2] == (2, b"")


def test_a_narrow_encoding_of_the_process_does_not_crash(file, tmp_path):
    path = tmp_path / file("é.sse", ODD)

    status, out, _ = finished(start("check", str(path), env={**BUFFERED, "PYTHONIOENCODING": "ascii"}))

    assert status == 0
    assert rb"\xe9.sse:7: warning" in out
