"""Lines of JSON out of chunks of bytes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One line of the input.

    Attributes:
        number: from 1.
        ended: whether a line feed came after it.
    """

    data: bytes
    number: int
    ended: bool


class LineTooLargeError(ValueError):
    """A line is larger than the bound; *line* holds what came of it."""

    def __init__(self, line: Line, most: int) -> None:
        super().__init__(line, most)
        self.line = line


def lines(chunks: Iterable[bytes], most: int) -> Iterator[Line]:
    """Split *chunks* at line feeds; a carriage return before one belongs to it.

    Raises:
        LineTooLargeError: a line has more than *most* bytes.
    """
    number, size = 1, 0
    held: list[bytes] = []
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for piece in whole:
            yield _bounded(Line(b"".join((*held, piece)).removesuffix(b"\r"), number, ended=True), most)
            number, held, size = number + 1, [], 0
        held.append(rest)
        size += len(rest)
        if size > most:
            raise LineTooLargeError(Line(b"".join(held), number, ended=False), most)
    if size:
        yield Line(b"".join(held), number, ended=False)


def _bounded(line: Line, most: int) -> Line:
    if len(line.data) > most:
        raise LineTooLargeError(line, most)
    return line
