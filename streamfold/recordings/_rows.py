"""Plain deltas in a row, by their characters alone, until somebody wants the events."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from .._plain import Plain
from ..events import Located


class Row(NamedTuple):
    """Plain deltas that came one after another.

    Attributes:
        plain, place: how they are recognised, and for the part with which index.
        name: of the server-sent event of each: its type, or None.
        keys: of each event, in their order.
        line, lines: on which the first one stands, and how many further each other one does.
    """

    plain: Plain
    place: int
    name: str | None
    keys: tuple[str, ...]
    line: int
    lines: int
    texts: list[str]

    def located(self) -> list[Located]:
        """Give them as the events that they are."""
        plain, place, name, keys, line, lines, texts = self
        new: Any = tuple.__new__  # a named tuple's own way costs twice as much
        events = [plain.write(place, text) for text in texts]
        if events and tuple(events[0]) != keys:
            events = [in_order(event, keys) for event in events]
        return [new(Located, (event, line + number * lines, name)) for number, event in enumerate(events)]


def in_order(event: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Give an event with its keys in another order."""
    return {key: event[key] for key in keys}


Item: TypeAlias = Located | Row


def located(items: Iterable[Item]) -> Iterator[Located]:
    """Yield the events that stand in *items*."""
    for item in items:
        if isinstance(item, Row):
            yield from item.located()
        else:
            yield item
