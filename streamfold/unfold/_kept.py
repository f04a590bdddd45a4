"""What a message kept, put back into a stream: on an event of the message, or as an event of its own."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice, repeat
from operator import attrgetter
from typing import Any, Final, NamedTuple

from attrs import evolve

from .. import events as on
from .._advance import advance
from .._book import Part, Phase
from .._catalogue import FATAL
from .._event_rules import PLACEHOLDERS
from .._frozen import DEEPEST, FrozenDict, freeze, thaw
from .._routes import ROUTES
from .._state import State, settled
from .._to_wire import to_wire
from .._wire import SPOILING
from ..message import Call, Kept, Message, ToolCall

# On an event of the message


def carries(event: Any, kept: Kept) -> bool:
    """Whether *event* can carry what was *kept*."""
    return _ride(event, kept) is not None


def lade(event: Any, rest: deque[Kept]) -> Any:
    """Give *event* with what was kept of it, which is taken from the *rest*."""
    while rest and (laden := _ride(event, rest[0])) is not None:
        event = laden
        rest.popleft()
    return event


def _ride(event: Any, kept: Kept) -> Any:
    """Give *event* with what was *kept* of it; None if that is of another, or there is no event."""
    ride = _RIDES.get(kept.code)
    return ride(event, kept.event) if ride and event is not None and isinstance(kept.event, dict) else None


def _with_fields(event: Any, kept: Mapping[str, Any]) -> Any:
    place = {"type": event.wire_type} | ({"index": event.index} if hasattr(event, "index") else {})
    if event.extra or any(kept.get(name, its) != its for name, its in place.items()):
        return None
    index = {"index": kept.get("index")} if "index" in place else {}
    return evolve(event, extra=_without(kept, place), **index)


def _without(kept: Mapping[str, Any], names: Iterable[str]) -> FrozenDict:
    return FrozenDict((name, value) for name, value in kept.items() if name not in names)


def _with_placeholders(event: Any, kept: Mapping[str, Any]) -> Any:
    held = {name: kept[name] for name in PLACEHOLDERS if name in kept}
    return evolve(event, **held) if isinstance(event, on.MessageStart) else None


def _with_id(event: Any, kept: Mapping[str, Any]) -> Any:
    return evolve(event, id=kept.get("id")) if isinstance(event, on.MessageEnd) else None


_RIDES: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], Any]]] = {
    "unknown-field": _with_fields,
    "placeholder-filled": _with_placeholders,
    "message-id-differs": _with_id,
}


# As an event of its own


def keep_again(
    state: State, rest: deque[Kept], following: Any, spoiling: Callable[[State, State], bool]
) -> Iterator[tuple[Any, State]]:
    """Yield what is kept again in *state*, which is taken from the *rest*, and the state after it.

    What the *following* event of the message can carry waits for it.
    """
    while rest and not carries(following, rest[0]) and (items := _items(rest[0])):
        after = advance(state, *items)
        again = after.book.kept.since(len(state.book.kept))
        if not again or again != list(islice(rest, len(again))) or spoiling(state, after):
            return
        for _ in again:
            rest.popleft()
        state = after
        yield *items, state


def _items(kept: Kept) -> tuple[Any, ...]:
    """Give the event by which something was *kept*, or none if it was kept of an event of the message."""
    event = freeze(kept.event, DEEPEST)
    return _ITEMS.get(kept.code, _as_it_came)(event)


def _as_it_came(event: Any) -> tuple[Any, ...]:
    return (thaw(event),)


def _no_event(_: Any) -> tuple[Any, ...]:
    return ()


def _unreadable(event: Any) -> tuple[Any, ...]:
    return (on.Unreadable(str(event), "it is unreadable"),)


def _cut(event: Any) -> tuple[Any, ...]:
    return (on.Unreadable(str(event), "it is cut off", cut=True),)


def _empty_delta(event: Any) -> tuple[Any, ...]:
    """Give a delta without characters that has the fields of *event*; the fields of a start or end come with it."""
    empty = _EMPTY.get(event.get("type")) if isinstance(event, FrozenDict) else None
    if empty is None:
        return ()
    index = {"index": event["index"]} if "index" in event and hasattr(empty, "index") else {}
    return _as_it_came(freeze(to_wire(_with_fields(evolve(empty, **index), event)), DEEPEST))


_EMPTY: Final[Mapping[Any, Any]] = {
    each.wire_type: each for each in (on.ContentDelta(text=""), on.ToolPlanDelta(), on.ToolCallDelta())
}
_ITEMS: Final[Mapping[str, Callable[[Any], tuple[Any, ...]]]] = {
    "unknown-field": _empty_delta,
    "placeholder-filled": _no_event,
    "message-id-differs": _no_event,
    "event-unreadable": _unreadable,
    "event-cut": _cut,
    "sentinel-cut": _cut,
}


# What it must not do


class Way(NamedTuple):
    """How what was kept is put back.

    Attributes:
        tidy: so that it makes the index of no start deviate.
        patient: so that what may make a call invalid waits for one that is.
    """

    tidy: bool = False
    patient: bool = False


def spoils(message: Message, way: Way, before: State, after: State) -> bool:
    """Whether an event does more than to be kept: it begins a part, ends a stream, or makes a good call invalid."""
    to_begin = len(message.content) + len(message.calls) + len(message.citations) - settled(before).parts
    counts = way.tidy and to_begin > 0
    new = after.book.violations.since(len(before.book.violations))
    return (
        _place(before, counts=counts) != _place(after, counts=counts)
        or any(violation.rule.grades == FATAL for violation in new)
        or _harms(after, message)
        or (way.patient and _is_early(before, after, message))
    )


def _place(state: State, *, counts: bool) -> tuple[Any, ...]:
    book = settled(state)
    return book.parts, book.seen, book.phase is Phase.ENDED, counts and book.following


def _harms(state: State, message: Message) -> bool:
    begun = ((part, call) for part, call in _calls(state, message) if part is not None)
    return any((part.restarted or part.spoilt) and isinstance(call, ToolCall) for part, call in begun)


def _calls(state: State, message: Message) -> Iterator[tuple[Part | None, Call]]:
    """Yield the calls of *message*, each with its part if that has begun."""
    parts = (*state.book.calls, *(part for part in state.book.open.values() if part.kind == "call"))
    return zip(chain(sorted(parts, key=attrgetter("since")), repeat(None)), message.calls, strict=False)


def _is_early(before: State, after: State, message: Message) -> bool:
    """Whether a call that is still to lack something may lack just what was kept, and does not yet."""
    lacking = _still_whole(after, message)
    if len(lacking) < len(_still_whole(before, message)):
        return False
    lost = [kept.event for kept in after.book.kept.since(len(before.book.kept)) if _is_of_a_call(kept)]
    return any(type(event.get("index")) is not int or event["index"] in lacking for event in lost)


def _still_whole(state: State, message: Message) -> list[int]:
    """Give the indexes of the calls that lack something in *message*, and in *state* do not yet."""
    lacking = (each for each in _calls(state, message) if getattr(each[1], "reason", "") == "spoilt")
    return [call.index for part, call in lacking if part is None or not part.spoilt]


def _is_of_a_call(kept: Kept) -> bool:
    return kept.code in SPOILING and isinstance(kept.event, dict) and kept.event.get("type") in _OF_CALLS


_OF_CALLS: Final = frozenset(kind.wire_type for kind, route in ROUTES.items() if route.kind == "call")
