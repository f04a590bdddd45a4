"""From changes to what they amount to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, Final

from attrs import evolve

from .._quote import quote
from ..message import OpenToolCall, OtherBlock, Partial, TextBlock, ThinkingBlock
from ._change import (
    BlockOpened,
    CallClosed,
    CallOpened,
    Change,
    CitationOpened,
    CitationResolved,
    EventKept,
    MessageBegan,
    MessageEnded,
    PartClosed,
    PartGrew,
    RuleBroken,
)

NOTHING: Final = Partial()


def replay(changes: Iterable[Change], view: Partial = NOTHING) -> Partial:
    """Give *view* after some changes: all those from ``State()`` to a state give the ``partial()`` of that state.

    Raises:
        ValueError: a change is about something that is not in the view.
        TypeError: one of *changes* is none.

    Examples:
        >>> from streamfold import State, events, step
        >>> from streamfold.live import changes
        >>> state = step(State(), events.MessageStart("m", "assistant"))
        >>> replay(changes(State(), state)) == state.partial()
        True
    """
    return reduce(apply, changes, view)


def apply(view: Partial, change: Change) -> Partial:
    """Give *view* after one change.

    A part that grows is copied; what shows a long text may rather append to it.

    Raises:
        ValueError: *change* is about something that is not in the view.
        TypeError: it is no change.

    Examples:
        >>> apply(Partial(tool_plan="Look"), PartGrew("plan", 0, 4, " up.")).tool_plan
        'Look up.'
        >>> apply(Partial(), PartGrew("text", 0, 0, "a"))
        Traceback (most recent call last):
            ...
        ValueError: the view has nothing for PartGrew(kind='text', index=0, offset=0, text='a', logprobs=()) to be about
    """
    take = _TAKE.get(type(change))
    if take is None:
        raise TypeError(f"expected a change, got {quote(change)}")
    return take(view, change)


def _begin(view: Partial, change: MessageBegan) -> Partial:
    return evolve(view, id=change.id, role=change.role)


def _open_block(view: Partial, change: BlockOpened) -> Partial:
    block = _BLOCKS[change.kind](change)
    return _opened(evolve(view, content=(*view.content, block)), "content", change.index)


_BLOCKS: Final[Mapping[str, Callable[[BlockOpened], Any]]] = {
    "text": lambda change: TextBlock("", change.index),
    "thinking": lambda change: ThinkingBlock("", change.index),
    "other": lambda change: OtherBlock(change.type, "", change.index),
}


def _open_call(view: Partial, change: CallOpened) -> Partial:
    call = OpenToolCall(change.id, change.name, "", change.index, change.type)
    if ("call", change.index) not in view.open:
        return _opened(evolve(view, calls=(*view.calls, call)), "call", change.index)
    return evolve(view, calls=_put(view.calls, change, lambda was: evolve(call, raw_arguments=was.raw_arguments)))


def _grow(view: Partial, change: PartGrew) -> Partial:
    if change.kind == "plan":
        return evolve(view, tool_plan=_grown(view.tool_plan or "", change))
    if change.kind == "call":
        return evolve(view, calls=_put(view.calls, change, lambda was: _with(was, change, "raw_arguments")))
    name = "thinking" if change.kind == "thinking" else "text"
    return evolve(
        view, content=_put(view.content, change, lambda was: _with_logprobs(_with(was, change, name), change))
    )


def _with(part: Any, change: PartGrew, name: str) -> Any:
    return evolve(part, **{name: _grown(getattr(part, name), change)})


def _with_logprobs(block: Any, change: PartGrew) -> Any:
    return evolve(block, logprobs=(*block.logprobs, *change.logprobs))


def _grown(text: str, change: PartGrew) -> str:
    if change.offset > len(text):
        raise _alien(change)
    return text[: change.offset] + change.text


def _close_part(view: Partial, change: PartClosed) -> Partial:
    return _closed(view, "citation" if change.kind == "citation" else "content", change.index)


def _close_call(view: Partial, change: CallClosed) -> Partial:
    calls = _put(view.calls, change, lambda _: change.call)
    return _closed(evolve(view, calls=calls), "call", change.index)


def _open_citation(view: Partial, change: CitationOpened) -> Partial:
    return _opened(evolve(view, citations=(*view.citations, change.citation)), "citation", change.citation.index)


def _resolve(view: Partial, change: CitationResolved) -> Partial:
    if change.place >= len(view.citations):
        raise _alien(change)
    before, after = view.citations[: change.place], view.citations[change.place + 1 :]
    return evolve(view, citations=(*before, change.citation, *after))


def _keep(view: Partial, change: EventKept) -> Partial:
    return evolve(view, kept=(*view.kept, change.kept))


def _violate(view: Partial, change: RuleBroken) -> Partial:
    return evolve(view, violations=(*view.violations, change.violation))


def _end(view: Partial, change: MessageEnded) -> Partial:
    told = {name: getattr(change, name) for name in ("id", "finish_reason", "error", "error_type", "usage")}
    return evolve(view, **told)


_TAKE: Final[Mapping[type, Callable[[Partial, Any], Partial]]] = {
    MessageBegan: _begin,
    BlockOpened: _open_block,
    CallOpened: _open_call,
    PartGrew: _grow,
    PartClosed: _close_part,
    CallClosed: _close_call,
    CitationOpened: _open_citation,
    CitationResolved: _resolve,
    EventKept: _keep,
    RuleBroken: _violate,
    MessageEnded: _end,
}


def _opened(view: Partial, kind: str, index: int) -> Partial:
    return evolve(view, open=(*view.open, (kind, index)))


def _closed(view: Partial, kind: str, index: int) -> Partial:
    return evolve(view, open=tuple(key for key in view.open if key != (kind, index)))


def _put(parts: Sequence[Any], change: Any, make: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Give *parts* with another one in the place of the latest that has the index of *change*."""
    place = next((place for place in reversed(range(len(parts))) if parts[place].index == change.index), None)
    if place is None:
        raise _alien(change)
    return (*parts[:place], make(parts[place]), *parts[place + 1 :])


def _alien(change: Any) -> ValueError:
    return ValueError(f"the view has nothing for {quote(change, 200)} to be about")
