"""Quoting what a stream holds: bounded, and with nothing that could steer a terminal."""

from reprlib import Repr
from typing import Any


def quote(value: Any, most: int = 60) -> str:
    """Give *value* as Python writes it, strings cut in their middle to about *most* characters."""
    writer = Repr()  # its settings are arguments only from Python 3.12 on
    writer.maxlevel, writer.maxdict, writer.maxlist = 3, 4, 4
    writer.maxstring = writer.maxlong = writer.maxother = most
    try:
        return writer.repr(_plain(value))
    except ValueError:  # an integer of more digits than Python writes
        return f"a very large {type(value).__name__}"


def _plain(value: Any) -> Any:
    # reprlib looks at the name of a type, not at what it derives from
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value
