"""Markup out of text. Nothing becomes `Html` but here: a plain string cannot get into a page unescaped."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import accumulate, chain
from typing import Final, NewType

from .._citations import utf16_length
from .._visible import STEERING, escaped, visible

Html = NewType("Html", str)

NOTHING: Final = Html("")
_UNSEEN: Final = re.compile(f"((?:(?![\n\t])[{STEERING}])+)")


def text(value: str) -> Html:
    r"""Give *value* as it reads, over lines: what a reader could not see is an escape in ``<i>``.

    Examples:
        >>> text("a\n<b>\x00")
        'a\n&lt;b&gt;<i>\\x00</i>'
    """
    runs = _UNSEEN.split(value)  # what stands between two runs that cannot be seen is at the even places
    return Html(
        "".join(f"<i>{escaped(run)}</i>" if place % 2 else escape(run, quote=False) for place, run in enumerate(runs))
    )


def line(value: object) -> Html:
    """Give *value* as it reads, on one line, in a direction of its own."""
    return element("bdi", Html(escape(visible(str(value)))))


def element(name: str, *inner: Html, **attributes: str | int | None) -> Html:
    """Give an element; an underscore in an attribute's name is a hyphen, and the last one is nothing.

    Examples:
        >>> element("a", text("up"), href="#top", class_='"', data_at=None)
        '<a href="#top" class="&quot;">up</a>'
    """
    return Html(f"{tag(name, **attributes)}{join(inner)}</{name}>")


def tag(name: str, **attributes: str | int | None) -> Html:
    """Give a start tag: all there is of an element that is never closed."""
    given = ((key, value) for key, value in attributes.items() if value is not None)
    return Html(f"<{name}{''.join(_attribute(key, str(value)) for key, value in given)}>")


def _attribute(key: str, value: str) -> str:
    return f' {key.rstrip("_").replace("_", "-")}="{escape(visible(value))}"'


def join(inner: Iterable[Html]) -> Html:
    """Give markup that follows upon another."""
    return Html("".join(inner))


def spaced(inner: Iterable[Html]) -> Html:
    """Give markup with a space between, for whoever reads it without the style."""
    return Html(" ".join(inner))


def offsets(value: str) -> Sequence[int]:
    r"""Give for each offset in *value* the one in what `text` shows, all in UTF-16 units.

    Examples:
        >>> list(offsets("a\x00b"))
        [0, 1, 5, 6]
    """
    if _UNSEEN.search(value) is None:
        return range(utf16_length(value) + 1)
    return list(accumulate(chain.from_iterable(map(_widths, value)), initial=0))


def _widths(character: str) -> list[int]:
    count = utf16_length(character)
    return [1] * count if _UNSEEN.match(character) is None else [len(escaped(character)), *[0] * (count - 1)]
