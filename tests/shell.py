"""What the tests of the command line share: small recordings, and the command line itself."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streamfold import check
from streamfold.cli import main

ROOT = Path(__file__).parent.parent

START = {
    "id": "c1",
    "type": "message-start",
    "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}},
}
CONTENT_START = {
    "type": "content-start",
    "index": 0,
    "delta": {"message": {"content": {"type": "text", "text": ""}}},
}
CONTENT_END = {"type": "content-end", "index": 0}
END = {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {"cached_tokens": 1}}}
FAILED = {
    "type": "message-end",
    "delta": {"finish_reason": "ERROR", "usage": {}, "error": "\x1b]0;owned\x07no valid\nresponse"},
}
RESPONSE = {
    "id": "c1",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]},
    "usage": {"cached_tokens": 1},
}


def delta(text):
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}}


def answer(text="Hi"):
    return [START, CONTENT_START, delta(text), CONTENT_END, END]


def sse(*events):
    frames = [f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events]
    return "".join([*frames, "data: [DONE]\n\n"]).encode("utf-8", "surrogatepass")


def lines(*events):
    return "".join(json.dumps(event) + "\n" for event in events).encode()


WELL = sse(*answer())
CUT = WELL[: WELL.index(b"event: content-end")]
ODDITIES = [START, CONTENT_START, {**delta("Hi"), "note": 1}, CONTENT_END, END]
ODD = sse(*ODDITIES)
[NOTED] = map(str, check(ODDITIES).violations)
ORPHANS = [START, delta("a"), CONTENT_END, delta("b"), END]
ORPHANED = sse(*ORPHANS)
FIRST, SECOND = map(str, check(ORPHANS).violations)


@pytest.fixture
def file(tmp_path, monkeypatch):
    def write(name, data):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name

    monkeypatch.chdir(tmp_path)
    return write


@pytest.fixture
def cli(capsysbinary):
    def run(*argv):
        status = main(argv)
        out, err = capsysbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


@pytest.fixture
def refused(capsysbinary):
    def run(*argv):
        with pytest.raises(SystemExit) as stop:
            main(argv)
        out, err = capsysbinary.readouterr()
        assert (stop.value.code, out) == (2, b"")
        return err.decode().splitlines()[-1]

    return run


def messages(out):
    return list(map(json.loads, out.splitlines()))


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self):
        return True


# Real processes


BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def start(*argv, **options):
    command = [sys.executable, "-W", "error", "-m", "streamfold", *argv]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    # what a shell runs in the background is deaf to interrupts, and so would be what it starts
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return subprocess.Popen(command, cwd=ROOT, **{**pipes, "env": BUFFERED, **options})  # noqa: S603 - a command of this test
    finally:
        signal.signal(signal.SIGINT, before)


def finished(process, data=None):
    with process:
        out, err = process.communicate(data, timeout=60)
    return process.returncode, out, err
