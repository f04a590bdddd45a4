"""From a message to a stream that folds into it."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from .. import events as on
from .._frozen import TooDeep
from .._quote import quote
from ..conversation import MISSING, diff
from ..errors import StreamError
from ..message import Message
from ._dialect import COHERE, Dialect
from ._kept import Way
from ._plan import plan
from ._splits import Split, whole
from ._weave import Written, weave
from .errors import InexpressibleError


def unfold(message: Message, split: Split = whole, dialect: Dialect = COHERE, *, typed: bool = False) -> list[Any]:
    """Give the events of a stream that folds into *message*: JSON objects, or events of ``streamfold.events``.

    The stream is legal if the API could have sent the message; else it breaks the rules that the message itself
    makes it break, and ``LENIENT`` folds it. Text is cut by *split*, but delta for delta where there are logprobs.
    What the message kept goes back where the fold keeps it again; what is no event, as it came.

    Raises:
        InexpressibleError: no stream says all of the message; the error names what.
        ValueError: *split* does not give back what it cuts.

    Examples:
        >>> from streamfold import Message, TextBlock, fold
        >>> from streamfold.unfold import words
        >>> message = Message("m", "assistant", (TextBlock("It is 24 °C."),), finish_reason="COMPLETE")
        >>> events = unfold(message, words)
        >>> [event["delta"]["message"]["content"]["text"] for event in events if event["type"] == "content-delta"]
        ['It', ' is', ' 24', ' °C.']
        >>> fold(events) == message
        True
        >>> unfold(Message("m", "assistant", salvaged=True))
        Traceback (most recent call last):
            ...
        streamfold.unfold.errors.InexpressibleError: salvaged: no message-end vouches for the message
    """
    if not isinstance(message, Message):
        raise TypeError(f"expected a Message, not {type(message).__name__}")
    if message.salvaged:
        raise InexpressibleError("salvaged", "no message-end vouches for the message")
    try:
        written = _write(message, split, dialect)
    except (StreamError, TooDeep, RecursionError) as error:
        raise InexpressibleError("message", str(error)) from None
    return [each.typed if typed else each.wire for each in written]


def _write(message: Message, split: Split, dialect: Dialect) -> list[Written]:
    planned = list(plan(message, split, dialect))
    *ways, last = _WAYS
    for way in ways:
        with suppress(InexpressibleError):
            return _written(planned, message, dialect, way)
    return _written(planned, message, dialect, last)


# What is tidy stays near to what the API sends; only a call that lacks something takes patience.
_WAYS: Final = (Way(tidy=True), Way(tidy=True, patient=True), Way(patient=True), Way())


def _written(planned: Iterable[on.Event], message: Message, dialect: Dialect, way: Way) -> list[Written]:
    written = list(weave(planned, message, dialect, way))
    _require_equal(message, written[-1].state.message())
    return written


def _require_equal(message: Message, told: Message | None) -> None:
    if message != told:
        [first, *_] = diff(message, told)
        its, mine = _said(first.right), _said(first.left)
        raise InexpressibleError(first.path, f"a stream can only say {its} here, not {mine}")


def _said(value: Any) -> str:
    return MISSING.value if value is MISSING else quote(value)
