"""Legal streams: a shape, what its parts hold, and how they follow one another."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count, islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from attrs import evolve
from hypothesis import strategies as st

from .. import events as on
from .._catalogue import START
from .._event_rules import FAILED
from .._frozen import FrozenDict
from ._bounds import Bounds, spelt
from ._kit import ADDITIONS, Added, Frame, Kit, frames, kit, most_parts, nth, several
from ._parts import ARGUMENTS, CITES, CUTS, NAMES, OUTER, SOURCES, Beat, Cite, call, content, cut, plan, read_cite
from ._shapes import CONTENT, SYMBOLS, Shape, fitted, indexes

NOTHING: Final = frozenset[str]()


@cache
def legal(bounds: Bounds, needs: frozenset[str] = NOTHING) -> st.SearchStrategy[list[Any]]:
    """Give the strategy of legal streams, as typed events; where something is needed, each part has a delta."""
    kit(bounds, needs)  # it raises if there is none
    return _streams(_Hand(bounds, needs))


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

    @property
    def kit(self) -> Kit:
        return kit(self.bounds, self.needs)


@st.composite
def _streams(draw: st.DrawFn, hand: _Hand) -> list[Any]:
    numbers = hand.kit.throw(draw)
    reason = nth(next(numbers), hand.kit.reasons)
    frame = nth(next(numbers), frames(hand.bounds, reason))
    added = several(numbers, ADDITIONS, 2 * hand.bounds.additions)
    lost = next(numbers)
    shape = _shape(numbers, hand, reason)
    shape = _with_blocks(shape, added, hand)
    beats = sorted(_timed(draw, hand, frame, shape), key=itemgetter(0))
    body = list(_numbered(event for _, beat in beats for event in beat))
    end = on.MessageEnd(reason, frame.usage)
    if reason in FAILED:
        body = body[: len(body) - lost % (len(body) + 1)]
        end = evolve(end, error="no valid response")
    return with_events([evolve(START, id=frame.id), *body, end], added)


def _shape(numbers: Iterator[int], hand: _Hand, reason: str) -> Shape:
    if not hand.bounds.unseen:
        return nth(next(numbers), hand.kit.shapes[reason])
    symbols = several(numbers, SYMBOLS, most_parts(hand.bounds))
    return fitted(symbols, reason, hand.bounds.max_blocks, hand.bounds.max_calls)


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
        early, part = _part(draw, hand, frame, symbol, index)
        may_overlap = before and (hand.bounds.unseen or (hand.bounds.interleaved and before != "plan"))
        start = max(start, end - early % 8) if may_overlap else end
        end = max(end, start + len(part))
        yield from enumerate(part, start)


def _part(draw: st.DrawFn, hand: _Hand, frame: Frame, symbol: str, index: int) -> tuple[int, list[Beat]]:
    """Give a number, and the beats of a part."""
    numbers = hand.kit.throw(draw)
    # Of what shrinks, rather two deltas of one character than two that are empty.
    outer, early, form, name = islice(numbers, 4)
    mask = int.from_bytes(islice(numbers, CUTS // 8), "little")
    text = spelt(draw(hand.kit.letters), hand.bounds.alphabet)
    if symbol == "call":
        text = nth(form, ARGUMENTS)(text)
    deltas = cut(text, mask, nth(outer, OUTER), hand.bounds.max_deltas) or ([""] if hand.needs else [])
    if symbol == "call":
        return early, call(index, nth(name, NAMES), deltas)
    citable = symbol in ("text", "plan") or (hand.bounds.unseen and symbol == "thinking")
    cites = _cites(numbers, hand) if citable else []
    if symbol == "plan":
        return early, plan(deltas, cites, frame.habits)
    return early, content(symbol, index, deltas, cites, frame.habits)


def _cites(numbers: Iterator[int], hand: _Hand) -> list[Cite]:
    ways = range(CITES * (len(SOURCES) - (not hand.bounds.additions)))
    wide = (high << 8 | low for high, low in zip(numbers, numbers, strict=False))
    return [read_cite(way) for way in several(wide, ways, hand.bounds.max_citations, "citation" in hand.needs)]


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
