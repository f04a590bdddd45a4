"""Values that JSON can say, and objects without what is empty."""

from collections.abc import Mapping
from math import isfinite
from types import NoneType
from typing import Any, Final


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
    if isinstance(value, int):
        return value if value.bit_length() <= _MOST_BITS else hex(value)
    return value if isinstance(value, (str, NoneType)) or (isinstance(value, float) and isfinite(value)) else str(value)


_MOST_BITS: Final = 14_000  # Python neither prints nor reads an integer of more than 4300 digits
