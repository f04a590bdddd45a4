"""From event to event, up to the end of the input: what all that folds goes through."""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from ._advance import INPUT, advance, take_in
from ._book import ENDED, STOPPED, At
from ._cited import Passage
from ._entries import violate
from ._exact import exact
from ._expected import expected
from ._input import END, PAUSE, Input, Run, alone, input_of
from ._judge import where
from ._quote import quote
from ._state import State, focused, grow, settled
from ._whole import foreseen, whole
from ._wire import Finding
from .errors import StreamError, error_of
from .rules import Rules, Severity


def walk(events: Iterable[Any], state: State) -> Iterator[tuple[State, Exception | None]]:
    """Yield the state after each event that broke a rule, and the one after the end of the input.

    What ends the input is told beside the last state: the exception that the transport raised, if any. Plain deltas
    break no rule, and adding them at once or one by one is the same, so a run of them is one addition; and so is a
    part that comes whole, or a citation of the text that grows.
    """
    came = input_of(events)
    while state.book.phase is not STOPPED and not came.ended:
        for after in _further(came, state):
            if after.book.violations is not state.book.violations:
                yield after, None
            state = after
    if came.cause is None or state.book.phase is STOPPED:
        yield ended(state), None
    else:
        yield _interrupted(state, came.cause), came.cause


def _further(came: Input, state: State) -> list[State]:
    """Give the state after what needs no judgement, and those after the events behind it that had to be judged.

    Of these the last may have broken a rule, and is told before another event is asked for.
    """
    nesting = state.book.limits.nesting
    states: list[State] = []
    state, run, known = _passed(came, state)
    while True:
        if run.late:
            states += accumulate(run.late, advance, initial=state)
            state = states[-1]
        item, start = run.item, known
        if item is END or item is PAUSE:
            return [*states, state]
        part = foreseen(state, start)
        if part is None:
            return [*states, take_in(state, item, start)]
        run = came.take(part.plain, start.index, part.events, part.characters)
        known = exact(run.item, nesting)
        after = whole(state, part, run, known)
        if after is None:
            states.append(take_in(state, item, start))
            state = grow(states[-1], run.size, run.text)
        else:
            state, run, known = _passed(came, after)


def _passed(came: Input, state: State) -> tuple[State, Run, Any]:
    """Give the state after what needs no judgement, and what came then: a run, and the event that its item is."""
    nesting = state.book.limits.nesting
    if state.focus.part is None:
        run = alone(came.next())
        return state, run, exact(run.item, nesting)
    passage = Passage(state)
    run = passage.take_deltas(came)
    known = exact(run.item, nesting)
    while not run.late and (run.item is PAUSE or passage.take(known)):
        run = passage.take_deltas(came)
        known = exact(run.item, nesting)
    return passage.state(), run, known


def ended(state: State) -> State:
    """Give the state after the end of the input."""
    book = settled(state)
    if book.phase in (ENDED, STOPPED) or INPUT in book.marks:
        return state
    # The API's own words are told once more: without an end, this is what is raised even under LENIENT.
    said = next((violation.detail for violation in book.violations if violation.code == "api-error"), "")
    return _ended_by(state, Finding("no-message-end", said, expected=expected(book)))


def _interrupted(state: State, cause: Exception) -> State:
    return _ended_by(state, Finding("interrupted", f"{type(cause).__name__}: {quote(_said(cause), 200)}"))


def interruption(state: State, cause: Exception) -> StreamError:
    """Give the error of a transport that raised *cause* after *state*; it is one under all rules."""
    after = _interrupted(state, cause)
    [breach] = after.book.violations.since(len(state.book.violations))
    return error_of(breach, after)


def _said(cause: Exception) -> str:
    try:
        return str(cause)
    except Exception:  # noqa: BLE001 - what broke the transport may be broken itself
        return "it does not say why"


class _EndOfInput:
    """What comes where no event does."""

    wire_type = "the end of the input"


def _ended_by(state: State, breach: Finding) -> State:
    at = At(state.position, None, _EndOfInput)
    book = settled(state)
    return focused(state.position, violate(book, at, breach, INPUT, stood=where(book)))


def raise_first(state: State, known: int, rules: Rules, cause: Exception | None = None) -> None:
    """Raise the first error among the violations that came after the first *known* ones."""
    for violation in state.book.violations.since(known):
        if rules[violation.code] is Severity.ERROR:
            raise error_of(violation, state) from cause
