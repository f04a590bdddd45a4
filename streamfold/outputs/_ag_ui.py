"""AG-UI: the events that a user interface takes, out of what changes while an answer arrives."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from attrs import asdict

from .._frozen import thaw
from ..conversation import to_response
from ..live import (
    BlockOpened,
    CallClosed,
    CallOpened,
    Change,
    CitationOpened,
    CitationResolved,
    EventKept,
    MessageEnded,
    PartClosed,
    PartGrew,
    RuleBroken,
)
from ..message import Citation, InvalidToolCall, Message

Told: TypeAlias = Iterator[dict[str, Any]]


def to_ag_ui(changes: Iterable[Change], message_id: str) -> Told:
    """Yield the AG-UI events for *changes*, which are all of one message, from its first.

    A text block is a text message, a thinking block a reasoning message, each with an id of its own under
    *message_id*. The tool plan, which has no end on the wire, comes in ``REASONING_MESSAGE_CHUNK``. What AG-UI has no
    event for comes in ``CUSTOM`` events: ``citation``, ``invalid_tool_call``, ``rule_broken``, ``message_end``, and
    ``content_start`` and ``content_delta`` for a block of an unknown type. An event that is not known comes ``RAW``.
    A failed generation is a ``RUN_ERROR``. Where a run starts and finishes is yours to tell.

    Examples:
        >>> from streamfold import State, step
        >>> from streamfold.live import changes
        >>> start = {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text"}}}}
        >>> state = step(State(), {"type": "message-start", "id": "m", "delta": {"message": {"role": "assistant"}}})
        >>> list(to_ag_ui(changes(state, step(state, start)), "m"))
        [{'type': 'TEXT_MESSAGE_START', 'messageId': 'm/text/0', 'role': 'assistant'}]
    """
    calls: dict[int, str] = {}
    for change in changes:
        yield from _TOLD.get(type(change), _nothing)(change, message_id, calls)


_Tell: TypeAlias = Callable[[Any, str, dict[int, str]], Told]


def _nothing(_change: Any, _message_id: str, _calls: dict[int, str]) -> Told:
    yield from ()


def _named(change: BlockOpened | PartGrew | PartClosed, message_id: str) -> dict[str, Any]:
    return {"messageId": f"{message_id}/{change.kind}/{change.index}"}


_STARTS: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    "text": ({"type": "TEXT_MESSAGE_START", "role": "assistant"},),
    "thinking": ({"type": "REASONING_START"}, {"type": "REASONING_MESSAGE_START", "role": "reasoning"}),
}
_GROWTHS: Final[Mapping[str, str]] = {
    "text": "TEXT_MESSAGE_CONTENT",
    "thinking": "REASONING_MESSAGE_CONTENT",
    "plan": "REASONING_MESSAGE_CHUNK",
}
_ENDS: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    "text": ({"type": "TEXT_MESSAGE_END"},),
    "thinking": ({"type": "REASONING_MESSAGE_END"}, {"type": "REASONING_END"}),
}


def _open_block(change: BlockOpened, message_id: str, _: dict[int, str]) -> Told:
    if change.kind == "other":
        yield _custom("content_start", {"index": change.index, "type": change.type})
        return
    for event in _STARTS[change.kind]:
        yield {"type": event["type"], **_named(change, message_id), **event}


def _grow(change: PartGrew, message_id: str, calls: dict[int, str]) -> Told:
    if change.kind == "call":
        yield {"type": "TOOL_CALL_ARGS", "toolCallId": calls[change.index], "delta": change.text}
    elif change.kind == "other":
        yield _custom("content_delta", {"index": change.index, "text": change.text})
    else:
        yield {"type": _GROWTHS[change.kind], **_named(change, message_id), "delta": change.text}


def _close(change: PartClosed, message_id: str, _: dict[int, str]) -> Told:
    for event in _ENDS.get(change.kind, ()):
        yield {**event, **_named(change, message_id)}


def _open_call(change: CallOpened, message_id: str, calls: dict[int, str]) -> Told:
    if change.index in calls:
        return  # its first delta came before its start, and AG-UI was told then
    calls[change.index] = change.id or f"{message_id}/call/{change.index}"
    call = {"toolCallId": calls[change.index], "toolCallName": change.name or ""}
    yield {"type": "TOOL_CALL_START", **call, "parentMessageId": message_id}


def _close_call(change: CallClosed, _message_id: str, calls: dict[int, str]) -> Told:
    yield {"type": "TOOL_CALL_END", "toolCallId": calls.pop(change.call.index)}
    if isinstance(change.call, InvalidToolCall):
        yield _custom("invalid_tool_call", asdict(change.call))


def _custom(name: str, value: Any) -> dict[str, Any]:
    return {"type": "CUSTOM", "name": name, "value": value}


def _cite(change: CitationOpened | CitationResolved, _message_id: str, _calls: dict[int, str]) -> Told:
    yield _custom("citation", _cited(change.citation))


def _cited(citation: Citation) -> dict[str, Any]:
    [told] = to_response(Message(citations=(citation,)))["message"]["citations"]
    return {**told, "index": citation.index, "target": citation.target and asdict(citation.target)}


def _keep(change: EventKept, _message_id: str, _calls: dict[int, str]) -> Told:
    yield {"type": "RAW", "event": thaw(change.kept.event), "source": "cohere"}


def _break(change: RuleBroken, _message_id: str, _calls: dict[int, str]) -> Told:
    broken = change.violation
    yield _custom("rule_broken", {"code": broken.code, "position": broken.position, "text": str(broken)})


def _end(change: MessageEnded, _message_id: str, _calls: dict[int, str]) -> Told:
    told = to_response(Message(id=change.id, finish_reason=change.finish_reason, usage=change.usage))
    yield _custom("message_end", told)
    if change.finish_reason in ("ERROR", "TIMEOUT"):
        failed = {"type": "RUN_ERROR", "message": change.error or "the generation failed"}
        yield failed | {"code": change.error_type or change.finish_reason}


_TOLD: Final[Mapping[type[Any], _Tell]] = {
    BlockOpened: _open_block,
    CallOpened: _open_call,
    PartGrew: _grow,
    PartClosed: _close,
    CallClosed: _close_call,
    CitationOpened: _cite,
    CitationResolved: _cite,
    EventKept: _keep,
    RuleBroken: _break,
    MessageEnded: _end,
}
