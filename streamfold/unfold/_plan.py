"""The events that say a message, all but what it kept beside."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from math import inf
from typing import Any, Final, NamedTuple

from attrs import evolve

from .. import events as on
from .._book import PLAN_KEY, Key
from .._catalogue import NONE
from .._citations import utf16_length
from .._event_rules import FAILED
from .._frozen import FrozenDict
from .._usage import to_wire as usage_to_wire
from ..message import Block, Call, Citation, Message
from ._dialect import Dialect
from ._splits import Split, cut


class _Part(NamedTuple):
    """A part that is to be said.

    Attributes:
        start, end: its events; None where it has none.
        grow: makes a delta of some characters, and of their logprobs if there are any.
    """

    key: Key
    start: on.Event | None
    text: str
    grow: Callable[[str, FrozenDict | None], on.Event]
    end: on.Event | None
    logprobs: tuple[FrozenDict, ...] = ()


class _Due(NamedTuple):
    """A citation that comes once its part has said so many characters."""

    said: int
    citation: on.CitationStart


def plan(message: Message, split: Split, dialect: Dialect) -> Iterator[on.Event]:
    """Yield the events that say *message*, in the order of the grammar."""
    parts = _parts(message, dialect)
    due = _due(message, parts, dialect)
    yield _begin(message, dialect)
    for number, part in enumerate(parts):
        yield from _say(part, due[number], split, dialect)
    yield from _cite(deque(due[-1]))
    yield _finish(message, dialect)


def _begin(message: Message, dialect: Dialect) -> on.MessageStart:
    start = on.MessageStart(message.id, message.role)
    return on.MessageStart(message.id, message.role, NONE, "", NONE, NONE) if dialect.placeholders else start


def _finish(message: Message, dialect: Dialect) -> on.MessageEnd:
    usage = None if message.usage is None else FrozenDict(usage_to_wire(message.usage))
    its = message.id if dialect.end_id else None
    return on.MessageEnd(message.finish_reason, usage, message.error, message.error_type, its)


# Parts


def _parts(message: Message, dialect: Dialect) -> list[_Part]:
    plans = [] if message.tool_plan is None else [_plan(message.tool_plan)]
    empty = "" if dialect.empty_texts else None
    blocks = [_block(block, empty) for block in message.content]
    if message.finish_reason in FAILED and not dialect.closes_failed and blocks and not message.calls:
        blocks[-1] = blocks[-1]._replace(end=None)
    return [*plans, *blocks, *(_call(call, empty) for call in message.calls)]


def _plan(text: str) -> _Part:
    return _Part(PLAN_KEY, None, text, lambda delta, _: on.ToolPlanDelta(delta), None)


def _block(block: Block, empty: str | None) -> _Part:
    name = "thinking" if block.type == "thinking" else "text"
    held: dict[str, Any] = {name: empty} if block.type == name else {}
    return _Part(
        ("content", block.index),
        on.ContentStart(block.index, block.type, **held),
        block.text,
        partial(_think if name == "thinking" else _write, block.index),
        on.ContentEnd(block.index),
        block.logprobs,
    )


def _write(index: int, text: str, logprobs: FrozenDict | None) -> on.ContentDelta:
    return on.ContentDelta(index, text, None, logprobs)


def _think(index: int, thinking: str, logprobs: FrozenDict | None) -> on.ContentDelta:
    return on.ContentDelta(index, None, thinking, logprobs)


def _call(call: Call, empty: str | None) -> _Part:
    return _Part(
        ("call", call.index),
        on.ToolCallStart(call.index, call.id, call.type, call.name, empty),
        call.raw_arguments,
        lambda text, _: on.ToolCallDelta(call.index, text),
        None if getattr(call, "reason", "") == "left open" else on.ToolCallEnd(call.index),
    )


def _say(part: _Part, due: Sequence[_Due], split: Split, dialect: Dialect) -> Iterator[on.Event]:
    deltas, start = _deltas(part, due, split), part.start
    if isinstance(start, on.ToolCallStart) and dialect.filled_calls and deltas:
        start = evolve(start, arguments=deltas.pop(0)[0])
    waiting, said = deque(due), 0
    yield from filter(None, [start])
    for text, logprobs in deltas:
        said += len(text)
        yield part.grow(text, logprobs)
        yield from _cite(waiting, said)
    yield from _cite(waiting, len(part.text))
    yield from filter(None, [part.end])
    yield from _cite(waiting)


def _deltas(part: _Part, due: Sequence[_Due], split: Split) -> list[tuple[str, FrozenDict | None]]:
    """Cut the text of a part; logprobs go with their own characters if these are what they tell, else in turn."""
    tokens = [str(each.get("text", "")) for each in part.logprobs]
    if tokens and "".join(tokens) == part.text:
        return list(zip(tokens, part.logprobs, strict=True))
    pieces = cut(part.text, (each.said for each in due), split)
    least = [""] if part.start is None else []  # without a delta there would be no plan
    return [(text or "", logprobs) for text, logprobs in zip_longest(pieces or least, part.logprobs)]


# Citations


def _due(message: Message, parts: Sequence[_Part], dialect: Dialect) -> list[list[_Due]]:
    """Give the citations of each part, and last those of none, in the order of the message.

    A citation comes in what it cites, but not before the one in front of it.
    """
    due: list[list[_Due]] = [[] for _ in (*parts, None)]
    targets = {part.key: number for number, part in enumerate(parts) if part.key[0] != "call"}
    place = (0 if targets else len(parts), 0)
    for citation in message.citations:
        start = _citation(citation)
        number = targets.get(_aimed(citation))
        if number is not None:
            text = parts[number].text
            place = max(place, (number, _SAID[dialect.citations](citation.end, len(text))))
            start = _counted(start, text) if citation.units == "UTF-16" else start
        due[place[0]].append(_Due(place[1], start))
    return due


_SAID: Final[Mapping[str, Callable[[int, int], int]]] = {
    "behind their text": min,
    "behind the last delta": lambda _, length: length,
    "behind the end": lambda _, length: length + 1,
}


def _aimed(citation: Citation) -> Key:
    """Give the key of what a citation cites; where it has no target, of what it says."""
    if citation.type == "PLAN":
        return PLAN_KEY
    said = citation.content_index or 0
    return "content", said if citation.target is None else citation.target.index


def _citation(citation: Citation) -> on.CitationStart:
    return on.CitationStart(
        citation.index,
        citation.start,
        citation.end,
        citation.text,
        citation.sources,
        citation.type,
        citation.content_index,
    )


def _counted(start: on.CitationStart, text: str) -> on.CitationStart:
    return evolve(start, start=utf16_length(text[: start.start]), end=utf16_length(text[: start.end]))


def _cite(waiting: deque[_Due], said: float = inf) -> Iterator[on.Event]:
    while waiting and waiting[0].said <= said:
        start = waiting.popleft().citation
        yield start
        yield on.CitationEnd(start.index)
