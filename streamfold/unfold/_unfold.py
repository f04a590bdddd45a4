"""From a message to a stream that folds into it."""

from typing import Any

from .._frozen import TooDeep
from ..errors import StreamError
from ..message import Message
from ._dialect import COHERE, Dialect
from ._inexpressible import InexpressibleError, require_equal
from ._plan import plan
from ._splits import Split, whole
from ._weave import Written, weave


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
    """
    if not isinstance(message, Message):
        raise TypeError(f"expected a Message, not {type(message).__name__}")
    if message.salvaged:
        raise InexpressibleError("salvaged", "no message-end vouches for the message")
    try:
        written = _write(message, split, dialect)
    except (StreamError, TooDeep, RecursionError) as error:
        raise InexpressibleError("message", str(error)) from None
    require_equal(message, written[-1].state.message())
    return [each.typed if typed else each.wire for each in written]


def _write(message: Message, split: Split, dialect: Dialect) -> list[Written]:
    planned = list(plan(message, split, dialect))
    try:
        return list(weave(planned, message, dialect, tidy=True))
    except InexpressibleError:
        return list(weave(planned, message, dialect, tidy=False))
