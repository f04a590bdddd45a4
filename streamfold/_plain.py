"""The deltas that need no judgement: nothing but characters for the part that grows.

Nearly all of a stream are such deltas. What is not recognised here is read, judged and repaired by the rooms
that know the rules; what is recognised breaks none of them.

The recognisers are written out from where each event class has its characters on the wire: a loop over the
path, or a call for each event of a run, would cost more than all the rest. What a run looks up for each event is
an argument with a default, which costs a tenth less. This room is fast, and knows no rule.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attrs import fields, frozen

from . import events as on
from ._text import CLAIM, make_text

END: Final = object()


class Draft:
    """A state in the making: the same slots, and nothing that keeps them from being filled.

    A state is made for each event, and this costs a third of attrs' own way to make a frozen value.
    """

    __slots__ = ("book", "count", "focus", "length", "position", "tail")


@frozen(eq=False, weakref_slot=False)
class Plain:
    """How the plain deltas of one symbol are recognised.

    Attributes:
        read: gives the characters of an event for the part with an index, or None if it holds anything else.
        take: adds to a list the characters of event after event, up to one that holds anything else, and gives
            that one, or ``END``.
        take_located: does the same with located events, and adds their lines to another list.
        write: gives the only event in which ``read`` finds some characters.
        grow: gives a draft of the state after an event, if ``read`` finds some characters in it and they pass no
            limit, or None.
    """

    read: Callable[[Any, int], str | None]
    take: Callable[[Iterator[Any], int, list[str]], Any]
    take_located: Callable[[Iterator[Any], int, list[str], list[int]], Any]
    write: Callable[[int, str], dict[str, Any]]
    grow: Callable[[Any, Any], Any]


def _read_nothing(_event: Any, _index: int) -> str | None:
    return None


def _take_nothing(events: Iterator[Any], *_: Any) -> Any:
    return next(events, END)


def _write_nothing(_index: int, _text: str) -> dict[str, Any]:
    return {}


def _grow_by_nothing(_state: Any, _event: Any) -> None:
    return None


_GROWN: Final = f"""
    tail, count = state.tail, state.count
    length = state.length + len(delta)
    position = state.position + events
    if position > focus.last or length > focus.most:
        return None
    if not {CLAIM}:
        longer = make_text(tail, count, state.length).append(delta)
        tail, count, length = longer.tail, longer.count - 1, longer.length
    draft = Draft()
    draft.position = position
    draft.tail = tail
    draft.count = count + 1
    draft.length = length
    draft.focus = focus
    draft.book = state.book
    return draft
"""

_FUNCTIONS: Final = """
def read(event, index):
    if type(event) is dict:
        try:
            if {accepts}:
                return delta
        except (KeyError, TypeError, IndexError):
            pass
    return None


def take(events, index, run, type=type, dict=dict, len=len, str=str):
    add = run.append
    for event in events:
        if type(event) is not dict:
            return event
        try:
            if {accepts}:
                add(delta)
                continue
        except (KeyError, TypeError, IndexError):
            pass
        return event
    return END


def take_located(events, index, run, lines, type=type, dict=dict, len=len, str=str):
    for located in events:
        if type(located) is not Located or located.name not in names:
            return located
        if type(event := located.event) is dict:
            try:
                if {accepts}:
                    run.append(delta)
                    lines.append(located.line)
                    continue
            except (KeyError, TypeError, IndexError):
                pass
        return located
    return END


def write(index, delta):
    return {written}


def grow(state, event):
    focus = state.focus
    index = focus.place
    try:
        if not (type(event) is dict and {accepts}):
            return None
    except (KeyError, TypeError, IndexError):
        return None
    events = 1
{grown}
"""


def _grown() -> Callable[[Any, int, str], Any]:
    namespace: dict[str, Any] = {"Draft": Draft, "make_text": make_text}
    exec(f"def grown(state, events, delta):\n    focus = state.focus\n{_GROWN}", namespace)  # noqa: S102 - it stands above
    return namespace["grown"]  # type: ignore[no-any-return]  # a function by now


grown: Final = _grown()


def _compiled(kind: type[Any], name: str) -> Plain:
    path = getattr(fields(kind), name).metadata["path"]
    indexed = hasattr(kind, "index")
    names = (None, kind.wire_type)
    namespace: dict[str, Any] = {
        "END": END,
        "Located": on.Located,
        "names": names,
        "Draft": Draft,
        "make_text": make_text,
    }
    source = _FUNCTIONS.format(
        grown=_GROWN,
        accepts=_accepts(kind.wire_type, path, indexed=indexed),
        written=_written(kind.wire_type, path, indexed=indexed),
    )
    exec(source, namespace)  # noqa: S102 - the text is made of constants of this library
    return Plain(*(namespace[each.name] for each in fields(Plain)))


def _accepts(wire_type: str, path: tuple[str, ...], *, indexed: bool) -> str:
    size, *inner = [2 + indexed, *([1] * (len(path) - 1))]
    # The index has to be the same object, since True equals 1: one too large for that is merely judged.
    place = " and event['index'] is index" if indexed else ""
    head = f"event['type'] == {wire_type!r}{place} and len(event) == {size}"
    names = [f"step_{depth}" for depth in range(len(inner))]
    steps = [
        f"type({name} := {above}[{key!r}]) is dict and len({name}) == 1"
        for name, above, key in zip(names, ["event", *names], path, strict=False)
    ]
    last = f"type(delta := {names[-1]}[{path[-1]!r}]) is str"
    return " and ".join([head, *steps, last])


def _written(wire_type: str, path: tuple[str, ...], *, indexed: bool) -> str:
    place = "'index': index, " if indexed else ""
    opened = "".join(f"{{{key!r}: " for key in path)
    return f"{{'type': {wire_type!r}, {place}{opened[1:]}delta{'}' * len(path)}"


NOTHING: Final = Plain(_read_nothing, _take_nothing, _take_nothing, _write_nothing, _grow_by_nothing)
PLAIN: Final[Mapping[str, Plain]] = {
    "text": _compiled(on.ContentDelta, "text"),
    "thinking": _compiled(on.ContentDelta, "thinking"),
    "call": _compiled(on.ToolCallDelta, "arguments"),
    "plan": _compiled(on.ToolPlanDelta, "tool_plan"),
}
