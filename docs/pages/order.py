"""The page of the order of events, and the pictures of its machines."""

from collections.abc import Callable, Iterable, Mapping
from inspect import getdoc
from typing import Any, Final, NamedTuple, TypeVar

from streamfold import LENIENT, State, _order, step
from streamfold import events as on
from streamfold._book import Kind, Phase, Stage
from streamfold._routes import ROUTES, Act

from ._draw import Arrow, draw
from ._markdown import fenced, page, rule_link, table

T = TypeVar("T")

_ORDER: Final = """\
# Order

The order of a stream is written down once, as tables in `streamfold/_order.py`.
The fold, the words after "expected" in an error, and this page read them.

## The language

This is what the API was seen to send, in EBNF."""

_ABOUT_MACHINES: Final = """\
## The machines

A message moves through the first machine, and each part, by its kind and index, through one of the others.
A picture shows what is legal.
The table under it is whole: where an event breaks a rule, the page of [rules](rules.md) says what the fold then does.
Events of type `debug`, and those of a type that is not known, may come anywhere and move nothing."""

_TOGETHER: Final = """\
## The rules that couple the machines

Each row forbids some events while other parts are open, or once they have begun.
No row makes a stream ambiguous, so what breaks one is folded as it came."""

MACHINES: Final[Mapping[str, str]] = {
    "message": "The message",
    "content": "A content block",
    "call": "A tool call",
    "citation": "A citation",
    "plan": "The tool plan",
}
_SYMBOLS: Final[Mapping[str, str]] = {
    "text": "text block",
    "thinking": "thinking block",
    "other": "block of unknown type",
    "call": "tool call",
    "plan": "tool plan",
    "citation": "citation",
}

_EMPTY: Final = on.MessageStart("m", "assistant")
_PART: Final = on.ToolPlanDelta("Look.")
_END: Final = on.MessageEnd("COMPLETE")
_MESSAGE_EVENTS: Final[Mapping[Any, Any]] = {on.MessageStart: _EMPTY, _order.PART: _PART, on.MessageEnd: _END}
_PART_EVENTS: Final = (
    on.ContentStart(0, "text", text=""),
    on.ContentDelta(0, "Hi"),
    on.ContentEnd(0),
    _PART,
    on.ToolCallStart(0, "f_0", "function", "f", ""),
    on.ToolCallDelta(0, "{}"),
    on.ToolCallEnd(0),
    on.CitationStart(0, 0, 2, "Hi"),
    on.CitationEnd(0),
)


def order_page() -> str:
    """Give the page of the order of events."""
    machines = (f"### {title}\n\n{_told(name, title)}" for name, title in MACHINES.items())
    joint = table(
        ("code", "what must not come", "while this is open", "once this has begun"), map(_joint_row, _order.JOINT)
    )
    return page(_ORDER, fenced("text", _ebnf()), _ABOUT_MACHINES, *machines, _TOGETHER, joint)


def picture(name: str) -> str:
    """Give the picture of a machine: the message, or the parts of one kind."""
    steps = _steps(name)
    places = list(dict.fromkeys(step.before for step in steps))
    arrows = (Arrow(places.index(step.before), places.index(step.after), step.word) for step in steps if not step.code)
    return draw([place.value for place in places], arrows)


def _told(name: str, title: str) -> str:
    shown = f"![{title}: what leads from where to where](../pictures/order-{name}.svg)"
    return f"{shown}\n\n{table(('where', 'event', 'leads to', 'breaks'), map(_step_row, _steps(name)))}"


def _step_row(step: "_Step") -> tuple[str, ...]:
    return step.before.value, step.word, step.after.value, rule_link(step.code) if step.code else ""


def _ebnf() -> str:
    _, _, rest = (getdoc(_order) or "").partition("::\n\n")
    grammar, _, _ = rest.partition("\n\n")
    return "\n".join(line.removeprefix("    ") for line in grammar.splitlines())


class _Step(NamedTuple):
    """A cell of a table, and where its event leads."""

    before: Phase | Stage
    word: str
    after: Phase | Stage
    code: str


def _steps(name: str) -> list[_Step]:
    return _message_steps() if name == "message" else _part_steps(name)  # type: ignore[arg-type]  # the others are kinds


def _message_steps() -> list[_Step]:
    reached = _reached(State(), _MESSAGE_EVENTS.values(), _phase)
    return [
        _Step(phase, _message_word(key), _phase(step(reached[phase], _MESSAGE_EVENTS[key], LENIENT)), cell.code)
        for phase, row in _order.MESSAGE.items()
        for key, cell in row.items()
    ]


def _message_word(key: Any) -> str:
    return "event of a part" if key is _order.PART else str(key.wire_type)


def _phase(state: State) -> Phase:
    return state.book.phase


def _part_steps(kind: Kind) -> list[_Step]:
    samples = {route.act: event for event in _PART_EVENTS for route in [ROUTES[type(event)]] if route.kind == kind}

    def stage(state: State) -> Stage:
        return _order.stage_of(state.book, kind, 0)

    reached = _reached(step(State(), _EMPTY), samples.values(), stage)
    return [
        _Step(before, samples[act].wire_type, stage(step(reached[before], samples[act], LENIENT)), cell.code)
        for before, row in _order.PARTS[kind].items()
        for act, cell in row.items()
    ]


def _reached(first: State, samples: Iterable[Any], where: Callable[[State], T]) -> dict[T, State]:
    """Give a state for each place that the sample events lead to."""
    found = {where(first): first}
    events, unseen = list(samples), [first]
    while unseen:
        state = unseen.pop(0)
        for after in (step(state, event, LENIENT) for event in events):
            if where(after) not in found:
                found[where(after)] = after
                unseen.append(after)
    return found


def _joint_row(row: _order.Joint) -> tuple[str, ...]:
    return rule_link(row.code), _acts(row.acts), _words(row.open), _words(row.seen)


def _acts(acts: Iterable[tuple[str, Act]]) -> str:
    of: dict[str, frozenset[Act]] = {}
    for symbol, act in acts:
        of[symbol] = of.get(symbol, frozenset()) | {act}
    same = {each: [symbol for symbol in of if of[symbol] == each] for each in of.values()}
    told = (f"{_either(act.value for act in Act if act in each)} of {_words(same[each])}" for each in same)
    return "; ".join(sorted(told, key=len, reverse=True))


def _words(symbols: Iterable[str]) -> str:
    known = set(symbols)
    return _either(name for symbol, name in _SYMBOLS.items() if symbol in known)


def _either(words: Iterable[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)} or {last}" if most else last
