"""The options that commands share."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from streamfold.rules import CLOSED, LENIENT, RULES, STANDARD, STRICT, Rules

PRESETS: Final[Mapping[str, Rules]] = {rules.name: rules for rules in (STRICT, STANDARD, LENIENT, CLOSED)}

FILES: Final = """\
FILE holds recorded streams: server-sent events (event: and data: lines, as curl -N prints them),
JSON lines (an event, or the events of a stream, a line), a VCR cassette or a HAR; its first line
tells which, and it may be packed by gzip. A folder stands for all such files in it, a pattern in
quotes for those that it matches, and - for standard input.
"""


def add_files(parser: ArgumentParser) -> None:
    """Add the files."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="recordings, a folder of them, or - for standard input"
    )


def add_rules(parser: ArgumentParser) -> None:
    """Add the options that say what is an error."""
    parser.add_argument(
        "--rules",
        choices=PRESETS,
        default=STANDARD.name,
        help="what is an error: strict, standard, lenient or closed (default: %(default)s)",
        metavar="PRESET",
        type=one_of(PRESETS, "preset"),
    )
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        dest="changes",
        metavar="CODE=SEVERITY",
        type=_change,
        help="make one rule an error, a warning, or ignore it; may be repeated",
    )


def add_jobs(parser: ArgumentParser) -> None:
    """Add the number of processes."""
    parser.add_argument(
        "--jobs",
        default=1,
        metavar="N",
        type=_count,
        help="share many files among N processes, 0 for as many as there are processors (default: %(default)s)",
    )


def add_json(parser: ArgumentParser, does: str) -> None:
    """Add the choice of JSON."""
    parser.add_argument("--json", action="store_true", help=does)


def rules_of(given: Namespace) -> Rules:
    """Give the rules that the options name."""
    return PRESETS[given.rules].with_(dict(given.changes))


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Give the end of an error about *word*, which is none of *words*: those that are near.

    Examples:
        >>> did_you_mean("chekc", ["fold", "check"])
        '; did you mean check?'
    """
    near = get_close_matches(word, list(words))
    return f"; did you mean {' or '.join(near)}?" if near else ""


def what_to_type(word: str, words: Iterable[str]) -> str:
    """Give the end of an error about *word*, which is none of *words*: those that are near, or all.

    Examples:
        >>> what_to_type("x", ["fold", "check"])
        '; expected fold, check'
    """
    known = list(words)
    return did_you_mean(word, known) or f"; expected {', '.join(known)}"


def one_of(words: Iterable[str], name: str) -> Callable[[str], str]:
    """Give a reader of *words*."""

    def read(text: str) -> str:
        if text not in words:
            raise ArgumentTypeError(f"no {name} is {text!r}{what_to_type(text, words)}")
        return text

    return read


def _change(text: str) -> tuple[str, str]:
    code, _, severity = text.partition("=")
    try:
        STANDARD.with_({code: severity})
    except ValueError as error:
        hint = "" if code in RULES else did_you_mean(code, RULES)
        raise ArgumentTypeError(f"{error}{hint}") from None
    return code, severity


def at_least(least: float, kind: Callable[[str], float], name: str) -> Callable[[str], float]:
    """Give a reader of numbers that are not below *least*."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = least - 1
        if not least <= value < float("inf"):
            raise ArgumentTypeError(f"{text!r} is no {name} from {least} on")
        return value

    return read


_count: Final = at_least(0, int, "whole number")
