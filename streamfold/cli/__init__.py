"""The command line: the only room that opens files and writes to a terminal."""

from collections.abc import Sequence
from contextlib import suppress

from ._parser import parse
from ._terminal import complain, flush, give_up, harden

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line *argv*, by default that of the process, and give its exit status.

    0: every stream is well, or nothing differs; 1: one is not, or something does; 2: a file cannot be read, or the
    output cannot be written; 130: interrupted; 141: nobody reads the output any more.

    Raises:
        SystemExit: help was asked for, or the command line is wrong.
    """
    harden()
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        give_up()
        return 141
    except OSError as error:  # of writing: one of reading never comes this far
        with suppress(OSError):
            name = "" if error.filename is None else f" {error.filename}"
            complain(f"streamfold: cannot write{name}: {error.strerror}")
        give_up()
        return 2


def _run(argv: Sequence[str] | None) -> int:
    try:
        given = parse(argv)
        status: int = given.run(given)
    finally:
        flush()
    return status
