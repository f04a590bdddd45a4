"""The order of events that a log mixed up, by their sequence numbers."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from attrs import frozen


@frozen
class Sequence:
    """Numbered events in their order.

    Attributes:
        events: what is left when an event that came again under its number is left out.
        missing: how many numbers between the first and the last did not come.
        doubled: how many events were left out.
        conflicting: the numbers under which different events came; all of these are among the events.
    """

    events: tuple[Any, ...] = ()
    missing: int = 0
    doubled: int = 0
    conflicting: tuple[int, ...] = ()


def restore(numbered: Iterable[tuple[int, Any]]) -> Sequence:
    """Give the events in the order of their numbers, and say what the numbers tell of losses and doubles.

    A log that delivers at least once doubles events, and that is no fault of the stream; one that lost a delta may
    read as a legal stream, and only the numbers show it. What came before the first number or after the last is not
    theirs to tell: a stream without its beginning or its end breaks rules of its own.

    Examples:
        >>> restore([(2, "c"), (0, "a"), (2, "c")])
        Sequence(events=('a', 'c'), missing=1, doubled=1, conflicting=())
    """
    ordered = sorted(numbered, key=itemgetter(0))
    groups = [(number, list(_distinct(group))) for number, group in groupby(ordered, key=itemgetter(0))]
    events = tuple(event for _, group in groups for event in group)
    span = groups[-1][0] - groups[0][0] + 1 if groups else 0
    conflicting = tuple(number for number, group in groups if len(group) > 1)
    return Sequence(events, span - len(groups), len(ordered) - len(events), conflicting)


def _distinct(group: Iterable[tuple[int, Any]]) -> Iterator[Any]:
    (_, first), *others = group
    yield first
    yield from (event for _, event in others if event != first)
