"""Going on where the transport begins anew: what was seen is compared, and passed over.

How far a replay has come is counted in what does not depend on where deltas are cut: characters, parts that began and
ended, and events that were kept. Where the count is that of the saved state, what it holds has to be the same.
"""

from bisect import bisect_left
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator
from typing import Any, NamedTuple

from .._aio import closing
from .._book import Part, Stage
from .._fold import step
from .._frozen import TooDeep
from .._plain import PLAIN
from .._seams import delta_of
from .._state import State
from .._wire import read
from ..events import Located
from ..live._parts import changed_parts
from ..rules import SILENT
from ..violations import Kept
from ._difference import difference, is_same
from .errors import ReplayError


def unseen(state: State, events: Iterable[Any]) -> Iterator[Any]:
    """Yield of *events*, a stream from its start, what *state* has not seen.

    What it has seen is compared with what it holds, and passed over. Deltas may be cut elsewhere than they were: of one
    that holds more than was seen, the rest is yielded. What *events* raises passes.

    Raises:
        ReplayError: something differs from what was seen, or *events* ends before it.

    Examples:
        >>> from functools import reduce
        >>> from streamfold import State, events as on, step
        >>> start = [on.MessageStart("m", "assistant"), on.ContentStart(0, "text")]
        >>> saved = reduce(step, [*start, on.ContentDelta(0, "Hel")], State())
        >>> list(unseen(saved, [*start, on.ContentDelta(0, "Hello")]))
        [{'type': 'content-delta', 'index': 0, 'delta': {'message': {'content': {'text': 'lo'}}}}]
    """
    replay = _begin(state)
    for event in events:
        replay, new = _take(replay, event)
        yield from new
    _end(replay)


async def aunseen(state: State, events: AsyncIterable[Any]) -> AsyncGenerator[Any, None]:
    """Yield of *events*, an asynchronous stream from its start, what *state* has not seen, as ``unseen`` does.

    When it ends or is closed, an asynchronous generator that it iterates over is closed too.

    Raises:
        ReplayError: something differs from what was seen, or *events* ends before it.

    Examples:
        >>> import asyncio
        >>> from streamfold import State, events, step
        >>> start, plan = events.MessageStart("m", "assistant"), events.ToolPlanDelta("Look.")
        >>> async def transport():
        ...     yield start
        ...     yield plan
        >>> async def rest(state):
        ...     return [event async for event in aunseen(state, transport())]
        >>> asyncio.run(rest(step(State(), start))) == [plan]
        True
    """
    replay = _begin(state)
    rest = aiter(events)
    async with closing(rest):
        async for event in rest:
            replay, new = _take(replay, event)
            for each in new:
                yield each
    _end(replay)


class _Replay(NamedTuple):
    """A replay on its way.

    Attributes:
        goal: what was seen; None once the replay has come so far.
        state: of the replay.
        left: how much of what was seen has not come again.
    """

    goal: State | None
    state: State
    left: int


def _begin(goal: State) -> _Replay:
    state = State(goal.book.limits)
    return _Replay(None if state == goal else goal, state, _progress(state, goal))


def _take(replay: _Replay, event: Any) -> tuple[_Replay, tuple[Any, ...]]:
    """Give the replay after one more event, and what is new in that."""
    goal, state, left = replay
    if goal is None:
        return replay, (event,)
    after = step(state, event, SILENT)
    left -= _progress(state, after)
    if left > 0:
        return _Replay(goal, after, left), ()
    if is_same(after, goal):  # where deltas are cut as they were, those without characters are passed over too
        return _Replay(None if after.position >= goal.position else goal, after, left), ()
    new = (event,) if is_same(state, goal) else _rest(replay, event)
    if left < 0 and not new:
        raise ReplayError(state.position, difference(goal, after))
    return _Replay(None if new else goal, after, left), new


def _end(replay: _Replay) -> None:
    goal, state, _ = replay
    if goal is not None and not is_same(state, goal):
        raise ReplayError(state.position, f"it ends before what was seen: {difference(goal, state)}")


# How far a replay has come


def _progress(old: State, new: State) -> int:
    """Count what came between two states, in a way that does not depend on where deltas were cut."""
    kept = new.book.kept.since(len(old.book.kept))
    return sum(map(_growth, changed_parts(old, new))) + sum(map(_size, kept))


def _growth(pair: tuple[Part | None, Part]) -> int:
    was, part = pair
    begun = 1 if was is None else -was.text.length
    return begun + part.text.length + (part.stage is Stage.CLOSED)


def _size(kept: Kept) -> int:
    place, text = delta_of(kept.event)
    return len(text) if place else 1


def _rest(replay: _Replay, event: Any) -> tuple[Any, ...]:
    """Give what *event* holds beyond the goal, if it is a delta that crosses it."""
    if isinstance(event, Located):
        return tuple(event._replace(event=rest) for rest in _rest(replay, event.event))
    goal, state, left = replay
    place, text = _read_delta(event, state)
    if goal is None or not place:
        return ()
    symbol, index = place
    halves = text.encode("utf-16-le", "surrogatepass")  # of characters, since a delta may end within one

    def part(start: int, end: int | None) -> dict[str, Any]:
        return PLAIN[symbol].write(index, halves[start:end].decode("utf-16-le", "surrogatepass"))

    def upto(end: int) -> State:
        return step(state, part(0, end), SILENT)

    ends = range(0, len(halves), 2)
    first = bisect_left(ends, left, key=lambda end: _progress(state, upto(end)))
    return tuple(part(end, None) for end in ends[first : first + 2] if is_same(upto(end), goal))


def _read_delta(event: Any, state: State) -> tuple[Any, str]:
    try:
        return delta_of(read(event, state.book.limits.nesting).raw)
    except TooDeep:
        return None, ""
