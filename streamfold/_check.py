"""All that is wrong with a stream."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from attrs import evolve, frozen

from ._state import State
from ._walk import walk
from .limits import DEFAULT, Limits
from .message import Message, Partial
from .rules import STANDARD, Rules, Severity
from .violations import Violation


@frozen
class Report:
    """What a check found.

    Attributes:
        state: all that is known at the end of the input.
        rules: which breaches are errors.
    """

    state: State
    rules: Rules

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All breaches, in the order in which they were judged; the same under all rules."""
        return self.state.violations

    @property
    def roots(self) -> tuple[Violation, ...]:
        """The breaches that no earlier one explains."""
        return tuple(violation for violation in self.violations if violation.is_root)

    @property
    def errors(self) -> tuple[Violation, ...]:
        """The breaches that are errors under these rules."""
        return self._graded(Severity.ERROR)

    @property
    def warnings(self) -> tuple[Violation, ...]:
        """The breaches that are warnings under these rules."""
        return self._graded(Severity.WARNING)

    def _graded(self, severity: Severity) -> tuple[Violation, ...]:
        return tuple(violation for violation in self.violations if self.rules[violation.code] is severity)

    @property
    def ok(self) -> bool:
        """Whether ``fold`` would return under these rules."""
        return not self.errors

    @property
    def message(self) -> Message | None:
        """What ``fold`` would return under these rules; None where it would raise."""
        return self.state.message() if self.ok else None

    @property
    def partial(self) -> Partial:
        """What arrived, as an unfinished message that says what broke it first, if anything did."""
        partial = self.state.partial()
        return evolve(partial, why=str(self.errors[0])) if self.errors else partial


def check(events: Iterable[Any], rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Report:
    """Tell all that is wrong with a stream; never raise on what it holds.

    Examples:
        >>> from streamfold import check
        >>> report = check([{"type": "message-start", "id": "m", "delta": {}}])
        >>> report.ok, report.message, report.errors[-1].code
        (False, None, 'no-message-end')
    """
    [(state, _)] = deque(walk(events, State(limits)), 1)  # the others need not be held
    return Report(state, rules)
