"""Where a text has to be cut so that the same spans cover each run of it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple


class Run(NamedTuple):
    """A run of a text.

    Attributes:
        start, end: in code points.
        spans: the numbers of the spans that cover it, or that are empty and stand there.
    """

    start: int
    end: int
    spans: tuple[int, ...]


def runs(length: int, spans: Sequence[tuple[int, int]]) -> Iterator[Run]:
    """Yield the runs of a text of *length*, whole and in order; an empty span has an empty run of its own."""
    opening: dict[int, list[int]] = {0: [], length: []}
    for number, (start, end) in enumerate(spans):
        opening.setdefault(start, []).append(number)
        opening.setdefault(end, [])
    covering: list[int] = []
    for start, following in pairwise([*sorted(opening), length]):
        covering = [number for number in covering if spans[number][1] > start]
        if empty := [number for number in opening[start] if spans[number][1] == start]:
            yield Run(start, start, tuple(empty))
        covering = sorted((*covering, *(number for number in opening[start] if spans[number][1] > start)))
        if start < following:
            yield Run(start, following, tuple(covering))
