"""Strategies for Hypothesis: streams that are legal, broken in one way that is known, or anything at all.

Legal streams are made from the tables of order, and broken ones from the same tables and the catalogue of rules: so
what a fold is tested with and what it is held to cannot differ.

All of them shrink towards the stream that one would write by hand: one text block that ends for ``COMPLETE``; few
parts before many, one delta before several, ``a`` before any other character.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from attrs import evolve
from hypothesis import strategies as st

from .._catalogue import RULES
from .._check import check
from ..message import Message
from ..unfold import COHERE, Dialect, Split, coalesce, every, rechunk, seeded, to_jsonl, to_sse, unfold, whole
from . import _broken as order
from . import _grafts as catalogue
from ._bounds import ALPHABET, ANSWERED, FINISH_REASONS, Bounds, texts
from ._broken import Broken, Mutation
from ._kit import ADDITIONS, NUMBERS, SIDES, Added, nth, several
from ._legal import is_possible, legal, with_events
from ._mutated import mutated
from ._values import VALUES, any_event
from ._write import read_typed, written

__all__ = [
    "ALPHABET",
    "ANSWERED",
    "FINISH_REASONS",
    "Bounds",
    "Broken",
    "Chunked",
    "any_streams",
    "broken_streams",
    "chunked_bytes",
    "events",
    "messages",
    "mutated_streams",
    "prefixes",
    "rechunkings",
    "shuffled_streams",
    "streams",
    "wire_events",
    "with_additions",
]


# Legal streams


def streams(*, typed: bool = False, dialect: Dialect = COHERE, **bounds: Any) -> st.SearchStrategy[list[Any]]:
    """Give streams that the API could send, as lists of JSON objects.

    ``STRICT`` folds each of them, but for those whose generation failed: they come where *finish_reasons* has a
    reason for it. With *unseen* it is ``STANDARD`` that folds them.

    Args:
        typed: whether they are of events of ``streamfold.events`` instead, as far as those have a form for it.
        dialect: of the server that writes them; those of another than the API have no *additions*.
        bounds: the attributes of `Bounds`.

    Raises:
        ValueError: there is no legal stream within the bounds.

    Examples:
        >>> from hypothesis import find
        >>> [event["type"] for event in find(streams(), lambda events: True)]
        ['message-start', 'content-start', 'content-end', 'message-end']
        >>> [call] = [event for event in find(streams(finish_reasons=["TOOL_CALL"]), lambda events: True)
        ...           if event["type"] == "tool-call-start"]
        >>> call["delta"]["message"]["tool_calls"]["id"]
        'f_0'
    """
    drawn = _streams(Bounds(**bounds), dialect)
    return drawn if typed else drawn.map(_written)


def messages(**bounds: Any) -> st.SearchStrategy[Message]:
    """Give messages: what the streams within the bounds amount to.

    Args:
        bounds: the attributes of `Bounds`.

    Raises:
        ValueError: there is no legal stream within the bounds.

    Examples:
        >>> from hypothesis import find
        >>> find(messages(), lambda message: len(message.text) > 2).text
        'aaa'
    """
    return _streams(Bounds(**bounds), COHERE).map(folded)


def _streams(bounds: Bounds, dialect: Dialect) -> st.SearchStrategy[list[Any]]:
    if dialect != COHERE:
        told = _streams(evolve(bounds, additions=False), COHERE).map(folded)
        return st.builds(lambda message, split: unfold(message, split, dialect, typed=True), told, _SPLITS)
    return legal(bounds) | _deviating(bounds) if bounds.unseen else legal(bounds)


def _deviating(bounds: Bounds) -> st.SearchStrategy[list[Any]]:
    """Give streams that break one rule of which ``STANDARD`` only warns."""
    grafts = tuple(each for each in _mutations() if not each.of_transport and _is_deviation(each.code))
    return _broken(_seen(bounds), grafts).map(lambda broken: list(broken.events))


def _is_deviation(code: str) -> bool:
    return RULES[code].standard < RULES[code].strict


def folded(stream: Iterable[Any]) -> Message:
    """Give the message of a stream that has a message-end, whatever else is wrong with it."""
    message = check(stream).state.message()
    assert message is not None  # noqa: S101 - a legal stream has its message-end
    return message


def _written(stream: Iterable[Any]) -> list[Any]:
    return [written(event) for event in stream]


def _split(number: int) -> Split:
    return whole if number == 0 else every(1) if number == 1 else seeded(number)


_SPLITS: Final = NUMBERS.map(_split)


# Broken streams


def broken_streams(
    *, codes: Iterable[str] | None = None, transport: bool = True, **bounds: Any
) -> st.SearchStrategy[Broken]:
    """Give streams with one thing wrong, and what that is.

    Each cell of the tables of order that breaks a rule, each row of the joint rules with each of its symbols, and
    each rule of the catalogue is a way to break a stream.

    Args:
        codes: of rules; only what breaks one of these is given. None for all.
        transport: whether there may be what no list of JSON values shows: an event that cannot be read, another
            name of a server-sent event, an exception.
        bounds: the attributes of `Bounds`, for the legal stream that is broken; *finish_reasons* of a failure,
            *interleaved* and *unseen* have no part in it.

    Raises:
        ValueError: no rule has one of the codes, or nothing is left to give.

    Examples:
        >>> from hypothesis import find
        >>> broken = find(broken_streams(codes=["part-left-open"]), lambda broken: True)
        >>> broken.mutation, broken.position
        ('part-left-open: its example in a frame', 2)
        >>> [event["type"] for event in broken.events]
        ['message-start', 'content-start', 'message-end']
    """
    known = frozenset(RULES if codes is None else codes)
    if unknown := sorted(known - set(RULES)):
        raise ValueError(f"no rule has the code {', '.join(unknown)}")
    bound = _seen(Bounds(**bounds))
    ways = tuple(each for each in _mutations() if each.code in known and (transport or not each.of_transport))
    return _broken(bound, ways).map(lambda broken: evolve(broken, events=tuple(map(written, broken.events))))


def _seen(bounds: Bounds) -> Bounds:
    reasons = tuple(reason for reason in bounds.finish_reasons if reason in ANSWERED) or ANSWERED
    return evolve(bounds, finish_reasons=reasons, interleaved=False, unseen=False)


@cache
def _mutations() -> tuple[Mutation, ...]:
    told = tuple(order.mutations())
    codes = {each.code for each in told}
    return (*told, *(each for each in catalogue.mutations() if each.code not in codes))


def _broken(bounds: Bounds, ways: Iterable[Mutation]) -> st.SearchStrategy[Broken]:
    possible = _Ways(way for way in ways if is_possible(bounds, way.needs))
    if not possible:
        raise ValueError(f"no legal stream can be broken so within {bounds}")
    return _breaking(bounds, possible)


class _Ways(tuple[Mutation, ...]):
    """Ways to break a stream; Hypothesis tells of a strategy with all that it was given, and these are hundreds."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} ways>"


