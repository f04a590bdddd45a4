"""A replayed message grows as it did: every character once, in its place and at its pace, and nothing that steers."""

import itertools
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import shell
import streams as s
from hypothesis import given
from hypothesis import strategies as st
from shell import CUT, FAILED, ORPHANED, START, WELL, lines, sse

from streamfold import check
from streamfold.cli import main
from streamfold.cli._replay import pauses, scenes
from streamfold.cli._terminal import seen
from streamfold.events import Located
from streamfold.recordings import Origin, Recording
from streamfold.testing import strategies

ROOT = Path(__file__).parent.parent
cli, file, refused = shell.cli, shell.file, shell.refused


HALVES = "\ud83d\ude00"


def recording(events, times=()):
    return Recording(tuple(Located(event, 1) for event in events), Origin("a", "jsonl"), tuple(times))


def played(events):
    located = recording(events)
    return "".join(scenes(located, check(located.events)))


def replay(cli, *argv):
    status, out, err = cli("replay", "--speed", "0", *argv)
    return status, out.splitlines(), err


# What is seen


def test_a_message_is_shown_as_it_came(cli, monkeypatch):
    monkeypatch.chdir(ROOT)

    status, shown, err = replay(cli, "examples/weather_calls.sse", "examples/weather_answer.sse")

    assert (status, err) == (0, "")
    assert shown == [
        "==> examples/weather_calls.sse <==",
        "plan: The meeting is in Oslo on Friday[1]. I will look up the weather in Oslo and in Bergen.",
        "  [1] Oslo on Friday: find_meeting_k3m5n7p9q2r4:0",
        'call get_weather: {"city": "Oslo", "day": "Friday"}',
        'call get_weather: {"city": "Bergen", "day": "Friday"}',
        "end: TOOL_CALL; 1684 input tokens, 98 output tokens",
        "==> examples/weather_answer.sse <==",
        "text: On Friday it will be 4 °C with rain[1] 🌧 in Oslo, and 9 °C and clear in[2] Bergen.",
        "  [1] 4 °C with rain: get_weather_1x2y3z4a5b6c:0",
        "  [2] 9 °C and clear: get_weather_7d8e9f0g1h2i:0",
        "end: COMPLETE; 1802 input tokens, 64 output tokens",
    ]


def test_thinking_comes_before_text():
    events = s.whole(*s.text_block("Hm", kind="thinking"), *s.text_block("Hi", index=1))

    assert played(events) == "thinking: Hm\ntext: Hi\nend: COMPLETE; 30 input tokens, 2 output tokens\n"


def test_lines_and_tabs_of_a_text_stay():
    assert "text: a\n\tb\n\n" in played(s.whole(*s.text_block("a\n\tb\n")))


def test_parts_that_interleave_take_turns():
    events = [
        s.message_start(),
        s.content_start(0),
        s.content_start(1),
        *(s.content_delta(f"{n}", n % 2) for n in range(3)),
    ]

    assert [line for line in played(events).splitlines() if "error" not in line and "warning" not in line] == [
        "text: ",
        "text: ",
        "text: 0",
        "text: 1",
        "text: 2",
    ]


def test_a_call_that_must_not_be_made_says_so():
    events = s.whole(*s.call('{"a": '), end=s.message_end("TOOL_CALL"))

    assert 'call f: {"a":  (cut)\n' in played(events)


def test_a_call_without_a_name_has_its_number():
    events = s.whole(s.call_start(3, None), s.call_delta("{}", 3), s.call_end(3), end=s.message_end("TOOL_CALL"))

    assert "call 3: {} (no name)\n" in played(events)


def test_calls_that_end_later_are_named_again():
    events = [s.message_start(), s.call_start(0, "f"), s.call_start(1, "g"), s.call_end(0), s.call_end(1)]

    assert [line for line in played(events).splitlines() if line.startswith("call")] == [
        "call f: ",
        "call g: ",
        "call f: ",
        "call g: ",
    ]


def test_what_is_wrong_stands_where_it_came(file, cli):
    status, shown, _ = replay(cli, file("a.sse", ORPHANED))

    assert status == 1
    assert shown[1] == "text: a"
    assert shown[2].startswith("  ! error delta-outside-part: event 1: ")
    assert shown[3].startswith("  ! error delta-outside-part: event 3: ")
    assert shown[3].endswith("(caused by event 1)")
    assert shown[4:] == ["end: COMPLETE"]


def test_a_stream_that_is_cut_ends_with_why(file, cli):
    status, shown, _ = replay(cli, file("a.sse", CUT))

    assert status == 1
    assert shown[1] == "text: Hi"
    assert shown[2].startswith("  ! error no-message-end: event 3: the end of the input came before message-end")


def test_the_rules_say_what_is_wrong(file, cli):
    assert "error" not in "".join(replay(cli, "--rules", "lenient", file("a.sse", ORPHANED))[1])


def test_a_failed_generation_ends_with_its_words(file, cli):
    _, shown, _ = replay(cli, file("a.sse", sse(START, FAILED)))

    assert shown[-2] == r"end: ERROR; \x1b]0;owned\x07no valid response"


