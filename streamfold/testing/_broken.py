"""Broken streams: each cell and each rule that tells of a breach is one way to break a legal stream."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from attrs import evolve, frozen
from hypothesis import strategies as st

from .. import events as on
from .._book import Key, Kind, Phase, Stage
from .._catalogue import END, PLAN, START
from .._citations import _TYPES as CITATION_TYPES
from .._order import JOINT, MESSAGE, PART, PARTS, Joint
from .._routes import ROUTES, Act, Route
from ._kit import NUMBERS
from ._legal import NOTHING
from ._parts import PLAINLY, SOURCES, call, content
from ._shapes import CALLED, CONTENT
from ._stand import Stand, key_of, shifted, stands, symbols

Streams: TypeAlias = st.SearchStrategy[list[Any]]
Made: TypeAlias = tuple[list[Any], int]


@frozen
class Broken:
    """A stream with one thing wrong.

    Iterating gives its events, and raises what the transport raises there.

    Attributes:
        events: as mappings; where the transport spoils one, an ``Unreadable``, a ``Located`` or an exception.
        mutation: what was done to a legal stream.
        position: at which the breach is told.
        codes: of the rules that are broken there; a fold may find more.
    """

    events: tuple[Any, ...]
    mutation: str
    position: int
    codes: tuple[str, ...]

    def __iter__(self) -> Iterator[Any]:
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event


class Mutation(NamedTuple):
    """One way to break a legal stream.

    Attributes:
        needs: the symbols of parts that the legal stream must hold.
        make: draws a stream that is broken so, and gives the position of the breach.
        of_transport: whether the transport breaks it, so that it is no mere list of JSON values.
    """

    name: str
    code: str
    needs: frozenset[str]
    make: Callable[[st.DrawFn, Streams], Made]
    of_transport: bool = False


def mutations() -> Iterator[Mutation]:
    """Yield every way that the tables of order tell."""
    yield from _of_the_message()
    yield from _of_parts()
    yield from _of_couplings()


def pick(draw: st.DrawFn, among: Sequence[Any]) -> Any:
    """Draw one of what depends on what was drawn before; the first is the simplest."""
    return among[draw(NUMBERS) % len(among)]


# The message


def _of_the_message() -> Iterator[Mutation]:
    inserted: dict[Any, Any] = {on.MessageStart: START, PART: PLAN, on.MessageEnd: END}
    for phase, row in MESSAGE.items():
        for kind, cell in row.items():
            if cell.code:
                event = inserted[kind]
                yield Mutation(
                    f"{event.wire_type} {phase.value}", cell.code, NOTHING, partial(_insert_in_phase, phase, event)
                )
    yield Mutation("a message without message-start", MESSAGE[Phase.WAITING][PART].code, NOTHING, _drop_message_start)


def _drop_message_start(draw: st.DrawFn, streams: Streams) -> Made:
    events = draw(streams)
    place = next(place for place, event in enumerate(events) if isinstance(event, on.MessageStart))
    rest = [*events[:place], *events[place + 1 :]]
    return rest, next(place for place, event in enumerate(rest) if type(event) in ROUTES)


def _insert_in_phase(phase: Phase, event: Any, draw: st.DrawFn, streams: Streams) -> Made:
    events = draw(streams)
    place = pick(draw, [place for place, stand in enumerate(stands(events)) if stand.phase is phase])
    return [*events[:place], event, *events[place:]], place


# A part

_EVENTS: Final = {route: event for event, route in ROUTES.items()}
_NEEDED: Final = {"content": "text", "call": "call", "citation": "citation", "plan": "plan"}


def _of_parts() -> Iterator[Mutation]:
    for kind, stages in PARTS.items():
        needs = frozenset({_NEEDED[kind]})
        for stage, row in stages.items():
            for act, cell in row.items():
                if cell.code:
                    name = f"{_EVENTS[Route(kind, act)].wire_type} of a part that is {stage.value}"
                    yield Mutation(name, cell.code, needs, partial(_insert_at_stage, kind, stage, act))
        if Act.START in stages[Stage.ABSENT]:
            act = next(act for act in (Act.DELTA, Act.END) if act in stages[Stage.ABSENT])
            name = f"{_EVENTS[Route(kind, act)].wire_type} of a part without its start"
            yield Mutation(name, stages[Stage.ABSENT][act].code, needs, partial(_drop_start, kind))


def _insert_at_stage(kind: Kind, stage: Stage, act: Act, draw: st.DrawFn, streams: Streams) -> Made:
    events = draw(streams)
    names = symbols(events)
    places = [
        (place, key)
        for place, stand in enumerate(stands(events))
        if stand.phase is Phase.STREAMING
        for key in {**dict.fromkeys(stand.stages), (kind, stand.following(kind)): None}
        if key[0] == kind and stand.stages.get(key, Stage.ABSENT) is stage
    ]
    place, key = pick(draw, places)
    return [*events[:place], _event(act, key, events, names), *events[place:]], place


def _event(act: Act, key: Key, events: list[Any], names: dict[Key, str]) -> Any:
    if act is Act.START:
        return next(event for event in events if key_of(event) == key)
    kind = _EVENTS[Route(key[0], act)]  # type: ignore[arg-type]  # a part's key
    if act is Act.END:
        return kind(key[1])
    field = {"call": "arguments"}.get(key[0]) or ("thinking" if names.get(key) == "thinking" else "text")
    return kind(key[1], **{field: "a"})


def _drop_start(kind: Kind, draw: st.DrawFn, streams: Streams) -> Made:
    events = draw(streams)
    keys = [key_of(event) for event in events]
    key = pick(draw, [key for key in symbols(events) if key[0] == kind])
    start = keys.index(key)
    return [*events[:start], *events[start + 1 :]], keys.index(key, start + 1) - 1


# Parts together


def _of_couplings() -> Iterator[Mutation]:
    for rule in JOINT:
        for relation in ("open", "seen"):
            for other in sorted(getattr(rule, relation)):
                for symbol, act in sorted(rule.acts, key=lambda each: (each[0], each[1].value)):
                    yield _coupling(rule, relation, other, symbol, act)


def _coupling(rule: Joint, relation: str, other: str, symbol: str, act: Act) -> Mutation:
    name = f"{symbol} {act.value} with {other} {relation}"
    if act is Act.START or symbol == "plan":
        return Mutation(name, rule.code, frozenset({other}), partial(_insert_part, symbol, other, relation))
    cites = {"plan"} if symbol == "call" else set()
    return Mutation(name, rule.code, frozenset({symbol} | cites), partial(_cite_around, symbol, act))


def _insert_part(symbol: str, other: str, relation: str, draw: st.DrawFn, streams: Streams) -> Made:
    events = draw(streams)
    places = [
        (_is_amidst(stand), place)
        for place, stand in enumerate(stands(events))
        if stand.phase is Phase.STREAMING and other in getattr(stand, relation)
    ]
    _, place = pick(draw, sorted(places))
    *_, stand = stands(events[:place])
    kind: Any = "content" if symbol in CONTENT else symbol
    part = _part(symbol, stand.following(kind), events[:place])
    return _ended([*events[:place], *part, *shifted(events[place:], kind, stand.following(kind))]), place


def _is_amidst(stand: Stand) -> bool:
    return not stand.open <= {"plan"}


def _part(symbol: str, index: int, before: list[Any]) -> list[Any]:
    if symbol == "plan":
        return [PLAN]
    if symbol == "citation":
        cited = next(event for event in reversed(before) if isinstance(event, on.CitationStart))
        return [evolve(cited, index=index), on.CitationEnd(index)]
    beats = call(index, "g", ()) if symbol == "call" else content(symbol, index, (), (), PLAINLY)
    return [event for beat in beats for event in beat]


def _ended(events: list[Any]) -> list[Any]:
    """Let the finish reason tell of calls where there are some now."""
    called = any(isinstance(event, on.ToolCallStart) for event in events)
    return [evolve(e, finish_reason=CALLED) if called and isinstance(e, on.MessageEnd) else e for e in events]


def _cite_around(symbol: str, act: Act, draw: st.DrawFn, streams: Streams) -> Made:
    """Let a citation begin before an event of a part, and end after it."""
    events = draw(streams)
    names = symbols(events)
    kind = "content" if symbol in CONTENT else symbol
    event = _EVENTS[Route(kind, act)]  # type: ignore[arg-type]  # a symbol of a part
    place = pick(draw, [at for at, each in enumerate(events) if type(each) is event and names[key_of(each)] == symbol])  # type: ignore[index]  # it has a key
    *_, stand = stands(events[:place])
    index = stand.following("citation")
    target = events[place].index if symbol in CONTENT else None
    cited = CITATION_TYPES.get(symbol, ("PLAN",) if symbol == "call" else (None,))[0]
    start = on.CitationStart(index, 0, 0, "", SOURCES[:1], cited, target or None)
    rest = shifted(events[place + 1 :], "citation", index)
    return [*events[:place], start, events[place], on.CitationEnd(index), *rest], place + 1
