"""Lines to standard output and standard error; nothing goes there but by this room and argparse."""

import os
import re
import sys
from io import TextIOWrapper
from shutil import get_terminal_size
from typing import Final, TextIO

from .._visible import visible

_LINES: Final = re.compile("[^\n\t]+")
_STYLES: Final = {"dim": "2", "bold": "1", "red": "31"}
_ANY: Final = 1_000_000  # columns of what is no terminal


def harden() -> None:
    """Let standard output and standard error escape what their encoding cannot take."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(line: str) -> None:
    """Write one line of what was asked for."""
    _write(sys.stdout, f"{visible(line)}\n")


def complain(line: str) -> None:
    """Write one line about what was asked for."""
    _write(sys.stderr, f"{visible(line)}\n")


def tell_part(text: str) -> None:
    """Write *text* as it is, which `seen` and `styled` made."""
    _write(sys.stdout, text)


def tell_bytes(data: bytes) -> None:
    """Write bytes of what was asked for, ASCII if standard output takes nothing but text."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        _write(sys.stdout, data.decode())
    else:
        buffer.write(data)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # it is None where the descriptor was closed from the start
        stream.write(text)
        stream.flush()


def seen(text: str) -> str:
    """Give *text* with its lines and tabs, and with escapes for all else that could steer a terminal."""
    return _LINES.sub(lambda found: visible(found[0]), text)


def styled(text: str, style: str) -> str:
    """Give *text* in a style, where standard output is a terminal that shows any."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not is_terminal(sys.stdout)
    return text if plain or not text else f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at *stream*."""
    return stream is not None and stream.isatty()


def columns() -> int:
    """Give how wide the lines of standard output may be."""
    return get_terminal_size().columns if is_terminal(sys.stdout) else _ANY


def flush() -> None:
    """Write what argparse told."""
    if sys.stdout is not None:
        sys.stdout.flush()


def give_up() -> None:
    """Send nowhere what could not be written: the interpreter would try again at its end, and tell of it."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - the name of a device, no path
                os.dup2(nowhere.fileno(), stream.fileno())
