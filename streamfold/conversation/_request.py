"""From a finished message to the assistant message of the next request."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from .._citations import resolve
from .._jsonable import given, plain
from .._quote import quote
from .._text import Text
from .._to_wire import source_to_wire
from ..message import Citation, Message, OtherBlock, Target, ToolCall
from ._paths import below
from ._refusals import answerable, judge
from ._sending import DEFAULT, Sending
from .errors import NotSendable


def to_request(message: Message, sending: Sending = DEFAULT) -> dict[str, Any]:
    """Give *message* as the assistant message of the next request.

    It holds what the API takes there (Cohere API reference, "chat", ``AssistantMessageV2``): the blocks that are not
    empty, the tool plan, the calls that can be made, and citations whose spans count in what is sent. Arguments are
    the characters that arrived; where these are no arguments, ``""`` or ``null``, they are ``"{}"``.

    Raises:
        NotSendable: the API would refuse it, or it would not be true; *sending* says what to do about it.

    Examples:
        >>> from streamfold import Message, TextBlock
        >>> to_request(Message(id="m", content=(TextBlock("Hi"),), finish_reason="COMPLETE"))
        {'role': 'assistant', 'content': [{'type': 'text', 'text': 'Hi'}]}
    """
    calls = answerable(message)
    judge(message, sending)
    runs = list(_runs(message, sending))
    said = given(
        {
            "content": [{"type": run.kind, run.kind: run.text} for run in runs if run.kind in ("text", "thinking")],
            "tool_plan": _BETWEEN.join(run.text for run in runs if run.kind == _PLAN) or None,
            "tool_calls": list(map(_call, calls)),
        }
    )
    if not said:
        raise NotSendable("empty")
    citations = list(_citations(message.citations, runs)) if sending.citations == "keep" else []
    request: dict[str, Any] = plain({"role": "assistant", **said, **given({"citations": citations})})
    return request


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = call.raw_arguments if "{" in call.raw_arguments else "{}"
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


# Texts, and what becomes of each


class _Run(NamedTuple):
    """A text of the message.

    Attributes:
        target: what citations call it.
        kind: what it is in the request: ``text``, ``thinking``, ``tool_plan``; None where it is left out.
    """

    target: Target
    text: str
    kind: str | None


_PLAN: Final = "tool_plan"
_BETWEEN: Final = "\n"  # between texts that become one plan

# What a text is; the choice that decides about it; what it becomes. Where the choice is not named, it is left out.
_WAYS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "text": ("text_with_calls", {"as tool plan": _PLAN}),
    _PLAN: ("tool_plan", {"keep": _PLAN, "as thinking": "thinking"}),
    "thinking": ("thinking", {"keep": "thinking"}),
}


def _runs(message: Message, sending: Sending) -> Iterator[_Run]:
    ways = {kind: way for kind, way in _WAYS.items() if kind != "text" or message.tool_calls}
    plan = message.tool_plan or ""
    yield _Run(Target("tool_plan"), plan, _become(plan and _PLAN, sending, ways))
    for block in message.content:
        kind = "" if isinstance(block, OtherBlock) else block.text and block.type
        yield _Run(Target("content", block.index), block.text, _become(kind, sending, ways))


def _become(kind: str | None, sending: Sending, ways: Mapping[str, tuple[str, Mapping[str, str]]]) -> str | None:
    for each, (choice, becomes) in ways.items():
        if kind == each:
            kind = becomes.get(getattr(sending, choice))
    return kind or None


# Citations, and where their targets went


class _Spot(NamedTuple):
    """Where a text went.

    Attributes:
        kind: what it is in the request; None where it was left out.
        block: its place in the content of the request.
        offset: how many code points stand before it in the same text.
    """

    text: Text
    kind: str | None
    block: int
    offset: int


def _spots(runs: Iterable[_Run]) -> Mapping[Target, _Spot]:
    spots, blocks, offset = {}, 0, 0
    for run in runs:
        if run.kind == _PLAN:
            spots[run.target] = _Spot(Text(run.text), run.kind, 0, offset)
            offset += len(run.text) + len(_BETWEEN)
        else:
            spots[run.target] = _Spot(Text(run.text), run.kind, blocks, 0)
            blocks += run.kind is not None
    return spots


def _citations(citations: Iterable[Citation], runs: Iterable[_Run]) -> Iterator[dict[str, Any]]:
    spots = _spots(runs)
    for number, citation in enumerate(citations):
        spot = None if citation.target is None else spots.get(citation.target)
        if spot is None or resolve(spot.text, citation.start, citation.end, citation.text).verdict != "fits":
            raise NotSendable("citations", below("citations", number), quote(citation.text))
        if spot.kind is not None:
            yield _citation(citation, spot, _TYPES[spot.kind])


_TYPES: Final[Mapping[str, str]] = {"text": "TEXT_CONTENT", "thinking": "THINKING_CONTENT", _PLAN: "PLAN"}


def _citation(citation: Citation, spot: _Spot, cited: str) -> dict[str, Any]:
    return given(
        {
            "start": citation.start + spot.offset,
            "end": citation.end + spot.offset,
            "text": citation.text,
            "sources": list(map(source_to_wire, citation.sources)),
            "type": cited,
            "content_index": spot.block or None,
        }
    )
