"""Files come from folders, patterns and lists, one after the other or several at once, and always in their order."""

import gzip
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import shell
from shell import CUT, ODD, ORPHANED, WELL, messages

from streamfold.cli import _progress as progress
from streamfold.cli import _work as work
from streamfold.cli import main
from streamfold.cli._files import expand

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"

cli, file, refused = shell.cli, shell.file, shell.refused


# Names


def test_a_folder_stands_for_the_recordings_in_it_in_order(file):
    names = ["b.sse", "a/z.jsonl.gz", "a/b/c.HAR", "a.yaml", "d.yml", "e.ndjson", "f.json"]
    others = ["notes.txt", ".git/x.sse", "a/.hidden.sse", "g.sse.bak", "h.gz"]
    for name in names + others:
        file(f"folder/{name}", b"")

    assert expand(["folder"]) == [f"folder/{name}" for name in sorted(names, key=str)]
    assert expand(["folder/"]) == expand(["folder"])


def test_a_folder_named_as_a_recording_is_gone_into(file):
    file("folder/inner.sse/a.sse", b"")

    assert expand(["folder"]) == ["folder/inner.sse/a.sse"]


def test_a_pattern_stands_for_what_it_matches(file):
    for name in ("b.sse", "a.sse", "c/d/e.sse"):
        file(name, b"")

    assert expand(["*.sse"]) == ["a.sse", "b.sse"]
    assert expand(["**/*.sse", "a.sse"]) == ["a.sse", "b.sse", "c/d/e.sse", "a.sse"]


def test_a_folder_that_a_pattern_matches_stands_for_its_files(file):
    for name in ("a/b.sse", "a/c/d.sse", "a/e/notes.txt", "f.txt"):
        file(name, b"")

    assert expand(["*"]) == ["a/b.sse", "a/c/d.sse", "f.txt"]
    assert expand(["**"]) == ["a/b.sse", "a/c/d.sse", "a/e/notes.txt", "f.txt"]


def test_a_folder_that_cannot_be_read_is_told_and_the_others_are_read(file, cli):
    file("a/z.sse", WELL)
    folder = os.open("a", os.O_RDONLY)
    for _ in range(20):  # too deep for a path
        os.mkdir("y" * 250, dir_fd=folder)
        inner = os.open("y" * 250, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)

    status, out, err = cli("fold", "a")

    assert (status, len(messages(out))) == (2, 1)
    assert err.startswith("streamfold: a/yyy")
    assert err.endswith("yyy: File name too long\n")


def test_a_file_may_have_the_name_of_a_pattern(file):
    file("[1].sse", b"")
    file("1.sse", b"")

    assert expand(["[1].sse"]) == ["[1].sse"]


