"""Typed event to mapping."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from attrs import fields

from . import events as on
from ._leaves import SOURCES
from ._quick import WhenNeeded


def to_wire(event: Any) -> dict[str, Any]:
    """Give the JSON object of a typed event; fields that are None are left out.

    Examples:
        >>> from streamfold import events
        >>> to_wire(events.ContentDelta(index=0, text="Hi"))
        {'type': 'content-delta', 'index': 0, 'delta': {'message': {'content': {'text': 'Hi'}}}}
    """
    if isinstance(event, on.Unknown):
        return dict(event.fields)
    wire: dict[str, Any] = {"type": event.wire_type}
    for name, path in _PATHS[type(event)]:
        value = getattr(event, name)
        if value is not None:
            _put(wire, path, _plain(value))
    return _merged(wire, event.extra) if event.extra else wire


_PATHS: Final[WhenNeeded[type[Any], list[tuple[str, tuple[str, ...]]]]] = WhenNeeded(
    lambda kind: [(each.name, each.metadata["path"]) for each in fields(kind) if "path" in each.metadata]
)


def _put(wire: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *above, last = path
    for key in above:
        wire = wire.setdefault(key, {})
    wire[last] = value


def _plain(value: Any) -> Any:
    return [_source_as_it_is(each) for each in value] if isinstance(value, tuple) else value


def _source_as_it_is(source: Any) -> Any:
    return source_to_wire(source) if isinstance(source, get_args(on.Source)) else source


def source_to_wire(source: on.Source) -> dict[str, Any]:
    """Give the JSON object of a source."""
    if isinstance(source, on.OtherSource):
        return dict(source.fields)
    name = next(name for name, kind in SOURCES.items() if isinstance(source, kind))
    named = {each.name: getattr(source, each.name) for each in fields(type(source)) if each.name != "extra"}
    return {"type": name, **{key: value for key, value in named.items() if value is not None}, **source.extra}


def _merged(wire: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(wire[key], value)
        for key, value in extra.items()
        if isinstance(wire.get(key), dict) and isinstance(value, Mapping)
    }
    return {**wire, **{key: value for key, value in extra.items() if key not in wire}, **both}
