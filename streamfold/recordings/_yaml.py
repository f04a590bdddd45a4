"""YAML to text, lists and mappings, and nothing else: no tag makes an object, and an alias copies nothing."""

import binascii
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Final

from attrs import define

from ._recording import RecordingError

_MOST_NODES: Final = 1_000_000
_DEEPEST: Final = 100
_BINARY: Final = ("tag:yaml.org,2002:binary", "!binary")
_NULL: Final = ("", "~", "null", "Null", "NULL")


def parse(data: bytes, name: str) -> Any:
    """Read the one YAML document in *data*: texts stay as they are written, but for null and binary ones.

    Raises:
        RecordingError: it is no YAML, or too much of it; or PyYAML is not installed.
    """
    try:
        yaml: Any = import_module("yaml")
    except ImportError:
        raise RecordingError(name, "YAML is read with PyYAML: pip install 'streamfold[vcr]'") from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = _Builder(yaml, name).build(yaml.parse(data, loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or getattr(error, "reason", "it cannot be read")
        raise RecordingError(name, f"not YAML: {why}", mark and mark.line + 1) from None
    if len(documents) != 1:
        raise RecordingError(name, f"it holds {len(documents)} YAML documents; expected 1")
    return documents[0]


@define
class _Open:
    """A list or mapping that is being read; a mapping's keys and values stand in one list."""

    close: Callable[[list[Any]], Any]
    anchor: str | None
    items: list[Any]


def _mapping(items: list[Any]) -> dict[str, Any]:
    return {key: value for key, value in zip(items[::2], items[1::2], strict=True) if isinstance(key, str)}


class _Builder:
    def __init__(self, yaml: Any, name: str) -> None:
        self._name = name
        self._anchors: dict[str, Any] = {}
        self._stack = [_Open(list, None, [])]
        self._builds: Mapping[type[Any], Callable[[Any], None]] = {
            yaml.MappingStartEvent: lambda event: self._open(event, _mapping),
            yaml.SequenceStartEvent: lambda event: self._open(event, list),
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.ScalarEvent: lambda event: self._add(event.anchor, self._scalar(event)),
            yaml.AliasEvent: self._repeat,
        }

    def build(self, events: Iterable[Any]) -> list[Any]:
        """Give the documents that *events* describe."""
        for count, event in enumerate(events):
            if count > _MOST_NODES:
                raise self._error(event, f"more than {_MOST_NODES} values")
            self._builds.get(type(event), _pass)(event)
        return self._stack[0].items

    def _open(self, event: Any, close: Callable[[list[Any]], Any]) -> None:
        if len(self._stack) > _DEEPEST:
            raise self._error(event, f"values are nested deeper than {_DEEPEST}")
        self._stack.append(_Open(close, event.anchor, []))

    def _close(self, _: Any) -> None:
        done = self._stack.pop()
        self._add(done.anchor, done.close(done.items))

    def _add(self, anchor: str | None, value: Any) -> None:
        if anchor is not None:
            self._anchors[anchor] = value
        self._stack[-1].items.append(value)

    def _repeat(self, event: Any) -> None:
        if event.anchor not in self._anchors:  # none, or one around it
            raise self._error(event, f"nothing complete has the anchor {event.anchor!r}")
        self._add(None, self._anchors[event.anchor])

    def _scalar(self, event: Any) -> Any:
        if event.tag in _BINARY:
            try:
                return binascii.a2b_base64(event.value)
            except ValueError as error:
                raise self._error(event, f"not base64: {error}") from None
        return None if event.implicit[0] and event.value in _NULL else event.value

    def _error(self, event: Any, why: str) -> RecordingError:
        return RecordingError(self._name, why, event.start_mark.line + 1)


def _pass(_: Any) -> None:
    """Take the marks around documents as they are."""
