"""Usage: from the counts on the wire to typed ones, and back."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import fields

from ._frozen import FrozenDict
from .events import NOTHING_ELSE
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
    named = {name: getattr(counts, name) for name in _NAMES[type(counts)]}
    plain = {name: to_wire(value) if name in _READERS else value for name, value in named.items() if value is not None}
    return {**plain, **counts.extra}


def _typed(kind: type[Any], raw: FrozenDict) -> Any:
    read = {name: _read(name, raw[name]) for name in _NAMES[kind] if name in raw}
    typed = {name: value for name, value in read.items() if value is not None}
    rest = {name: value for name, value in raw.items() if name not in typed}
    return kind(**typed, extra=FrozenDict(rest) if rest else NOTHING_ELSE)


def _read(name: str, value: Any) -> Any:
    return _READERS[name](value) if name in _READERS else _number(value)


def _number(value: Any) -> int | float | None:
    if type(value) is float and value.is_integer():
        return int(value)  # the Python SDK makes floats of all counts
    return value if type(value) in (int, float) else None


def _object(kind: type[Any]) -> Callable[[Any], Any]:
    return lambda value: _typed(kind, value) if isinstance(value, FrozenDict) else None


_NAMES: Final = {
    kind: tuple(each.name for each in fields(kind) if each.name != "extra") for kind in (Usage, BilledUnits, Tokens)
}
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "billed_units": _object(BilledUnits),
    "tokens": _object(Tokens),
}


def _misplaced(counts: Any, path: str = "") -> dict[str, Any]:
    names = _NAMES[type(counts)]
    here = {path + name: value for name, value in counts.extra.items() if name in names and value is not None}
    for name in _READERS:
        if inner := getattr(counts, name, None):
            here |= _misplaced(inner, f"{path}{name}.")
    return here
