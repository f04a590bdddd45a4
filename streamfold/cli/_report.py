"""``streamfold report``: a page that shows the streams."""

from argparse import ArgumentParser, Namespace
from typing import Final

from streamfold.report import report

from . import _options as options
from ._command import Command
from ._files import expand
from ._output import add_output, output
from ._work import status, walk

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
    parser.add_argument("--title", default="Recorded streams", help="of the page (default: %(default)s)")
    add_output(parser)


def _run(given: Namespace) -> int:
    with walk(given.files) as (found, total), output(given.output, expand(given.files)) as write:
        for piece in report(found, options.rules_of(given), given.title):
            write(piece.encode())
    return status(total)


REPORT: Final = Command("report", "Write a page of HTML that shows the streams.", _HELP, _add, _run)
