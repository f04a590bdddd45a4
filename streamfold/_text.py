"""A string that grows by deltas in constant time and shares its past."""

import re
from collections.abc import Iterable
from itertools import chain
from typing import Final

_TAIL: Final = 64
_HALVES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Text:
    """The characters so far; appending gives a new text and leaves the old one as it was.

    The last deltas stand in a list that successive texts share: the text that owns the end of the list
    appends in place, any other copies at most 64 pointers. A full list becomes one piece; a piece that is
    less than twice as long as the one after it is joined with it, so there are only logarithmically many.

    Two halves of a surrogate pair that meet become the character they stand for.

    Attributes:
        length: in code points.

    Examples:
        >>> text = Text().append("Hello").append(" world")
        >>> text, text.length, text.slice(6, 11)
        (Text('Hello world'), 11, 'world')
    """

    __slots__ = ("count", "length", "pieces", "tail")

    length: int

    def __init__(self, whole: str = "") -> None:
        whole = whole if whole.isascii() else _HALVES.sub(_join, whole)
        self.pieces: tuple[str, ...] = (whole,) if whole else ()
        self.tail: list[str] = []
        self.count = 0
        self.length = len(whole)

    def append(self, delta: str) -> "Text":
        """Give the text with *delta* at its end."""
        if not delta.isascii():
            delta = _HALVES.sub(_join, delta)
            if "\udc00" <= delta[0] <= "\udfff" and "\ud800" <= (last := self._last()) <= "\udbff":
                return self._without_last().append(_pair(last + delta[0]) + delta[1:])
        tail, count, pieces = self.tail, self.count, self.pieces
        if count == _TAIL:
            tail, count, pieces = [], 0, _settle(pieces, "".join(tail[:_TAIL]))
        elif not count:  # all that is empty may share one list, so nobody appends to that
            tail = []
        if len(tail) == count:
            tail.append(delta)
        # The look comes after the deed: of two threads that appended at once, one finds its slot taken.
        if tail[count] is not delta:
            tail = [*tail[:count], delta]
        grown = _new(Text)  # what _text does; a call would cost a fifth of all this
        grown.pieces = pieces
        grown.tail = tail
        grown.count = count + 1
        grown.length = self.length + len(delta)
        return grown

    def extend(self, deltas: Iterable[str]) -> "Text":
        """Give the text with all *deltas* at its end."""
        return self.append("".join(deltas))

    def slice(self, start: int, end: int) -> str:
        """Give the characters from *start* to *end*, code points, at a cost that the text's length does not raise."""
        found = []
        for piece in chain(self.pieces, self.tail[: self.count]):
            if end <= 0:
                break
            if start < len(piece):
                found.append(piece[max(start, 0) : end])
            start -= len(piece)
            end -= len(piece)
        return "".join(found)

    def _last(self) -> str:
        backwards = chain(reversed(self.tail[: self.count]), reversed(self.pieces))
        return next((part[-1] for part in backwards if part), "")

    def _without_last(self) -> "Text":
        tail, pieces = self.tail[: self.count], self.pieces
        while tail and not tail[-1]:
            tail.pop()
        if tail:
            tail[-1] = tail[-1][:-1]
        else:
            pieces = tuple(filter(None, (*pieces[:-1], pieces[-1][:-1])))
        return _text(pieces, tail, len(tail), self.length - 1)

    def __str__(self) -> str:
        if not self.count and len(self.pieces) == 1:
            return self.pieces[0]
        return "".join((*self.pieces, *self.tail[: self.count]))

    def __len__(self) -> int:
        return self.length

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Text) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def __reduce__(self) -> tuple[type["Text"], tuple[str]]:
        return Text, (str(self),)


_new: Final = object.__new__


def _text(pieces: tuple[str, ...], tail: list[str], count: int, length: int) -> Text:
    text = _new(Text)
    text.pieces = pieces
    text.tail = tail
    text.count = count
    text.length = length
    return text


def _settle(pieces: tuple[str, ...], piece: str) -> tuple[str, ...]:
    if not piece:
        return pieces
    kept = len(pieces)
    size = len(piece)
    while kept and len(pieces[kept - 1]) < 2 * size:
        kept -= 1
        size += len(pieces[kept])
    return (*pieces[:kept], "".join((*pieces[kept:], piece)))


def _join(found: re.Match[str]) -> str:
    return _pair(found[0])


def _pair(halves: str) -> str:
    return halves.encode("utf-16", "surrogatepass").decode("utf-16")
