"""Streams with a few things wrong, whatever they break: nothing is known of that."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from ._kit import NUMBERS
from ._values import KEYS, VALUES

Events: TypeAlias = list[Any]
Path: TypeAlias = tuple[Any, ...]


@st.composite
def mutated(
    draw: st.DrawFn, streams: st.SearchStrategy[Events], strangers: st.SearchStrategy[Any], most: int
) -> Events:
    """Draw a stream and do a few things to it: each at a place, or from there on."""
    events = draw(streams)
    for change in draw(st.lists(_CHANGES, min_size=1, max_size=most)):
        place = draw(NUMBERS) % (len(events) + 1)
        events = [*events[:place], *change(draw, events[place:], strangers)]
    return events


Change: TypeAlias = Callable[[st.DrawFn, Events, st.SearchStrategy[Any]], Events]


def _drop(_: st.DrawFn, rest: Events, __: Any) -> Events:
    return rest[1:]


def _double(_: st.DrawFn, rest: Events, __: Any) -> Events:
    return rest[:1] + rest


def _swap(_: st.DrawFn, rest: Events, __: Any) -> Events:
    return rest[1:2] + rest[:1] + rest[2:]


def _delay(draw: st.DrawFn, rest: Events, __: Any) -> Events:
    to = 1 + draw(NUMBERS) % (len(rest) or 1)
    return rest[1:to] + rest[:1] + rest[to:]


def _insert(draw: st.DrawFn, rest: Events, strangers: st.SearchStrategy[Any]) -> Events:
    return [draw(strangers), *rest]


def _cut(_: st.DrawFn, __: Events, ___: Any) -> Events:
    return []


def _reindex(draw: st.DrawFn, rest: Events, _: Any) -> Events:
    return [{**event, "index": draw(_INDEXES)} if isinstance(event, dict) else event for event in rest[:1]] + rest[1:]


def _spoil(draw: st.DrawFn, rest: Events, _: Any) -> Events:
    return [_spoilt(draw, event) for event in rest[:1]] + rest[1:]


_INDEXES: Final = st.sampled_from((0, 1, 2, -1, None, True, "0"))
_CHANGES: Final[st.SearchStrategy[Change]] = st.sampled_from(
    (_drop, _double, _swap, _delay, _insert, _cut, _reindex, _spoil)
)


def _spoilt(draw: st.DrawFn, event: Any) -> Any:
    """Put any value in the place of one of those that *event* is made of, or beside one."""
    places = list(_paths(event))
    return _replaced(event, places[draw(NUMBERS) % len(places)], draw(VALUES))


def _paths(value: Any) -> Iterator[Path]:
    yield ()
    if isinstance(value, dict):
        for key in (*value, *KEYS[-2:]):
            yield from ((key, *path) for path in _paths(value.get(key)))


def _replaced(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    return {**value, path[0]: _replaced(value.get(path[0]), path[1:], new)}
