"""From event to event, up to the end of the input: what all that folds goes through."""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, islice
from typing import Any, Final

from ._advance import INPUT, advance
from ._book import ENDED, STOPPED, At
from ._entries import violate
from ._expected import expected
from ._judge import where
from ._plain import END, NOTHING, grown
from ._quote import quote
from ._state import Focus, State, focused, settled
from ._wire import Finding
from .errors import StreamError, error_of
from .events import Located
from .rules import Rules, Severity

_RUN: Final = 1024  # deltas that are joined at most before they are taken in


def walk(events: Iterable[Any], state: State) -> Iterator[tuple[State, Exception | None]]:
    """Yield the state after each event that broke a rule, and the one after the end of the input.

    What ends the input is told beside the last state: the exception that the transport raised, if any. Plain deltas
    break no rule, and adding them at once or one by one is the same, so a run of them is one addition.
    """
    rest = iter(events)
    while state.book.phase is not STOPPED:
        run: list[str] = []
        lines: list[int] = []
        try:
            event = _take(rest, state.focus, run, lines)
        except Exception as cause:  # noqa: BLE001 - whatever the transport raises
            yield _interrupted(_extended(state, run, lines) if run else state, cause), cause
            return
        if run:
            state = _extended(state, run, lines)
        if event is not END:
            before, state = state, advance(state, event)
            if state.book.violations is not before.book.violations:
                yield state, None
        elif len(run) < _RUN:
            break
    yield ended(state), None


def _take(rest: Iterator[Any], focus: Focus, run: list[str], lines: list[int]) -> Any:
    """Take plain deltas from *rest* to the *run*, the lines of located ones too, and give the event that ended it.

    That is ``END`` where there is none. A run is of located events only, or of none; it ends after a while of itself,
    so that an endless stream is held to its limits.
    """
    plain = focus.plain
    if plain is NOTHING:
        return next(rest, END)
    part = islice(rest, _RUN)
    event = plain.take(part, focus.place, run)
    if type(event) is Located and not run:
        return plain.take_located(chain((event,), part), focus.place, run, lines)
    return event


def grow_located(state: State, located: Located) -> Any:
    """Give a draft of the state after a plain delta that is named as it is, or None."""
    event = located.event
    is_named = located.name is None or (type(event) is dict and located.name == event.get("type"))
    return state.focus.plain.grow(state, event) if is_named else None


def _extended(state: State, run: list[str], lines: list[int]) -> State:
    """Give the state after a run of plain deltas; the one that would pass a limit is judged like any event."""
    after = grown(state, len(run), "".join(run))
    if after is not None:
        after.__class__ = State
        return after  # type: ignore[no-any-return]  # a State by now
    focus = state.focus
    events = (focus.plain.write(focus.place, delta) for delta in run)
    return reduce(advance, map(Located, events, lines) if lines else events, state)


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