@st.composite
def _breaking(draw: st.DrawFn, bounds: Bounds, ways: _Ways) -> Broken:
    way = ways[sum(draw(_SUMMANDS)) % len(ways)]
    events, position = way.make(draw, legal(bounds, way.needs))
    return Broken(tuple(events), f"{way.code}: {way.name}", position, (way.code,))


# Hypothesis likes to repeat parts of what it has drawn, those of one sort at a time. By a sum over several sorts, each
# such stream is broken in another way; by one number, most of them would be broken alike, and many ways never tried.
_NUMBER: Final = st.integers(0, 127)
_SORTS: Final[tuple[st.SearchStrategy[int], ...]] = (
    _NUMBER,
    st.sampled_from(range(128)),
    st.characters(max_codepoint=127).map(ord),
    st.binary(min_size=1, max_size=1).map(sum),
    st.lists(_NUMBER, min_size=1, max_size=1).map(sum),
    st.integers(0, 63) | st.integers(64, 127),
)
_SUMMANDS: Final = st.tuples(*_SORTS, *_SORTS)


def prefixes(streams: st.SearchStrategy[Sequence[Any]] = streams()) -> st.SearchStrategy[list[Any]]:  # noqa: B008 - strategies are values
    """Give beginnings of streams that end before their message-end, the shortest being empty.

    Examples:
        >>> from hypothesis import find
        >>> [event["type"] for event in find(prefixes(streams(additions=False)), lambda events: len(events) > 2)]
        ['message-start', 'content-start', 'content-end']
    """
    return _prefixes(streams)


@st.composite
def _prefixes(draw: st.DrawFn, streams: st.SearchStrategy[Sequence[Any]]) -> list[Any]:
    number = draw(NUMBERS)
    events = list(draw(streams))
    ends = [place for place, event in enumerate(events) if _type_of(event) == "message-end"]
    return events[: number % ([*ends, len(events)][0] + 1)]


def _type_of(event: Any) -> Any:
    return event.get("type") if isinstance(event, dict) else getattr(event, "wire_type", None)


# Any streams


def events(
    *, max_size: int = Bounds().max_size, alphabet: str | st.SearchStrategy[str] = ALPHABET
) -> st.SearchStrategy[Any]:
    """Give single events of ``streamfold.events``, of any kind, index and text.

    Examples:
        >>> from hypothesis import find
        >>> find(events(), lambda event: event.wire_type == "content-delta" and len(event.text or "") > 1).text
        'aa'
    """
    return any_event(texts(alphabet, max_size))


def wire_events(
    *, max_size: int = Bounds().max_size, alphabet: str | st.SearchStrategy[str] = ALPHABET
) -> st.SearchStrategy[dict[str, Any]]:
    """Give single events as JSON objects, of any kind, index and text.

    Examples:
        >>> from hypothesis import find
        >>> find(wire_events(), lambda event: event["type"] == "content-end")
        {'type': 'content-end', 'index': 0}
    """
    return events(max_size=max_size, alphabet=alphabet).map(written)


def shuffled_streams(*, max_events: int = 12) -> st.SearchStrategy[list[Any]]:
    """Give events of any kind in any order.

    Examples:
        >>> from hypothesis import find
        >>> find(shuffled_streams(), lambda events: True)
        []
    """
    return st.lists(wire_events(), max_size=max_events)


