"""Any JSON value, and any event: what a stream could be made of if nothing were known of it."""

from collections.abc import Iterator
from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st

from .. import events as on
from .._catalogue import RULES
from ._kit import ADDED_EVENTS

SCALARS: Final = (None, "", 0, True, "text", "a", -1, 1, False, 2.5, 10**400, "0", "\ud83d")
KEYS: Final = ("type", "index", "delta", "message", "content", "a", "")
TYPES: Final = tuple(kind.wire_type for kind in on.EVENTS)

_SCALAR: Final = st.sampled_from((*SCALARS, *TYPES))
_KEY: Final = st.sampled_from(KEYS)

VALUES: Final[st.SearchStrategy[Any]] = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEY, inner, max_size=3),
    max_leaves=6,
)


def _known() -> Iterator[Any]:
    """Yield all events that stand in the examples of the catalogue, and those that the API may add."""
    for rule in RULES.values():
        for event in rule.example:
            if isinstance(event, on.EVENTS):
                yield evolve(event, index=0) if getattr(event, "index", None) else event
    yield from ADDED_EVENTS


# The simplest first: those without fields that are not known.
_EVENTS: Final = st.sampled_from(sorted(dict.fromkeys(_known()), key=lambda event: bool(getattr(event, "extra", ()))))
_INDEXES: Final = st.integers(0, 2)
_GROWN: Final = {
    on.ContentDelta: ("text", "thinking"),
    on.ToolPlanDelta: ("tool_plan",),
    on.ToolCallDelta: ("arguments",),
}


@st.composite
def any_event(draw: st.DrawFn, words: st.SearchStrategy[str]) -> Any:
    """Draw one event of any kind, of any index, and of any text."""
    event = draw(_EVENTS)
    if getattr(event, "index", None) is not None:
        event = evolve(event, index=draw(_INDEXES))
    grown = [name for name in _GROWN.get(type(event), ()) if getattr(event, name) is not None]
    return evolve(event, **dict.fromkeys(grown, draw(words))) if grown else event
