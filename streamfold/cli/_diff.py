"""``streamfold diff``: where the messages of two files differ."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

from attrs import asdict, has

from streamfold import Message, Partial, check
from streamfold.conversation import MISSING, Difference, NotAMessage, diff, from_json, from_response
from streamfold.recordings import Recording

from .._jsonable import plain
from ..rules import SILENT
from . import _options as options
from ._command import Command
from ._terminal import complain, tell
from ._work import Tally, walk

_HELP: Final = f"""\
{options.FILES}
A file may also hold messages: the API's answers without streaming, or what fold printed. The
first message of A is compared with the first of B, and so on; of a stream that is not well, what
arrived. The exit status is 1 if anything differs.

examples:
  streamfold diff answer.sse answer.json
  streamfold diff --ignore id --ignore usage before.sse after.sse
"""


def _add(parser: ArgumentParser) -> None:
    for name in ("A", "B"):
        parser.add_argument("files", action="append", metavar=name, help="recordings, or messages")
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="PATH",
        help="a path where a difference does not count, nor below it; may be repeated",
    )
    options.add_json(parser, "print an object of JSON for each difference")


def _run(given: Namespace) -> int:
    (left, unread), (right, more_unread) = map(_messages, given.files)
    is_one = max(len(left), len(right)) == 1
    found = 0
    for number, (mine, its) in enumerate(zip_longest(left, right, fillvalue=MISSING)):
        for difference in diff(mine, its, given.ignore):
            found += 1
            tell(_as_json(number, difference) if given.json else f"{'' if is_one else f'{number}: '}{difference}")
    return 2 if unread or more_unread else min(found, 1)


def _messages(name: str) -> tuple[list[Message | Partial], int]:
    """Give the messages in the files that *name* stands for, and how many files cannot be read."""
    with walk([name]) as (found, total):
        messages = [message for recording in found for message in _of(recording, total)]
    return messages, total["unread"]


def _of(recording: Recording, total: Tally) -> Iterator[Message | Partial]:
    if not recording.events or not all(_is_message(located.event) for located in recording.events):
        state = check(recording.events).state
        yield state.message() or state.partial()
        return
    for located in recording.events:
        try:
            yield from_json(located.event) if "streamfold" in located.event else from_response(located.event, SILENT)
        except NotAMessage as error:
            complain(f"streamfold: {recording.source.place}:{located.line}: {error}")
            total.update(unread=1)


def _is_message(event: Any) -> bool:
    return isinstance(event, Mapping) and "type" not in event and isinstance(event.get("message"), Mapping)


def _as_json(number: int, difference: Difference) -> str:
    sides = {"left": difference.left, "right": difference.right}
    there = {
        name: plain(asdict(value) if has(type(value)) else value)
        for name, value in sides.items()
        if value is not MISSING
    }
    return json.dumps({"number": number, "path": difference.path, **there})


DIFF: Final = Command("diff", "Print where the messages of two files differ.", _HELP, _add, _run)
