"""The page of strategies and laws."""

from inspect import getdoc
from typing import Any, Final

from attrs import fields

from streamfold.testing import strategies
from streamfold.testing.laws import LAWS

from ._markdown import page, table

_TESTING: Final = """\
# Testing

[How to test a fold of your own](../how-to/test-your-fold.md) shows these at work; this page lists them.
They need the extra `testing`, which is Hypothesis.
They are public: what they are called and what they give changes only with a note in the changelog.

## Strategies

All are in `streamfold.testing.strategies`."""

_BOUNDS: Final = """\
## Bounds

`streams()`, `messages()` and what is made of them take these as keyword arguments.
Streams shrink towards few parts, few and short deltas, and the plainest of characters."""

_LAWS: Final = """\
## Laws

All are in `streamfold.testing.laws`, as `LAWS`."""


def testing_page() -> str:
    """Give the page of strategies and laws."""
    names = [name for name in strategies.__all__ if name.islower()]
    given = table(("strategy", "what it gives"), ((f"`{name}()`", _line(getattr(strategies, name))) for name in names))
    bounds = table(
        ("bound", "default"), ((f"`{each.name}`", _default(each.default)) for each in fields(strategies.Bounds))
    )
    laws = table(("law", "what it says"), ((law.name, law.sentence) for law in LAWS.values()))
    return page(_TESTING, given, _BOUNDS, bounds, _LAWS, laws)


def _line(thing: Any) -> str:
    return (getdoc(thing) or "").splitlines()[0]


def _default(value: Any) -> str:
    return f"{len(value)} characters" if isinstance(value, str) else f"`{value!r}`"
