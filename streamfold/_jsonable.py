"""Values that JSON can say, and objects without what is empty."""

import sys
from collections.abc import Mapping
from types import NoneType
from typing import Any


def given(named: Mapping[str, Any]) -> dict[str, Any]:
    """Give the members of *named* that hold something: not None, and not an empty list."""
    return {name: value for name, value in named.items() if value is not None and value != []}


def plain(value: Any) -> Any:
    """Give a plain copy of *value*, as deep as it goes; what JSON has no word for becomes text."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    return list(map(plain, value)) if isinstance(value, (list, tuple)) else _leaf(value)


def _leaf(value: Any) -> Any:
    # an event that did not come from JSON text may hold anything; one that did, still a number like 1e400
    if isinstance(value, (str, NoneType)) or (isinstance(value, (int, float)) and _is_in_range(value)):
        return value
    return hex(value) if isinstance(value, int) else str(value)


def _is_in_range(number: float) -> bool:
    return abs(number) <= sys.float_info.max
