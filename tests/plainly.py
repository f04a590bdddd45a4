"""The plain way: every event is read field by field and judged by itself; nothing is recognised or taken in at once.

And the ways that are held to it: that of `step`, and that of `fold` and `check`.
"""

from functools import reduce

from streamfold import State, check, step
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


def at_once(events, limits=DEFAULT):
    """Give the same as a list is taken in, and as what comes one by one is."""
    listed, coming = (check(form(events), limits=limits).state for form in (list, iter))
    assert listed == coming
    return listed
