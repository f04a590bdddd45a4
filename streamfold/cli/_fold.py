"""``streamfold fold``: each stream's message."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from functools import partial
from typing import Final

from streamfold import Message, Partial, Rules, check
from streamfold.conversation import to_json
from streamfold.recordings import Recording

from . import _options as options
from ._command import Command
from ._streams import count, describe
from ._work import Item, Told, run, status

_HELP: Final = f"""\
{options.FILES}
Each line is the object that the API answers without streaming: id, finish_reason, message, usage.
What has no place there (violations, tool calls that must not be made, ...) is beside it, under
"streamfold". A stream that breaks the rules gives no line; standard error says why.

examples:
  streamfold fold answer.sse
  curl -N ... | streamfold fold -
  streamfold fold --rules lenient broken.sse  a message wherever a message-end came
  streamfold fold --partial cut.sse           of a stream that fails, what did arrive
  streamfold fold recordings/ | jq -r '.message.content[]?.text'
"""


def _add(parser: ArgumentParser) -> None:
    options.add_files(parser)
    options.add_rules(parser)
    options.add_jobs(parser)
    parser.add_argument(
        "--partial",
        action="store_true",
        help='of a stream that fails, print what arrived; it has a key "partial" under "streamfold"',
    )


def _run(given: Namespace) -> int:
    work = partial(fold_recording, rules=options.rules_of(given), with_partial=given.partial)
    return status(run(given.files, work, given.jobs))


def fold_recording(recording: Recording, rules: Rules, *, with_partial: bool) -> Iterator[Item]:
    """Tell the message of a recording, or why there is none."""
    report = check(recording.events, rules)
    if report.message is None:
        yield Told(describe(recording, report, report.errors[0]), is_complaint=True)
        if with_partial:
            yield _as_line(report.partial)
    else:
        yield _as_line(report.message)
    yield count(report)


def _as_line(message: Message | Partial) -> Told:
    return Told(json.dumps(to_json(message), allow_nan=False))


FOLD: Final = Command("fold", "Print each stream's message as one line of JSON.", _HELP, _add, _run)
