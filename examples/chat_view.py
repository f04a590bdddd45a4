"""Show recordings as a chat would: python examples/chat_view.py [--live SECONDS] FILE..."""

import re
import sys
import time
from argparse import ArgumentParser
from itertools import groupby
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap

from streamfold import InvalidToolCall, State, StreamError, ToolCall, check, step
from streamfold.recordings import RecordingError, Skipped, load

# What stands before each line, and how a terminal is told to show it.
STYLES = {
    "text": ("", ""),
    "thinking": ("~ ", "\x1b[2m"),
    "tool_plan": ("» ", "\x1b[3m"),
    "call": ("→ ", "\x1b[36m"),
    "note": ("  ", "\x1b[2m"),
    "error": ("! ", "\x1b[31m"),
}


def paragraphs(told):
    """Give what there is to read in a message, or in a partial one: pairs of a style and a text."""
    types = {block.index: block.type for block in told.content}
    for target, runs in groupby(told.segments(), lambda run: run.target):
        style = "tool_plan" if target.kind == "tool_plan" else types[target.index]
        yield style, "".join(run.text + marks(run, told.citations) for run in runs)
    yield from (("call", described(call)) for call in told.calls)
    yield from (("note", f"[{number}] {noted(each)}") for number, each in enumerate(told.citations, 1))


def marks(run, citations):
    return "".join(f"[{citations.index(each) + 1}]" for each in run.citations if each.end == run.end)


def described(call):
    match call:
        case ToolCall():
            return f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"
        case InvalidToolCall():
            return f"{call.name}({call.raw_arguments}) must not be made: {call.reason}"
        case _:
            return f"{call.name}({call.raw_arguments}…"


def noted(citation):
    return f"{citation.text}: {', '.join(getattr(source, 'id', None) or 'unknown' for source in citation.sources)}"


def lines(told, *, styled):
    """Give the paragraphs as lines that are no wider than the terminal."""
    for style, text in told:
        before, code = STYLES.get(style, STYLES["text"])
        # what a model said must not command the terminal
        safe = re.sub("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
        for line in safe.split("\n"):
            for row in wrap(line, max(get_terminal_size().columns - len(before), 1)) or [""]:
                yield f"{code}{before}{row}\x1b[0m\n" if styled and code else f"{before}{row}\n"


def states(events):
    """Give each state, and go on after an event that is wrong."""
    state = State()
    for event in events:
        try:
            state = step(state, event)
        except StreamError as error:
            state = error.state
        yield state


def grow(events, seconds):
    """Draw each state over the one before it, and wipe the last."""
    wipe = ""
    for state in states(events):
        rows = list(lines(paragraphs(state.partial()), styled=True))[1 - get_terminal_size().lines :]
        # wide characters do not make two rows of one: the terminal does not wrap while it draws
        print(f"\x1b[?7l{wipe}{''.join(rows)}\x1b[?7h", end="", flush=True)
        wipe = f"\x1b[{len(rows)}F\x1b[J" if rows else ""
        time.sleep(seconds)
    print(wipe, end="")


def ended(recording):
    """Give what there is to read of a recording in the end."""
    if isinstance(recording, Skipped):
        return [("note", f"passed over: {recording.why}")]
    report = check(recording.events)
    why = [] if report.ok else [("error", report.partial.why)]
    return [*paragraphs(report.partial), *why]


def show(recording, seconds):
    if seconds is not None:
        grow(recording.events, seconds)
    print("".join(lines(ended(recording), styled=sys.stdout.isatty())))


def main(words=None):
    parser = ArgumentParser(description="Show recordings as a chat would.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--live", type=float, metavar="SECONDS", help="let messages grow, an event after so long")
    options = parser.parse_args(words)
    try:
        for file in options.files:
            for recording in load(file.read_bytes(), str(file)):
                show(recording, options.live)
    except (OSError, RecordingError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
