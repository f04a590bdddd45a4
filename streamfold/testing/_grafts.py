"""Broken streams out of the examples of the catalogue: each rule has one, so none can be without."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st

from .. import events as on
from .._book import Key
from .._catalogue import RULES, Rule
from .._check import check
from .._frozen import FrozenDict
from .._wire import read
from ..limits import DEFAULT
from ._broken import Broken, Made, Mutation, Streams, pick
from ._kit import ENDS
from ._legal import NOTHING
from ._parts import PLAINLY, call, content, plan
from ._shapes import breaches
from ._stand import shifted, symbols


def mutations() -> Iterator[Mutation]:
    """Yield every way that the examples tell: what is at fault among legal events, or all of it in a legal frame."""
    for rule in RULES.values():
        of_transport = any(isinstance(item, on.Unreadable | on.Located | Exception) for item in rule.example)
        name, make = ("among legal events", _insert) if _is_stranger(rule) else ("its example in a frame", _frame)
        yield Mutation(name, rule.code, NOTHING, partial(make, rule), of_transport)


@cache
def _breach(rule: Rule) -> int:
    return check(Broken(rule.example, "", 0, ())).violations[0].position


def _is_stranger(rule: Rule) -> bool:
    """Whether what breaks the rule is no event that the order knows, so that it may stand anywhere."""
    if rule.group != "shape":
        return False
    event = _typed(rule.example[_breach(rule)])
    return event is None or isinstance(event, on.Unknown | on.Unreadable)


def _typed(item: Any) -> Any:
    return _typed(item.event) if isinstance(item, on.Located) else read(item, DEFAULT.nesting).event


def _insert(rule: Rule, draw: st.DrawFn, streams: Streams) -> Made:
    events = draw(streams)
    place = pick(draw, range(len(events) + 1))
    return [*events[:place], rule.example[_breach(rule)], *events[place:]], place


def _frame(rule: Rule, draw: st.DrawFn, _: Streams) -> Made:
    """Put legal parts before and behind the parts of an example."""
    example, position = list(map(_counted, rule.example)), _breach(rule)
    names = symbols(map(_typed, example))
    head = int(isinstance(example[0], on.MessageStart))
    before = pick(draw, [each for each in _BEFORE if _may_precede(each, names.values())]) if head else ""
    rest = shifted(example[head:], "content", 0) if before == "thinking" else example[head:]
    if "call" in names.values() and isinstance(example[-1], on.MessageEnd) and pick(draw, (False, True)):
        rest[-1:] = [*_call(names), *rest[-1:]]
    parts = _part(before, draw(DELTAS)) if before else []
    return [*example[:head], *parts, *rest], position + len(parts) * (position >= head)


def _counted(event: Any) -> Any:
    """Give an end that says nothing of tokens the counts that an answer has; no rule asks for them."""
    return ENDS[event.finish_reason] if event in _UNCOUNTED else event


_UNCOUNTED: Final = [evolve(end, usage=FrozenDict()) for end in ENDS.values()]
DELTAS: Final = st.lists(st.text("ab ", max_size=2), max_size=3)
_BEFORE: Final = ("", "thinking", "plan")


def _may_precede(symbol: str, names: Iterable[str]) -> bool:
    return not any(breaches((symbol,), name) for name in names)


def _part(symbol: str, deltas: Sequence[str]) -> list[Any]:
    beats = plan(deltas, (), PLAINLY) if symbol == "plan" else content(symbol, 0, deltas, (), PLAINLY)
    return [event for beat in beats for event in beat]


def _call(names: Mapping[Key, str]) -> Iterator[Any]:
    index = sum(name == "call" for name in names.values())
    return (event for beat in call(index, "g", ("{}",)) for event in beat)
