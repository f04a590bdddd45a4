"""What a legal stream is drawn from, under some bounds."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple, TypeVar

from hypothesis import strategies as st

from .. import events as on
from .._event_rules import FAILED, REASONS
from .._frozen import FrozenDict
from ._bounds import Bounds, letters
from ._parts import Habits
from ._shapes import CALLED, SYMBOLS, Shape, beginnings, is_whole

_T = TypeVar("_T")

IDS: Final = ("m", "s\u00f8k-1")

# Each recorded answer has both counts, and neither of the recorded failures has any.
_BILLED: Final = FrozenDict(input_tokens=3, output_tokens=1)
_TOKENS: Final = FrozenDict(input_tokens=30, output_tokens=2)
COUNTED: Final = (
    FrozenDict(billed_units=_BILLED, tokens=_TOKENS),
    FrozenDict(
        billed_units=FrozenDict(_BILLED, search_units=1),
        tokens=FrozenDict(_TOKENS, reasoning_tokens=1, image_tokens=259),
        cached_tokens=16,
    ),
    FrozenDict(billed_units=_BILLED, tokens=FrozenDict(input_tokens=26.0, output_tokens=2.5), cached_tokens=0),
    FrozenDict(
        api_version=FrozenDict(version="2", is_experimental=True),
        warnings=["experimental"],
        billed_units=_BILLED,
        tokens=_TOKENS,
    ),
)
UNCOUNTED: Final = (FrozenDict(), FrozenDict(tokens=_TOKENS), FrozenDict(cached_tokens=16))
HABITS: Final = tuple(Habits(typed, logprobs) for logprobs in (False, True) for typed in (True, False))

# What the API may add without notice, beside content blocks and sources of other types.
ADDED_EVENTS: Final[tuple[on.Event, ...]] = (
    on.Debug("<|USER|>Hello"),
    on.Unknown(FrozenDict(type="later")),
    on.Unknown(FrozenDict(type="later", index=0, delta={"message": {"content": {"text": "of no part"}}})),
)
ADDED_FIELDS: Final = (FrozenDict(later=1), FrozenDict(delta={"later": [None]}))


class Frame(NamedTuple):
    """What the events around the body say."""

    id: str
    usage: FrozenDict
    habits: Habits


ENDS: Final[Mapping[str, on.MessageEnd]] = {
    reason: on.MessageEnd(reason, COUNTED[0]) for reason in REASONS if reason not in FAILED
}


def _frames(*usages: FrozenDict) -> tuple[Frame, ...]:
    return tuple(Frame(name, usage, habits) for name in IDS for usage in usages for habits in HABITS)


_ANSWERED: Final = _frames(*COUNTED)
_FAILED: Final = _frames(FrozenDict(), *COUNTED)
_UNSEEN: Final = _frames(*COUNTED, *UNCOUNTED)


def frames(bounds: Bounds, reason: str) -> tuple[Frame, ...]:
    """Give what the events around the body may say in a message that ends for *reason*."""
    return _FAILED if reason in FAILED else _UNSEEN if bounds.unseen else _ANSWERED


class Added(NamedTuple):
    """Something that the API may add, and a number that is taken as a place as far as it fits."""

    what: on.Event | FrozenDict | None
    place: int


# The one that is None is a content block of another type.
ADDITIONS: Final = tuple(Added(what, place) for place in range(16) for what in (*ADDED_EVENTS, *ADDED_FIELDS, None))


# Hypothesis likes to repeat what it has drawn in the place of something else of its sort. What does not fit there
# becomes 0, and so does what follows, as far as it is of another sort than what stood in its place. So the numbers of
# a part are drawn at once, as many for each as for the frame, and nothing is mapped, which would be a sort for all
# that is.
SIDES: Final = 2**16
NUMBERS: Final = st.integers(0, SIDES - 1)


def nth(number: int, among: Sequence[_T]) -> _T:
    """Choose one of some things; the first is the simplest."""
    return among[number % len(among)]


def several(numbers: Iterator[int], among: Sequence[_T], most: int, least: int = 0) -> list[_T]:
    """Choose some things, *least* of them even if that is more than *most*; it takes one number more than the most."""
    most = max(most, least)
    count = nth(next(numbers), range(least, most + 1))
    return [nth(next(numbers), among) for _ in range(most)][:count]


class Kit(NamedTuple):
    """What is drawn from.

    Attributes:
        shapes: for each finish reason; none where any shape will do.
    """

    reasons: Sequence[str]
    shapes: Mapping[str, Sequence[Shape]]
    dice: st.SearchStrategy[bytes]
    letters: st.SearchStrategy[str]

    def throw(self, draw: st.DrawFn) -> Iterator[int]:
        """Draw the numbers of a part, or of the frame: each below 256, and shrunk by itself."""
        return iter(draw(self.dice))


@cache
def kit(bounds: Bounds, needs: frozenset[str]) -> Kit:
    """Make what is drawn from only once; *needs* are symbols of parts that a stream must hold."""
    shapes = {reason: _shapes(bounds, reason, needs) for reason in bounds.finish_reasons}
    possible = [reason for reason, found in shapes.items() if found or _is_free(bounds, reason)]
    if not possible:
        raise ValueError(f"no legal stream ends with {' or '.join(bounds.finish_reasons)} within {bounds}")
    # Calls come in more shapes than answers do.
    reasons = (*possible, *[reason for reason in possible if reason == CALLED] * 2)
    size = max(_FRAME + most_parts(bounds), _PART + 2 * bounds.max_citations)
    return Kit(reasons, shapes, st.binary(min_size=size, max_size=size), letters(bounds.alphabet, bounds.max_size))


_FRAME: Final = 7  # numbers of a frame, but for the symbols of a shape
_PART: Final = 16  # numbers of a part, but for its citations


def most_parts(bounds: Bounds) -> int:
    """Give how many parts a message may have."""
    return bounds.max_blocks + bounds.max_calls + 1


def _is_free(bounds: Bounds, reason: str) -> bool:
    return bounds.unseen and (reason != CALLED or bounds.max_calls > 0)


def _shapes(bounds: Bounds, reason: str, needs: frozenset[str]) -> Sequence[Shape]:
    if bounds.unseen or (reason == CALLED and not bounds.max_calls):
        return ()
    return [
        shape
        for shape in beginnings(bounds.max_blocks, bounds.max_calls)
        if (reason in FAILED or is_whole(shape, reason)) and _has(shape, needs)
    ]


def _has(shape: Shape, needs: frozenset[str]) -> bool:
    citable = "citation" not in needs or not {"text", "plan"}.isdisjoint(shape)
    return citable and needs & set(SYMBOLS) <= set(shape)
