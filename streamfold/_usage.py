"""Usage: from the counts on the wire to typed ones, and back."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import fields

from ._frozen import FrozenDict
from ._quick import MAKE
from .events import NOTHING_ELSE
from .message import BilledUnits, Tokens, Usage


def usage(raw: FrozenDict | None) -> Usage | None:
    """Read the usage of a message-end; whatever is not of its known type is kept in ``extra``."""
    return None if raw is None else _typed(Usage, raw)


def malformed(raw: FrozenDict | None) -> dict[str, Any]:
    """Give the known fields of *raw* that are not what they should be, by their paths."""
    found: dict[str, Any] = {}
    if raw is None:
        return found
    for name in _READERS[Usage]:
        value, inner = raw.get(name), _INNER.get(name)
        if inner is not None and isinstance(value, FrozenDict):
            found |= _no_numbers(inner, value, f"{name}.")
        elif value is not None and (inner is not None or type(value) not in _NUMBERS):
            found[name] = value
    return found


def _no_numbers(kind: type[Any], raw: FrozenDict, path: str) -> dict[str, Any]:
    if _NUMBERS.issuperset(map(type, raw.values())):  # as in every recording
        return {}
    known = {name: raw[name] for name in _READERS[kind] if raw.get(name) is not None}
    return {path + name: value for name, value in known.items() if type(value) not in _NUMBERS}


def to_wire(counts: Usage | BilledUnits | Tokens) -> dict[str, Any]:
    """Give *counts* as they stand on the wire."""
    named = {name: getattr(counts, name) for name in _READERS[type(counts)]}
    plain = {name: to_wire(value) if name in _INNER else value for name, value in named.items() if value is not None}
    return {**plain, **counts.extra}


def _typed(kind: type[Any], raw: FrozenDict) -> Any:
    readers = _READERS[kind]
    values = []
    for name, read in readers.items():
        value = raw.get(name)
        values.append(None if value is None else read(value))
    extra = NOTHING_ELSE if len(raw) + values.count(None) == len(values) else _unread(raw, [*readers], values)
    return MAKE[kind](*values, extra)


def _unread(raw: FrozenDict, names: list[str], values: list[Any]) -> FrozenDict:
    known = {name for name, value in zip(names, values, strict=True) if value is not None}
    return FrozenDict({name: value for name, value in raw.items() if name not in known})


def _number(value: Any) -> int | float | None:
    if type(value) is float and value.is_integer():
        return int(value)  # the Python SDK makes floats of all counts
    return value if type(value) in _NUMBERS else None


def _object(kind: type[Any]) -> Callable[[Any], Any]:
    return lambda value: _typed(kind, value) if isinstance(value, FrozenDict) else None


_INNER: Final[Mapping[str, type[Any]]] = {"billed_units": BilledUnits, "tokens": Tokens}
_READERS: Final[Mapping[type[Any], Mapping[str, Callable[[Any], Any]]]] = {
    kind: {
        each.name: _object(_INNER[each.name]) if each.name in _INNER else _number
        for each in fields(kind)
        if each.name != "extra"
    }
    for kind in (Usage, BilledUnits, Tokens)
}


_NUMBERS: Final = frozenset({int, float})
