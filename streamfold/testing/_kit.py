"""What a legal stream is drawn from, under some bounds."""

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from hypothesis import strategies as st

from .. import events as on
from .._event_rules import FAILED
from .._frozen import FrozenDict
from ._bounds import Bounds, texts
from ._parts import ARGUMENTS, MASKS, NAMES, SOURCES, Habits
from ._shapes import CALLED, SYMBOLS, Shape, beginnings, fitted, is_whole

IDS: Final = ("m", "s\u00f8k-1")
USAGES: Final = tuple(
    FrozenDict(usage)
    for usage in (
        {},
        {"billed_units": {"input_tokens": 3, "output_tokens": 1}, "tokens": {"input_tokens": 30, "output_tokens": 2}},
        {
            "billed_units": {"input_tokens": 3, "output_tokens": 1, "search_units": 1},
            "tokens": {"input_tokens": 30, "output_tokens": 2, "reasoning_tokens": 1, "image_tokens": 259},
            "cached_tokens": 16,
        },
        {"tokens": {"input_tokens": 26.0, "output_tokens": 2.5}, "cached_tokens": 0},
        {"api_version": {"version": "2", "is_experimental": True}, "warnings": ["experimental"]},
    )
)
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


FRAMES: Final = tuple(Frame(name, usage, habits) for name in IDS for usage in USAGES for habits in HABITS)


class Added(NamedTuple):
    """Something that the API may add, and a number that is taken as a place as far as it fits."""

    what: on.Event | FrozenDict | None
    place: int


# The one that is None is a content block of another type.
ADDITIONS: Final = tuple(Added(what, place) for place in range(16) for what in (*ADDED_EVENTS, *ADDED_FIELDS, None))


class Kit(NamedTuple):
    """The strategies that are drawn from."""

    reasons: st.SearchStrategy[str]
    shapes: Mapping[str, st.SearchStrategy[Shape]]
    frames: st.SearchStrategy[Frame]
    texts: st.SearchStrategy[str]
    cuts: st.SearchStrategy[int]
    cites: st.SearchStrategy[list[int]]
    calls: st.SearchStrategy[int]
    additions: st.SearchStrategy[list[Added]]


NUMBERS: Final = st.integers(0, 255)  # to choose among few things that depend on what was drawn before


@cache
def kit(bounds: Bounds, needs: frozenset[str]) -> Kit:
    """Make what is drawn from only once; *needs* are symbols of parts that a stream must hold."""
    shapes = {reason: _shapes(bounds, reason, needs) for reason in bounds.finish_reasons}
    possible = {reason: strategy for reason, strategy in shapes.items() if strategy is not None}
    if not possible:
        raise ValueError(f"no legal stream ends with {' or '.join(bounds.finish_reasons)} within {bounds}")
    cited = int("citation" in needs)
    return Kit(
        # Calls come in more shapes than answers do.
        st.sampled_from((*possible, *[reason for reason in possible if reason == CALLED] * 2)),
        possible,
        st.sampled_from(FRAMES),
        texts(bounds.alphabet, bounds.max_size),
        st.integers(0, MASKS - 1),
        st.lists(
            st.integers(0, 512 * (len(SOURCES) - (not bounds.additions)) - 1),
            min_size=cited,
            max_size=max(bounds.max_citations, cited),
        ),
        st.integers(0, len(ARGUMENTS) * len(NAMES) - 1),
        st.lists(st.sampled_from(ADDITIONS), max_size=2 * bounds.additions),
    )


def _shapes(bounds: Bounds, reason: str, needs: frozenset[str]) -> st.SearchStrategy[Shape] | None:
    if reason == CALLED and not bounds.max_calls:
        return None
    if bounds.unseen:
        most = bounds.max_blocks + bounds.max_calls + 1
        drawn = st.lists(st.sampled_from(SYMBOLS), max_size=most)
        return drawn.map(lambda symbols: fitted(symbols, reason, bounds.max_blocks, bounds.max_calls))
    found = [
        shape
        for shape in beginnings(bounds.max_blocks, bounds.max_calls)
        if (reason in FAILED or is_whole(shape, reason)) and _has(shape, needs)
    ]
    return st.sampled_from(found) if found else None


def _has(shape: Shape, needs: frozenset[str]) -> bool:
    citable = "citation" not in needs or not {"text", "plan"}.isdisjoint(shape)
    return citable and needs & set(SYMBOLS) <= set(shape)
