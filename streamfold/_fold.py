"""The fold: step, finish, fold, scan."""

from collections.abc import Iterable, Iterator
from typing import Any

from ._advance import advance
from ._state import State
from ._walk import ended, interruption, raise_first, walk
from .limits import DEFAULT, Limits
from .message import Message
from .rules import STANDARD, Rules


def step(state: State, event: Any, rules: Rules = STANDARD) -> State:
    """Give the state after one more event.

    *event* is a mapping as it came off the wire, a typed event of ``streamfold.events``, or an object of the Cohere
    SDK. *state* stays as it was, and equal arguments give equal results.

    Raises:
        StreamError: the event breaks a rule that is an error under *rules*; the error carries the next state.

    Examples:
        >>> from streamfold import State, step
        >>> state = step(State(), {"type": "message-start", "id": "m", "delta": {"message": {"role": "assistant"}}})
        >>> state.position
        1
        >>> step(State(), {"type": "content-end", "index": 0})
        Traceback (most recent call last):
            ...
        streamfold.errors.OrderError: event 0: content-end 0 came before message-start; expected message-start
    """
    grow = state.focus.grow  # to call it where it is found takes longer: it is no method
    grown = grow(state, event)
    if grown is not None:
        return grown
    after = advance(state, event)
    known = state.book.violations.count
    if after is state or after.book.violations.count > known:
        raise_first(after, known - (after is state), rules)  # a limit that was hit raises at every event
    return after


def finish(state: State, rules: Rules = STANDARD) -> Message:
    """Give the message of *state*, to which no event will come.

    Raises:
        StreamError: a rule that is an error under *rules* was broken, or message-end has not come.

    Examples:
        >>> from streamfold import LENIENT, State, finish, step
        >>> ended = step(State(), {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}, LENIENT)
        >>> finish(ended, LENIENT).finish_reason
        'COMPLETE'
    """
    last = ended(state)
    raise_first(last, 0, rules)
    return _message(last)


def _message(state: State) -> Message:
    message = state.message()
    assert message is not None  # noqa: S101 - what ends without message-end breaks a rule that is always an error
    return message


def fold(events: Iterable[Any], rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Message:
    """Fold all events of one stream into its message.

    It is ``finish(reduce(step, events, State(limits)), rules)``, and what the iterable itself raises. A list is taken
    as it is when the fold begins. Some events are taken before their characters are counted, so a mapping must not be
    changed and given again.

    Raises:
        StreamError: the first breach of a rule that is an error under *rules*.
        StreamInterrupted: the iterable raised; its exception is the cause. ``KeyboardInterrupt`` and its like pass.

    Examples:
        >>> from streamfold import events, fold
        >>> fold([
        ...     events.MessageStart(id="m", role="assistant"),
        ...     events.ContentStart(index=0, type="text"),
        ...     events.ContentDelta(index=0, text="Hello"),
        ...     events.ContentEnd(index=0),
        ...     events.MessageEnd(finish_reason="COMPLETE", usage={}),
        ... ]).text
        'Hello'
    """
    known = 0
    for state, cause in walk(events, State(limits)):
        if state.book.violations.count > known:
            raise_first(state, known, rules, cause)
            known = state.book.violations.count
    return _message(state)


def scan(events: Iterable[Any], rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Iterator[tuple[Any, State]]:
    """Yield each event with the state after it.

    Raises:
        StreamError: as ``step`` does; ``finish`` tells whether the last state is that of a whole message.
        StreamInterrupted: the iterable raised; its exception is the cause.

    Examples:
        >>> from streamfold import events, scan
        >>> plan = [events.MessageStart("m", "assistant"), events.ToolPlanDelta("Look"), events.ToolPlanDelta(" up.")]
        >>> [state.tool_plan for _, state in scan(plan)]
        [None, 'Look', 'Look up.']
    """
    state, rest = State(limits), iter(events)
    while True:
        try:
            event = next(rest)
        except StopIteration:
            return
        except Exception as cause:
            raise interruption(state, cause) from cause
        state = step(state, event, rules)
        yield event, state
