"""Where one delta ends and the next begins means nothing: a look that does not see it."""

from typing import Any

from ._frozen import FrozenDict, thaw
from ._plain import DELTAS, PLAIN
from ._text import Text
from .violations import Kept


def seamless(kept: tuple[Kept, ...]) -> tuple[Any, ...]:
    """Give what ``==`` looks at: where one delta ends and the next begins means nothing, here as everywhere."""
    seamless: list[Any] = []
    for each in kept:
        place, text = delta_of(each.event)
        frame = (each.code, place)
        if place and seamless and seamless[-1][0] == frame:
            seamless[-1] = frame, seamless[-1][1].append(text)
        else:
            seamless.append((frame, Text(text)) if place else (each, ""))
    return tuple((frame, str(text)) for frame, text in seamless)


def delta_of(event: Any) -> tuple[Any, str]:
    """Give what a plain delta is for, and its characters; None and nothing for any other event."""
    plain = thaw(event) if isinstance(event, FrozenDict) else {}
    index: Any = plain.get("index")
    for symbol in DELTAS:
        text = PLAIN[symbol].read(plain, index)
        if text is not None:
            return (symbol, index), text
    return None, ""
