"""Lines out of bytes that arrive in chunks."""

from collections.abc import Iterator
from typing import NamedTuple

from attrs import define, field


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


@define(eq=False)
class LineDecoder:
    """Split bytes at line feeds; a carriage return before one belongs to it.

    Attributes:
        most: the bytes that a line may have.
    """

    most: int
    _number: int = field(default=1, init=False)
    _held: list[bytes] = field(factory=list, init=False)
    _size: int = field(default=0, init=False)

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """Yield the lines that *chunk* ends.

        Raises:
            LineTooLargeError: a line has more than *most* bytes.
        """
        *whole, rest = chunk.split(b"\n")
        for end in whole:
            yield self._bounded(self._line(end, ended=True))
            self._number, self._held, self._size = self._number + 1, [], 0
        self._held.append(rest)
        self._size += len(rest)
        if self._size > self.most:
            raise LineTooLargeError(self._line(b"", ended=False), self.most)

    def close(self) -> Iterator[Line]:
        """Yield the line that the end of the input ends, if it has a character."""
        if self._size:
            yield self._line(b"", ended=False)

    def _line(self, end: bytes, *, ended: bool) -> Line:
        data = b"".join((*self._held, end))
        return Line(data.removesuffix(b"\r") if ended else data, self._number, ended)

    def _bounded(self, line: Line) -> Line:
        if len(line.data) > self.most:
            raise LineTooLargeError(line, self.most)
        return line
