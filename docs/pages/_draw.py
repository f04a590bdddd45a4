"""Draw a machine as a picture: its places in a row, and an arrow for each event that is legal there."""

from collections.abc import Iterable, Sequence
from html import escape
from textwrap import wrap
from typing import Final, NamedTuple

_LETTER: Final = 7  # pixels, nearly
_LINE: Final = 18
_NAME: Final = 16  # letters of a line, as long as the longest word
_HEIGHT: Final = 56
_GAP: Final = 124
_LOOP: Final = 48  # what an arrow back to its own place takes above it
_TOP: Final = 24
_STYLE: Final = """
text { font: 14px system-ui, sans-serif; fill: #24292f; text-anchor: middle }
.box { fill: #f6f8fa; stroke: #57606a } .arrow { fill: none; stroke: #57606a }
.word { font-family: ui-monospace, monospace; font-size: 13px } .head { fill: #57606a }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .box { fill: #161b22; stroke: #8b949e } .arrow { stroke: #8b949e } .head { fill: #8b949e }
}
"""


class Arrow(NamedTuple):
    """An event that leads from one place to another: both by their number in the row."""

    start: int
    end: int
    word: str


def draw(places: Sequence[str], arrows: Iterable[Arrow]) -> str:
    """Give the picture as SVG text."""
    known = _joined(arrows)
    row = _Row(_NAME * _LETTER + 16, _TOP + _LOOP * any(each.start == each.end for each in known))
    width = row.left(len(places) - 1) + row.width + 12
    reach = max(each.end - each.start for each in known)
    height = row.top + _HEIGHT + 16 + 48 * (reach - 1)
    body = "\n".join([*map(row.box, range(len(places)), places), *map(row.arrow, known)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img">\n<style>{_STYLE}</style>\n<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" '
        'markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>\n'
        f"{body}\n</svg>\n"
    )


def _joined(arrows: Iterable[Arrow]) -> list[Arrow]:
    """Join the words of arrows between the same places."""
    words: dict[tuple[int, int], list[str]] = {}
    for each in arrows:
        words.setdefault((each.start, each.end), []).append(each.word)
    return [Arrow(*ends, ", ".join(some)) for ends, some in words.items()]


class _Row(NamedTuple):
    """Where the places stand: in pixels, each of one width."""

    width: int
    top: int

    def left(self, place: int) -> int:
        return 12 + place * (self.width + _GAP)

    def middle(self, place: int) -> int:
        return self.left(place) + self.width // 2

    def box(self, place: int, name: str) -> str:
        lines = wrap(name, _NAME, break_on_hyphens=False)
        first = self.top + (_HEIGHT - _LINE * len(lines)) // 2 + 14
        said = "\n".join(
            f'<text x="{self.middle(place)}" y="{first + _LINE * number}">{escape(line)}</text>'
            for number, line in enumerate(lines)
        )
        size = f'width="{self.width}" height="{_HEIGHT}"'
        return f'<rect class="box" x="{self.left(place)}" y="{self.top}" {size} rx="8"/>\n{said}'

    def arrow(self, arrow: Arrow) -> str:
        path, x, y = self.way(arrow.start, arrow.end)
        return (
            f'<path class="arrow" d="{path}" marker-end="url(#head)"/>'
            f'<text class="word" x="{x}" y="{y}">{escape(arrow.word)}</text>'
        )

    def way(self, start: int, end: int) -> tuple[str, int, int]:
        """Give the path of an arrow, and where its word stands."""
        first, last = self.middle(start), self.middle(end)
        if start == end:
            top, high = self.top, self.top - 50
            return f"M{first - 30} {top} C{first - 40} {high} {first + 40} {high} {first + 30} {top}", first, high + 4
        if end == start + 1:
            y, right = self.top + _HEIGHT // 2, self.left(start) + self.width
            return f"M{right} {y} H{self.left(end)}", right + _GAP // 2, y - 8
        below = self.top + _HEIGHT
        deep = below + 20 + 40 * (end - start - 1)
        return f"M{first} {below} C{first} {deep} {last} {deep} {last} {below}", (first + last) // 2, deep
