"""How a text is cut into deltas."""

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import accumulate, count, pairwise, takewhile
from typing import Final, TypeAlias

from .._quote import quote

Split: TypeAlias = Callable[[str], Iterable[str]]


def whole(text: str) -> Iterable[str]:
    """Give *text* as it is, in one delta.

    Examples:
        >>> list(whole("It is 24 °C."))
        ['It is 24 °C.']
    """
    return (text,)


def words(text: str) -> Iterable[str]:
    """Cut before each word, the blanks before a word its own, as most deltas of the API are.

    Examples:
        >>> list(words("It is 24 °C."))
        ['It', ' is', ' 24', ' °C.']
    """
    return _WORD.findall(text)


_WORD: Final = re.compile(r"\s*+\S+|\s+")


def every(size: int) -> Split:
    """Give a split into deltas of *size* code points; the last may be shorter.

    Raises:
        ValueError: *size* is below 1.

    Examples:
        >>> list(every(5)("It is 24 °C."))
        ['It is', ' 24 °', 'C.']
        >>> every(0)
        Traceback (most recent call last):
            ...
        ValueError: a delta has one code point or more, not 0
    """
    if size < 1:
        raise ValueError(f"a delta has one code point or more, not {size}")
    return lambda text: (text[start : start + size] for start in range(0, len(text), size))


def seeded(seed: int | str, most: int = 8) -> Split:
    """Give a split into deltas of 1 to *most* code points, by chance that is the same for the same seed and text.

    Raises:
        ValueError: *most* is below 1.

    Examples:
        >>> list(seeded(7)("It is 24 °C."))
        ['It ', 'is 24 ', '°C.']
    """
    if most < 1:
        raise ValueError(f"a delta has one code point or more, not {most}")

    def split(text: str) -> Iterator[str]:
        sizes = (1 + chance % most for chance in _chances(f"{seed} {text}"))
        starts = takewhile(lambda start: start < len(text), accumulate(sizes, initial=0))
        return (text[start:end] for start, end in pairwise((*starts, len(text))))

    return split


def _chances(seed: str) -> Iterator[int]:
    # A digest is chance enough, and the same on every machine.
    key = blake2b(seed.encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(blake2b(key + b"%d" % number, digest_size=8).digest(), "big") for number in count())


def cut(text: str, ends: Iterable[int], split: Split) -> list[str]:
    """Cut *text* at *ends*, and what is between them as *split* does.

    Raises:
        ValueError: the split does not give back what it is given.
    """
    return [delta for start, end in pairwise(sorted({0, *ends, len(text)})) for delta in deltas(text[start:end], split)]


def deltas(text: str, split: Split) -> list[str]:
    """Cut *text* as *split* does; an empty delta is none.

    Raises:
        ValueError: the split does not give back what it is given.
    """
    pieces = list(split(text))
    if "".join(pieces) != text:
        raise ValueError(f"a split gives back what it cuts; expected {quote(text)}, not {quote(''.join(pieces))}")
    return [piece for piece in pieces if piece]
