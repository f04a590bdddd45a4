"""``streamfold check``: all that is wrong with each stream."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from functools import partial
from typing import Final

from streamfold import Rules, check
from streamfold.recordings import Recording

from .._words import counted
from . import _options as options
from ._command import Command
from ._streams import as_json, count, describe, told
from ._terminal import complain
from ._work import Item, Tally, Told, run, status

_HELP: Final = f"""\
{options.FILES}
Each line is FILE:LINE: SEVERITY CODE: event POSITION: what is wrong; lines count from 1, positions
from 0. What only follows from an earlier breach ends in (caused by event POSITION). Where the end
of the input is at fault, LINE is that of the last event. Of a cassette or a HAR, FILE is followed
by the number of the interaction, from 0, and LINE counts within its response. A last line, on
standard error, counts.

examples:
  streamfold check answer.sse
  streamfold check --rules strict --rule usage-missing=ignore answer.sse
  streamfold check --jobs 4 recordings/
  streamfold check 'recordings/**/*.jsonl.gz' | grep ': error '
  streamfold check --json cassette.yaml       the same for machines: an object a line
"""


def _add(parser: ArgumentParser) -> None:
    options.add_files(parser)
    options.add_rules(parser)
    options.add_jobs(parser)
    options.add_json(parser, "print an object of JSON for each violation")


def _run(given: Namespace) -> int:
    total = run(given.files, partial(check_recording, rules=options.rules_of(given), as_objects=given.json), given.jobs)
    complain(summary(total))
    return status(total)


def check_recording(recording: Recording, rules: Rules, *, as_objects: bool) -> Iterator[Item]:
    """Tell every violation that is not to be ignored."""
    report = check(recording.events, rules)
    for violation in told(report):
        text = describe(recording, report, violation)
        yield Told(json.dumps(as_json(recording, report, violation)) if as_objects else text)
    yield count(report)


def summary(total: Tally) -> str:
    """Say what all streams together amount to.

    Examples:
        >>> from collections import Counter
        >>> summary(Counter({"streams": 3, "well": 2, "not well": 1, "error": 1, "unread": 1}))
        '3 streams: 2 well, 1 not; 1 error, 0 warnings; 1 file cannot be read'
    """
    breaches = ", ".join(counted(total[severity], severity) for severity in ("error", "warning"))
    streams = f"{counted(total['streams'], 'stream')}: {total['well']} well, {total['not well']} not"
    skipped = [f"{total['skipped']} skipped"] if total["skipped"] else []
    unread = [f"{counted(total['unread'], 'file')} cannot be read"] if total["unread"] else []
    return "; ".join((streams, breaches, *skipped, *unread))


CHECK: Final = Command("check", "Print all that is wrong with each stream.", _HELP, _add, _run)
