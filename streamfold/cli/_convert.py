"""``streamfold convert``: recordings in another layout."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from typing import Any, Final

from streamfold.recordings import NotWritable, Recording, dump
from streamfold.recordings._dump import LAYOUTS

from . import _options as options
from ._command import Command
from ._files import expand
from ._output import add_output, output
from ._terminal import complain
from ._work import Tally, status, walk

_HELP: Final = f"""\
{options.FILES}
What is written is one file with all streams, in ASCII. sse is server-sent events, as the API sends
them. jsonl has an event a line, and a line "[DONE]" where nothing else tells two streams apart.
records has a stream a line, {{"stream_id": ..., "events": [...]}}, with the times of the events where
they were recorded. Whether a stream is well does not matter here; one that holds what is no JSON is
told, and left out.

examples:
  streamfold convert --to records recordings/ -o all.jsonl.gz
  streamfold convert --to sse cassette.yaml > answers.sse
  streamfold convert --to jsonl answer.sse
"""


def _add(parser: ArgumentParser) -> None:
    options.add_files(parser)
    parser.add_argument(
        "--to",
        required=True,
        choices=LAYOUTS,
        type=options.one_of(LAYOUTS, "layout"),
        metavar="LAYOUT",
        help="what to write: sse, jsonl or records",
    )
    add_output(parser)


def _run(given: Namespace) -> int:
    with walk(given.files) as (found, total), output(given.output, expand(given.files)) as write:
        for piece in dump(_writable(found, given.to, total), given.to):
            write(piece)
    return status(total)


def _writable(recordings: Iterable[Recording], layout: Any, total: Tally) -> Iterator[Recording]:
    for recording in recordings:
        try:
            list(dump([recording], layout))
        except NotWritable as error:
            complain(f"streamfold: {error}")
            total.update({"not well": 1})
        else:
            yield recording


CONVERT: Final = Command("convert", "Write the streams in another layout.", _HELP, _add, _run)
