"""The page of events: each class, and where its fields stand on the wire."""

from collections.abc import Iterator
from typing import Any, Final

from attrs import fields

from streamfold import events as on

from ._markdown import page, table

_EVENTS: Final = """\
# Events

Each event of the wire has a class in `streamfold.events`, and each field of it a place in the JSON object.
`fold` takes either, and mixes of them.

Only `type`, and what a table calls required, has to be there.
An event that lacks one of them is kept as it came, and breaks [`field-missing`](rules.md#field-missing).
A field that is not known is kept in `extra`, and breaks [`unknown-field`](rules.md#unknown-field).
An event of a type that is not known is an `Unknown`, with all its fields as they came."""


def events_page() -> str:
    """Give the page of all events."""
    return page(_EVENTS, *map(_section, on.EVENTS))


def _section(kind: type[Any]) -> str:
    [line, *_] = (kind.__doc__ or "").splitlines()
    heads = ("field", "place on the wire", "type", "required")
    return "\n\n".join((f"## {kind.wire_type}", f"`{kind.__name__}`: {line}", table(heads, _rows(kind))))


def _rows(kind: type[Any]) -> Iterator[tuple[str, ...]]:
    for each in fields(kind):
        if "path" in each.metadata:
            required = "yes" if each.metadata["required"] else ""
            yield f"`{each.name}`", f"`{'.'.join(each.metadata['path'])}`", f"`{_type(each.type)}`", required


def _type(kind: Any) -> str:
    shown = kind.__name__ if isinstance(kind, type) else str(kind)
    return shown.replace("streamfold.events.", "").replace("streamfold._frozen.", "").replace("typing.", "")
