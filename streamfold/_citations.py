"""From spans to what they cite, and whether they fit."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from . import events as on
from ._book import PLAN_KEY, At, Book, Key, Part, find, is_planning
from ._entries import violate, without
from ._quote import quote
from ._text import Text
from ._wire import Finding

_NEAR: Final = 256  # code points by which a few lost or doubled deltas may shift a span


class Resolution(NamedTuple):
    """What a span turned out to be; its ends are code points whatever the wire counted."""

    verdict: Literal["fits", "UTF-16", "differs", "outside"]
    start: int
    end: int


def resolve(text: Text, start: int, end: int, cited: str) -> Resolution:
    """Find *cited* at its span in *text*, as code points or else as UTF-16 units."""
    if fits(text, start, end, cited):
        return Resolution("fits", start, end)
    inside = 0 <= start <= end <= text.length
    span = _from_utf16(str(text), start, end) if utf16_length(cited) == end - start else None
    if span and text.slice(*span) == cited:
        return Resolution("UTF-16", *span)
    return Resolution("differs" if inside else "outside", start, end)


def fits(text: Text, start: int, end: int, cited: str) -> bool:
    """Whether *cited* stands at its span in *text*, in code points."""
    return 0 <= start <= end <= text.length and text.slice(start, end) == cited


def utf16_length(text: str) -> int:
    """Count the UTF-16 units of *text*, as a script does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _from_utf16(text: str, start: int, end: int) -> tuple[int, int] | None:
    units = text.encode("utf-16-le", "surrogatepass")
    if not 0 <= start <= end <= len(units) // 2:
        return None
    before, inner = (units[: 2 * start], units[2 * start : 2 * end])
    first = len(before.decode("utf-16-le", "surrogatepass"))
    if text[:first].encode("utf-16-le", "surrogatepass") != before:  # it begins between the halves of a character
        return None
    return first, first + len(inner.decode("utf-16-le", "surrogatepass"))


def aim(book: Book, citation: on.CitationStart) -> Key:
    """Give the key of what *citation* cites: block 0 where it names none, or else the first that its type may cite."""
    if citation.type == "PLAN":
        return PLAN_KEY
    index = citation.content_index
    return "content", _first_fitting(book, citation.type) if index is None else index


def _first_fitting(book: Book, cited_type: str | None) -> int:
    first = find(book, ("content", 0))
    if first is None or _fits(cited_type, first):
        return 0
    begun = (*book.contents, *book.open.values())
    fitting = [part for part in begun if cited_type in _TYPES.get(part.symbol, ())]
    return min(fitting, key=lambda part: part.since, default=first).index


def cite(book: Book, at: At, citation: Part) -> Book:
    """Judge a citation that has just begun as far as what it cites has come."""
    key = citation.cites
    target = find(book, key)
    complete = target is not None and _is_complete(book, target)
    if target is None or (not complete and citation.start.end > target.text.length):
        return book.with_(waiting={**book.waiting, key: (*book.waiting.get(key, ()), citation)})
    book = _judge_kind(book, at, citation, target)
    if complete:
        late = Finding("citation-late", f"{name(target)} is complete")
        book = violate(book, at, late, citation.key)
    return _judge_span(book, at, citation, target)


def settle(book: Book, at: At, key: Key) -> Book:
    """Judge the citations that waited for the text of *key*, now complete or never to come."""
    if key not in book.waiting:
        return book
    target = find(book, key)
    for citation in book.waiting[key]:
        book = _judge_waited(book, at, citation, target)
    return book.with_(waiting=without(book.waiting, key))


def _judge_waited(book: Book, at: At, citation: Part, target: Part | None) -> Book:
    if target is None:
        kind, index = key = citation.cites
        missing = Finding("citation-target-missing", f"there is no {kind} {index}")
        return violate(
            book, at, missing, citation.key, causes=(key, (kind, None), ("lost", kind)), about=citation.since
        )
    return _judge_span(_judge_kind(book, at, citation, target), at, citation, target, waited=True)


def _is_complete(book: Book, target: Part) -> bool:
    """Whether the target has had its last delta, as far as a legal stream goes: the plan ends with what follows it."""
    if target.kind == "plan":
        return not is_planning(book)
    return target.key not in book.open


def _judge_kind(book: Book, at: At, citation: Part, target: Part) -> Book:
    event = citation.start
    if is_of_kind(event, target):
        return book
    detail = f"type {quote(event.type)}, content_index {event.content_index}, but it cites {name(target)}"
    differs = Finding("citation-kind-differs", detail)
    causes = (citation.key, *((target.key,) if target.restarted else ()))
    return violate(book, at, differs, citation.key, causes=causes, about=citation.since)


def is_of_kind(event: on.CitationStart, target: Part) -> bool:
    """Whether all that a citation says of itself is true of *target*; of a part of no known symbol, any type is."""
    index = 0 if event.content_index is None and target.kind == "content" else event.content_index
    return _fits(event.type, target) and index == (None if target.kind == "plan" else target.index)


def _fits(cited_type: str | None, target: Part) -> bool:
    return cited_type in _TYPES.get(target.symbol, (cited_type,))


_TYPES: Final[Mapping[str, tuple[str | None, ...]]] = {
    "text": ("TEXT_CONTENT", None),
    "thinking": ("THINKING_CONTENT",),
    "plan": ("PLAN",),
}


def _judge_span(book: Book, at: At, citation: Part, target: Part, *, waited: bool = False) -> Book:
    event = citation.start
    verdict = resolve(target.text, event.start, event.end, event.text).verdict
    if verdict == "fits" and not waited:
        return book
    if verdict == "fits":
        early = Finding("citation-early", f"{name(target)} had no character {event.end - 1} then")
        return violate(book, at, early, citation.key, about=citation.since)
    code, touched = _BREACHES[verdict]
    detail = f"{event.start} to {event.end} of {target.text.length} characters; {_both(event, target)}"
    # A delta that was lost or doubled shifts all that follows: then the cited text stands near its span.
    near = target.text.slice(event.start - _NEAR, event.end + _NEAR)
    keys = (citation.key, target.key if touched is None else touched)
    causes = keys if event.text in near or target.restarted else keys[:1]
    return violate(book, at, Finding(code, detail), *keys, causes=causes, about=citation.since)


_BREACHES: Final[Mapping[str, tuple[str, Key | None]]] = {
    "UTF-16": ("citation-utf16", ("units", None)),  # who counts so once does so always
    "outside": ("citation-outside", None),
    "differs": ("citation-text-differs", None),
}


def _both(event: on.CitationStart, target: Part) -> str:
    return f"it says {quote(event.text)}, the span {quote(target.text.slice(event.start, event.end))}"


def name(part: Part) -> str:
    """Give what errors call *part*: its symbol and index."""
    return "the tool plan" if part.kind == "plan" else f"{_NAMES.get(part.symbol, part.symbol)} {part.index}"


_NAMES: Final[Mapping[str, str]] = {
    "text": "text block",
    "thinking": "thinking block",
    "other": "content block",
    "call": "tool call",
}
