"""What is not sent back unless the caller says so."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from .._event_rules import FAILED
from .._quote import quote
from ..message import Message, OtherBlock, Partial, ToolCall
from ._paths import below
from ._sending import Sending
from .errors import NotSendable

Found: TypeAlias = Iterator[tuple[str, str]]  # the path and the facts of each thing that is refused


def judge(message: Message, sending: Sending) -> None:
    """Refuse what must not be sent unasked.

    Raises:
        NotSendable: it holds what *sending* refuses.
    """
    for choice, find in _REFUSED.items():
        for path, detail in find(message) if getattr(sending, choice) == "refuse" else ():
            raise NotSendable(choice, path, detail)


def answerable(message: Message) -> tuple[ToolCall, ...]:
    """Give the calls that can be made.

    Raises:
        NotSendable: one has no id, or that of another, or is no call of a function; *message* is no message yet.
    """
    if isinstance(message, Partial):
        raise NotSendable("partial")
    ids = Counter(call.id for call in message.tool_calls)
    for number, call in enumerate(message.tool_calls):
        if not call.id or ids[call.id] > 1:
            raise NotSendable("call_id", below("tool_calls", number), quote(call.id))
        if call.type not in (None, "function"):
            raise NotSendable("call_type", below("tool_calls", number), quote(call.type))
    return message.tool_calls


def _unfinished(message: Message) -> Found:
    if message.salvaged:
        yield "", "it was salvaged"
    if message.finish_reason in FAILED:
        yield "", f"its finish reason is {message.finish_reason}"


def _text_with_calls(message: Message) -> Found:
    for number, block in enumerate(message.content if message.tool_calls else ()):
        if block.type == "text" and block.text:
            yield below("content", number), quote(block.text)


def _other_content(message: Message) -> Found:
    for number, block in enumerate(message.content):
        if isinstance(block, OtherBlock):
            yield below("content", number), quote(block.type)


def _invalid_calls(message: Message) -> Found:
    for number, call in enumerate(message.calls):
        if not isinstance(call, ToolCall):
            yield below("calls", number), getattr(call, "reason", "it is still arriving")


_REFUSED: Final[Mapping[str, Callable[[Message], Found]]] = {
    "unfinished": _unfinished,
    "text_with_calls": _text_with_calls,
    "other_content": _other_content,
    "invalid_calls": _invalid_calls,
}
