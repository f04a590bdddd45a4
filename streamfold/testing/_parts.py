"""Parts: what was drawn for one becomes its events.

A part is a list of beats. A beat is what nothing may come between: an event, or a citation with its end.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

from .. import events as on
from .._citations import _TYPES as CITATION_TYPES
from .._frozen import FrozenDict
from ._bounds import whole

Beat: TypeAlias = tuple[Any, ...]

NAMES: Final = ("f", "get_weather", "s\u00f8k")
SOURCES: Final[tuple[on.Source, ...]] = (
    on.DocumentSource("d", FrozenDict(id="d", text="Oslo is cold.")),
    on.ToolSource("f_0:0", FrozenDict(content='{"celsius": 4}')),
    on.OtherSource(FrozenDict(type="later", id="l")),
)

# What arguments may look like around some text; each is whole, and an object.
ARGUMENTS: Final[tuple[Callable[[str], str], ...]] = (
    lambda _: "",
    lambda text: json.dumps({"a": text}),
    lambda text: json.dumps({"a": text, "b": [1, -2.5, None, True, {}]}, ensure_ascii=False),
    lambda text: json.dumps({"b" + text: {"a": [text]}, "": 12345678901234567890}, indent=4),
    lambda _: "{}",
    lambda _: ' {"a" : 1E5}\n',
)


class Habits(NamedTuple):
    """What a server does in all parts of a message.

    Attributes:
        typed: whether citations have a type.
        logprobs: whether content deltas have log probabilities.
    """

    typed: bool
    logprobs: bool


PLAINLY: Final = Habits(typed=True, logprobs=False)


class Cite(NamedTuple):
    """A citation as it was drawn: numbers that are taken as far as they fit.

    Attributes:
        after: the delta that it follows.
        start: of its span.
        spare: how many characters before the end of what has come its span ends.
        source: which one it has.
    """

    after: int
    start: int
    spare: int
    source: int


CITES: Final = 512  # ways to cite, each with any source


def read_cite(number: int) -> Cite:
    """Read a drawn number as a citation; 0 cites all that came with the first delta."""
    return Cite(number & 7, number >> 3 & 7, number >> 6 & 7, number // CITES)


CUTS: Final = 64  # places at which a text may be cut between its characters
OUTER: Final = (0, 0, 0, 0, 0, 1, 2, 3)  # mostly neither before its first unit nor behind its last


def cut(text: str, mask: int, outer: int, most: int) -> list[str]:
    """Cut *text* into *most* deltas at most, between UTF-16 units where *mask* has a bit.

    The bits of *outer* cut before its first unit and behind its last: such deltas are empty.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    size = len(units) // 2
    within = [place for bit, place in enumerate(range(1, size, size // CUTS + 1)) if mask >> bit & 1]
    around = [place for bit, place in enumerate((0, size)) if outer >> bit & 1]
    if not (text or around):
        return []
    ends = [0, *sorted(_thinned([*within, *around], most - 1)), size]
    return [units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass") for start, end in pairwise(ends)]


def _thinned(places: list[int], most: int) -> list[int]:
    return places[:: -(-len(places) // most) or 1] if most else []


def content(symbol: str, index: int, deltas: Sequence[str], cites: Sequence[Cite], habits: Habits) -> list[Beat]:
    """Give the beats of a content block; one that is neither text nor thinking takes its deltas as text."""
    key = symbol if symbol in CITATION_TYPES else "text"
    kind = symbol if symbol in CITATION_TYPES else "image"
    held: dict[str, Any] = {symbol: ""} if symbol in CITATION_TYPES else {}

    def grow(delta: str) -> on.ContentDelta:
        logprobs = FrozenDict(text=delta, token_ids=[7], logprobs=[-0.5]) if habits.logprobs else None
        return on.ContentDelta(index, **{key: delta}, logprobs=logprobs)  # type: ignore[arg-type]  # text or thinking

    inner = _cited(deltas, grow, cites, (symbol, index), habits)
    return [(on.ContentStart(index, kind, **held),), *inner, (on.ContentEnd(index),)]


def plan(deltas: Sequence[str], cites: Sequence[Cite], habits: Habits) -> list[Beat]:
    """Give the beats of the tool plan, which has one delta at least."""
    return [*_cited(deltas or ("",), on.ToolPlanDelta, cites, ("plan", 0), habits)]


def call(index: int, name: str, deltas: Sequence[str]) -> list[Beat]:
    """Give the beats of a tool call."""
    start = on.ToolCallStart(index, f"{name}_{index}", "function", name, "")
    return [(start,), *((on.ToolCallDelta(index, delta),) for delta in deltas), (on.ToolCallEnd(index),)]


def _cited(
    deltas: Sequence[str], grow: Callable[[str], Any], cites: Sequence[Cite], place: tuple[str, int], habits: Habits
) -> Iterator[Beat]:
    text = whole("".join(deltas))
    due = [cite.after % max(len(deltas), 1) for cite in cites]
    for number, delta in enumerate(deltas):
        yield (grow(delta),)
        so_far = _settled(whole("".join(deltas[: number + 1])), text)
        yield from (_citation(so_far, cite, place, habits) for cite, at in zip(cites, due, strict=True) if at == number)
    if not deltas:
        yield from (_citation("", cite, place, habits) for cite in cites)


def _settled(so_far: str, text: str) -> str:
    """Leave out the first half of a character whose second half is still to come."""
    return so_far if text.startswith(so_far) else so_far[:-1]


def _citation(so_far: str, cite: Cite, place: tuple[str, int], habits: Habits) -> Beat:
    symbol, index = place
    start = cite.start % (len(so_far) + 1)
    end = max(start, len(so_far) - cite.spare)
    kinds = CITATION_TYPES[symbol]
    kind = kinds[0] if habits.typed else kinds[-1]
    source = SOURCES[cite.source % len(SOURCES)]
    # Their numbers are given where all of them stand in their order.
    return on.CitationStart(0, start, end, so_far[start:end], (source,), kind, index or None), on.CitationEnd(0)
