"""From event to event, up to the end of the input: what all that folds goes through."""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, islice
from typing import Any, Final

from ._advance import INPUT, advance, recognised, take_in
from ._book import ENDED, STOPPED, At
from ._entries import violate
from ._expected import expected
from ._judge import where
from ._plain import END, NOTHING, Plain
from ._quote import quote
from ._state import Focus, State, focused, grow, settled
from ._whole import may_come_whole, whole
from ._wire import Finding
from .errors import StreamError, error_of
from .events import Located
from .rules import Rules, Severity

_RUN: Final = 1024  # deltas that are joined at most before they are taken in


class _Run:
    """Plain deltas that were taken from the transport, and what came after them.

    Attributes:
        plain, place: how they were recognised, and for the part with which index.
        lines: of the deltas, if they are located.
        item: the event that came after them; ``END`` where none did, or the run has ended of itself.
        known: that event, as which it is recognised, or None.
    """

    __slots__ = ("deltas", "item", "known", "lines", "place", "plain")

    def __init__(self, plain: Plain, place: int) -> None:
        self.plain = plain
        self.place = place
        self.deltas: list[str] = []
        self.lines: list[int] = []
        self.item: Any = END
        self.known: Any = None


def walk(events: Iterable[Any], state: State) -> Iterator[tuple[State, Exception | None]]:
    """Yield the state after each event that broke a rule, and the one after the end of the input.

    What ends the input is told beside the last state: the exception that the transport raised, if any. Plain deltas
    break no rule, and adding them at once or one by one is the same, so a run of them is one addition; and so is a
    part that comes whole.
    """
    rest, cause = iter(events), None
    while state.book.phase is not STOPPED:
        runs: list[_Run] = []
        try:
            _take(rest, state, runs)
        except Exception as error:  # noqa: BLE001 - whatever the transport raises
            cause = error
        for after in _through(state, *runs):
            if after.book.violations is not state.book.violations:
                yield after, None
            state = after
        if cause is not None and state.book.phase is not STOPPED:
            yield _interrupted(state, cause), cause
            return
        if runs[-1].item is END and len(runs[-1].deltas) < _RUN:
            break
    yield ended(state), None


def _take(rest: Iterator[Any], state: State, runs: list[_Run]) -> None:
    """Take a run, and where a part begins behind it that may come whole, another one: that of the part."""
    focus, nesting = state.focus, state.book.limits.nesting
    runs.append(run := _Run(focus.plain, focus.place))
    _take_run(rest, run, nesting)
    plain = may_come_whole(state, run.known)
    if plain is not None:
        runs.append(inner := _Run(plain, run.known.index))
        _take_run(rest, inner, nesting)


def _take_run(rest: Iterator[Any], run: _Run, nesting: int) -> None:
    """Take plain deltas and the event after them.

    They are all located, or none is; and they end after a while of themselves, so that an endless stream is held to
    its limits.
    """
    plain = run.plain
    if plain is NOTHING:
        item = next(rest, END)
    else:
        part = islice(rest, _RUN)
        item = plain.take(part, run.place, run.deltas)
        if type(item) is Located and not run.deltas:
            item = plain.take_located(chain((item,), part), run.place, run.deltas, run.lines)
    run.item = item
    run.known = recognised(item, nesting)


def _through(state: State, run: _Run, inner: _Run | None = None) -> tuple[State, ...]:
    """Give the states after a run and after that of a part: just the last where the part came whole."""
    begun = _extended(state, run)
    after = None if inner is None else whole(begun, run.known, inner.deltas, inner.known)
    if after is not None:
        return (after,)
    after = begun if run.item is END else take_in(begun, run.item, run.known)
    return (after,) if inner is None else (after, *_through(after, inner))


def read_located(located: Located, focus: Focus) -> str | None:
    """Give the characters of a plain delta that is named as it is, or None."""
    delta = focus.plain.read(located.event, focus.place)
    return delta if delta is not None and located.name in (None, located.event["type"]) else None


def _extended(state: State, run: _Run) -> State:
    """Give the state after the plain deltas of a run; the one that would pass a limit is judged like any event."""
    focus = state.focus
    if not run.deltas:
        return state
    if focus.plain is run.plain and focus.place == run.place:  # a part may have begun otherwise than was foreseen
        after = grow(state, len(run.deltas), "".join(run.deltas))
        if after is not None:
            return after
    events = (run.plain.write(run.place, delta) for delta in run.deltas)
    return reduce(advance, map(Located, events, run.lines) if run.lines else events, state)


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
