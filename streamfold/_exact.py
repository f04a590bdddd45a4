"""The events that need no reading: each field that is there has its type, and nothing stands beside the fields.

Nearly all events but deltas are such. What is not recognised here is read by the room that knows what may be wrong
with an event; what is recognised would be read there to an equal event, and nothing would be found.

The readers are written out from where each event class has its fields on the wire, as in `_plain`. This room is
fast, and knows no rule.
"""

from collections.abc import Callable, Iterator, Mapping
from types import NoneType
from typing import Any, Final, NamedTuple, TypeAlias, get_args

from attrs import Attribute, fields

from . import events as on
from ._frozen import FrozenDict, freeze
from ._leaves import SOURCES
from ._quick import WhenNeeded, draft_class

_Reader: TypeAlias = Callable[[dict[str, Any], int], Any]


class _InexactError(ValueError):
    pass


def exact(item: Any, depth: int) -> Any:
    """Give the event that *item* is, with copies of what it holds, or None where it has to be read.

    That is where it nests deeper than *depth*, too, and where it is located and named otherwise.
    """
    if type(item) is dict:
        try:
            return _READERS[item["type"]](item, depth)
        except Exception:  # noqa: BLE001 - an object that is no JSON may raise whatever it likes
            return None
    if type(item) is on.Located and type(item.event) is dict:
        known = exact(item.event, depth)
        return known if known is None or item.name in (None, known.wire_type) else None
    return None


def _sources(them: list[Any], depth: int) -> tuple[on.Source, ...]:
    sources = []
    for it in them:
        if type(it) is not dict:
            raise _InexactError
        sources.append(_SOURCE_READERS[it["type"]](it, depth - 1))
    return tuple(sources)


class _Leaf(NamedTuple):
    """What a value of one type is like, and how it is kept: of its name, and of its depth in the event."""

    test: str
    value: str = "{0}"


_LEAVES: Final[Mapping[Any, _Leaf]] = {
    str: _Leaf("type({0}) is str"),
    int: _Leaf("type({0}) is int and 0 <= {0} < 1_000_000_000"),  # a larger one is as well read
    FrozenDict: _Leaf("type({0}) is dict", "freeze({0}, depth - {1})"),
    tuple[on.Source, ...]: _Leaf("type({0}) is list", "sources({0}, depth - {1})"),
    Any: _Leaf("True", "freeze({0}, depth - {1})"),
}


class _Slot(NamedTuple):
    """Where a field stands on the wire, and what it holds."""

    name: str
    path: tuple[str, ...]
    leaf: _Leaf
    required: bool


def _slots(kind: type[Any]) -> list[_Slot]:
    return [_slot(each) for each in fields(kind) if each.name != "extra"]


def _slot(each: "Attribute[Any]") -> _Slot:
    kinds = [kind for kind in get_args(each.type) if kind is not NoneType]
    leaf = _LEAVES[kinds[0] if len(kinds) == 1 else each.type]
    required = each.metadata.get("required", False) or each.name in _NEVER_LACKING
    return _Slot(each.name, each.metadata.get("path", (each.name,)), leaf, required)


# Without one of these a rule is broken, and the event is read in any case.
_NEVER_LACKING: Final = frozenset({"index", "sources"})


def _reader(kind: type[Any]) -> _Reader:
    namespace = {
        "Draft": draft_class(kind),
        "Kind": kind,
        "InexactError": _InexactError,
        "freeze": freeze,
        "sources": _sources,
        "NOTHING_ELSE": on.NOTHING_ELSE,
    }
    exec(_source_of_reader(_slots(kind)), namespace)  # noqa: S102 - the text is made of constants of this library
    return namespace["read"]  # type: ignore[return-value]  # a function by now


_FUNCTION: Final = """
def read(it, depth, type=type, len=len, dict=dict, str=str, int=int):
    {walk}
    if not ({tests}):
        raise InexactError
    draft = Draft()
    {fill}
    draft.extra = NOTHING_ELSE
    draft.__class__ = Kind
    return draft
"""


def _source_of_reader(slots: list[_Slot]) -> str:
    nodes = {slot.path[:depth]: None for slot in slots for depth in range(len(slot.path))} or {(): None}
    walk = [line for node in nodes for line in _walk(node, slots)]
    sizes = [_size(node, [*nodes], slots) for node in nodes]
    tests = [_test(slot) for slot in slots if slot.leaf.test != "True"]
    fill = [f"draft.{slot.name} = {_value(slot)}" for slot in slots]
    return _FUNCTION.format(walk="\n    ".join(walk), tests=" and ".join(sizes + tests), fill="\n    ".join(fill))


def _walk(node: tuple[str, ...], slots: list[_Slot]) -> Iterator[str]:
    if node:
        yield f"{_name(node)} = {_name(node[:-1])}[{node[-1]!r}]"
        yield f"if type({_name(node)}) is not dict: raise InexactError"
    for slot in slots:
        if slot.path[:-1] == node:
            look = f"[{slot.path[-1]!r}]" if slot.required else f".get({slot.path[-1]!r})"
            yield f"its_{slot.name} = {_name(node)}{look}"


def _name(node: tuple[str, ...]) -> str:
    return "_".join(("it", *node))


def _size(node: tuple[str, ...], nodes: list[tuple[str, ...]], slots: list[_Slot]) -> str:
    here = [slot for slot in slots if slot.path[:-1] == node]
    below = sum(each[:-1] == node for each in nodes if each)
    always = below + (not node) + sum(slot.required for slot in here)  # the event itself has its type
    maybe = [f"(its_{slot.name} is not None)" for slot in here if not slot.required]
    return f"len({_name(node)}) == {' + '.join([str(always), *maybe])}"


def _test(slot: _Slot) -> str:
    test = slot.leaf.test.format(f"its_{slot.name}")
    return test if slot.required else f"(its_{slot.name} is None or {test})"


def _value(slot: _Slot) -> str:
    value = slot.leaf.value.format(its := f"its_{slot.name}", len(slot.path))
    return value if slot.required or value == its else f"None if {its} is None else {value}"


_EVENTS: Final[Mapping[str, type[Any]]] = {kind.wire_type: kind for kind in on.EVENTS}
_READERS: Final[WhenNeeded[str, _Reader]] = WhenNeeded(lambda name: _reader(_EVENTS[name]))
_SOURCE_READERS: Final[WhenNeeded[str, _Reader]] = WhenNeeded(lambda name: _reader(SOURCES[name]))
