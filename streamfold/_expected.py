"""What may come now, in the words of errors."""

from typing import Any, Final, NamedTuple

from . import events as on
from ._book import Book, is_planning
from ._order import MESSAGE, PART, joint_breaches
from ._routes import Act


class Symbol(NamedTuple):
    """Something that may come: the event, what it acts on, and what has to be open for it."""

    event: type[Any]
    symbol: str
    act: Act
    needs: frozenset[str] = frozenset()


# Where a thinking block may start, a text block may too, so that one is not among them.
SYMBOLS: Final = (
    Symbol(on.ContentStart, "text", Act.START),
    Symbol(on.ContentDelta, "text", Act.DELTA, frozenset({"text"})),
    Symbol(on.ContentDelta, "thinking", Act.DELTA, frozenset({"thinking"})),
    Symbol(on.ContentEnd, "text", Act.END, frozenset({"text", "thinking", "other"})),
    Symbol(on.ToolPlanDelta, "plan", Act.DELTA),
    Symbol(on.ToolCallStart, "call", Act.START),
    Symbol(on.ToolCallDelta, "call", Act.DELTA, frozenset({"call"})),
    Symbol(on.ToolCallEnd, "call", Act.END, frozenset({"call"})),
    Symbol(on.CitationStart, "citation", Act.START, frozenset({"text", "plan"})),
    Symbol(on.CitationEnd, "citation", Act.END, frozenset({"citation"})),
)


def expected(book: Book) -> str:
    """Give the wire names of the events that would break no rule of order now."""
    row = MESSAGE[book.phase]
    if row[PART].code:
        return on.MessageStart.wire_type if not row[on.MessageStart].code else "the end of the input"
    names = [each.event.wire_type for each in SYMBOLS if _may_come(book, each)]
    ends = [] if book.open else [on.MessageEnd.wire_type]
    return ", ".join(dict.fromkeys([*names, *ends]))


def _may_come(book: Book, each: Symbol) -> bool:
    there = {symbol for symbol in book.counts if symbol != "plan" or is_planning(book)}
    needed = not each.needs or not each.needs.isdisjoint(there)
    return needed and not any(joint_breaches(book, each.symbol, each.act))
