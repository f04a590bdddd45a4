"""The state after one plain delta, as fast as can be: nearly all that a stream does to it.

A state whose text owns the end of its list appends in place, and becomes the next one with a position, a count and a
length changed. Any other text is appended to by the room that knows how; and where a limit is passed, the event is
judged.

It is one function, written out with the tests of `_plain`, since a call would cost as much as half of them. A test
returns at once where it fails: CPython compares strings and integers fast only where the jump is a short one. This
room is fast, and knows no rule.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from ._plain import tests_of
from ._text import FULL, is_whole

S = TypeVar("S")

_FUNCTION = """
def grow(state, event, type=type, dict=dict, len=len, str=str, Draft=Draft, State=State):
    if type(event) is not dict:
        return None
    focus = state.focus
    index = focus.place
    try:
        if not ({tests}):
            return None
    except Exception:
        return None  # an object that is no JSON may raise whatever it likes
    length = state.length + len(text)
    position = state.position
    if length > focus.most or position >= focus.last:
        return None
    tail = state.tail
    count = state.count
    if len(tail) != count or count == {full} or not (text.isascii() or is_whole(text)):
        return otherwise(state, text)
    tail.append(text)
    count += 1
    # The look comes after the deed: of two threads that appended at once, none is alone.
    if len(tail) != count:
        return otherwise(state, text)
    grown = Draft()
    grown.position = position + 1
    grown.tail = tail
    grown.count = count
    grown.length = length
    grown.focus = focus
    grown.book = state.book
    grown.__class__ = State
    return grown
"""


def grower(
    symbol: str, draft: type[Any], kind: type[S], otherwise: Callable[[S, str], S]
) -> Callable[[S, Any], S | None]:
    """Give what makes the next state of one whose part has *symbol*; None where the event has to be judged.

    *kind* is the class of states, *draft* that of their drafts, and *otherwise* appends to a text that cannot grow in
    place.
    """
    namespace: dict[str, Any] = {"Draft": draft, "State": kind, "is_whole": is_whole, "otherwise": otherwise}
    exec(_FUNCTION.format(tests=tests_of(symbol), full=FULL), namespace)  # noqa: S102 - it is made of constants of this library
    return namespace["grow"]  # type: ignore[no-any-return]  # a function by now
