"""Whether a replay is of what was seen, and where it is not."""

from typing import Any, Final

from .._book import Book, Part, Stage
from .._citations import name
from .._quote import quote
from .._state import State, settled
from ..message import Partial


def is_same(state: State, goal: State) -> bool:
    """Whether two states hold the same, wherever the deltas that made it were cut."""
    return _content(state) == _content(goal)


def _content(state: State) -> tuple[Any, ...]:
    """Give all that a state holds but positions and violations, which depend on where deltas were cut."""
    book = settled(state)
    return book.phase, book.start, book.end, _parts(book), Partial(kept=tuple(book.kept))


def _parts(book: Book) -> list[Part]:
    plan = () if book.plan is None else (book.plan,)
    parts = (*book.contents, *book.calls, *book.citations, *book.open.values(), *plan)
    return [part.with_(since=0) for part in sorted(parts, key=lambda part: part.since)]


def difference(goal: State, state: State) -> str:
    """Say where *state*, which may go beyond *goal*, differs from it first."""
    was, now = settled(goal), settled(state)
    parts, others = _parts(was), _parts(now)
    found = (
        _difference_of_frames(was.start, now.start),
        *map(_difference_of_parts, parts, others),
        *(f"{name(part)} has not come" for part in parts[len(others) :]),
        _difference_of_frames(was.end, now.end),
    )
    return next(filter(None, found), "something that is no part differs")


def _difference_of_frames(was: Any, now: Any) -> str:
    if was in (None, now):
        return ""
    return f"{was.wire_type} {'has not come' if now is None else 'differs'}"


def _difference_of_parts(was: Part, now: Part) -> str:
    if (was.key, was.start) != (now.key, now.start):
        return f"{name(was)} began there, and now {name(now)} does, or begins otherwise"
    before, after = str(was.text), str(now.text)
    for offset, (one, other) in enumerate(zip(before, after, strict=False)):
        if one != other:
            came, comes = (quote(text[offset : offset + _QUOTED]) for text in (before, after))
            return f"{name(was)} differs at character {offset}: {came} came, and now {comes}"
    if len(before) > len(after) or (was.stage is Stage.CLOSED and len(before) < len(after)):
        return f"{name(was)} had {len(before)} characters, and now {len(after)}"
    return ""


_QUOTED: Final = 20