def test_a_part_that_goes_on_after_a_fault_is_named_again():
    events = [s.message_start(), s.call_start(3), s.call_delta("{}", 3), s.call_end(3)]

    assert [line for line in played(events).splitlines() if not line.startswith("  !")] == ["call f: ", "call f: {}"]


def test_a_citation_outside_a_text_has_a_line_of_its_own():
    sources = [{"type": "web", "id": "w"}, {"type": "web"}]
    cited = [s.citation_start(0, 2, "H\ni", sources=sources), s.citation_end()]
    uncited = [s.citation_start(0, 2, "Hi", 1, sources=[]), s.citation_end(1)]

    shown = played([s.message_start(), *s.text_block("Hi"), *cited, *uncited])

    assert shown.startswith("text: Hi\ncitation: [1]\n  [1] H i: w, None\n  ! ")
    assert "\ncitation: [2]\n  [2] Hi: no source\n  ! " in shown


@given(st.lists(st.sampled_from(["a", "\ud83d", "\ude00", "\ud83d\ude00", "😀", "é\n"]), max_size=8))
def test_two_halves_of_a_character_come_together(deltas):
    text = "".join(deltas)

    shown = played(s.whole(*s.text_block(*deltas)))

    assert shown.startswith(f"text: {seen(text.replace(HALVES, '😀'))}\n")


@given(strategies.any_streams())
def test_every_character_of_any_stream_is_seen_and_none_steers(events):
    located = recording(events)
    report = check(located.events)

    pieces = list(scenes(located, report))

    shown = "".join(pieces)
    assert len(pieces) == len(events) + 1
    assert seen(shown) == shown
    letters = Counter(shown)
    for text in (block.text for block in report.state.partial().content):
        letters.subtract(seen(text))
    assert not -letters


def test_a_terminal_gets_styles_and_they_can_be_switched_off(file, monkeypatch):
    def shown(**environment):
        for name, value in {"NO_COLOR": "", "TERM": "xterm", **environment}.items():
            monkeypatch.setenv(name, value)
        screen = shell.Screen()
        monkeypatch.setattr(sys, "stdout", screen)
        main(["replay", "--speed", "0", file("a.sse", WELL)])
        return screen.getvalue()

    assert shown().startswith("\x1b[1m==> a.sse <==\x1b[0m\n\x1b[2mtext: \x1b[0mHi\n")
    plain = "==> a.sse <==\ntext: Hi\nend: COMPLETE\n"
    assert shown(NO_COLOR="1") == shown(TERM="dumb") == plain


# When it is seen


def test_recorded_times_are_kept_and_never_go_backwards():
    events, times = s.whole(), [5.0, 5.5, 5.25, 6.25][:2]

    assert list(pauses(recording(events, times), 1.0)) == [0.0, 0.5]
    assert list(pauses(recording([*events, *events], [5.0, 5.5, 5.25, 6.25]), 2.0)) == [0.0, 0.25, 0.0, 0.5]


def test_unknown_times_are_even():
    first, *rest = pauses(recording(s.whole(*s.text_block("a"))), 1.0)

    assert first == 0
    assert len({round(pause, 9) for pause in rest}) == 1
    assert rest[0] > 0


def test_nobody_waits_for_ever():
    assert list(pauses(recording(s.whole(), [0.0, 1e12]), 1e-300)) == [0.0, 3600.0]


@pytest.mark.parametrize("times", [(), (1.0, 9.0)])
def test_at_once_is_at_once(times):
    assert list(pauses(recording(s.whole(), times), 0.0)) == [0.0, 0.0]


def test_no_events_need_no_time():
    assert list(pauses(recording([]), 1.0)) == []


def test_the_pauses_are_waited(file, monkeypatch, cli):
    waited = []
    monkeypatch.setattr(time, "sleep", waited.append)
    timed = {"events": s.whole(*s.text_block("a")), "times": [0, 1, 3, 6, 10]}

    cli("replay", "--speed", "2", file("a.jsonl", lines(timed)))

    assert waited == [0.0, 0.5, 1.0, 1.5, 2.0, 0.0]


@pytest.mark.parametrize("speed", ["-1", "fast", "nan", "inf", ""])
def test_a_speed_is_a_number(speed, refused):
    assert refused("replay", f"--speed={speed}", "a") == (
        f"streamfold replay: error: argument --speed: {speed!r} is no number from 0 on"
    )


def test_each_event_is_seen_as_soon_as_it_is_due():
    timed = {"events": s.whole(*s.text_block("Hel", "lo")), "times": [0, 0, 0, 3600, 3600, 3600]}
    process = shell.start("replay", "-")

    with process:
        process.stdin.write(lines(timed))
        process.stdin.close()

        assert process.stdout.readline() == b"==> <stdin> <==\n"
        assert process.stdout.read(9) == b"text: Hel"
        process.kill()


def test_an_interrupt_ends_it_with_130():
    process = shell.start("replay", "--speed", "0.001", "examples/weather_answer.sse", stdin=subprocess.DEVNULL)

    with process:
        process.stdout.readline()
        process.send_signal(2)

        assert process.wait(60) == 130
        assert process.stderr.read() == b"streamfold: interrupted after 0 of 1 file, 1 stream\n"


def test_every_pair_of_events_has_one_pause():
    for count in range(4):
        assert len(pauses(recording(list(itertools.repeat({}, count))), 1.0)) == count
