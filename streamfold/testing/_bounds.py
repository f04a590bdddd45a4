"""How large and how strange the streams are that the strategies give."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from attrs import Attribute, field, frozen
from attrs.validators import ge
from hypothesis import strategies as st

from .._event_rules import FAILED, REASONS

FINISH_REASONS: Final = REASONS
ANSWERED: Final = tuple(reason for reason in REASONS if reason not in FAILED)

# From the simplest on. After what is plain: what JSON and lines are made of, what joins with what comes before it
# (a combining mark, a joiner, a variation selector), what is written from right to left, what some readers take for
# the end of a line, what is not shown, characters beyond 16 bits, and the two halves of one.
ALPHABET: Final = (
    'ab 1{}[]":,\\\n\r\t'
    "\u00e9\u00df\u00b0\u4e2d\u0301\u200d\ufe0f\u05d0\u0645\u2028\u0085\x00\x1b\ufeff\ufffd"
    "\U0001f600\U0001f469\U0001d49c\U0001f1f3\ud83d\ude00"
)


def _as_tuple(reasons: Iterable[str]) -> tuple[str, ...]:
    return tuple(reasons)


def _are_finish_reasons(_: Any, __: "Attribute[Any]", value: tuple[str, ...]) -> None:
    if not value or not set(value) <= set(FINISH_REASONS):
        raise ValueError(f"finish_reasons are some of {', '.join(FINISH_REASONS)}; not {value!r}")


@frozen
class Bounds:
    """How large a stream may be, and what it may hold: the keyword arguments of the strategies.

    Attributes:
        max_blocks: content blocks of a message; those of a type that is not known included.
        max_calls: tool calls of a message.
        max_citations: of one block, or of the tool plan.
        max_deltas: of one part; at least 1.
        max_size: of one part's text, or of one string in its arguments, in code points.
        alphabet: of texts: characters from the simplest on, or a strategy for one character.
        finish_reasons: that a message-end may have; a failed generation ends anywhere.
        additions: whether there may be what the API adds without notice: events, fields, blocks and sources of
            types that are not known.
        interleaved: whether parts may be open at once.
        unseen: whether there may be whatever is unambiguous, though the API was not seen to send it: all that
            ``STANDARD`` only warns of.

    Raises:
        ValueError: a number is too small, or a finish reason is none.
    """

    max_blocks: int = field(default=2, validator=ge(0))
    max_calls: int = field(default=3, validator=ge(0))
    max_citations: int = field(default=3, validator=ge(0))
    max_deltas: int = field(default=6, validator=ge(1))
    max_size: int = field(default=8, validator=ge(0))
    alphabet: str | st.SearchStrategy[str] = ALPHABET
    finish_reasons: tuple[str, ...] = field(default=ANSWERED, converter=_as_tuple, validator=_are_finish_reasons)
    additions: bool = True
    interleaved: bool = False
    unseen: bool = False


@cache
def texts(alphabet: str | st.SearchStrategy[str], max_size: int) -> st.SearchStrategy[str]:
    """Give the strategy of the texts of parts; halves of a surrogate pair that meet are one character."""
    return letters(alphabet, max_size).map(lambda drawn: spelt(drawn, alphabet))


@cache
def letters(alphabet: str | st.SearchStrategy[str], max_size: int) -> st.SearchStrategy[str]:
    """Give the strategy of what is to be spelt in *alphabet*.

    Hypothesis has an order of its own for characters, so it draws others in the place of those.
    """
    return st.text(_drawn(alphabet) if isinstance(alphabet, str) else alphabet, max_size=max_size)


def _drawn(alphabet: str) -> str:
    return "".join(chr(ord("0") + number) for number in range(len(alphabet)))


def spelt(drawn: str, alphabet: str | st.SearchStrategy[str]) -> str:
    """Give the text of what was drawn."""
    own = str.maketrans(_drawn(alphabet), alphabet) if isinstance(alphabet, str) else {}
    return whole(drawn.translate(own))


def whole(text: str) -> str:
    """Join the halves of surrogate pairs that meet in *text*."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
