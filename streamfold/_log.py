"""Sequences that grow at their end in constant time and share their past."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, Self, TypeVar

T = TypeVar("T")


class Log(Generic[T]):
    """The items so far; appending gives a new log and leaves the old one as it was.

    Successive logs share one list: the log that owns its end appends in place, any other copies.
    """

    __slots__ = ("count", "items")

    def __init__(self, items: Iterable[T] = ()) -> None:
        self.items: list[T] = list(items)
        self.count = len(self.items)

    def append(self, item: T) -> Self:
        """Give the log with *item* at its end."""
        return self.extend((item,))

    def extend(self, new: Sequence[T]) -> Self:
        """Give the log with all that is *new* at its end."""
        log = object.__new__(type(self))
        log.count = count = self.count + len(new)
        log.items = _extended(self.items, self.count, count, new)
        return log

    def since(self, count: int) -> list[T]:
        """Give the items that came after the first *count*."""
        return self.items[count : self.count]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[T]:
        return iter(self.items[: self.count])

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Log) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"

    def __reduce__(self) -> tuple[type[Any], tuple[list[T]]]:
        return type(self), (list(self),)


class Indexed(Protocol):
    """What stands on a shelf."""

    @property
    def index(self) -> int: ...


I = TypeVar("I", bound=Indexed)  # noqa: E741 - read beside T


class Shelf(Log[I]):
    """A log that finds an item by its wire index: the latest, where several have the same.

    Attributes:
        places: where the latest item with each index stands; None as long as each stands at its own, as nearly always.
    """

    __slots__ = ("places",)

    places: dict[int, int] | None

    def __init__(self, items: Iterable[I] = ()) -> None:
        super().__init__(items)
        self.places = None if _stand_at(self.items, 0) else _places(self)

    def extend(self, new: Sequence[I]) -> Self:
        """Give the shelf with all that is *new* at its end."""
        shelf = object.__new__(type(self))
        shelf.count = count = self.count + len(new)
        shelf.items = items = _extended(self.items, self.count, count, new)
        places = self.places
        if places is None and _stand_at(new, self.count):
            shelf.places = None
        # An entry of the shared table is never overwritten: an older shelf still reads it.
        elif places is not None and items is self.items and _add_places(places, new, self.count):
            shelf.places = places
        else:
            shelf.places = _places(shelf)
        return shelf

    def find(self, index: int) -> I | None:
        """Give the item with *index*, or None."""
        place = index if self.places is None else self.places.get(index, self.count)
        return self.items[place] if 0 <= place < self.count else None


def _extended(items: list[T], count: int, grown: int, new: Sequence[T]) -> list[T]:
    """Give a list whose first *count* items are those of *items*, and then all that is *new*, *grown* in all."""
    if not count or len(items) != count:  # all that is empty may share one list, so nobody appends to that
        items = items[:count]
    items += new
    # The look comes after the deed: of two threads that appended at once, none is alone.
    return items if len(items) == grown else [*items[:count], *new]


def _places(items: Iterable[Indexed]) -> dict[int, int]:
    return {item.index: place for place, item in enumerate(items)}


def _stand_at(items: Iterable[Indexed], place: int) -> bool:
    """Whether the index of each of *items* is its place, of which *place* is the first."""
    for item in items:
        if item.index != place:
            return False
        place += 1
    return True


def _add_places(places: dict[int, int], items: Iterable[Indexed], place: int) -> bool:
    """Add the places of *items*, of which the first has *place*; tell whether all could be added."""
    for item in items:
        if places.setdefault(item.index, place) != place:
            return False
        place += 1
    return True
