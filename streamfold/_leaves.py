"""The values that stand in an event; the only room that knows cattrs.

cattrs finds the reader of each field's type; the leaves are strict, since its own would turn 5 into "5".
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import Attribute, fields
from cattrs import Converter

from . import events as on
from ._frozen import FrozenDict, FrozenList


class MismatchError(ValueError):
    """A value is not of the type of its field."""

    def __init__(self, expected: str, value: Any) -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value


def _strict(kind: type, expected: str) -> Callable[[Any, Any], Any]:
    def read(value: Any, _: Any) -> Any:
        # bool is an int to isinstance, but not to JSON
        if type(value) is bool or not isinstance(value, kind):
            raise MismatchError(expected, value)
        return value

    return read


def source_from_wire(value: FrozenDict) -> on.Source:
    """Read a source: typed where it is of a known kind and as it should be, else as it came."""
    name = value.get("type")
    kind = SOURCES.get(name) if isinstance(name, str) else None
    if kind is None:
        return on.OtherSource(value)
    reads = _SOURCE_READS[kind]
    rest = {key: inner for key, inner in value.items() if key not in reads and key != "type"}
    extra = FrozenDict(rest) if rest else on.NOTHING_ELSE
    try:
        source: on.Source = kind(**{key: read(value.get(key)) for key, read in reads.items()}, extra=extra)
    except MismatchError:
        return on.OtherSource(value)
    return source


def _sources(value: Any, _: Any) -> tuple[on.Source, ...]:
    return tuple(source_from_wire(_OBJECT(each, None)) for each in _LIST(value, None))


def _index(value: Any, _: Any) -> int:
    index: int = _INTEGER(value, None)
    if index.bit_length() > MOST_BITS:
        raise MismatchError(f"an integer of {MOST_BITS} bits", value)
    return index


MOST_BITS: Final = 64  # Python does not even print an integer of any size
_INTEGER: Final = _strict(int, "an integer")
_OBJECT: Final = _strict(FrozenDict, "an object")
_LIST: Final = _strict(FrozenList, "a list")

_CONVERTER: Final = Converter(detailed_validation=False)
_CONVERTER.register_structure_hook(str, _strict(str, "a string"))
_CONVERTER.register_structure_hook(int, _index)
_CONVERTER.register_structure_hook(FrozenDict, _OBJECT)
_CONVERTER.register_structure_hook_func(lambda kind: kind == tuple[on.Source, ...], _sources)

SOURCES: Final[Mapping[str, Any]] = {"document": on.DocumentSource, "tool": on.ToolSource}


def reader_of(kind: Any) -> Callable[[Any, Any], Any]:
    """Give what reads the values of a type, and raises `MismatchError` at any other."""
    return _CONVERTER.get_structure_hook(kind)


def _optional(each: "Attribute[Any]") -> Callable[[Any], Any]:
    hook = reader_of(each.type)
    return lambda value: hook(value, each.type)


_SOURCE_READS: Final[Mapping[type[Any], dict[str, Callable[[Any], Any]]]] = {
    kind: {each.name: _optional(each) for each in fields(kind) if each.name != "extra"} for kind in SOURCES.values()
}
