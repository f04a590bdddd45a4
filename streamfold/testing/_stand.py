"""Where a legal stream stands before each of its events, and how to make room in it for another part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from attrs import evolve

from .. import events as on
from .._book import Key, Kind, Phase, Stage
from .._frozen import FrozenDict
from .._routes import ROUTES, Act
from .._transitions import symbol_of

NAMES: Final[Mapping[Any, Kind]] = {kind.wire_type: route.kind for kind, route in ROUTES.items()}


class Stand(NamedTuple):
    """What is known before an event.

    Attributes:
        stages: of all parts that have begun.
        open: symbols of parts that are open.
        seen: symbols of parts that have begun.
    """

    phase: Phase
    stages: Mapping[Key, Stage]
    open: frozenset[str]
    seen: frozenset[str]

    def following(self, kind: Kind) -> int:
        """The index of the next part of a kind."""
        return sum(key[0] == kind for key in self.stages)


def key_of(event: Any) -> Key | None:
    """Give the key of the part that a typed event is about."""
    route = ROUTES.get(type(event))
    return route and (route.kind, getattr(event, "index", 0))


def symbols(events: Iterable[Any]) -> dict[Key, str]:
    """Give the symbol of each part that begins in *events*."""
    found: dict[Key, str] = {}
    for event in events:
        key = key_of(event)
        if key and key not in found and ROUTES[type(event)].act is not Act.END:
            found[key] = symbol_of(event, key[0])
    return found


def stands(events: Sequence[Any]) -> Iterator[Stand]:
    """Yield where a legal stream stands before each event, and after the last."""
    names = symbols(events)
    stand = Stand(Phase.WAITING, {}, frozenset(), frozenset())
    yield stand
    for event in events:
        stand = _after(stand, event, names)
        yield stand


_STAGES: Final = {Act.START: Stage.OPEN, Act.DELTA: Stage.OPEN, Act.END: Stage.CLOSED}
_PHASES: Final = {on.MessageStart: Phase.STREAMING, on.MessageEnd: Phase.ENDED}


def _after(stand: Stand, event: Any, names: Mapping[Key, str]) -> Stand:
    key = key_of(event)
    if key is None:
        return stand._replace(phase=_PHASES.get(type(event), stand.phase))
    stages = {**stand.stages, key: _STAGES[ROUTES[type(event)].act]}
    opened = frozenset(names[each] for each, stage in stages.items() if stage is Stage.OPEN)
    return stand._replace(stages=stages, open=opened, seen=stand.seen | {names[key]})


def shifted(events: Iterable[Any], kind: Kind, since: int) -> list[Any]:
    """Give the events with room for a part: those of a kind have the next index from *since* on."""
    return [_shifted(event, kind, since) for event in events]


def _shifted(event: Any, kind: Kind, since: int) -> Any:
    if isinstance(event, on.Located):
        return event._replace(event=_shifted(event.event, kind, since))
    if isinstance(event, FrozenDict) and NAMES.get(event.get("type")) == kind and type(event.get("index")) is int:
        return FrozenDict({**event, "index": event["index"] + 1})
    key = key_of(event)
    if key and key[0] == kind and isinstance(key[1], int) and key[1] >= since:
        return evolve(event, index=event.index + 1)
    cites = kind == "content" and isinstance(event, on.CitationStart) and event.type != "PLAN"
    if cites and (event.content_index or 0) >= since:
        return evolve(event, content_index=(event.content_index or 0) + 1)
    return event
