"""The command line's words."""

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import metadata
from typing import Any, Final, NoReturn

from streamfold.rules import CLOSED, LENIENT, RULES, STANDARD, STRICT, Rules

from ._commands import show_message, show_violations, show_whatever
from ._visible import visible

_PRESETS: Final[Mapping[str, Rules]] = {rules.name: rules for rules in (STRICT, STANDARD, LENIENT, CLOSED)}

_FILES: Final = """\
FILE holds server-sent events (event: and data: lines, as curl -N prints them) or JSON lines
(one event a line); its first character tells which. It may hold several streams: each ends at
[DONE], or where another begins. - is standard input.
"""

_MAIN: Final = f"""\
{_FILES}
examples:
  streamfold fold answer.sse                  the message, as one line of JSON
  curl -N ... | streamfold fold -             the same, from standard input
  streamfold fold *.sse | jq -r '.message.content[]?.text'
  streamfold check *.sse *.jsonl              all that is wrong, with file and line
  streamfold check --rules strict answer.sse  whether it is just what the API was seen to send

exit status:
  0  every stream is well
  1  a stream is not, under the rules
  2  a file cannot be read, or the command line is wrong
"""

_FOLD: Final = f"""\
{_FILES}
Each line is the object that the API answers without streaming: id, finish_reason, message, usage.
What has no place there (violations, tool calls that must not be made, ...) is beside it, under
"streamfold". A stream that breaks the rules gives no line; standard error says why.

examples:
  streamfold fold answer.sse
  streamfold fold --rules lenient broken.sse  a message wherever a message-end came
  streamfold fold --partial cut.sse           of a stream that fails, what did arrive
"""

_CHECK: Final = f"""\
{_FILES}
Each line is FILE:LINE: SEVERITY CODE: event POSITION: what is wrong; lines count from 1, positions
from 0. What only follows from an earlier breach ends in (caused by event POSITION). Where the end
of the input is at fault, LINE is that of the last event. A last line, on standard error, counts.

examples:
  streamfold check answer.sse
  streamfold check --rules strict --rule usage-missing=ignore answer.sse
  streamfold check *.sse | grep ': error '
"""


class _Parser(ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False, **options)
        self.color = False  # which Python 3.14 would have

    def error(self, message: str) -> NoReturn:
        super().error(visible(message))


def parser() -> ArgumentParser:
    """Give the parser; what it reads has ``command``, ``files``, ``show``, ``rules`` and ``changes``."""
    main = _Parser(prog="streamfold", description="Fold recorded streams of Cohere's chat API.", epilog=_MAIN)
    main.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    commands = main.add_subparsers(dest="command", metavar="COMMAND", required=True)
    fold = _command(commands, "fold", "Print each stream's message as one line of JSON.", _FOLD)
    fold.set_defaults(show=show_message)
    fold.add_argument(
        "--partial",
        action="store_const",
        const=show_whatever,
        dest="show",
        help='of a stream that fails, print what arrived; it has a key "partial" under "streamfold"',
    )
    check = _command(commands, "check", "Print all that is wrong with each stream.", _CHECK)
    check.set_defaults(show=show_violations)
    return main


def _command(commands: Any, name: str, does: str, epilog: str) -> ArgumentParser:
    command: ArgumentParser = commands.add_parser(name, help=does, description=does, epilog=epilog)
    command.add_argument("files", nargs="+", metavar="FILE", help="a recording, or - for standard input")
    command.add_argument(
        "--rules", choices=_PRESETS, default=STANDARD.name, help="what is an error (default: %(default)s)"
    )
    command.add_argument(
        "--rule",
        action="append",
        default=[],
        dest="changes",
        metavar="CODE=SEVERITY",
        type=_change,
        help="make one rule an error, a warning, or ignore it; may be repeated",
    )
    return command


def _version() -> str:
    try:
        return metadata.version("streamfold")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _change(text: str) -> tuple[str, str]:
    code, _, severity = text.partition("=")
    try:
        STANDARD.with_({code: severity})
    except ValueError as error:
        raise ArgumentTypeError(f"{error}{_hint(code)}") from None
    return code, severity


def _hint(code: str) -> str:
    near = [] if code in RULES else get_close_matches(code, RULES)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def rules_of(preset: str, changes: list[tuple[str, str]]) -> Rules:
    """Give the rules of a preset's name and of what ``--rule`` changes."""
    return _PRESETS[preset].with_(dict(changes))
