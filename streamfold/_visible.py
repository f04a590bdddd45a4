"""Text that can neither steer what shows it nor hide from a reader."""

import re
from typing import Final

STEERING: Final = (
    "\x00-\x1f\x7f-\x9f"  # controls, ESC and the one-byte CSI among them
    "\xad\u180e\u200b\u2060-\u2064\ufeff"  # invisible, and not needed to write a language
    "\u061c\u200e\u200f\u202a-\u202e\u2065-\u2069"  # they change the direction of what follows
    "\u2028\u2029"  # ends of lines to some
    "\u206a-\u206f\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # format controls of few
    "\U000e0000-\U000e007f"  # tags: a whole invisible alphabet
    "\ud800-\udfff"  # halves of pairs, and bytes of a file name that are no UTF-8
)

_RUN: Final = re.compile(f"[{STEERING}]+")


def visible(text: str) -> str:
    r"""Give *text* on one line, with escapes for all that could steer a terminal or hide from a reader.

    It is for the eye: a backslash stays one. What joins letters and emoji (U+200C, U+200D and variation
    selectors) stays too.

    Examples:
        >>> print(visible("\x1b[31mred\u202e\n"))
        \x1b[31mred\u202e\n
    """
    return _RUN.sub(lambda found: escaped(found[0]), text)


def escaped(characters: str) -> str:
    """Give the escapes of *characters*."""
    return characters.encode("unicode_escape").decode()
