"""The page of the command line."""

from argparse import Action, ArgumentParser
from collections.abc import Iterator
from typing import Final

from streamfold.cli._completion import options_of
from streamfold.cli._options import FILES
from streamfold.cli._parser import HELP, parsers

from ._markdown import fenced, page, table

_CLI: Final = """\
# Command line

`streamfold` reads recorded streams and tells what is in them; `python -m streamfold` is the same.
What was asked for goes to standard output, what is to be said about it to standard error.
Nothing that a stream or a file name holds can steer a terminal: what could, or hides from a reader, becomes an escape.

On a terminal, long work shows how far it has come; with the extra `cli`, by a bar of [rich](https://rich.readthedocs.io).
`NO_COLOR` switches styles off.

[Read recordings](../how-to/recordings.md) tells what a recording is, and shows the commands at work."""


def cli_page() -> str:
    """Give the page of the command line."""
    return page(_CLI, fenced("text", HELP.rstrip()), *(_section(name, parser) for name, parser in parsers().items()))


def _section(name: str, parser: ArgumentParser) -> str:
    words = table(("word", "meaning"), map(_row, _words(parser)))
    more = str(parser.epilog).removeprefix(FILES).strip("\n")
    return "\n\n".join((f"## {name}", str(parser.description), words, fenced("text", more)))


def _words(parser: ArgumentParser) -> Iterator[Action]:
    yield from parser._get_positional_actions()  # noqa: SLF001 - there is no other way to list them
    yield from (option for option in options_of(parser) if option.dest != "help")


def _row(action: Action) -> tuple[str, str]:
    value = action.metavar or action.dest
    flags = [f"{flag} {value}" if action.nargs != 0 else flag for flag in action.option_strings] or [value]
    return ", ".join(f"`{flag}`" for flag in flags), str(action.help) % vars(action)
