"""What is written into a book: each function gives the next one."""

from collections.abc import Iterable, Mapping
from typing import Any

from ._book import CLOSED, SHELVES, At, Book, K, Key, Mark, Part, V, draft_of
from ._catalogue import RULES
from ._frozen import freeze, weight
from ._log import Shelf
from ._wire import Finding
from .violations import Kept, Violation


def put(book: Book, part: Part, grown: int = 0) -> Book:
    """Give the book with an open *part*, changed, and maybe grown by some characters."""
    draft = draft_of(book)
    draft.spent += grown
    return _written(draft, part)


def begin(book: Book, part: Part, held: int) -> Book:
    """Give the book in which *part* has just begun, with as many characters as its start holds."""
    symbol, counts = part.symbol, book.counts
    draft = _counting(book, part)
    draft.counts = {**counts, symbol: counts.get(symbol, 0) + 1}
    draft.spent += held
    return _written(draft, part)


def shelve(book: Book, part: Part, **changes: Any) -> Book:
    """Give the book in which *part* is closed, with its last changes."""
    draft = draft_of(book)
    draft.open = without(book.open, (part.kind, part.index))
    draft.counts = _counted(book.counts, part.symbol, -1)
    return _shelved(draft, part.with_(stage=CLOSED, **changes))


def add(book: Book, part: Part, held: int, ids: frozenset[str]) -> Book:
    """Give the book with a *part* that began and is closed already: `begin` and then `shelve`.

    It is as many characters more that are held, and the ids of all calls are *ids*.
    """
    draft = _counting(book, part)
    draft.spent += held
    draft.ids = ids
    return _shelved(draft, part)


def with_citations(book: Book, citations: Shelf[Part]) -> Book:
    """Give the book with all *citations*: those that it lacks came last, and are closed already."""
    last = citations.items[citations.count - 1]
    draft = _counting(book, last, citations.count - book.citations.count)
    draft.citations = citations
    draft.__class__ = Book
    return draft  # type: ignore[no-any-return]  # a book by now


def _counting(book: Book, last: Part, count: int = 1) -> Any:
    """Give a draft of the book in which some parts, of which one is the *last*, count among those that ever began."""
    draft = draft_of(book)
    if last.symbol not in book.seen:
        draft.seen = book.seen | {last.symbol}
    draft.following = followed(book, last.kind, last.index)
    draft.parts += count if last.kind != "plan" else 0
    return draft


def _written(draft: Any, part: Part) -> Book:
    """Give the book that a draft becomes with an open *part*."""
    if part.kind == "plan":
        draft.plan = part
    else:
        draft.open = {**draft.open, (part.kind, part.index): part}
    draft.__class__ = Book
    return draft  # type: ignore[no-any-return]  # a book by now


def _shelved(draft: Any, part: Part) -> Book:
    """Give the book that a draft becomes with a closed *part*."""
    name = SHELVES[part.kind]
    setattr(draft, name, getattr(draft, name).append(part))
    draft.__class__ = Book
    return draft  # type: ignore[no-any-return]  # likewise


def followed(book: Book, kind: str, index: int) -> Mapping[str, int]:
    """Give the next index of each kind, now that an event of *kind* has had *index*."""
    following = book.following
    return following if following.get(kind, 0) > index else {**following, kind: index + 1}


def interrupt(book: Book) -> Book:
    """Give the book in which no open citation can be interrupted any more."""
    hit = {key: part.with_(symbol="interrupted") for key, part in book.open.items() if part.symbol == "citation"}
    counts = _counted(without(book.counts, "citation"), "interrupted", len(hit))
    return book.with_(open={**book.open, **hit}, counts=counts)


def _counted(counts: Mapping[str, int], symbol: str, more: int) -> dict[str, int]:
    count = counts.get(symbol, 0) + more
    return {**counts, symbol: count} if count else without(counts, symbol)


def without(mapping: Mapping[K, V], key: K) -> dict[K, V]:
    """Give *mapping* without one of its keys."""
    rest = dict(mapping)
    del rest[key]
    return rest


def keep(book: Book, at: At, code: str, event: Any = None) -> Book:
    """Give the book with *event*, or all that came, kept verbatim."""
    event = freeze(at.raw, book.limits.nesting) if event is None else event
    return book.with_(kept=book.kept.append(Kept(code, event, at.position)), spent=book.spent + weight(event))


def violate(  # noqa: PLR0913 - a violation has so many facts
    book: Book,
    at: At,
    breach: Finding,
    *touched: Key,
    causes: Iterable[Key] | None = None,
    stood: str = "",
    about: int | None = None,
) -> Book:
    """Give the book with one more violation.

    It is a consequence if a root that could excuse it left its mark on one of the *causes*, which are what it
    *touched* unless they are named; else it is a root itself, and leaves its own mark on what it touched.
    """
    cause = next((book.marks[key] for key in causes or touched if _excused(book, key, breach.code)), None)
    violation = Violation(
        breach.code,
        at.position,
        at.came,
        stood,
        breach.expected,
        breach.detail,
        breach.path,
        None if about == at.position else about,
        None if cause is None else cause.position,
        at.line,
    )
    new = () if cause else (key for key in touched if not _excused(book, key, breach.code))
    marks = {**book.marks, **dict.fromkeys(new, Mark(at.position, breach.code))}
    return book.with_(violations=book.violations.append(violation), marks=marks)


def _excused(book: Book, key: Key, code: str) -> bool:
    return key in book.marks and RULES[book.marks[key].code].excuses(RULES[code])


def habit(finding: Finding, at: At) -> Key:
    """Give the key under which a deviation of one kind, which a server repeats with each event, is one root."""
    return f"{finding.code} {at.came.split(' ')[0]}", finding.path