def mutated_streams(*, max_mutations: int = 4, **bounds: Any) -> st.SearchStrategy[list[Any]]:
    """Give legal streams with a few things wrong, whatever they break.

    Events are dropped, doubled, swapped, delayed, put in, cut off, given another index, or spoilt: any value in the
    place of any part of them.

    Args:
        max_mutations: how many things are wrong at most.
        bounds: the attributes of `Bounds`, for the legal stream.

    Examples:
        >>> from hypothesis import find
        >>> [event["type"] for event in find(mutated_streams(), lambda events: True)]
        ['content-start', 'content-end', 'message-end']
    """
    return mutated(streams(**bounds), wire_events() | VALUES, max_mutations)


def any_streams(**bounds: Any) -> st.SearchStrategy[list[Any]]:
    """Give whatever may come: legal and broken streams, shuffled events, any JSON values.

    Args:
        bounds: the attributes of `Bounds`, for the streams that are or were legal.

    Examples:
        >>> from hypothesis import find
        >>> find(any_streams(), lambda events: len(events) == 1 and not isinstance(events[0], dict))
        [None]
    """
    broken = broken_streams(transport=False, **bounds).map(lambda broken: list(broken.events))
    values = st.lists(VALUES, max_size=4)
    return st.one_of(streams(**bounds), broken, mutated_streams(**bounds), shuffled_streams(), values)


# Other forms of one stream


def rechunkings(events: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    """Give other cuts of the same text: *events* with their deltas joined, or split; the same where there is no other.

    It needs the events, not a strategy: ``streams().flatmap(rechunkings)``, or ``data.draw(rechunkings(events))``.

    Examples:
        >>> from hypothesis import find
        >>> delta = {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "Hi"}}}
        >>> again = find(rechunkings([delta]), lambda events: len(events) > 1)
        >>> [event["delta"]["message"]["tool_plan"] for event in again]
        ['H', 'i']
    """
    return NUMBERS.map(lambda number: rechunked(list(events), number))


def rechunked(events: list[Any], number: int) -> list[Any]:
    """Give one of the other cuts of *events*."""
    joined = coalesce(events)
    drawn = rechunk(joined if number % 2 else events, _split(number // 2))
    others = (cut for cut in (drawn, joined, rechunk(events, every(1))) if cut != events)
    return next(others, events)


def with_additions(events: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    """Give *events*, JSON objects, with what the API may add without notice: events and fields that are not known.

    Examples:
        >>> from hypothesis import find
        >>> find(with_additions([{"type": "content-end", "index": 0}]), lambda events: len(events) > 1)[1]
        {'type': 'debug', 'prompt': '<|USER|>Hello'}
    """
    return ADDED.map(lambda added: with_added(events, added))


def with_added(events: Sequence[Any], added: Iterable[Added]) -> list[Any]:
    """Give *events*, JSON objects, with some of what the API may add."""
    return _written(with_events([read_typed(event) for event in events], added))


@st.composite
def _added(draw: st.DrawFn) -> list[Added]:
    return several(_numbers(draw, 5), [each for each in ADDITIONS if each.what is not None], 4, 1)


def _numbers(draw: st.DrawFn, count: int) -> Iterator[int]:
    return iter([draw(NUMBERS) for _ in range(count)])


ADDED: Final = _added()


Form: TypeAlias = Literal["sse", "jsonl"]


class Chunked(NamedTuple):
    """A stream as bytes that were cut anywhere.

    Attributes:
        events: what they say.
        form: ``"sse"`` or ``"jsonl"``.
        chunks: the bytes; a chunk may be empty.
    """

    events: list[Any]
    form: Form
    chunks: tuple[bytes, ...]


def chunked_bytes(streams: st.SearchStrategy[Sequence[Any]] = streams()) -> st.SearchStrategy[Chunked]:  # noqa: B008 - strategies are values
    """Give streams as server-sent events or JSON lines, cut between any two bytes.

    Examples:
        >>> from hypothesis import find
        >>> chunked = find(chunked_bytes(), lambda chunked: len(chunked.chunks) > 1)
        >>> [len(chunk) > 0 for chunk in chunked.chunks]
        [False, True]
    """
    return _chunked(streams)


@st.composite
def _chunked(draw: st.DrawFn, streams: st.SearchStrategy[Sequence[Any]]) -> Chunked:
    (form, write), cuts = nth(draw(NUMBERS), _FORMS), several(_numbers(draw, 7), range(SIDES), 6)
    events = draw(streams)
    is_lone_list = len(events) == 1 and isinstance(events[0], list)  # which is no line of JSON
    form, write = _FORMS[0] if is_lone_list else (form, write)
    data = write(events)
    ends = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    chunks = tuple(data[start:end] for start, end in pairwise(ends))
    return Chunked(list(events), form, chunks)


_FORMS: Final[tuple[tuple[Form, Callable[[Iterable[Any]], bytes]], ...]] = (("sse", to_sse), ("jsonl", to_jsonl))
