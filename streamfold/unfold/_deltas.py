"""Deltas split and joined: no other cut of a text changes what a stream means."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from .. import events as on
from .._frozen import DEEPEST, FrozenDict, thaw
from .._plain import DELTAS, PLAIN
from .._to_wire import to_wire
from .._wire import read
from ._splits import Split, deltas


def rechunk(events: Iterable[Any], split: Split) -> list[Any]:
    """Cut the deltas of *events* anew, each by itself, as *split* does.

    Mappings, typed events and located ones may mix; each delta keeps the form that it has. Only deltas that hold
    nothing but characters are cut: logprobs and fields that are not known stay with theirs.

    Raises:
        ValueError: *split* does not give back what it cuts.

    Examples:
        >>> from streamfold.events import ToolPlanDelta
        >>> from streamfold.unfold import words
        >>> [event.tool_plan for event in rechunk([ToolPlanDelta("I will look.")], words)]
        ['I', ' will', ' look.']
    """
    looks = map(_look, events)
    return [look.make(text) for look in looks for text in deltas(look.text, split) or [""]]


def coalesce(events: Iterable[Any]) -> list[Any]:
    """Join the deltas of *events* that follow each other in one part; the first gives the form and the line.

    Two halves of a surrogate pair that meet stay two; a fold makes one character of them.

    Examples:
        >>> from streamfold.events import ToolPlanDelta
        >>> coalesce([ToolPlanDelta("I will"), ToolPlanDelta(" look.")])
        [ToolPlanDelta(tool_plan='I will look.', extra={})]
    """
    return [_join(list(run)) for _, run in groupby(map(_look, events), key=attrgetter("frame"))]


class _Look(NamedTuple):
    """What there is to see of an event.

    Attributes:
        frame: the symbol and index of the part that a plain delta is for; of any other event, nothing else's.
        text: the characters of a plain delta.
        make: gives the event with other characters.
    """

    frame: Any
    text: str
    make: Callable[[str], Any]


def _join(run: Sequence[_Look]) -> Any:
    return run[0].make("".join(look.text for look in run))


def _look(event: Any) -> _Look:
    plain = _LOOKS.get(type(event), _no_delta)(event)
    return _Look(object(), "", lambda _: event) if plain is None else plain


def _no_delta(_: Any) -> None:
    return None


def _mapping(event: Any) -> _Look | None:
    index = event.get("index", 0)
    for symbol in DELTAS if type(index) is int else ():
        text = PLAIN[symbol].read(event, index)
        if text is not None:
            return _Look((symbol, index), text, partial(PLAIN[symbol].write, index))
    return None


def _wrapped(plain: _Look | None, wrap: Callable[[Any], Any]) -> _Look | None:
    return plain and plain._replace(make=lambda text: wrap(plain.make(text)))


def _frozen(event: Any) -> _Look | None:
    return _wrapped(_mapping(thaw(event)), FrozenDict)


def _typed(event: Any) -> _Look | None:
    return _wrapped(_mapping(to_wire(event)), lambda wire: read(wire, DEEPEST).event)


def _located(event: Any) -> _Look | None:
    plain = _LOOKS.get(type(event.event), _no_delta)(event.event)
    named = plain and event.name not in (None, _TYPES[plain.frame[0]])
    return None if named else _wrapped(plain, lambda its: event._replace(event=its))


_TYPES: Final = {symbol: kind.wire_type for symbol, (kind, _) in DELTAS.items()}
_LOOKS: Final[Mapping[type[Any], Callable[[Any], _Look | None]]] = {
    dict: _mapping,
    FrozenDict: _frozen,
    on.Located: _located,
    **dict.fromkeys((on.ContentDelta, on.ToolPlanDelta, on.ToolCallDelta), _typed),
}
