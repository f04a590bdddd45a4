"""A stream written event by event against the state that it makes.

So the core itself says which index goes without saying, and where a thing is kept again as it was.
"""

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple

from attrs import evolve

from .. import events as on
from .._fold import step
from .._frozen import DEEPEST
from .._routes import ROUTES, Act
from .._state import State, settled
from .._to_wire import to_wire
from .._wire import read
from ..limits import Limits
from ..message import Message
from ..rules import LENIENT
from ._dialect import Dialect
from ._kept import Way, carries, keep_again, lade, spoils
from .errors import InexpressibleError

_BOUNDLESS: Final = Limits(*(sys.maxsize,) * 4, 200, sys.maxsize)


class Written(NamedTuple):
    """An event as it is on the wire and typed, and the state after it."""

    wire: Any
    typed: Any
    state: State


def weave(planned: Iterable[on.Event], message: Message, dialect: Dialect, way: Way) -> Iterator[Written]:
    """Yield the *planned* events, and among them what *message* kept, each thing as early as it is kept again.

    Nothing comes before message-start but what came before something that message-start carries.

    Raises:
        InexpressibleError: something is kept again nowhere.
        StreamError: an event nests deeper than any fold allows.
    """
    state, rest = State(_BOUNDLESS), deque(message.kept)
    spoiling = partial(spoils, message, way)
    for event in chain(planned, [None]):
        is_open = state.position or any(carries(event, each) for each in rest)
        for item, after in keep_again(state, rest, event, spoiling) if is_open else ():
            state = after
            yield Written(item, _typed(item), state)
        if event is not None:
            typed = _said(lade(event, rest), state, dialect)
            wire = _on_wire(typed, dialect)
            state = step(state, wire, LENIENT)
            yield Written(wire, typed, state)
    if rest:
        number = len(message.kept) - len(rest)
        raise InexpressibleError(f"kept[{number}]", f"at no place in the stream is it kept as {rest[0].code}")


def _said(event: Any, state: State, dialect: Dialect) -> Any:
    return event if dialect.indexes or not _is_known(event, state) else evolve(event, index=None)


def _is_known(event: Any, state: State) -> bool:
    """Whether the fold knows the index of *event* without being told."""
    book, route = settled(state), ROUTES.get(type(event))
    if route is None or route.kind == "plan" or event.extra:
        return False
    opened = [part.index for part in book.open.values() if part.kind == route.kind]
    return [event.index] == ([book.following.get(route.kind, 0)] if route.act is Act.START else opened)


def _on_wire(event: Any, dialect: Dialect) -> dict[str, Any]:
    wire: dict[str, Any] = _copied(to_wire(event))
    held = wire.get("delta", {}).get("message", {}) if dialect.lists else {}
    held |= {name: [value] for name, value in held.items() if isinstance(value, dict)}
    return wire


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return list(map(_copied, value)) if isinstance(value, (list, tuple)) else value


def _typed(item: Any) -> Any:
    """Give an event typed, where that loses nothing of it."""
    reading = read(item, DEEPEST)
    is_readable = reading.event is not None and not isinstance(item, on.Unreadable)
    return reading.event if is_readable and to_wire(reading.event) == reading.raw else item
