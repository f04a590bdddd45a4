"""From event to event, up to the end of the input: what all that folds goes through."""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, islice, zip_longest
from typing import Any, Final

from ._advance import INPUT, advance, recognised, take_in
from ._book import ENDED, STOPPED, At
from ._entries import violate
from ._expected import expected
from ._judge import where
from ._plain import END, NOTHING, Plain
from ._quote import quote
from ._state import Focus, State, focused, grow, settled
from ._whole import is_whole_citation, may_come_whole, whole, with_citations
from ._wire import Finding
from .errors import StreamError, error_of
from .events import Located
from .rules import Rules, Severity

_RUN: Final = 1024  # deltas that are joined at most before they are taken in
_MOST_RUNS: Final = 64  # that are taken at most before they are gone through


class _Run:
    """Plain deltas that were taken from the transport, and what came after them.

    Attributes:
        lines: of the deltas, if they are located.
        item: the event that came after them; ``END`` where none did.
        known: that event, as which it is recognised, or None.
    """

    __slots__ = ("deltas", "item", "known", "lines")

    def __init__(self) -> None:
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
        for after in _through(state, runs):
            if after.book.violations is not state.book.violations:
                yield after, None
            state = after
        if cause is not None:
            yield _interrupted(state, cause), cause
            return
        if runs[-1].item is END and len(runs[-1].deltas) < _RUN:
            break
    yield ended(state), None


def _take(rest: Iterator[Any], state: State, runs: list[_Run]) -> None:
    """Take a run, and where a part begins behind it that may come whole, another one: that of the part.

    Behind a citation that came whole, the text goes on, so that other runs follow.
    """
    focus, nesting, deltas = state.focus, state.book.limits.nesting, 0
    while len(runs) < _MOST_RUNS and deltas < _RUN:
        runs.append(run := _Run())
        _take_run(rest, focus.plain, focus.place, run, nesting)
        deltas += len(run.deltas)
        plain = may_come_whole(state, run.known, len(runs) // 2)
        if plain is None:
            return
        runs.append(inner := _Run())
        _take_run(rest, plain, run.known.index, inner, nesting)
        if not is_whole_citation(run.known, inner.known):
            return


def _take_run(rest: Iterator[Any], plain: Plain, place: int, run: _Run, nesting: int) -> None:
    """Take plain deltas and the event after them.

    They are all located, or none is; and they end after a while of themselves, so that an endless stream is held to
    its limits.
    """
    if plain is NOTHING:
        item = next(rest, END)
    else:
        part = islice(rest, _RUN)
        item = plain.take(part, place, run.deltas)
        if type(item) is Located and not run.deltas:
            item = plain.take_located(chain((item,), part), place, run.deltas, run.lines)
    run.item = item
    run.known = recognised(item, nesting)


def _through(state: State, runs: list[_Run]) -> Iterator[State]:
    """Yield the states that lead through all *runs*, as few as it takes."""
    cited = runs[: (len(runs) - 1) // 2 * 2 : 2]  # those behind which a citation came whole
    after = with_citations(state, [(run.deltas, run.known) for run in cited]) if len(cited) > 1 else None
    if after is not None:
        yield after
        state, runs = after, runs[2 * len(cited) :]
    for run, inner in zip_longest(runs[::2], runs[1::2]):
        begun = _extended(state, run)
        after = None if inner is None else whole(begun, run.known, inner.deltas, inner.known)
        if after is None:
            after = _judged(begun, run)
            yield after
            after = after if inner is None else _judged(_extended(after, inner), inner)
        yield after
        state = after


def _judged(state: State, run: _Run) -> State:
    return state if run.item is END else take_in(state, run.item, run.known)


def read_located(located: Located, focus: Focus) -> str | None:
    """Give the characters of a plain delta that is named as it is, or None."""
    delta = focus.plain.read(located.event, focus.place)
    return delta if delta is not None and located.name in (None, located.event["type"]) else None


def _extended(state: State, run: _Run) -> State:
    """Give the state after the plain deltas of a run; the one that would pass a limit is judged like any event."""
    if not run.deltas:
        return state
    after = grow(state, len(run.deltas), "".join(run.deltas))
    if after is not None:
        return after
    focus = state.focus
    events = (focus.plain.write(focus.place, delta) for delta in run.deltas)
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
