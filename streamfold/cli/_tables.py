"""Rows of text for people."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final
from unicodedata import combining, east_asian_width

from .._visible import visible


def aligned(rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Give *rows* with their columns below each other; those in *right* end below each other.

    Examples:
        >>> aligned([("streams", "2"), ("events", "210")], right=[1])
        ['streams    2', 'events   210']
    """
    table = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(_padded(cell, widths[place], place in right) for place, cell in enumerate(row)).rstrip()
        for row in table
    ]


def _padded(cell: str, wide: int, is_right: bool) -> str:  # noqa: FBT001 - it is named where it is called
    room = " " * (wide - width(cell))
    return room + cell if is_right else cell + room


def width(text: str) -> int:
    """Give how many columns of a terminal *text* takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    return 0 if combining(character) else 1 + (east_asian_width(character) in "WF")


def fitted(text: str, columns: int) -> str:
    """Give *text*, cut with dots where it takes more than *columns*.

    Examples:
        >>> fitted("content-delta", 10)
        'content...'
    """
    if width(text) <= columns:
        return text
    kept = sum(reached <= columns - len(_DOTS) for reached in accumulate(map(_width, text)))
    return text[:kept] + _DOTS


_DOTS: Final = "..."
