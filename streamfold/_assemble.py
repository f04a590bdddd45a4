"""From a book to the message or the partial message that it amounts to."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import compress, islice
from operator import attrgetter
from typing import Any, Final

from . import events as on
from ._arguments import Fault
from ._book import CLOSED, ENDED, NO_TEXT, PLAN_KEY, SHELVES, STOPPED, Book, Key, Part, find, is_planning
from ._citations import fits, resolve
from ._event_rules import FAILED
from ._log import Shelf
from ._plain import DELTAS
from ._quick import MAKE
from ._text import Text
from ._usage import usage
from .message import (
    Block,
    Call,
    Citation,
    InvalidToolCall,
    Message,
    OpenToolCall,
    OtherBlock,
    Partial,
    Target,
    TextBlock,
    ThinkingBlock,
    ToolCall,
)


def message(book: Book) -> Message:
    """Give the message of a book in which message-end has come."""
    return Message(**_told(book))


def partial(book: Book) -> Partial:
    """Give what a settled book knows so far."""
    open_parts = tuple(part.key for part in _parts(book.open.values()))
    return Partial(**_told(book), why=_why(book), open=open_parts)  # type: ignore[arg-type]  # parts have integers


def joined(book: Book, focus: Part | None, growing: Text, symbol: str) -> str:
    """Join the texts of all content parts of one symbol, that of the part in *focus*, which grows, included."""
    parts = _parts((*book.contents, *book.open.values()))
    return "".join(_text(part, focus, growing) for part in parts if part.symbol == symbol)


def plan(book: Book, focus: Part | None, growing: Text) -> str | None:
    """Give the tool plan, or None where none came."""
    return None if book.plan is None else _text(book.plan, focus, growing)


def _text(part: Part, focus: Part | None, growing: Text) -> str:
    return str(growing if part is focus else part.text)


def _parts(parts: Iterable[Part]) -> list[Part]:
    return sorted(parts, key=attrgetter("since"))


def _told(book: Book) -> dict[str, Any]:
    start = book.start or on.MessageStart()
    end = book.end or on.MessageEnd()
    return {
        "id": end.id if start.id is None else start.id,
        "role": start.role,
        "content": tuple(map(_block, _all(book, "content"))),
        "tool_plan": None if book.plan is None else str(book.plan.text),
        "calls": tuple(map(call_of, _all(book, "call"))),
        "citations": tuple(citations_of(book, _all(book, "citation"))),
        "finish_reason": end.finish_reason,
        "error": end.error,
        "error_type": end.error_type,
        "usage": usage(end.usage),
        "kept": tuple(book.kept),
        "violations": tuple(book.violations),
    }


def _all(book: Book, kind: str) -> list[Part]:
    """Give the parts of *kind*, closed and open, in the order of their starts."""
    closed: Shelf[Part] = getattr(book, SHELVES[kind])
    parts = [*closed, *[part for part in book.open.values() if part.kind == kind]] if book.open else [*closed]
    return _parts(parts) if len(parts) > 1 else parts


def _block(part: Part) -> Block:
    text, logprobs = str(part.text), tuple(part.logprobs)
    if part.symbol == "other":
        return OtherBlock(part.start.type, text, part.index, logprobs)
    block: Block = MAKE[ThinkingBlock if part.symbol == "thinking" else TextBlock](text, part.index, logprobs)
    return block


def call_of(part: Part) -> Call:
    start = part.start or on.ToolCallStart(type=None)
    raw = str(part.text)
    if part.stage is not CLOSED:
        return OpenToolCall(start.id, start.name, raw, part.index, start.type)
    its = part.arguments
    fault, detail = (its.reason, its.detail) if isinstance(its, Fault) else ("", "")
    reason = _reason(fault, its is None, part.restarted, part.spoilt, not start.id, not start.name)
    if reason is not None:
        return InvalidToolCall(start.id, start.name, raw, reason, detail, part.index, start.type)
    call: Call = MAKE[ToolCall](start.id, start.name, its, raw, part.index, start.type)
    return call


@cache
def _reason(fault: str, *others: bool) -> str | None:
    """Give the first reason why a call must not be made, of the fault of its arguments and whether each other holds."""
    return fault or next(compress(_REASONS, others), None)


_REASONS: Final = ("left open", "restarted", "spoilt", "no id", "no name")


def citations_of(book: Book, parts: Iterable[Part]) -> Iterator[Citation]:
    cited: dict[Key, tuple[Text, Target | None]] = {}
    make = MAKE[Citation]
    # One that does not fit waits for text, or has broken a rule. What fitted still does, unless it ends in half of a
    # character, of which the other half has come.
    all_fitted = not book.violations.count and not book.waiting
    for part in parts:
        event, key = part.start, part.cites
        if key not in cited:
            cited[key] = _cited(book, key)
        text, target = cited[key]
        start, end, units = event.start, event.end, "code points"
        if not (all_fitted and event.text.isascii()) and not fits(text, start, end, event.text):
            verdict, start, end = resolve(text, start, end, event.text)
            units = "UTF-16" if verdict == "UTF-16" else units
            target = None if verdict == "outside" else target
        yield make(
            start, end, event.text, event.sources or (), target, event.type, event.content_index, part.index, units
        )


def _cited(book: Book, key: Key) -> tuple[Text, Target | None]:
    part = find(book, key)
    if part is None:
        return NO_TEXT, None
    return part.text, Target("tool_plan" if key == PLAN_KEY else "content", key[1])  # type: ignore[arg-type]  # an integer


def _why(book: Book) -> str:
    if book.end is not None:
        return "the generation failed" if book.end.finish_reason in FAILED else "it is whole"
    return "it came to a limit" if book.phase is STOPPED else "message-end has not come"


def focus_of(book: Book) -> Part | None:
    """Give the part that deltas would let grow now: the one block or call that is open, or the plan."""
    if book.phase in (ENDED, STOPPED):
        return None
    if not book.open:
        return book.plan if is_planning(book) else None
    live = list(islice((part for part in book.open.values() if part.kind != "citation"), 2))
    if len(live) == 1:
        return live[0] if live[0].symbol in DELTAS else None
    return book.plan if is_planning(book) and not live else None
