"""The recordings of a file."""

from collections.abc import Iterator
from io import FileIO
from typing import Final

from streamfold.recordings import Recording, load

STDIN: Final = "-"
_CHUNK: Final = 64 * 1024


class CannotRead(Exception):  # noqa: N818 - it says what happened
    """A file cannot be opened or read. It is no ``OSError``: that is one of writing."""


def recordings(name: str) -> Iterator[Recording]:
    """Yield the recordings of the file *name*, each as soon as it is complete; ``-`` is standard input.

    Raises:
        CannotRead: the system says so; what came before is yielded first.
    """
    shown = "<stdin>" if name == STDIN else name
    try:
        yield from load(_chunks(name), shown)
    except OSError as error:
        raise CannotRead(f"{shown}: {error.strerror}") from error


def _chunks(name: str) -> Iterator[bytes]:
    # unbuffered, so that a stream that is still being written is read as it comes
    with FileIO(0 if name == STDIN else name, closefd=name != STDIN) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
