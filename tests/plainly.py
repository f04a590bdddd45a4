"""The plain way: every event is read field by field and judged by itself; nothing is recognised or taken in at once.

And the way of `step`, which is held to it.
"""

from functools import reduce

from streamfold import State, step
from streamfold._advance import take_in
from streamfold._walk import ended
from streamfold.limits import DEFAULT
from streamfold.rules import SILENT


def plainly(events, limits=DEFAULT):
    """Give the state after all *events* and the end of the input."""
    return ended(reduce(lambda state, item: take_in(state, item, None), events, State(limits)))


def stepwise(events, limits=DEFAULT):
    """Give the same, step by step, with nothing raised."""
    return ended(reduce(lambda state, event: step(state, event, SILENT), events, State(limits)))
