"""Which parts may follow one another in a message: read off the joint rules."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count, repeat
from typing import Final, TypeAlias

from .._book import Book
from .._event_rules import FAILED
from .._order import joint_breaches
from .._routes import Act

Shape: TypeAlias = tuple[str, ...]

SYMBOLS: Final = ("text", "thinking", "call", "plan")
CONTENT: Final = frozenset({"text", "thinking", "other"})
CALLED: Final = "TOOL_CALL"


def breaches(seen: Iterable[str], symbol: str) -> frozenset[str]:
    """Give the joint rules that a part breaks behind others that are closed."""
    act = Act.DELTA if symbol == "plan" else Act.START
    return frozenset(joint_breaches(Book(seen=frozenset(seen)), symbol, act))


@cache
def beginnings(max_blocks: int, max_calls: int) -> tuple[Shape, ...]:
    """Give every beginning of a message that breaks no joint rule, the shortest first."""
    return tuple(sorted(_from((), max_blocks, max_calls), key=len))


def _from(shape: Shape, max_blocks: int, max_calls: int) -> Iterator[Shape]:
    yield shape
    for symbol in SYMBOLS:
        longer = (*shape, symbol)
        if _is_within(longer, max_blocks, max_calls) and not breaches(shape, symbol):
            yield from _from(longer, max_blocks, max_calls)


def _is_within(shape: Shape, max_blocks: int, max_calls: int) -> bool:
    blocks = sum(symbol in CONTENT for symbol in shape)
    return blocks <= max_blocks and shape.count("call") <= max_calls and shape.count("plan") <= 1


def is_whole(shape: Shape, reason: str) -> bool:
    """Whether a message of *shape* may end for *reason*, which is none of a failure."""
    return "call" in shape if reason == CALLED else "call" not in shape and "text" in shape


def fitted(symbols: Iterable[str], reason: str, max_blocks: int, max_calls: int) -> Shape:
    """Make a shape of any symbols: leave out what is too much, and have a call where that is why it ends."""
    most = max_calls if reason in (CALLED, *FAILED) else 0
    shape: Shape = ("call",) if reason == CALLED and "call" not in symbols else ()
    for symbol in symbols:
        if _is_within((*shape, symbol), max_blocks, most):
            shape = (*shape, symbol)
    return shape


def indexes(shape: Shape) -> Iterator[int]:
    """Give the wire index of each part: content blocks and tool calls are counted apart."""
    content = count()
    others = {"call": count(), "plan": repeat(0)}
    return (next(others.get(symbol, content)) for symbol in shape)
