"""The parts that changed between two states: where all that compares states begins."""

from collections.abc import Iterator
from typing import TypeAlias, TypeVar

from .._book import SHELVES, Book, Part
from .._log import Log
from .._state import State, growing, settled

T = TypeVar("T")
Pair: TypeAlias = tuple[Part | None, Part]


def changed_parts(old: State, new: State) -> list[Pair]:
    """Give the parts that began, grew or ended between *old* and *new*, each as it was and as it is.

    Raises:
        ValueError: *new* is seen to be no later state of *old*.
    """
    if old.position > new.position:
        raise unrelated()
    if is_only_grown(old, new):
        return _grown_part(old, new)
    before, after = settled(old), settled(new)
    was = {part.since: part for part in _unfinished(before)}
    now = {part.since: part for part in (*_unfinished(after), *_finished(before, after))}
    goes_on = all(position in now and now[position].key == part.key for position, part in was.items())
    if not goes_on or before.start not in (None, after.start):
        raise unrelated()
    return [(was.get(start), now[start]) for start in sorted(now) if was.get(start) is not now[start]]


def is_only_grown(old: State, new: State) -> bool:
    """Whether nothing but plain deltas came between *old* and *new*, as far as it is cheap to see."""
    return old.book is new.book and old.focus is new.focus


def _grown_part(old: State, new: State) -> list[Pair]:
    part = old.focus.part
    return [] if part is None else [(part.with_(text=growing(old)), part.with_(text=growing(new)))]


def _unfinished(book: Book) -> tuple[Part, ...]:
    return (*book.open.values(), *(() if book.plan is None else (book.plan,)))


def _finished(before: Book, after: Book) -> Iterator[Part]:
    for shelf in SHELVES.values():
        yield from since(getattr(before, shelf), getattr(after, shelf))


def since(log: Log[T], later: Log[T]) -> list[T]:
    """Give what *later* has beside *log*.

    Raises:
        ValueError: *later* is seen to be no later log.
    """
    last = slice(max(log.count - 1, 0), log.count)
    if log.count > later.count or log.items[last] != later.items[last]:
        raise unrelated()
    return later.since(log.count)


def unrelated() -> ValueError:
    """Give the error of two states of which the second is no later one."""
    return ValueError("the second state is no later one of the first state's stream")
