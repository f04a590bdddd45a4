"""The plain way: every event is read field by field and judged by itself; nothing is recognised or taken in at once."""

from functools import reduce

from streamfold import State
from streamfold._advance import take_in
from streamfold._walk import ended
from streamfold.limits import DEFAULT


def plainly(events, limits=DEFAULT):
    """Give the state after all *events* and the end of the input."""
    return ended(reduce(lambda state, item: take_in(state, item, None), events, State(limits)))
