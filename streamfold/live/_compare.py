"""From two states to what changed between them, at a cost that what came before does not raise."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from .. import events as on
from .._assemble import call_of, citations_of
from .._book import NO_TEXT, Book, Part, Stage, find, is_planning
from .._state import State, settled
from .._text import Text
from .._usage import usage
from ..message import Citation
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
from ._parts import Pair, changed_parts, since, unrelated


def changes(old: State, new: State) -> tuple[Change, ...]:
    """Tell what changed from *old* to *new*, a later state of the same stream.

    Applied to ``old.partial()`` in their order, the changes give ``new.partial()``. That the message began comes
    first, then what is about its parts, in the order of their starts, then all else. A part that grew by many deltas
    grew once.

    The time that it takes does not grow with what came before *old*, but with the parts that are open; and a citation
    that came before its text is looked at whenever that text grows.

    Raises:
        ValueError: *new* is no later state of *old*. Only what is cheap to see is looked at: where two streams differ
            in nothing but what came long ago, the changes may mean nothing.

    Examples:
        >>> from streamfold import State, events, step
        >>> begun = step(State(), events.MessageStart("m", "assistant"))
        >>> old = step(begun, events.ToolPlanDelta("Look"))
        >>> changes(old, step(old, events.ToolPlanDelta(" up.")))
        (PartGrew(kind='plan', index=0, offset=4, text=' up.', logprobs=()),)
        >>> changes(old, begun)
        Traceback (most recent call last):
            ...
        ValueError: the second state is no later one of the first state's stream
    """
    pairs = changed_parts(old, new)
    parts = [change for was, part in pairs for change in _TELL[part.kind](was, part, new)]
    parts += _resolved(old, new, pairs)
    before, after = old.book, new.book  # neither violations nor the frame of a message wait to be settled
    return tuple(parts) if before is after else (*_begun(before, after), *parts, *_noted(before, after))


# What is told of each kind of part


def _tell_block(was: Part | None, part: Part, _: State) -> Iterator[Change]:
    kind: Any = part.symbol
    if was is None:
        yield BlockOpened(kind, part.index, part.start.type if kind == "other" else kind)
    yield from _growth(was, part)
    if part.stage is Stage.CLOSED:
        yield PartClosed(kind, part.index)


def _tell_call(was: Part | None, part: Part, _: State) -> Iterator[Change]:
    if was is None or was.start != part.start:
        start = part.start or on.ToolCallStart(type=None)
        yield CallOpened(part.index, start.id, start.name, start.type)
    yield from _growth(was, part)
    if part.stage is Stage.CLOSED:
        call: Any = call_of(part)  # it is closed, so it is none whose arguments still arrive
        yield CallClosed(call)


def _tell_plan(was: Part | None, part: Part, _: State) -> Iterator[Change]:
    yield from _growth(was, part) if was else (PartGrew("plan", 0, 0, str(part.text)),)


def _tell_citation(was: Part | None, part: Part, new: State) -> Iterator[Change]:
    if was is None:
        yield CitationOpened(_read(settled(new), part))
    if part.stage is Stage.CLOSED:
        yield PartClosed("citation", part.index)


_TELL: Final[Mapping[str, Callable[[Part | None, Part, State], Iterator[Change]]]] = {
    "content": _tell_block,
    "call": _tell_call,
    "plan": _tell_plan,
    "citation": _tell_citation,
}


def _growth(was: Part | None, part: Part) -> Iterator[Change]:
    before = NO_TEXT if was is None else was.text
    offset, text = _added(before, part.text)
    logprobs = part.logprobs.since(0 if was is None else len(was.logprobs))
    if text or logprobs:
        kind: Any = part.symbol
        yield PartGrew(kind, part.index, offset, text, tuple(logprobs))


def _added(old: Text, new: Text) -> tuple[int, str]:
    """Give what *new* has beside *old*, and where that begins."""
    if new.tail is old.tail and new.count >= old.count:
        return old.length, "".join(new.tail[old.count : new.count])
    last = max(old.length - 1, 0)
    before, after = old.slice(last, old.length), new.slice(last, new.length)
    if after.startswith(before):
        return old.length, after[len(before) :]
    if not ("\ud800" <= before <= "\udbff" and after > "\uffff"):
        raise unrelated()
    return last, after


# What is told of the message


def _begun(old: Book, new: Book) -> Iterator[Change]:
    if old.start is None and new.start is not None:
        yield MessageBegan(new.start.id, new.start.role)


def _noted(old: Book, new: Book) -> Iterator[Change]:
    yield from map(EventKept, since(old.kept, new.kept))
    yield from map(RuleBroken, since(old.violations, new.violations))
    if old.end is None and new.end is not None:
        yield _ended(new, new.end)


def _ended(book: Book, end: on.MessageEnd) -> MessageEnded:
    known = None if book.start is None else book.start.id
    its = end.id if known is None else known
    return MessageEnded(its, end.finish_reason, end.error, end.error_type, usage(end.usage))


# What citations cite


def _resolved(old: State, new: State, pairs: Iterable[Pair]) -> list[Change]:
    """Tell which citations of before read differently, now that some parts have changed."""
    changed = [part for _, part in pairs if part.kind in ("content", "plan")]
    before = settled(old)
    citations = {citation.since for part in changed for citation in _unsettled(before, part)}
    if not citations:
        return []
    after = settled(new)
    read = [
        (place, _read(before, each), _read(after, each))
        for place, each in enumerate(_by_start(after))
        if each.since in citations
    ]
    return [CitationResolved(place, now) for place, was, now in read if was != now]


def _unsettled(old: Book, part: Part) -> Iterable[Part]:
    """Give the citations that may read differently, since *part* changed: those that waited for it.

    Where they may be of another part with its key, or it went on after it was complete or within a character, that is
    all that cite it.
    """
    before = find(old, part.key)
    is_first = is_planning(old) if part.kind == "plan" else old.contents.find(part.index) is None
    if is_first and (before is None or (before.since == part.since and not before.text.ends_in_half())):
        return old.waiting.get(part.key, ())
    return [citation for citation in _by_start(old) if citation.cites == part.key]


def _by_start(book: Book) -> list[Part]:
    opened = [part for part in book.open.values() if part.kind == "citation"]
    return sorted((*book.citations, *opened), key=lambda citation: citation.since)


def _read(book: Book, citation: Part) -> Citation:
    return next(citations_of(book, (citation,)))
