"""What a fold may lack for a law to apply to it."""

from collections.abc import Callable
from typing import Final

from .._catalogue import START
from ._accumulator import Accumulator, outcome
from ._facts import Facts
from ._kit import ENDS
from ._parts import PLAINLY, Habits, call, content, plan, read_cite
from ._write import written


def without_view(accumulator: Accumulator) -> str:
    """Say that there is no view."""
    return "" if accumulator.view else "it has no view of what it gives"


def without(*names: str) -> Callable[[Accumulator], str]:
    """Give what says that none of some attributes is there."""

    def lacks(accumulator: Accumulator) -> str:
        return "" if any(getattr(accumulator, name) for name in names) else f"it has no {' or '.join(names)}"

    return lacks


def without_steps(accumulator: Accumulator) -> str:
    """Say that the fold does not go one event at a time."""
    return "" if accumulator.steps else "it has no start, step and finish"


def not_keeping(name: str) -> Callable[[Accumulator], str]:
    """Give what says that a fact is not claimed to be kept."""

    def lacks(accumulator: Accumulator) -> str:
        return without_view(accumulator) or ("" if _keeps(accumulator, name) else f"it does not keep {name}")

    return lacks


def _keeps(accumulator: Accumulator, name: str) -> bool:
    """Whether the fold claims to keep a fact of any of the samples."""
    known = (outcome(accumulator, events).known for events in SAMPLES)
    return any(isinstance(each, Facts) and getattr(each, name) is not None for each in known)


_TEXT: Final = content("text", 0, "a", [read_cite(0)], Habits(typed=True, logprobs=True))
_THOUGHT: Final = [*content("thinking", 0, "a", (), PLAINLY), *content("text", 1, "a", (), PLAINLY)]
_CALL: Final = call(0, "f", ("{}",))
_SAMPLES: Final = (
    (_TEXT, "COMPLETE"),
    (_THOUGHT, "COMPLETE"),
    (_CALL, "TOOL_CALL"),
    ([*plan("a", (), PLAINLY), *_CALL], "TOOL_CALL"),
)
SAMPLES: Final = tuple(
    [written(event) for beat in ((START,), *beats, (ENDS[reason],)) for event in beat] for beats, reason in _SAMPLES
)
