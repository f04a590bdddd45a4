"""A machine that feeds a fold event after event, and compares it with this library after each."""

from collections.abc import Iterator
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from .._check import check
from ._accumulator import Accumulator, attempt, converted, outcome, unlike
from ._facts import facts_of
from ._results import agrees, prefix, totality
from ._trial import Breach, told_apart
from .strategies import FINISH_REASONS, streams, wire_events


def machine(accumulator: Accumulator) -> type[RuleBasedStateMachine]:
    """Give a state machine of Hypothesis for a fold; its ``TestCase`` is a test for pytest and unittest.

    It feeds the events of a legal stream, and now and then any other event between them. After each it folds all that
    came so far. Where ``STANDARD`` folds that, so must the fold, to the same facts; where there is no message-end
    yet, there must be an error, or a result that says so; and never may there be an error that is not the fold's own.
    A fold that also goes one event at a time must come to the same in both ways.

    Examples:
        >>> from streamfold.testing.laws import STREAMFOLD
        >>> TestFold = machine(STREAMFOLD).TestCase
    """

    class FoldMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.events: list[Any] = []
            self.rest: list[Any] = []

        @initialize(events=streams(additions=False, finish_reasons=FINISH_REASONS))
        def begin(self, events: list[Any]) -> None:
            self.rest = events

        @precondition(lambda self: self.rest)
        @rule()
        def go_on(self) -> None:
            self.feed(self.rest.pop(0))

        @rule(event=wire_events())
        def interrupt(self, event: Any) -> None:
            self.feed(event)

        def feed(self, event: Any) -> None:
            self.events.append(event)
            for found in _breaches(accumulator, self.events):
                raise AssertionError(f"{found}\n{found.lines}")

    return FoldMachine


def _breaches(accumulator: Accumulator, events: list[Any]) -> Iterator[Breach]:
    report = check(events)
    if report.message is not None:
        judged = agrees(accumulator, events, facts_of(report.message))
    elif report.state.ended:
        judged = totality(accumulator, events)
    else:
        judged = totality(accumulator, events) or prefix(accumulator, events)
    return filter(None, (judged, _in_both_ways(accumulator, events)))


def _in_both_ways(accumulator: Accumulator, events: list[Any]) -> Breach | None:
    steps = accumulator.steps
    if steps is None:
        return None
    at_once = outcome(accumulator, events)
    stepped = attempt(accumulator, lambda: steps.fold(converted(accumulator, events)))
    return told_apart(events, at_once, stepped) if unlike(at_once, stepped) else None
