"""Logs: many messages one after another, or interleaved by key."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import repeat
from operator import itemgetter
from typing import Any, Final, TypeAlias, TypeVar

from . import events as on
from ._fold import finish, step
from ._quote import quote
from ._sent import sent_by
from ._state import State
from ._walk import interruption
from .errors import StreamError
from .limits import DEFAULT, Limits
from .message import Message
from .rules import SILENT, STANDARD, Rules

K = TypeVar("K", bound=Hashable)
Result: TypeAlias = Message | StreamError

_START: Final = on.MessageStart.wire_type
_END: Final = on.MessageEnd.wire_type


def fold_many(events: Iterable[Any], rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Iterator[Result]:
    """Yield what becomes of each message of a log: the ``Message``, or the ``StreamError`` of its first error.

    A message-start always begins a message, and all that comes before the next one belongs to it; so a message is
    yielded when the next begins or the log ends. What stands before the first message-start is a message without one.
    A broken message is taken in to its end: its error's ``.partial`` and ``.violations`` tell all of it. Positions and
    *limits* are of each message by itself.

    What the iterable raises ends the log: the message at hand is yielded as ``StreamInterrupted`` from it, whatever
    else is wrong with it.

    Raises:
        StreamInterrupted: the iterable raised before any event came.

    Examples:
        >>> from streamfold import events as on
        >>> first = [on.MessageStart("a", "assistant"), on.ContentStart(0, "text"), on.ContentDelta(0, "Hel")]
        >>> second = [on.MessageStart("b", "assistant"), *first[1:], on.ContentEnd(0), on.MessageEnd("COMPLETE", {})]
        >>> for result in fold_many([*first, *second]):
        ...     print(result.text if isinstance(result, Message) else (result.violation.code, result.partial.text))
        ('no-message-end', 'Hel')
        Hel
    """
    return map(itemgetter(1), _fold_each(zip(repeat(None), events), rules, limits, ends=()))


def fold_keyed(
    pairs: Iterable[tuple[K, Any]], rules: Rules = STANDARD, limits: Limits = DEFAULT
) -> Iterator[tuple[K, Result]]:
    """Yield what becomes of each message of a log in which those of several requests interleave.

    *pairs* are ``(key, event)``, and what is yielded is ``(key, result)``, with results like those of ``fold_many``:
    each as its message-end comes, or as its key has another message-start; in the end those that have neither, in the
    order in which they began. What a key has after a message-end is another message. Only what is open is held.

    What the iterable raises ends the log: all that is open is yielded as ``StreamInterrupted`` from it.

    Raises:
        StreamInterrupted: the iterable raised while no message was open.
        TypeError: one of *pairs* is no pair, or its key cannot be hashed.

    Examples:
        >>> from streamfold import events as on
        >>> begin = [on.MessageStart("m", "assistant"), on.ContentStart(0, "text")]
        >>> end = [on.ContentEnd(0), on.MessageEnd("COMPLETE", {})]
        >>> log = [(key, event) for event in begin for key in "ab"] + [(key, event) for key in "ba" for event in end]
        >>> [(key, result.id) for key, result in fold_keyed(log)]
        [('b', 'm'), ('a', 'm')]
    """
    return _fold_each(pairs, rules, limits, ends=(_END,))


def _pair(pair: Any) -> tuple[Any, Any]:
    match pair:
        case (key, event):
            return key, event
    raise TypeError(f"expected pairs of a key and an event, got {quote(pair)}")


def _fold_each(
    pairs: Iterable[tuple[K, Any]], rules: Rules, limits: Limits, ends: tuple[str, ...]
) -> Iterator[tuple[K, Result]]:
    """Yield the results of messages that begin with message-start and end with any event of the types *ends*."""
    opened: dict[K, State] = {}
    causes: list[Exception] = []
    for key, event in map(_pair, _until_broken(pairs, causes)):
        wire_type = _wire_type(event)
        if wire_type == _START and key in opened:
            yield key, _result(opened.pop(key), rules)
        opened[key] = step(opened.get(key) or State(limits), event, SILENT)
        if wire_type in ends:
            yield key, _result(opened.pop(key), rules)
    cause = causes[0] if causes else None
    if cause is not None and not opened:
        raise interruption(State(limits), cause) from cause
    for key, state in opened.items():
        yield key, _result(state, rules, cause)


def _until_broken(pairs: Iterable[Any], causes: list[Exception]) -> Iterator[Any]:
    """Yield *pairs*; what the iterable raises ends them and goes to *causes*."""
    try:
        yield from pairs
    except Exception as cause:  # noqa: BLE001 - whatever the transport raises
        causes.append(cause)


def _wire_type(event: Any) -> Any:
    """Give the type that *event* had on the wire: an object of the SDK may say another of itself."""
    event = event.event if isinstance(event, on.Located) else event
    if isinstance(event, on.EVENTS):
        return event.wire_type
    try:
        sent = event if isinstance(event, dict) else sent_by(event)
        # dict first: to ask for a Mapping is slow
        return sent.get("type") if isinstance(sent, (dict, Mapping)) else None
    except Exception:  # noqa: BLE001 - it is judged as what it is
        return None


def _result(state: State, rules: Rules, cause: Exception | None = None) -> Result:
    if cause is not None:
        error = interruption(state, cause)
        error.__cause__ = cause
        return error
    try:
        return finish(state, rules)
    except StreamError as error:
        return error.with_traceback(None)  # a value holds no frames
