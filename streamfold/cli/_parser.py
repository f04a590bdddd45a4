"""The command line's words."""

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any, Final, NoReturn

from .._visible import visible
from ._check import CHECK
from ._command import Command
from ._completion import COMPLETION, options_of
from ._convert import CONVERT
from ._diff import DIFF
from ._fold import FOLD
from ._options import FILES, did_you_mean, what_to_type
from ._replay import REPLAY
from ._report import REPORT
from ._show import SHOW
from ._stats import STATS

COMMANDS: Final = (FOLD, CHECK, REPLAY, SHOW, DIFF, STATS, CONVERT, REPORT, COMPLETION)

HELP: Final = f"""\
{FILES}
examples:
  streamfold fold answer.sse                  the message, as one line of JSON
  curl -N ... | streamfold fold -             the same, from standard input
  streamfold check recordings/                all that is wrong, with file and line
  streamfold check --rules strict answer.sse  whether it is just what the API was seen to send
  streamfold replay answer.sse                the message grows as it did
  streamfold COMMAND --help                   more about a command, with examples

exit status:
  0  every stream is well, or nothing differs
  1  a stream is not well under the rules, or something differs
  2  a file cannot be read or written, or the command line is wrong
  130  interrupted; standard error says how far the work came
  141  nobody reads the output any more
"""


class _Parser(ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False, **options)
        self.color = False  # which Python 3.14 would have

    def error(self, message: str) -> NoReturn:
        hint = f"; {self.prog} --help shows examples" if " are required: " in message else ""
        super().error(visible(f"{message}{hint}"))


def parse(argv: Sequence[str] | None = None) -> Namespace:
    """Read the command line *argv*, by default that of the process: ``run`` of what it gives does what it says.

    Raises:
        SystemExit: help was asked for, or the command line is wrong.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    main = _Parser(prog="streamfold", description="Fold recorded streams of Cohere's chat API.", epilog=HELP)
    main.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    commands = parsers(main)
    name = next((word for word in words if not word.startswith("-")), None)
    if name is not None and name not in commands:
        hint = f"; did you mean {main.prog} fold {name}?" if os.path.exists(name) else what_to_type(name, commands)  # noqa: PTH110 - any text may be given
        main.error(f"no command is {name!r}{hint}")
    given, unknown = main.parse_known_args(words)
    command = commands[given.command]
    if unknown:
        flags = [flag for option in options_of(command) for flag in option.option_strings]
        command.error(f"unrecognized arguments: {' '.join(unknown)}{did_you_mean(unknown[0].partition('=')[0], flags)}")
    given.commands = commands
    return given


def parsers(main: ArgumentParser | None = None) -> Mapping[str, ArgumentParser]:
    """Give the parser of each command, as part of *main*."""
    adding = (main or _Parser(prog="streamfold")).add_subparsers(dest="command", metavar="COMMAND", required=True)
    return {command.name: _added(adding, command) for command in COMMANDS}


def _added(adding: Any, command: Command) -> ArgumentParser:
    parser: ArgumentParser = adding.add_parser(
        command.name, help=command.does, description=command.does, epilog=command.help
    )
    command.add(parser)
    parser.set_defaults(run=command.run)
    return parser


def _version() -> str:
    try:
        return metadata.version("streamfold")
    except metadata.PackageNotFoundError:
        return "(not installed)"
