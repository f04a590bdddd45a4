"""The fold: step, finish, fold, scan, check."""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, islice
from typing import Any, Final

from attrs import evolve, frozen

from ._advance import INPUT, advance, where
from ._book import At, Phase, violate
from ._order import expected
from ._plain import END
from ._quote import quote
from ._state import Focus, Making, State, focused, make_state, settled
from ._text import claim
from ._wire import Finding
from .errors import StreamError, error_of
from .events import Located
from .limits import DEFAULT, Limits
from .message import Message, Partial
from .rules import STANDARD, Rules, Severity
from .violations import Violation

_RUN: Final = 1024  # deltas that are joined at most before they are taken in


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
    """
    focus = state.focus
    delta = focus.read(event, focus.place)
    if delta is None and type(event) is Located:
        delta = _read_located(event, focus)
    if delta is not None and state.position < focus.last:
        tail, count, length = state.tail, state.count, state.length + len(delta)
        if length <= focus.most and claim(tail, count, delta):
            grown: Any = Making()  # what make_state does, without the text between
            grown.position = state.position + 1
            grown.tail = tail
            grown.count = count + 1
            grown.length = length
            grown.focus = focus
            grown.book = state.book
            grown.__class__ = State
            return grown  # type: ignore[no-any-return]  # a State by now; a cast would cost a call
        if length <= focus.most:
            return make_state(state.position + 1, state.growing.append(delta), focus, state.book)
    after = advance(state, event)
    known = state.book.violations.count
    if after is state or after.book.violations.count > known:
        _raise_first(after, known - (after is state), rules)  # a limit that was hit raises at every event
    return after


def finish(state: State, rules: Rules = STANDARD) -> Message:
    """Give the message of *state*, to which no event will come.

    Raises:
        StreamError: a rule that is an error under *rules* was broken, or message-end has not come.
    """
    ended = _end(state)
    _raise_first(ended, 0, rules)
    return _message(ended)


def _message(state: State) -> Message:
    message = state.message()
    assert message is not None  # noqa: S101 - what ends without message-end breaks a rule that is always an error
    return message


def fold(events: Iterable[Any], rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Message:
    """Fold all events of one stream into its message.

    It is ``finish(reduce(step, events, State(limits)), rules)``, and what the iterable itself raises.

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
    for state, cause in _walk(events, State(limits)):
        if state.book.violations.count > known:
            _raise_first(state, known, rules, cause)
            known = state.book.violations.count
    return _message(state)


def scan(events: Iterable[Any], rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Iterator[tuple[Any, State]]:
    """Yield each event with the state after it.

    Raises:
        StreamError: as ``step`` does; ``finish`` tells whether the last state is that of a whole message.
        StreamInterrupted: the iterable raised; its exception is the cause.
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
    *_, (state, _) = _walk(events, State(limits))
    return Report(state, rules)


# The walk


def _walk(events: Iterable[Any], state: State) -> Iterator[tuple[State, Exception | None]]:
    """Yield the states after each event that is more than a plain delta, and after the end of the input.

    What ends the input is told beside the last state: the exception that the transport raised, if any. Plain deltas
    break no rule, and adding them at once or one by one is the same, so a run of them is one addition.
    """
    rest = iter(events)
    while state.book.phase is not Phase.STOPPED:
        run, lines, event, cause = _take_run(rest, state)
        state = _extended(state, run, lines)
        if cause is not None:
            yield _interrupted(state, cause), cause
            return
        if event is END:
            break
        if event is not _MORE:
            state = advance(state, event)
            yield state, None
    yield _end(state), None


_MORE: Final = object()


def _take_run(rest: Iterator[Any], state: State) -> tuple[list[str], list[int], Any, Exception | None]:
    """Take plain deltas from *rest*: give them, the lines of located ones, and what ended the run.

    That is an event, ``END``, or an exception. A run is of located events only, or of none. It ends after a while of
    itself, so that an endless stream is held to its limits.
    """
    plain, place = state.focus.plain, state.focus.place
    run: list[str] = []
    lines: list[int] = []
    part = islice(rest, _RUN)
    try:
        event = plain.take(part, place, run)
        if type(event) is Located and not run:
            event = plain.take_located(chain((event,), part), place, run, lines)
    except Exception as cause:  # noqa: BLE001 - whatever the transport raises
        return run, lines, END, cause
    return run, lines, _MORE if event is END and len(run) == _RUN else event, None


def _read_located(located: Located, focus: Focus) -> str | None:
    delta = focus.read(located.event, focus.place)
    return delta if delta is not None and located.name in (None, located.event["type"]) else None


def _extended(state: State, run: list[str], lines: list[int]) -> State:
    """Give the state after a run of plain deltas; the one that would pass a limit is judged like any event."""
    if not run:
        return state
    focus = state.focus
    after = make_state(state.position + len(run), state.growing.extend(run), focus, state.book)
    if after.length <= focus.most and after.position <= focus.last:
        return after
    events = (focus.plain.write(focus.place, delta) for delta in run)
    return reduce(advance, map(Located, events, lines) if lines else events, state)


# The end of the input


def _end(state: State) -> State:
    book = settled(state)
    if book.phase in (Phase.ENDED, Phase.STOPPED) or INPUT in book.marks:
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
    return focused(state.position, violate(settled(state), at, breach, INPUT, stood=where(state.book)))


def _raise_first(state: State, known: int, rules: Rules, cause: Exception | None = None) -> None:
    """Raise the first error among the violations that came after the first *known* ones."""
    for violation in state.book.violations.since(known):
        if rules[violation.code] is Severity.ERROR:
            raise error_of(violation, state) from cause
