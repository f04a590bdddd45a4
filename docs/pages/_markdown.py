"""Parts of a Markdown page."""

from collections.abc import Iterable, Sequence
from typing import Final

_HEAD: Final = "<!-- Written by docs/generate.py: change that, or what it reads. -->"


def page(*parts: str) -> str:
    return "\n\n".join((_HEAD, *parts)) + "\n"


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(map(_row, (heads, ["---"] * len(heads), *rows)))


def _row(cells: Iterable[str]) -> str:
    # an entity would be shown as it is written where a cell is code
    safe = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(safe)} |"


def rule_link(code: str) -> str:
    """Give a link to what the page of rules says of one."""
    return f"[`{code}`](rules.md#{code})"
