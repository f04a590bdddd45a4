"""Usage: from the counts on the wire to typed ones, and back."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import fields

from ._frozen import FrozenDict
from .message import BilledUnits, Tokens, Usage


def usage(raw: FrozenDict | None) -> Usage | None:
    """Read the usage of a message-end; whatever is not of its known type is kept in ``extra``."""
    return None if raw is None else _typed(Usage, raw)


def malformed(raw: FrozenDict | None) -> dict[str, Any]:
    """Give the known fields of *raw* that are not what they should be, by their paths."""
    read = usage(raw)
    return {} if read is None else _misplaced(read)


def to_wire(counts: Usage | BilledUnits | Tokens) -> dict[str, Any]:
    """Give *counts* as they stand on the wire."""
    named = {each.name: getattr(counts, each.name) for each in fields(type(counts)) if each.name != "extra"}
    plain = {name: to_wire(value) if name in _READERS else value for name, value in named.items() if value is not None}
    return {**plain, **counts.extra}


def _typed(kind: type[Any], raw: FrozenDict) -> Any:
    names = {each.name for each in fields(kind)} - {"extra"}
    read = {name: _read(name, raw.get(name)) for name in names}
    typed = {name: value for name, value in read.items() if value is not None}
    return kind(**typed, extra=FrozenDict((name, value) for name, value in raw.items() if name not in typed))


def _read(name: str, value: Any) -> Any:
    return _READERS[name](value) if name in _READERS else _number(value)


def _number(value: Any) -> int | float | None:
    if type(value) is float and value.is_integer():
        return int(value)  # the Python SDK makes floats of all counts
    return value if type(value) in (int, float) else None


def _object(kind: type[Any]) -> Callable[[Any], Any]:
    return lambda value: _typed(kind, value) if isinstance(value, FrozenDict) else None


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "billed_units": _object(BilledUnits),
    "tokens": _object(Tokens),
}


def _misplaced(counts: Any, path: str = "") -> dict[str, Any]:
    names = {each.name for each in fields(type(counts))} - {"extra"}
    here = {path + name: value for name, value in counts.extra.items() if name in names and value is not None}
    for name in _READERS:
        if inner := getattr(counts, name, None):
            here |= _misplaced(inner, f"{path}{name}.")
    return here
