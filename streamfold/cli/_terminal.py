"""Lines to standard output and standard error; nothing goes there but by this room and argparse."""

import os
import sys
from io import TextIOWrapper
from typing import TextIO

from ._visible import visible


def harden() -> None:
    """Let standard output and standard error escape what their encoding cannot take."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(line: str) -> None:
    """Write one line of what was asked for."""
    _write(sys.stdout, line)


def complain(line: str) -> None:
    """Write one line about what was asked for."""
    _write(sys.stderr, line)


def _write(stream: TextIO | None, line: str) -> None:
    if stream is not None:  # it is None where the descriptor was closed from the start
        stream.write(f"{visible(line)}\n")
        stream.flush()


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
