"""Quoting what a stream holds: bounded, and with nothing that could steer a terminal."""

from reprlib import Repr
from typing import Any


class _Writer(Repr):
    """Writes frozen values as the plain ones that they are: reprlib looks at the name of a type."""

    repr_FrozenDict = Repr.repr_dict  # noqa: N815 - reprlib makes this name
    repr_FrozenList = Repr.repr_list  # noqa: N815 - likewise

    def repr_int(self, x: int, level: int) -> str:
        """Write an integer, if Python writes one of so many digits."""
        return f"an integer of {x.bit_length()} bits" if x.bit_length() > _MOST_BITS else super().repr_int(x, level)


_MOST_BITS = 10_000  # not quite the 4300 digits that Python writes unless it is told otherwise


def quote(value: Any, most: int = 60) -> str:
    """Give *value* as Python writes it, strings cut to about *most* characters, and the whole to four times that."""
    writer = _Writer()  # its settings are arguments only from Python 3.12 on
    writer.maxlevel, writer.maxdict, writer.maxlist = 3, 4, 4
    writer.maxstring = writer.maxlong = writer.maxother = most
    shown = writer.repr(value)
    return shown if len(shown) <= 4 * most else f"{shown[: 2 * most]}...{shown[-2 * most :]}"