def test_what_stands_for_nothing_stands_for_itself(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()

    assert expand(["empty", "*.sse", "no", "-"]) == ["empty", "*.sse", "no", "-"]
    folder, pattern, _ = cli("check", "empty", "*.sse")[2].splitlines()
    assert folder.startswith("streamfold: empty: a folder without recordings; expected files in .sse, .jsonl, .ndjson")
    assert pattern == "streamfold: *.sse: No such file or directory"


def test_a_packed_file_is_read(file, cli):
    assert cli("fold", file("a.sse.gz", gzip.compress(WELL))) == cli("fold", file("a.sse", WELL))


def test_a_file_that_is_damaged_is_told_and_the_others_are_read(file, cli):
    status, out, err = cli(
        "fold",
        file("a.har", b'{"log": {\n"entries": [}'),
        file("b.sse.gz", gzip.compress(WELL)[:-9]),
        file("c.sse", WELL),
    )

    assert (status, len(messages(out))) == (2, 2)
    assert err.splitlines() == [
        "streamfold: a.har:2: not JSON: Expecting value",
        "streamfold: b.sse.gz: the compressed data is cut off",
    ]


def test_what_is_skipped_is_told_and_is_no_fault(cli, monkeypatch):
    monkeypatch.chdir(ROOT)

    status, out, err = cli("check", "examples/tide.har", "examples/tides.jsonl")

    assert (status, out) == (0, "")
    assert err.splitlines() == [
        "streamfold: examples/tide.har[0]: skipped: GET /v1/models is no request for a chat",
        "streamfold: examples/tides.jsonl:1: skipped: 1 of its events came again, the same as before",
        "3 streams: 3 well, 0 not; 0 errors, 0 warnings; 2 skipped",
    ]


def test_an_interaction_has_its_number_and_an_error_of_http_its_status(cli, monkeypatch):
    monkeypatch.chdir(ROOT)

    status, out, _ = cli("check", "examples/tide.yaml")

    assert status == 1
    assert out.startswith(
        "examples/tide.yaml[3]:1: error api-error: event 0: the event is an error of the API: it says "
    )
    assert all(line.endswith(" (HTTP 404)") for line in out.splitlines())


# A thousand recordings, ten of them broken in ten ways


BROKEN_STREAMS = {
    "cut.sse": lambda data: data[: len(data) // 2],
    "empty.sse": lambda _: b"",
    "no-json.sse": lambda data: data.replace(b'"type":"content-end"', b'"type":content-end"'),
    "no-start.sse": lambda data: data[data.index(b"\n\n") + 2 :],
    "no-end.sse": lambda data: data[: data.index(b"event: message-end")],
    "lost-start.sse": lambda data: data.replace(b"content-start", b"content-began"),
    "after-the-end.sse": lambda data: data.replace(
        b"data: [DONE]", b'data: {"type":"content-end","index":0}\n\ndata: [DONE]'
    ),
    "citation.sse": lambda data: data.replace(b'"start":', b'"start":9'),
    "failed.sse": lambda data: data.replace(b"COMPLETE", b"ERROR"),
    "error-of-the-api.sse": lambda _: b'{"message": "too many requests"}',
}
BROKEN_FILES = {
    "cut.sse.gz": lambda data: gzip.compress(data)[:200],
    "damaged.sse.gz": lambda data: gzip.compress(data)[:60] + b"damaged" * 99,
    "cut.yaml": lambda _: (EXAMPLES / "tide.yaml").read_bytes()[:2000],
    "no-cassette.yaml": lambda _: b"version: 1\nservices: []\n",
    "cut.har": lambda _: (EXAMPLES / "tide.har").read_bytes()[:700],
    "too-deep.json": lambda _: b'{"log": {"entries": ' + b"[" * 200_000,
    "no-text.json": lambda _: b'[\n"\xff"]',
    "no-recording.sse": lambda _: b"<html>\n<h1>502 Bad Gateway</h1>\n",
    "no-json.jsonl": lambda _: b'{"type": "message-start", "id": "m"}\n{"type": "mess\n',
    "cut.sse": lambda data: data[: len(data) // 2],
}


def named(told):
    """Give the files that lines begin with, each once, in order."""
    return sorted({line.removeprefix("streamfold: ").split(":")[0] for line in told.splitlines()})


@pytest.mark.parametrize(("broken", "status"), [(BROKEN_STREAMS, 1), (BROKEN_FILES, 2)], ids=["streams", "files"])
def test_of_a_thousand_recordings_the_ten_that_are_broken_are_named_and_the_others_fold(broken, status, file, cli):
    whole = (EXAMPLES / "weather_answer.sse").read_bytes()
    places = dict(zip(range(50, 1000, 99), broken, strict=True))
    for number in set(range(1000)) - {*places}:
        file(f"thousand/{number // 100}/{number:03}.sse", whole)
    names = [
        file(f"thousand/{number // 100}/{number:03}-{name}", broken[name](whole)) for number, name in places.items()
    ]

    folded = cli("fold", "thousand")
    checked, out, err = cli("check", "thousand")

    assert (folded[0], len(messages(folded[1])), named(folded[2])) == (status, 990, names)
    assert cli("fold", "--jobs", "2", "thousand") == folded
    *unread, total = err.splitlines()
    assert (checked, named("\n".join([*out.splitlines(), *unread]))) == (status, names)
    assert " streams: 990 well, " in total
    assert ("cannot be read" in total) is (status == 2)


# Several at once


@pytest.mark.parametrize("command", [("fold", "--partial"), ("check",), ("check", "--json"), ("stats",)])
def test_several_processes_tell_the_same(command, file, cli):
    for number in range(40):
        file(f"many/{number:02}.sse", [WELL, ODD, CUT, ORPHANED][number % 4])
    file("many/99.har", b"{")

    assert cli(*command, "--jobs", "2", "many", "no.sse") == cli(*command, "many", "no.sse")


def test_as_many_processes_as_there_are_processors_may_be_asked_for(file, cli):
    names = [file(f"{number}.sse", WELL) for number in range(3)]

    assert cli("check", "--jobs", "0", *names) == (0, "", "3 streams: 3 well, 0 not; 0 errors, 0 warnings\n")


def test_standard_input_is_not_shared():
    process = shell.start("fold", "--jobs", "2", "-", str(EXAMPLES / "tide.har"))

    status, out, _ = shell.finished(process, WELL)

    assert (status, len(out.splitlines())) == (0, 2)


@pytest.mark.parametrize("jobs", ["-1", "two", "1.5", ""])
def test_a_wrong_number_of_processes_is_wrong_usage(refused, jobs):
    assert refused("check", f"--jobs={jobs}", "a") == (
        f"streamfold check: error: argument --jobs: {jobs!r} is no whole number from 0 on"
    )


def test_a_process_tells_all_of_its_batch(file):
    names = [file("a.sse", WELL), "no.sse", file("b.sse", WELL)]

    told = work._visit_all(lambda recording: [work.Told(recording.source.name)], names)

    assert [item.line for item in told if isinstance(item, work.Told)] == [
        "a.sse",
        "streamfold: no.sse: No such file or directory",
        "b.sse",
    ]


def die(_):
    os._exit(1)


def test_a_process_that_dies_is_told(file, capsysbinary):
    names = [file(f"{number}.sse", WELL) for number in range(3)]

    total = work.run(names, die, jobs=2)

    assert (total["unread"], work.status(total)) == (1, 2)
    assert capsysbinary.readouterr().err == b"streamfold: a process that shared the work has died; try --jobs 1\n"


@pytest.mark.parametrize(("files", "most"), [(2, 1), (10, 1), (50, 6), (1000, 16)])
def test_few_files_are_shared_one_by_one_and_many_in_batches(files, most):
    shared = list(work.batches(range(files), 2))

    assert [file for batch in shared for file in batch] == list(range(files))
    assert max(map(len, shared)) == most


def test_many_batches_are_told_in_order(file, cli, monkeypatch):
    monkeypatch.setattr(work, "_BATCH", 1)
    names = [file(f"{number:02}.sse", ODD) for number in range(20)]

    _, out, _ = cli("check", "--jobs", "2", *names)

    assert [line.split(":")[0] for line in out.splitlines()] == names


def test_an_interrupt_ends_all_processes(tmp_path, file):
    for number in range(16):
        file(f"many/{number:02}.sse", ODD)
    os.mkfifo(tmp_path / "pipe")  # nobody writes to it, so reading it never ends
    names = map(str, (tmp_path / "many", tmp_path / "pipe"))
    process = shell.start("check", "--jobs", "2", *names, start_new_session=True)

    with process:
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)

        assert process.wait(60) == 130
        assert b"streamfold: interrupted after " in process.stderr.read()


# Progress


hurry = pytest.mark.usefixtures("hurried")
bare = pytest.mark.usefixtures("without_rich")


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(progress, "_WAIT", 0)
    monkeypatch.setattr(progress, "_PAUSE", 0)


@pytest.fixture
def without_rich(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.progress", None)


def told(monkeypatch, *argv):
    """What a terminal shows that has both outputs."""
    terminal = shell.Screen()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdout", terminal)
    main(argv)
    return terminal.getvalue()


@hurry
@bare
def test_progress_is_drawn_on_a_terminal_and_makes_room(file, monkeypatch):
    shown = told(monkeypatch, "check", file("a.sse", WELL), file("b.sse", ODD))

    assert "\r\x1b[K1 of 2 files, 1 stream\r\x1b[K1 of 2 files, 2 streams\r\x1b[Kb.sse:7: warning" in shown
    assert shown.endswith("\r\x1b[K2 of 2 files, 2 streams\r\x1b[K2 streams: 2 well, 0 not; 0 errors, 1 warning\n")


@hurry
def test_progress_is_drawn_by_rich_where_that_is_installed(file, monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setenv("TERM", "xterm")

    shown = told(monkeypatch, "check", file("a.sse", WELL), file("b.sse", ODD))

    assert "2 of 2 files, 2 streams" in shown
    assert "\nb.sse:7: warning unknown-field" in shown.replace("\x1b[2K", "\n").replace("\r", "\n")
    assert shown.endswith("2 streams: 2 well, 0 not; 0 errors, 1 warning\n")


@bare
def test_short_work_shows_no_progress(file, monkeypatch):
    monkeypatch.setattr(progress, "_WAIT", 3600)

    assert told(monkeypatch, "check", file("a.sse", WELL)) == "1 stream: 1 well, 0 not; 0 errors, 0 warnings\n"


@hurry
def test_what_is_no_terminal_gets_no_progress(file, cli):
    assert cli("check", file("a.sse", WELL))[2] == "1 stream: 1 well, 0 not; 0 errors, 0 warnings\n"


def test_a_real_terminal_shows_progress(file, tmp_path):
    for number in range(30):
        file(f"many/{number}.sse", WELL)
    ours, theirs = pty.openpty()
    code = (
        "import sys; from streamfold.cli import _progress, main; _progress._WAIT = _progress._PAUSE = 0;"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "fold", str(tmp_path / "many")]

    shown = b""
    with (tmp_path / "out").open("wb") as out:
        options = {"stdout": out, "stderr": theirs, "env": {**os.environ, "TERM": "xterm"}}
        with subprocess.Popen(command, cwd=ROOT, **options) as process:  # noqa: S603 - a command of this test
            os.close(theirs)
            while chunk := read(ours):
                shown += chunk

    assert process.returncode == 0
    assert len(messages((tmp_path / "out").read_text())) == 30
    assert b"of 30 files" in shown


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""
