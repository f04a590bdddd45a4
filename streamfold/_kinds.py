"""What a part's own kind makes of its start, its deltas, and its end."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from . import _arguments
from . import events as on
from ._arguments import Fault
from ._book import MESSAGE_KEY, At, Book, ExceededError, Key, Part, Transition, find
from ._citations import cite, name, settle
from ._entries import keep, put, shelve, violate
from ._frozen import freeze, weight
from ._quote import quote
from ._to_wire import to_wire
from ._wire import Finding


def part_at(book: Book, key: Key) -> Part:
    part = find(book, key)
    assert part is not None  # noqa: S101 - the tables lead here for open parts only
    return part


def _append(book: Book, key: Key, delta: str | None) -> Book:
    if not delta:
        return book
    part = part_at(book, key)
    text = part.text.append(delta)
    if part.kind == "call" and text.length > book.limits.arguments:
        raise ExceededError(f"{text.length} characters of arguments of {book.limits.arguments} allowed")
    return put(book, part.with_(text=text), text.length - part.text.length)


def _grow_content(book: Book, at: At, event: on.ContentDelta, key: Key) -> Book:
    if event.text is None and event.thinking is None and part_at(book, key).symbol != "other":
        path = f"delta.message.content.{part_at(book, key).symbol}"
        book = violate(book, at, Finding("field-missing", path=path, expected="it to be there"), key)
    book = _add_content(book, at, event, key)
    if event.logprobs is None:
        return book
    part = part_at(book, key)
    return put(book, part.with_(logprobs=part.logprobs.append(event.logprobs)), weight(event.logprobs))


def _add_content(book: Book, at: At, event: Any, key: Key) -> Book:
    mine, alien = _keys(event, part_at(book, key).symbol)
    book = _append(book, key, getattr(event, mine))
    if not getattr(event, alien):
        return book
    rest = on.ContentDelta(key[1], **{alien: getattr(event, alien)})  # type: ignore[arg-type]  # a part's key
    mismatch = Finding("content-kind-mismatch", f"{alien} in {name(part_at(book, key))}", expected=mine)
    book = violate(book, at, mismatch, key)
    return keep(book, at, "content-kind-mismatch", freeze(to_wire(rest), book.limits.nesting))


def _keys(event: Any, symbol: str) -> tuple[str, str]:
    """Give the key that a block takes and the one that it does not; one of unknown type takes what there is."""
    if symbol == "thinking" or (symbol == "other" and event.text is None):
        return "thinking", "text"
    return "text", "thinking"


def _close_content(book: Book, at: At, _event: Any, key: Key) -> Book:
    part = part_at(book, key)
    return settle(shelve(book, part, text=part.text.joined()), at, key)


def _start_call(book: Book, at: At, event: on.ToolCallStart, key: Key) -> Book:
    if event.id in book.ids:
        book = violate(
            book, at, Finding("call-id-repeated", f"it is {quote(event.id)}"), key, causes=(key, MESSAGE_KEY)
        )
    ids = {event.id} if event.id else set()
    return _append(book.with_(ids=book.ids | ids), key, event.arguments)


def _grow_call(book: Book, _: At, event: on.ToolCallDelta, key: Key) -> Book:
    return _append(book, key, event.arguments)


def _close_call(book: Book, at: At, _: Any, key: Key) -> Book:
    part = part_at(book, key)
    raw = str(part.text)
    if _arguments.nesting(raw) > book.limits.nesting:
        raise ExceededError(f"arguments nested deeper than {book.limits.nesting}")
    parsed = _arguments.parse(raw)
    if isinstance(parsed, Fault):
        breach = Finding(FAULTS[parsed.reason], parsed.detail, expected="a JSON object")
        book = violate(book, at, breach, key)
    elif is_null(raw):
        book = violate(book, at, Finding("arguments-null"), key)
    return shelve(book, part, arguments=parsed)


def is_null(raw: str) -> bool:
    """Whether arguments that parse are the word ``null``."""
    return raw != "" and not raw.lstrip().startswith("{")


FAULTS: Final[Mapping[str, str]] = {
    "cut": "arguments-cut",
    "malformed": "arguments-malformed",
    "not an object": "arguments-not-object",
    "duplicate key": "arguments-duplicate-key",
    "number out of range": "arguments-number",
}


def _start_citation(book: Book, at: At, _: on.CitationStart, key: Key) -> Book:
    return cite(book, at, part_at(book, key))


def _close_citation(book: Book, _at: At, _event: Any, key: Key) -> Book:
    return shelve(book, part_at(book, key))


def _grow_plan(book: Book, _at: At, event: on.ToolPlanDelta, key: Key) -> Book:
    return _append(book, key, event.tool_plan)


ON_START: Final[Mapping[str, Transition]] = {
    "content": _add_content,
    "call": _start_call,
    "citation": _start_citation,
}


ON_DELTA: Final[Mapping[str, Transition]] = {"content": _grow_content, "call": _grow_call, "plan": _grow_plan}


ON_END: Final[Mapping[str, Transition]] = {
    "content": _close_content,
    "call": _close_call,
    "citation": _close_citation,
}


START_TEXT: Final[Mapping[str, Callable[[Any], object]]] = {
    "content": lambda event: event.text or event.thinking,
    "call": lambda event: event.arguments,
}
