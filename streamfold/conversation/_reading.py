"""JSON read strictly: each reader takes a value and where it stands, and gives what it means or refuses it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal, TypeAlias

from attrs import NOTHING, fields, frozen

from .._frozen import FrozenDict, FrozenList, TooDeep, freeze
from .._quote import quote
from ._paths import below
from .errors import NotAMessage


@frozen
class Here:
    """A JSON value, read-only, and where it stands."""

    value: Any
    path: str = ""

    def refused(self, expected: str) -> NotAMessage:
        """Give the error that this is not what is *expected*."""
        return NotAMessage(self.path, f"it is {quote(self.value)}", expected)

    def member(self, name: str) -> "Here":
        """Give the value under *name* of an object."""
        path, inside = below(self.path, name), object_(self)
        if name not in inside:
            raise NotAMessage(path, "it is missing", "it to be there")
        return Here(inside[name], path)


Read: TypeAlias = Callable[[Here], Any]

_DEEPEST: Final = 250  # an event may nest 200 deep, and stands a few levels deep in a message


def whole(value: Any) -> Here:
    """Give a read-only copy of a JSON object, as the whole in which all else stands."""
    try:
        here = Here(freeze(value, _DEEPEST))
    except TooDeep:
        raise NotAMessage("", f"its brackets are nested deeper than {_DEEPEST}", "a message's JSON") from None
    object_(here)
    return here


# Leaves


def _leaf(kind: type[Any], expected: str) -> Read:
    def read(here: Here) -> Any:
        # bool is an int to isinstance, but not to JSON
        if not isinstance(here.value, kind) or (kind is int and type(here.value) is bool):
            raise here.refused(expected)
        return here.value

    return read


text: Final = _leaf(str, "a string")
flag: Final = _leaf(bool, "true or false")
object_: Final = _leaf(FrozenDict, "an object")
_list: Final = _leaf(FrozenList, "a list")
_whole_number: Final = _leaf(int, "an integer")
_MOST_BITS: Final = 64  # as on the wire


def integer(here: Here) -> int:
    """Read an integer."""
    number: int = _whole_number(here)
    if number.bit_length() > _MOST_BITS:
        raise here.refused(f"an integer of {_MOST_BITS} bits")
    return number


def count(here: Here) -> int:
    """Read an integer from 0 on."""
    number = integer(here)
    if number < 0:
        raise here.refused("an integer from 0 on")
    return number


def anything(here: Here) -> Any:
    """Read any value, as it is."""
    return here.value


# What holds others


def optional(read: Read) -> Read:
    """Give a reader that takes null for None."""
    return lambda here: None if here.value is None else read(here)


def one_of(*values: str) -> Read:
    """Give a reader that takes some strings only."""

    def read(here: Here) -> Any:
        if not isinstance(here.value, str) or here.value not in values:
            raise here.refused(" or ".join(map(repr, values)))
        return here.value

    return read


def without(here: Here, name: str) -> Here:
    """Give an object without what stands under *name*."""
    return Here(FrozenDict((key, value) for key, value in object_(here).items() if key != name), here.path)


def items(here: Here) -> list[Here]:
    """Give the items of a list."""
    return [Here(value, below(here.path, place)) for place, value in enumerate(_list(here))]


def each(read: Read) -> Read:
    """Give a reader that takes a list and reads each item."""
    return lambda here: tuple(map(read, items(here)))


def members(here: Here, reads: Mapping[str, Read], needed: Collection[str] = ()) -> dict[str, Any]:
    """Read an object: each member with the reader of its name, and none that has no reader."""
    inside = object_(here)
    for name in inside:
        if name not in reads:
            raise NotAMessage(below(here.path, name), "it is not known", f"only {', '.join(reads)}")
    present = [name for name in reads if name in inside or name in needed]
    return {name: reads[name](here.member(name)) for name in present}


def instance_of(kind: type[Any]) -> Read:
    """Give a reader of an object that has the fields of an attrs class, each of its type."""
    reads = {field.name: _BY_TYPE[field.type] for field in fields(kind)}
    needed = [field.name for field in fields(kind) if field.default is NOTHING]
    return lambda here: kind(**members(here, reads, needed))


_BY_TYPE: Final[Mapping[Any, Read]] = {
    str: text,
    str | None: optional(text),
    int: integer,
    int | None: optional(integer),
    Any: anything,
    tuple[FrozenDict, ...]: each(object_),
    Literal["content", "tool_plan"]: one_of("content", "tool_plan"),
}
