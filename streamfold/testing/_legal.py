"""Legal streams: a shape, what its parts hold, and how they follow one another."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count
from operator import itemgetter
from typing import Any, Final, NamedTuple

from attrs import evolve
from hypothesis import strategies as st

from .. import events as on
from .._catalogue import START
from .._event_rules import FAILED
from .._frozen import FrozenDict
from ._bounds import Bounds
from ._kit import NUMBERS, Added, Frame, Kit, kit
from ._parts import ARGUMENTS, NAMES, Beat, call, content, cut, plan, read_cite
from ._shapes import CONTENT, Shape, indexes

NOTHING: Final = frozenset[str]()


@cache
def legal(bounds: Bounds, needs: frozenset[str] = NOTHING) -> st.SearchStrategy[list[Any]]:
    """Give the strategy of legal streams, as typed events; where something is needed, each part has a delta."""
    return _streams(_Hand(bounds, needs, kit(bounds, needs)))


def is_possible(bounds: Bounds, needs: frozenset[str]) -> bool:
    """Whether there is a legal stream within *bounds* that holds what is needed."""
    try:
        kit(bounds, needs)
    except ValueError:
        return False
    return True


class _Hand(NamedTuple):
    """What a stream is drawn with."""

    bounds: Bounds
    needs: frozenset[str]
    kit: Kit


@st.composite
def _streams(draw: st.DrawFn, hand: _Hand) -> list[Any]:
    reason = draw(hand.kit.reasons)
    shape = draw(hand.kit.shapes[reason])
    frame = draw(hand.kit.frames)
    added = draw(hand.kit.additions)
    shape = _with_blocks(shape, added, hand)
    beats = sorted(_timed(draw, hand, frame, shape), key=itemgetter(0))
    body = list(_numbered(event for _, beat in beats for event in beat))
    end = on.MessageEnd(reason, frame.usage)
    if reason in FAILED:
        body = body[: len(body) - draw(NUMBERS) % (len(body) + 1)]
        end = evolve(end, error="no valid response")
    return with_events([evolve(START, id=frame.id), *body, end], added)


def _with_blocks(shape: Shape, added: Iterable[Added], hand: _Hand) -> Shape:
    room = hand.bounds.max_blocks - sum(symbol in CONTENT for symbol in shape)
    places = [each.place for each in added if each.what is None][: max(room, 0)]
    first = int(shape[:1] == ("plan",))  # a plan that does not come first is over as soon as it begins
    for place in [*places, *([0] if "other" in hand.needs else [])]:
        at = first + place % (len(shape) - first + 1)
        shape = (*shape[:at], "other", *shape[at:])
    return shape


def _timed(draw: st.DrawFn, hand: _Hand, frame: Frame, shape: Shape) -> Iterator[tuple[int, Beat]]:
    """Yield all beats with their times: a part begins when the one before is over, or some beats earlier."""
    start = end = 0
    for before, symbol, index in zip(("", *shape), shape, indexes(shape), strict=False):
        part = _part(draw, hand, frame, symbol, index)
        may_overlap = before and (hand.bounds.unseen or (hand.bounds.interleaved and before != "plan"))
        start = max(start, end - draw(NUMBERS) % 8) if may_overlap else end
        end = max(end, start + len(part))
        yield from enumerate(part, start)


def _part(draw: st.DrawFn, hand: _Hand, frame: Frame, symbol: str, index: int) -> list[Beat]:
    # The cuts first: of what shrinks, rather two deltas of one character than two that are empty.
    mask, text = draw(hand.kit.cuts), draw(hand.kit.texts)
    if symbol == "call":
        kind, name = divmod(draw(hand.kit.calls), len(NAMES))
        text = ARGUMENTS[kind](text)
    deltas = cut(text, mask, hand.bounds.max_deltas) or ([""] if hand.needs else [])
    if symbol == "call":
        return call(index, NAMES[name], deltas)
    citable = symbol in ("text", "plan") or (hand.bounds.unseen and symbol == "thinking")
    cites = [read_cite(number) for number in draw(hand.kit.cites)] if citable else []
    if symbol == "plan":
        return plan(deltas, cites, frame.habits)
    return content(symbol, index, deltas, cites, frame.habits)


def _numbered(events: Iterable[Any]) -> Iterator[Any]:
    """Number the citations in the order in which they stand; the end of each follows its start."""
    numbers = count()
    index = 0
    for event in events:
        if isinstance(event, on.CitationStart):
            index = next(numbers)
        yield evolve(event, index=index) if isinstance(event, on.CitationStart | on.CitationEnd) else event


def with_events(events: list[Any], added: Iterable[Added]) -> list[Any]:
    """Put events and fields that the API may add among typed events."""
    for what, place in added:
        at = place % len(events)
        if isinstance(what, FrozenDict):
            events[at] = _with_field(events[at], what)
        elif what is not None:
            events.insert(at + 1, what)
    return events


def _with_field(event: Any, extra: FrozenDict) -> Any:
    return event if isinstance(event, on.Unknown) else evolve(event, extra=extra)
