"""The picture of the architecture: what becomes of an event, and in which rooms."""

from typing import Final

from ._draw import Arrow, draw

_PLACES: Final = ("bytes", "event", "typed event", "state", "message")
ROOMS: Final = (
    Arrow(0, 1, "recordings"),
    Arrow(1, 2, "_exact, _wire"),
    Arrow(1, 3, "_plain, _input"),
    Arrow(2, 3, "_cited, _judge"),
    Arrow(3, 4, "_assemble"),
)


def picture() -> str:
    """Give the picture of the way of an event."""
    return draw(_PLACES, ROOMS)
