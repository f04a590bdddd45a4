"""How many characters a start holds, for the limit of a stream."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from . import events as on
from ._frozen import weight


def _held_by_names(start: on.ToolCallStart) -> int:
    return _beyond_names(len(start.id or "") + len(start.name or "") + len(start.type or ""))


def _held_by_type(start: on.ContentStart) -> int:
    return _beyond_names(len(start.type))


def _beyond_names(length: int) -> int:
    """Count what a start calls its part, where that is not just a name."""
    return length if length > _LONGEST_NAME else 0


def _held_by_citation(start: on.CitationStart) -> int:
    """Count the characters that a citation holds, and one for each node of its sources."""
    held = len(start.text) + (0 if start.type is None else _beyond_names(len(start.type)))
    for source in start.sources or ():
        held += _held_by_source(source)
    return held


def _held_by_source(source: Any) -> int:
    if type(source) is on.OtherSource:
        return 1 + weight(source.fields)
    said = source.document if type(source) is on.DocumentSource else source.tool_output
    return 3 + len(source.id or "") + weight(said) + (weight(source.extra) if source.extra else 0)


HELD: Final[Mapping[str, Callable[[Any], int]]] = {
    "content": _held_by_type,
    "call": _held_by_names,
    "citation": _held_by_citation,
}
_LONGEST_NAME: Final = 256
