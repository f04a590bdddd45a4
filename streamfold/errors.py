"""What is raised.

- ``StreamError``: base of all that the library raises about a stream.

  - ``ShapeError``: an event is not one.

    - ``ApiError``: it is an error of the API, told in its own words.

  - ``OrderError``: events come in an order that the rules forbid.
  - ``CitationError``: a citation does not fit what it cites.
  - ``ToolCallError``: a tool call must not be made.
  - ``OutcomeError``: message-end contradicts the message, or itself.

    - ``GenerationFailed``: the API gave up; ``.message`` is all that arrived.

  - ``StreamIncomplete``: the input ended before the message.

    - ``StreamInterrupted``: the transport raised; its exception is the cause.

  - ``LimitExceeded``: the stream holds more than it may.
"""

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from ._state import State
from .message import Message, Partial
from .violations import Violation

__all__ = [
    "ApiError",
    "CitationError",
    "GenerationFailed",
    "LimitExceeded",
    "OrderError",
    "OutcomeError",
    "ShapeError",
    "StreamError",
    "StreamIncomplete",
    "StreamInterrupted",
    "ToolCallError",
]


class StreamError(ValueError):
    """A stream breaks a rule.

    Attributes:
        violation: the first breach that is an error.
        violations: all breaches so far.
        state: all that is known, with the event at fault repaired and taken in.
        partial: what arrived, as an unfinished message.
    """

    def __init__(self, violation: Violation, state: State) -> None:
        super().__init__(violation, state)
        self.violation = violation
        self.state = state

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All breaches so far."""
        return self.state.violations

    @property
    def partial(self) -> Partial:
        """What arrived, as an unfinished message that says what broke it."""
        return evolve(self.state.partial(), why=str(self.violation))

    def __str__(self) -> str:
        return str(self.violation)


class ShapeError(StreamError):
    """An event is not one."""


class ApiError(ShapeError):
    """An error of the API stands where an event should."""


class OrderError(StreamError):
    """Events come in an order that the rules forbid."""


class CitationError(StreamError):
    """A citation does not fit what it cites."""


class ToolCallError(StreamError):
    """A tool call must not be made."""


class OutcomeError(StreamError):
    """message-end contradicts the message, or itself."""


class GenerationFailed(OutcomeError):  # noqa: N818 - it says what happened
    """The API gave up, and said so in message-end."""

    @property
    def message(self) -> Message:
        """The message as far as it arrived, since the stream did end."""
        message = self.state.message()
        assert message is not None  # noqa: S101 - the rule is judged at message-end
        return message


class StreamIncomplete(StreamError):  # noqa: N818 - it says what happened
    """The input ended before the message."""


class StreamInterrupted(StreamIncomplete):
    """The transport raised; its exception is the cause of this one."""


class LimitExceeded(StreamError):  # noqa: N818 - it says what happened
    """The stream holds more than it may."""


_BY_CODE: Final[Mapping[str, type[StreamError]]] = {
    "api-error": ApiError,
    "generation-failed": GenerationFailed,
    "interrupted": StreamInterrupted,
    "limit-exceeded": LimitExceeded,
}
_BY_GROUP: Final[Mapping[str, type[StreamError]]] = {
    "shape": ShapeError,
    "message": OrderError,
    "part": OrderError,
    "joint": OrderError,
    "content": OrderError,
    "citation": CitationError,
    "call": ToolCallError,
    "outcome": OutcomeError,
    "input": StreamIncomplete,
}


def error_of(violation: Violation, state: State) -> StreamError:
    """Give the error that a violation raises."""
    kind: Any = _BY_CODE.get(violation.code) or _BY_GROUP[violation.rule.group]
    error: StreamError = kind(violation, state)
    return error
