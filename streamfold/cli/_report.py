"""``streamfold report``: a page that shows the streams."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from functools import partial
from typing import Final

from streamfold import Rules, check
from streamfold.recordings import Recording
from streamfold.report import report

from . import _options as options
from ._command import Command
from ._files import expand
from ._output import add_output, output
from ._streams import count
from ._work import Item, status, walk

_HELP: Final = f"""\
{options.FILES}
The page is one file of HTML that needs nothing else: each message with its citations, how it
came, event by event, and what is wrong with it.

examples:
  streamfold report answer.sse -o page.html
  streamfold report --rules strict --title "Recorded today" recordings/ -o page.html
"""


def _add(parser: ArgumentParser) -> None:
    options.add_files(parser)
    options.add_rules(parser)
    parser.add_argument(
        "--title", metavar="TEXT", default="Recorded streams", help="of the page (default: %(default)s)"
    )
    add_output(parser)


def _run(given: Namespace) -> int:
    rules = options.rules_of(given)
    judged = walk(given.files, partial(_judge, rules=rules))
    with judged as (found, total), output(given.output, expand(given.files)) as write:
        for piece in report(found, rules, given.title):
            write(piece.encode())
    return status(total)


def _judge(recording: Recording, rules: Rules) -> Iterator[Item]:
    yield count(check(recording.events, rules))
    yield recording


REPORT: Final = Command("report", "Write a page of HTML that shows the streams.", _HELP, _add, _run)
