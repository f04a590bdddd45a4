"""The deltas that need no judgement: nothing but characters for the part that grows.

Nearly all of a stream are such deltas. What is not recognised here is read, judged and repaired by the rooms
that know the rules; what is recognised breaks none of them.

The recognisers are written out from where each event class has its characters on the wire: a loop over the
path, or a call for each event of a run, would cost more than all the rest. The names that they look up for each
event are arguments with defaults, which costs a tenth less. This room is fast, and knows no rule.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import fields, frozen

from . import events as on
from ._quick import WhenNeeded


@frozen(eq=False, repr=False, weakref_slot=False)
class Plain:
    """How the plain deltas of one symbol are recognised.

    Attributes:
        symbol: the symbol; nothing of what no plain delta is for.
        names: what a transport may call such an event: its type, or nothing.
        read: gives the characters of an event for the part with an index, or None if it holds anything else.
        write: gives the only event in which ``read`` finds some characters.
    """

    symbol: str
    names: tuple[str | None, ...]
    read: Callable[[Any, int], str | None]
    write: Callable[[Any, Any], dict[str, Any]]

    def __reduce__(self) -> tuple[Any, ...]:
        return _of, (self.symbol,)  # what is written out cannot be pickled


def _read_nothing(_event: Any, _index: int) -> str | None:
    return None


def _write_nothing(_index: Any, _text: Any) -> dict[str, Any]:
    return {}


_FUNCTIONS: Final = """
def read(event, index, type=type, dict=dict, len=len, str=str):
    if type(event) is dict:
        try:
            if {tests}:
                return text
        except Exception:
            pass  # an object that is no JSON may raise whatever it likes
    return None


def write(index, text):
    return {written}
"""


def _compiled(symbol: str) -> Plain:
    namespace: dict[str, Any] = {}
    source = _FUNCTIONS.format(tests=tests_of(symbol), written=_written(*_place_of(symbol)))
    exec(source, namespace)  # noqa: S102 - the text is made of constants of this library
    return Plain(symbol, (None, DELTAS[symbol][0].wire_type), namespace["read"], namespace["write"])


def _place_of(symbol: str) -> tuple[str, tuple[str, ...], bool]:
    """Give the type of the event that is a plain delta, the path to its characters, and whether it has an index."""
    kind, name = DELTAS[symbol]
    return kind.wire_type, getattr(fields(kind), name).metadata["path"], hasattr(kind, "index")


def tests_of(symbol: str) -> str:
    """Write out the tests that an *event*, a dict, passes if it is a plain delta for the part with *index*.

    They find its *text*, and may raise where it is none.
    """
    wire_type, path, indexed = _place_of(symbol)
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


def _written(wire_type: str, path: tuple[str, ...], indexed: bool) -> str:  # noqa: FBT001 - as they are found
    place = "'index': index, " if indexed else ""
    opened = "".join(f"{{{key!r}: " for key in path)
    return f"{{'type': {wire_type!r}, {place}{opened[1:]}text{'}' * len(path)}"


NOTHING: Final = Plain("", (), _read_nothing, _write_nothing)
# By symbol, the event that is a plain delta, and the field with its characters.
DELTAS: Final[Mapping[str, tuple[type[Any], str]]] = {
    "text": (on.ContentDelta, "text"),
    "thinking": (on.ContentDelta, "thinking"),
    "call": (on.ToolCallDelta, "arguments"),
    "plan": (on.ToolPlanDelta, "tool_plan"),
}
PLAIN: Final[WhenNeeded[str, Plain]] = WhenNeeded(_compiled)


def _of(symbol: str) -> Plain:
    return PLAIN[symbol] if symbol else NOTHING
