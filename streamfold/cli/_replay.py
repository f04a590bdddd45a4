"""``streamfold replay``: each message grows as it did."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from streamfold import Report, Rules, check
from streamfold.recordings import Recording

from . import _options as options
from ._command import Command
from ._scene import Scene
from ._streams import count, sentence, steps, title_of, told_by_position
from ._terminal import seen, styled, tell_part
from ._work import Tally, run, status

_HELP: Final = f"""\
{options.FILES}
The tool plan, tool calls, thinking, text and citations stand where they came, and so does what
broke a rule. Where the times of the events were recorded, they come at their pace, else evenly.

examples:
  streamfold replay answer.sse
  streamfold replay --speed 4 log.jsonl       four times as fast
  streamfold replay --speed 0 cassette.yaml   at once
"""

_EVEN: Final = 0.03  # seconds between two events whose times are not known
_LONGEST: Final = 3600.0  # seconds between two events, whatever was recorded


def _add(parser: ArgumentParser) -> None:
    options.add_files(parser)
    options.add_rules(parser)
    parser.add_argument(
        "--speed",
        default=1.0,
        metavar="FACTOR",
        type=options.at_least(0, float, "number"),
        help="how many times as fast as it was, 0 for at once (default: 1)",
    )


def _run(given: Namespace) -> int:
    rules = options.rules_of(given)
    return status(run(given.files, lambda recording: _play(recording, rules, given.speed)))


def _play(recording: Recording, rules: Rules, speed: float) -> Iterator[Tally]:
    report = check(recording.events, rules)
    tell_part(styled(seen(title_of(recording)), "bold") + "\n")
    for pause, text in zip((*pauses(recording, speed), 0.0), scenes(recording, report), strict=True):
        time.sleep(pause)
        tell_part(text)
    yield count(report)


def pauses(recording: Recording, speed: float) -> Sequence[float]:
    """Give the seconds to wait before each event."""
    times = recording.times or [_EVEN * position for position in range(len(recording.events))]
    gaps = [0.0, *(max(after - before, 0.0) for before, after in pairwise(times))][: len(times)]
    return [min(gap / speed, _LONGEST) if speed else 0.0 for gap in gaps]


def scenes(recording: Recording, report: Report) -> Iterator[str]:
    """Yield what each event writes on the screen, and at last what the end of the input does."""
    scene = Scene()
    wrong = told_by_position(recording, report)
    for (_, changes), violations in zip(steps(recording), wrong, strict=False):
        yield "".join(
            (*map(scene.tell, changes), *scene.warn(sentence(recording, report, each) for each in violations))
        )
    yield "".join(scene.warn(sentence(recording, report, each) for each in wrong[-1])) + scene.end()


REPLAY: Final = Command("replay", "Show how each message grew, at the pace at which it did.", _HELP, _add, _run)
