"""The deltas that need no judgement: nothing but characters for the part that grows.

Nearly all of a stream are such deltas. What is not recognised here is read, judged and repaired by the rooms
that know the rules; what is recognised breaks none of them.

The recognisers are written out from where each event class has its characters on the wire: a loop over the
path, or a call for each event of a run, would cost more than all the rest. The names that they look up for each
event are arguments with defaults, which costs a tenth less. This room is fast, and knows no rule.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attrs import fields, frozen

from . import events as on
from ._quick import WhenNeeded

END: Final = object()
_LONG: Final = 1024  # characters of a delta that is taken by itself, so that a run of others is small


@frozen(eq=False, repr=False, weakref_slot=False)
class Plain:
    """How the plain deltas of one symbol are recognised.

    Attributes:
        read: gives the characters of an event for the part with an index, or None if it holds anything else.
        take: adds to a list the characters of event after event, up to one that holds anything else, or very many of
            them, and gives that one, or ``END``.
        take_located: does the same with located events, and adds their lines to another list.
        write: gives the only event in which ``read`` finds some characters.
    """

    read: Callable[[Any, int], str | None]
    take: Callable[[Iterator[Any], int, list[str]], Any]
    take_located: Callable[[Iterator[Any], int, list[str], list[int]], Any]
    write: Callable[[int, str], dict[str, Any]]


def _read_nothing(_event: Any, _index: int) -> str | None:
    return None


def _take_nothing(events: Iterator[Any], *_: Any) -> Any:
    return next(events, END)


def _write_nothing(_index: int, _text: str) -> dict[str, Any]:
    return {}


_FUNCTIONS: Final = """
def read(event, index, type=type, dict=dict, len=len, str=str):
    if type(event) is dict:
        try:
            {accepts}
                return text
        except (KeyError, TypeError, IndexError):
            pass
    return None


def take(events, index, run, type=type, dict=dict, len=len, str=str):
    add = run.append
    for event in events:
        if type(event) is not dict:
            return event
        try:
            {takes}
                add(text)
                continue
        except (KeyError, TypeError, IndexError):
            pass
        return event
    return END


def take_located(events, index, run, lines, type=type, dict=dict, len=len, str=str):
    for located in events:
        if type(located) is not Located:
            return located
        event, line, name = located
        if type(event) is dict and (name is None or name == {wire_type!r}):
            try:
                {takes}
                    run.append(text)
                    lines.append(line)
                    continue
            except (KeyError, TypeError, IndexError):
                pass
        return located
    return END


def write(index, text):
    return {written}
"""


def _compiled(kind: type[Any], name: str) -> Plain:
    path = getattr(fields(kind), name).metadata["path"]
    indexed = hasattr(kind, "index")
    namespace: dict[str, Any] = {"END": END, "Located": on.Located}
    accepts = _accepts(kind.wire_type, path, indexed=indexed)
    source = _FUNCTIONS.format(
        wire_type=kind.wire_type,
        accepts=f"if {accepts}:",
        takes=f"if {accepts} and len(text) < {_LONG}:",
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
    last = f"type(text := {names[-1]}[{path[-1]!r}]) is str"
    return " and ".join([head, *steps, last])


def _written(wire_type: str, path: tuple[str, ...], *, indexed: bool) -> str:
    place = "'index': index, " if indexed else ""
    opened = "".join(f"{{{key!r}: " for key in path)
    return f"{{'type': {wire_type!r}, {place}{opened[1:]}text{'}' * len(path)}"


NOTHING: Final = Plain(_read_nothing, _take_nothing, _take_nothing, _write_nothing)
# By symbol, the event that is a plain delta, and the field with its characters.
DELTAS: Final[Mapping[str, tuple[type[Any], str]]] = {
    "text": (on.ContentDelta, "text"),
    "thinking": (on.ContentDelta, "thinking"),
    "call": (on.ToolCallDelta, "arguments"),
    "plan": (on.ToolPlanDelta, "tool_plan"),
}
PLAIN: Final[WhenNeeded[str, Plain]] = WhenNeeded(lambda symbol: _compiled(*DELTAS[symbol]))
