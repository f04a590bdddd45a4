"""A string that grows by deltas in constant time and shares its past."""

import re
from collections.abc import Iterable
from itertools import chain
from typing import Any, Final

FULL: Final = 64  # deltas of a list
_HALVES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Tail(list[str]):
    """The last deltas, in a list that successive texts share, and the pieces that came before them.

    The text that owns the end of the list appends in place; any other copies at most 64 pointers. A full list
    becomes one piece; a piece that is less than twice as long as the one after it is joined with it, so there are
    only logarithmically many.
    """

    __slots__ = ("pieces",)

    pieces: tuple[str, ...]


def make_tail(deltas: Iterable[str], pieces: tuple[str, ...]) -> Tail:
    """Give a list of its own of *deltas*, after *pieces*."""
    tail = Tail(deltas)
    tail.pieces = pieces
    return tail


def is_whole(delta: str) -> bool:
    """Whether *delta* holds no half of a surrogate pair."""
    try:
        delta.encode()
    except UnicodeEncodeError:
        return False
    return True


# What all texts that are empty have: its length is never their count, so whatever is appended to them goes to a list of
# its own, and this one keeps nothing of any stream.
_NOBODYS: Final = make_tail(("",), ())


class Text:
    """The characters so far; appending gives a new text and leaves the old one as it was.

    Two halves of a surrogate pair that meet become the character they stand for.

    Attributes:
        length: in code points.

    Examples:
        >>> text = Text().append("Hello").append(" world")
        >>> text, text.length, text.slice(6, 11)
        (Text('Hello world'), 11, 'world')
    """

    __slots__ = ("count", "length", "tail")

    def __init__(self, whole: str = "") -> None:
        whole = whole if whole.isascii() else _HALVES.sub(_join, whole)
        self.tail = make_tail((), (whole,)) if whole else _NOBODYS
        self.count = 0
        self.length = len(whole)

    def append(self, delta: str) -> "Text":
        """Give the text with *delta* at its end."""
        tail, count, length = self.tail, self.count, self.length
        if not delta.isascii():
            delta = _HALVES.sub(_join, delta)
            if "\udc00" <= delta[0] <= "\udfff" and "\ud800" <= (last := self._last()) <= "\udbff":
                return self._without_last().append(_pair(last + delta[0]) + delta[1:])
        if count == FULL:
            return make_text(make_tail([delta], _settle(tail.pieces, "".join(tail[:FULL]))), 1, length + len(delta))
        return make_text(_appended(tail, count, delta), count + 1, length + len(delta))

    def ends_in_half(self) -> bool:
        """Whether the last character is the first half of a pair, of which the second may come."""
        return "\ud800" <= self._last() <= "\udbff"

    def joined(self) -> "Text":
        """Give the same text in one piece: to read of it is cheap, and nothing will come."""
        return make_text(make_tail((), (str(self),)), 0, self.length)

    def slice(self, start: int, end: int) -> str:
        """Give the characters from *start* to *end*, code points, at a cost that the text's length does not raise."""
        last = self.tail[self.count - 1] if self.count else "".join(self.tail.pieces[-1:])
        before = self.length - len(last)
        if before <= start <= end:  # mostly, what is cited has just come, or the text is in one piece
            return last[start - before : end - before]
        found = []
        before = self.length
        for part in self._backwards():
            before -= len(part)
            if before < end:
                found.append(part[max(start - before, 0) : end - before])
            if before <= start:
                break
        return found[0] if len(found) == 1 else "".join(reversed(found))

    def _backwards(self) -> Iterable[str]:
        return chain(reversed(self.tail[: self.count]), reversed(self.tail.pieces))

    def _last(self) -> str:
        return next((part[-1] for part in self._backwards() if part), "")

    def _without_last(self) -> "Text":
        deltas, pieces = self.tail[: self.count], self.tail.pieces
        while deltas and not deltas[-1]:
            deltas.pop()
        if deltas:
            deltas[-1] = deltas[-1][:-1]
        else:
            pieces = tuple(filter(None, (*pieces[:-1], pieces[-1][:-1])))
        return make_text(make_tail(deltas, pieces), len(deltas), self.length - 1)

    def __str__(self) -> str:
        if not self.count and len(self.tail.pieces) == 1:
            return self.tail.pieces[0]
        return "".join((*self.tail.pieces, *self.tail[: self.count]))

    def __len__(self) -> int:
        return self.length

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Text) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Text, (str(self),)


def make_text(tail: Tail, count: int, length: int) -> Text:
    """Give the text of the first *count* deltas of *tail* and of the pieces before them."""
    text = Text.__new__(Text)
    text.tail = tail
    text.count = count
    text.length = length
    return text


def _appended(tail: Tail, count: int, delta: str) -> Tail:
    """Give the list in which *delta* follows the first *count* deltas: *tail* itself if that is its end."""
    if len(tail) == count:
        tail.append(delta)
        # The look comes after the deed: of two threads that appended at once, none is alone.
        if len(tail) == count + 1:
            return tail
    return make_tail((*tail[:count], delta), tail.pieces)


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
