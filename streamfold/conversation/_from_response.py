"""From the API's answer without streaming to a message.

The answer is unfolded into the events in which the API would have streamed it, and these are folded. So each rule is
the one of the fold, and none is written twice.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from .._fold import fold
from .._frozen import FrozenDict, FrozenList
from .._sent import dumped
from ..errors import StreamError
from ..limits import DEFAULT, Limits
from ..message import Message
from ..rules import STANDARD, Rules
from ._paths import below
from ._reading import Here, object_, whole
from .errors import NotAMessage


def from_response(response: Any, rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Message:
    """Make a message of the API's answer to a request that does not stream.

    *response* is a mapping as it came off the wire, or the object that the Cohere SDK made of it. All rules of a
    stream are judged, on the events in which the API would have streamed the answer: the plan, each block with its
    citations, the calls. Positions count these events; a note on an error says what of the answer it is about.

    The logprobs of the answer go to the blocks that they spell, or else to the last one. What is not known is kept.

    Raises:
        NotAMessage: it is no answer: no object, without a message, or with parts that are no list.
        StreamError: the first breach of a rule that is an error under *rules*.

    Examples:
        >>> from_response({
        ...     "id": "m",
        ...     "finish_reason": "COMPLETE",
        ...     "message": {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]},
        ...     "usage": {},
        ... }).text
        'Hello'
        >>> from_response({"message": "invalid api token"})
        Traceback (most recent call last):
            ...
        streamfold.conversation.errors.NotAMessage: message: it is 'invalid api token'; expected an object
    """
    said = list(_unfold(_answer(whole(dumped(response)))))
    try:
        return fold((each.event for each in said), rules, limits)
    except StreamError as error:
        position = error.violation.position
        path = said[position].path if position < len(said) else ""
        error.add_note(f"event {position} stands for {path or 'the answer as a whole'}")
        raise


class _Answer(NamedTuple):
    """An answer, and the lists in it."""

    fields: FrozenDict
    message: FrozenDict
    content: Sequence[Any]
    tool_calls: Sequence[Any]
    citations: Sequence[Any]
    logprobs: Sequence[Any]


class _Said(NamedTuple):
    """An event, and the path of what it stands for."""

    path: str
    event: Mapping[str, Any]


def _answer(here: Here) -> _Answer:
    if "streamfold" in here.value:
        raise NotAMessage("streamfold", "it is there", "an answer of the API; from_json reads what to_json gave")
    message = here.member("message")
    content, calls, citations = (_list(message, name) for name in ("content", "tool_calls", "citations"))
    return _Answer(here.value, message.value, content, calls, citations, _list(here, "logprobs"))


def _list(here: Here, name: str) -> Sequence[Any]:
    value = object_(here).get(name)
    if not isinstance(value, (FrozenList, type(None))):
        raise here.member(name).refused("a list")
    return value or ()


# The order in which the API streams


def _unfold(answer: _Answer) -> Iterator[_Said]:
    citing = _citing(answer.citations, len(answer.content))
    shares = _shares(answer.logprobs, answer.content)
    yield _Said("", {"type": "message-start", "id": answer.fields.get("id"), "delta": {"message": _start(answer)}})
    if (plan := answer.message.get("tool_plan")) is not None:
        yield _Said("message.tool_plan", {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": plan}}})
    yield from citing[_PLAN]
    for index, block in enumerate(answer.content):
        *grown, end = _each_said("content", index, _block(index, block, shares[index]))
        yield from (*grown, *citing[index], end)
    yield from citing[len(answer.content)]
    for index, call in enumerate(answer.tool_calls):
        yield from _each_said("tool_calls", index, _call(index, call))
    yield _Said("", {"type": "message-end", "delta": _end(answer)})


def _each_said(name: str, index: int, events: Iterable[Mapping[str, Any]]) -> list[_Said]:
    return [_Said(below(f"message.{name}", index), event) for event in events]


def _start(answer: _Answer) -> dict[str, Any]:
    return {**answer.message, "content": [], "tool_plan": "", "tool_calls": [], "citations": []}


def _end(answer: _Answer) -> dict[str, Any]:
    elsewhere = ("id", "message", "logprobs") if answer.content or not answer.logprobs else ("id", "message")
    return {name: value for name, value in answer.fields.items() if name not in elsewhere}


# Each part; what is not as it should be is for the fold to judge


def _block(index: int, block: Any, logprobs: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    kind = _kind(block)
    yield _event("content-start", index, content=_emptied(block, kind))
    if (text := _at(block, kind)) is not None:
        yield _event("content-delta", index, content={kind: text})
    yield from ({**_event("content-delta", index, content={kind: ""}), "logprobs": each} for each in logprobs)
    yield {"type": "content-end", "index": index}


def _call(index: int, call: Any) -> Iterator[Mapping[str, Any]]:
    yield _event("tool-call-start", index, tool_calls=_emptied(call, "function", "arguments"))
    if (arguments := _at(call, "function", "arguments")) is not None:
        yield _event("tool-call-delta", index, tool_calls={"function": {"arguments": arguments}})
    yield {"type": "tool-call-end", "index": index}


def _citation(index: int, citation: Any) -> Iterator[Mapping[str, Any]]:
    yield _event("citation-start", index, citations=citation)
    yield {"type": "citation-end", "index": index}


def _event(name: str, index: int, **message: Any) -> dict[str, Any]:
    return {"type": name, "index": index, "delta": {"message": message}}


def _kind(block: Any) -> str:
    return "thinking" if _at(block, "type") == "thinking" else "text"


def _at(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, FrozenDict) else None
    return value


def _emptied(value: Any, name: str, *path: str) -> Any:
    if not isinstance(value, FrozenDict):
        return value
    return {**value, name: _emptied(value.get(name), *path) if path else ""}


# What belongs to which block

_PLAN: Final = -1  # where a block has its index


def _citing(citations: Sequence[Any], blocks: int) -> Mapping[int, list[_Said]]:
    """Give the events of citations by what has to come before them; in their order, so that one may come late."""
    placed: defaultdict[int, list[_Said]] = defaultdict(list)
    targets = accumulate((_target(citation, blocks) for citation in citations), max)
    for index, (target, citation) in enumerate(zip(targets, citations, strict=True)):
        placed[target] += _each_said("citations", index, _citation(index, citation))
    return placed


def _target(citation: Any, blocks: int) -> int:
    if _at(citation, "type") == "PLAN":
        return _PLAN
    index = _at(citation, "content_index") or 0
    return index if isinstance(index, int) and 0 <= index < blocks else blocks


def _shares(logprobs: Sequence[Any], content: Sequence[Any]) -> Mapping[int, list[Any]]:
    """Give each block the logprobs that spell it; all of them to the last block, if they spell something else."""
    texts = [_string(_at(block, _kind(block))) for block in content]
    spelt = [_string(_at(each, "text")) for each in logprobs]
    ends = list(accumulate(map(len, texts[:-1]))) if "".join(spelt) == "".join(texts) else [0] * (len(texts) - 1)
    shares: defaultdict[int, list[Any]] = defaultdict(list)
    for start, each in zip(accumulate(map(len, spelt), initial=0), logprobs, strict=False):
        shares[bisect_right(ends, start)].append(each)
    return shares


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
