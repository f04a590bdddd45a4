"""The programs in examples/ that a reader starts from do what they say."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from shell import CONTENT_END, CONTENT_START, END, START

from examples import chat_view

ROOT = Path(__file__).parents[1]
CONTROLS = re.compile(r"\x1b\[\??\d*[A-Za-z]")


@pytest.fixture
def chat(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")

    def chat(*words):
        chat_view.main(list(words))
        return capsys.readouterr().out

    return chat


@pytest.fixture
def file(tmp_path):
    def write(*events):
        path = tmp_path / "recording.jsonl"
        path.write_text("\n".join(map(json.dumps, events)))
        return str(path)

    return write


def text_delta(text):
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}}


def citation(index, start, end, text):
    cited = {"start": start, "end": end, "text": text, "sources": [{"type": "document", "id": f"d-{index}"}]}
    yield {"type": "citation-start", "index": index, "delta": {"message": {"citations": cited}}}
    yield {"type": "citation-end", "index": index}


def run(*words):
    call = [sys.executable, "-X", "utf8", *words]
    return subprocess.run(call, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - programs of this repository


# The chat view


def test_the_chat_view_shows_plan_calls_and_text_with_numbered_notes():
    done = run("examples/chat_view.py", "examples/weather_calls.sse", "examples/weather_answer.sse")

    assert done.stderr == ""
    assert done.stdout == (
        "» The meeting is in Oslo on Friday[1]. I will look up the weather in Oslo and in\n"
        "» Bergen.\n"
        "→ get_weather(city='Oslo', day='Friday')\n"
        "→ get_weather(city='Bergen', day='Friday')\n"
        "  [1] Oslo on Friday: find_meeting_k3m5n7p9q2r4:0\n"
        "\n"
        "On Friday it will be 4 °C with rain[1] 🌧 in Oslo, and 9 °C and clear[2] in\n"
        "Bergen.\n"
        "  [1] 4 °C with rain: get_weather_1x2y3z4a5b6c:0\n"
        "  [2] 9 °C and clear: get_weather_7d8e9f0g1h2i:0\n"
        "\n"
    )


def test_a_number_stands_where_its_citation_ends_also_where_two_overlap(chat, file):
    text = text_delta("4 °C with rain")
    cited = (*citation(0, 0, 4, "4 °C"), *citation(1, 0, 14, "4 °C with rain"))

    shown = chat(file(START, CONTENT_START, text, *cited, CONTENT_END, END))

    assert shown.splitlines()[0] == "4 °C[1] with rain[2]"


@pytest.mark.parametrize("name", ["weather_calls", "weather_answer", "broken"])
def test_a_live_chat_ends_with_what_is_shown_at_once(chat, name):
    at_once = chat(f"examples/{name}.sse")

    *_, last = chat("--live", "0", f"examples/{name}.sse").split("\x1b[J")

    assert CONTROLS.sub("", last) == at_once


def test_a_live_chat_grows_on_a_terminal(chat):
    frames = chat("--live", "0", "examples/weather_answer.sse").split("\x1b[J")

    assert [CONTROLS.sub("", frame) for frame in frames[:3]] == ["On\n", "On Friday\n", "On Friday it\n"]


def test_a_live_chat_goes_on_after_an_event_that_is_wrong(chat):
    *_, last_but_one, _ = chat("--live", "0", "examples/broken.sse").split("\x1b[J")

    assert CONTROLS.sub("", last_but_one) == "It will be 4 °C\n"


def test_a_live_chat_wipes_just_the_rows_that_it_has_drawn(chat):
    drawn = chat("--live", "0", "examples/weather_calls.sse")

    rows = [frame.count("\n") for frame in drawn.split("\x1b[J")[:-1]]
    assert [int(number) for number in re.findall(r"\x1b\[(\d+)F", drawn)] == [count for count in rows if count]


def test_a_message_that_is_longer_than_the_terminal_is_shown_whole_in_the_end(chat, file):
    recording = file(START, CONTENT_START, *(text_delta(f"{number}\n") for number in range(40)), CONTENT_END, END)

    *frames, last = chat("--live", "0", recording).split("\x1b[J")

    assert max(frame.count("\n") for frame in frames) == 23
    assert last.split() == [str(number) for number in range(40)]


def test_thinking_is_dimmed(chat):
    shown = chat("--live", "0", "tests/recordings/vllm_thinking.sse")

    assert "\x1b[2m~ " in shown


def test_a_call_that_is_still_streaming_is_left_open(chat):
    shown = chat("--live", "0", "examples/weather_calls.sse")

    assert """→ get_weather({"city": "Os…\x1b[0m\n""" in shown


def test_a_call_that_must_not_be_made_says_why(chat, file):
    function = {"name": "f", "arguments": '{"city": "Os'}
    call = {"id": "f_0", "type": "function", "function": function}
    begin = {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": call}}}
    end = {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": {}}}

    first, second, *_ = chat(file(START, begin, {"type": "tool-call-end", "index": 0}, end)).splitlines()

    assert first == '→ f({"city": "Os) must not be made: cut'
    assert second.startswith("! event 2 (line 3): tool-call-end")


def test_a_broken_stream_shows_what_arrived_and_what_broke_it_first(chat):
    shown = chat("examples/broken.sse").splitlines()

    assert shown[:2] == [
        "It will be 4 °C",
        "! event 1 (line 4): content-delta 0 is outside an open part, between parts;",
    ]


def test_what_a_model_says_does_not_command_the_terminal(chat, file):
    said = chat(file(START, CONTENT_START, text_delta("a\x1b]0;owned\x07\ud800b\r\n  c\td"), CONTENT_END, END))

    assert said == "a�]0;owned��b\n  c     d\n\n"


def test_what_is_no_chat_is_passed_over_and_is_no_broken_message(chat):
    first, *_ = chat("examples/tide.har").splitlines()

    assert first == "  passed over: GET /v1/models is no request for a chat"


@pytest.mark.parametrize("word", ["no such file", "examples"])
def test_a_file_that_cannot_be_read_is_an_error_of_the_command_line(chat, capsys, word):
    with pytest.raises(SystemExit) as ended:
        chat(word)

    assert ended.value.code == 2
    assert word in capsys.readouterr().err


# The test of a fold


def test_the_fold_that_was_written_by_hand_keeps_the_laws_and_the_hasty_one_is_found_out():
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "examples/test_my_fold.py")

    assert done.returncode == 0, done.stdout
    assert re.search(r"^\d+ passed in ", done.stdout, re.MULTILINE)
