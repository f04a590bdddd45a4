"""The order of a stream, as tables.

The language that the API speaks, in EBNF::

    stream   = message-start, body, message-end
    body     = answer | action | broken
    answer   = [thinking], text                      (* COMPLETE, MAX_TOKENS, STOP_SEQUENCE *)
    action   = [thinking | plan], call, {call}       (* TOOL_CALL *)
    broken   = any beginning of answer or action     (* ERROR, TIMEOUT *)
    thinking = content-start, {content-delta}, content-end
    text     = content-start, {content-delta | citation}, content-end
    plan     = tool-plan-delta, {tool-plan-delta | citation}
    call     = tool-call-start, {tool-call-delta}, tool-call-end
    citation = citation-start, citation-end

Three tables say it. ``MESSAGE`` and ``PARTS`` are total: each cell says what is done, and which rule is broken
where something is. ``JOINT`` couples the machines: each row is a rule about what may not begin or come while
something is open, or once something has been seen.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from . import _transitions as do
from . import events as on
from ._book import ABSENT, BLOCKS, Book, Kind, Phase, Stage, Transition, find
from ._event_rules import breaches
from ._routes import START, Act


class Cell(NamedTuple):
    """What is done with an event, and the rule that its coming breaks, if any."""

    do: Transition
    code: str = ""


TRANSPARENT: Final[Mapping[type[Any], Transition]] = {
    on.Debug: do.keep_prompt,
    on.Unknown: do.keep_unknown,
}

PART: Final = object()  # stands in the table of the message for the event of any part


def _go_on(book: Book, *_: Any) -> Book:
    return book


MESSAGE: Final[Mapping[Phase, Mapping[Any, Cell]]] = {
    Phase.WAITING: {
        on.MessageStart: Cell(do.begin_message),
        PART: Cell(do.imply_message, "no-message-start"),
        on.MessageEnd: Cell(do.end_message, "no-message-start"),
    },
    Phase.IMPLIED: {
        on.MessageStart: Cell(do.begin_message),
        PART: Cell(_go_on),
        on.MessageEnd: Cell(do.end_message),
    },
    Phase.STREAMING: {
        on.MessageStart: Cell(do.set_aside, "message-start-repeated"),
        PART: Cell(_go_on),
        on.MessageEnd: Cell(do.end_message),
    },
    Phase.ENDED: {
        on.MessageStart: Cell(do.set_aside, "after-message-end"),
        PART: Cell(do.set_aside, "after-message-end"),
        on.MessageEnd: Cell(do.set_aside, "after-message-end"),
    },
}

_BLOCK: Final[Mapping[Stage, Mapping[Act, Cell]]] = {
    Stage.ABSENT: {
        Act.START: Cell(do.open_part),
        Act.DELTA: Cell(do.open_by_delta, "delta-outside-part"),
        Act.END: Cell(do.set_aside, "end-outside-part"),
    },
    Stage.IMPLIED: {
        Act.START: Cell(do.adopt),
        Act.DELTA: Cell(do.grow),
        Act.END: Cell(do.close_part),
    },
    Stage.OPEN: {
        Act.START: Cell(do.restart, "part-restarted"),
        Act.DELTA: Cell(do.grow),
        Act.END: Cell(do.close_part),
    },
    Stage.CLOSED: {
        Act.START: Cell(do.open_part, "part-restarted"),
        Act.DELTA: Cell(do.set_aside, "delta-outside-part"),
        Act.END: Cell(do.set_aside, "end-outside-part"),
    },
}

PARTS: Final[Mapping[Kind, Mapping[Stage, Mapping[Act, Cell]]]] = {
    "content": _BLOCK,
    "call": _BLOCK,
    # A citation has no deltas, so none can begin it.
    "citation": {
        stage: {act: _BLOCK[stage][act] for act in (Act.START, Act.END)}
        for stage in (Stage.ABSENT, Stage.OPEN, Stage.CLOSED)
    },
    # The plan has no start and no end.
    "plan": {
        Stage.ABSENT: {Act.DELTA: Cell(do.open_by_delta)},
        Stage.OPEN: {Act.DELTA: Cell(do.grow)},
    },
}


class Joint(NamedTuple):
    """A rule that couples parts: an act on a symbol of *acts* breaks it while, or after, another symbol.

    Attributes:
        acts: on which symbols; an act of None is any.
        open: symbols of which no part may be open.
        seen: symbols of which no part may have begun.
    """

    code: str
    acts: frozenset[tuple[str, Act]]
    open: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()


def _starts(*symbols: str) -> frozenset[tuple[str, Act]]:
    return frozenset((symbol, Act.START) for symbol in symbols)


_PLANNING: Final = frozenset({("plan", Act.DELTA)})
_ALL_BUT_CITATION_END: Final = frozenset(
    {(symbol, act) for symbol in BLOCKS for act in Act} | _PLANNING | _starts("citation")
)

JOINT: Final = (
    Joint("parts-interleaved", _starts(*BLOCKS), open=BLOCKS),
    Joint("content-repeated", _starts("text"), seen=frozenset({"text"})),
    Joint("content-repeated", _starts("thinking"), seen=frozenset({"thinking"})),
    Joint("thinking-late", _starts("thinking"), seen=frozenset({"text", "call"})),
    Joint("text-with-calls", _starts("text"), seen=frozenset({"call"})),
    Joint("text-with-calls", _starts("call"), seen=frozenset({"text"})),
    Joint("plan-with-content", _starts("text", "thinking"), seen=frozenset({"plan"})),
    Joint("plan-with-content", _PLANNING, seen=frozenset({"text", "thinking"})),
    Joint("plan-after-call", _PLANNING, seen=frozenset({"call"})),
    Joint("citation-interrupted", _ALL_BUT_CITATION_END, open=frozenset({"citation"})),
)


_BY_ACT: Final = {each: [rule for rule in JOINT if each in rule.acts] for rule in JOINT for each in rule.acts}


def joint_breaches(book: Book, symbol: str, act: Act) -> list[str]:
    """Give the codes of the joint rules that an act on *symbol* breaks now."""
    return [
        rule.code
        for rule in _BY_ACT.get((symbol, act), ())
        if not (rule.open.isdisjoint(book.counts) and rule.seen.isdisjoint(book.seen))
    ]


def stage_of(book: Book, kind: Kind, index: int) -> Stage:
    """Give the stage of a part."""
    part = find(book, (kind, index))
    return Stage.ABSENT if part is None else part.stage


@lru_cache(maxsize=1024)  # a stream chooses what stands in it
def lawful(  # noqa: PLR0913, PLR0917 - all that the tables look at
    phase: Phase, kind: Kind, act: Act, stage: Stage, symbol: str, counts: tuple[str, ...], seen: frozenset[str]
) -> Transition | None:
    """Give what the tables do with the event of a part where it breaks no rule of order; None where it breaks one."""
    cell = PARTS[kind][stage][act]
    stance = Book(counts=dict.fromkeys(counts, 1), seen=seen)
    is_settled = MESSAGE.get(phase, {}).get(PART) == Cell(_go_on)
    return None if not is_settled or cell.code or joint_breaches(stance, symbol, act) else cell.do


def may_begin(book: Book, start: Any, kind: Kind, symbol: str, lacks: int = 0) -> bool:
    """Whether nothing is wrong with a start, nor with where it comes.

    *lacks* is how many parts of its kind and symbol have begun and ended since *book*, which does not know of them:
    citations, which no rule remembers. What the tables said of the first of them they say of all.
    """
    if start.index != book.following.get(kind, 0) + lacks or book.parts + lacks >= book.limits.parts:
        return False
    if not lacks and lawful(book.phase, kind, START, ABSENT, symbol, tuple(book.counts), book.seen) is None:
        return False
    return not breaches(start)
