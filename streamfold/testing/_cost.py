"""What the law of linear cost asks: memory, since that can be counted, and time can not."""

import tracemalloc
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from .._catalogue import START
from ._accumulator import Accumulator, converted, guarded
from ._kit import ENDS
from ._parts import PLAINLY, call, content
from ._trial import Breach
from ._write import written

_LONG: Final = 6400  # a fold may take some thousand deltas at a time
_DELTAS: Final = [" word"] * _LONG
_STREAMS: Final = {
    "text": (START, content("text", 0, _DELTAS, (), PLAINLY), ENDS["COMPLETE"]),
    "arguments": (START, call(0, "f", ['{"a": "', *_DELTAS, '"}']), ENDS["TOOL_CALL"]),
}
LONG: Final = tuple(_STREAMS)


def linear(accumulator: Accumulator, name: str) -> Breach | None:
    """Count the memory that is taken while each event is folded: it must not grow with what came before."""
    events = _events(name)
    costs = _costs(accumulator, converted(accumulator, events))
    middle = len(costs) // 2
    early, late = sum(costs[:middle]), sum(costs[middle:])
    if late <= 2 * early + _NOISE * middle:
        return None
    came = f"the second half of them took {late / max(early, 1):.1f} times as much memory as the first"
    return Breach(events[:3], f"each of {len(events)} such events to take as much memory", came)


@cache
def _events(name: str) -> list[Any]:
    start, beats, end = _STREAMS[name]
    return [written(event) for beat in ((start,), *beats, (end,)) for event in beat]


_NOISE: Final = 16  # bytes an event


def _costs(accumulator: Accumulator, items: list[Any]) -> list[int]:
    """Give the bytes that were taken, at most, between one event and the next."""
    costs = [0] * len(items)

    def fed() -> Iterator[Any]:
        for number, item in enumerate(items):
            held, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            yield item
            costs[number] = tracemalloc.get_traced_memory()[1] - held

    was_tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    guarded(lambda: accumulator.whole(fed()))
    if not was_tracing:
        tracemalloc.stop()
    return costs
