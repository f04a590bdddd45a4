"""Parts of a Markdown page."""

from collections.abc import Iterable, Sequence
from typing import Final

_HEAD: Final = "<!-- Written by docs/generate.py: change that, or what it reads. -->"


def page(*parts: str) -> str:
    return "\n\n".join((_HEAD, *parts)) + "\n"


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (heads, ["---"] * len(heads), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)
