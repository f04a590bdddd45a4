"""Mapping to event and back; the only room that knows cattrs.

cattrs finds the reader of each field's type; the leaves are strict, since its own would turn 5 into "5".
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from attrs import Attribute, fields, frozen
from cattrs import Converter

from . import events as on
from ._frozen import FrozenDict, FrozenList, freeze
from ._quote import quote

_MISSING: Final = object()


@frozen
class Finding:
    """What is wrong with the shape of an event: the code of a rule, and the facts of its breach."""

    code: str
    detail: str = ""
    path: str | None = None
    expected: str = ""


class Reading(NamedTuple):
    """An event as it was read.

    Attributes:
        raw: the event as it came, copied.
        event: typed; None where it could not be read.
    """

    raw: Any
    event: Any
    findings: tuple[Finding, ...]


class _MismatchError(ValueError):
    def __init__(self, expected: str, value: Any, path: tuple[str, ...] = ()) -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value
        self.path = path


def _strict(kind: type, expected: str) -> Callable[[Any, Any], Any]:
    def read(value: Any, _: Any) -> Any:
        # bool is an int to isinstance, but not to JSON
        if type(value) is bool or not isinstance(value, kind):
            raise _MismatchError(expected, value)
        return value

    return read


def _source(value: FrozenDict) -> on.Source:
    name = value.get("type")
    kind = _SOURCES.get(name) if isinstance(name, str) else None
    if kind is None:
        return on.OtherSource(value)
    known = {each.name: (value.get(each.name), each.type) for each in fields(kind) if each.name != "extra"}
    rest = FrozenDict((key, inner) for key, inner in value.items() if key not in {*known, "type"})
    try:
        source: on.Source = kind(**{name: _CONVERTER.structure(*each) for name, each in known.items()}, extra=rest)
    except _MismatchError:
        return on.OtherSource(value)
    return source


def _sources(value: Any, _: Any) -> tuple[on.Source, ...]:
    return tuple(_source(_OBJECT(each, None)) for each in _LIST(value, None))


def _index(value: Any, _: Any) -> int:
    index: int = _INTEGER(value, None)
    if index.bit_length() > _MOST_BITS:
        raise _MismatchError(f"an integer of {_MOST_BITS} bits", value)
    return index


_MOST_BITS: Final = 64  # Python does not even print an integer of any size
_INTEGER: Final = _strict(int, "an integer")
_OBJECT: Final = _strict(FrozenDict, "an object")
_LIST: Final = _strict(FrozenList, "a list")

_CONVERTER: Final = Converter(detailed_validation=False)
_CONVERTER.register_structure_hook(str, _strict(str, "a string"))
_CONVERTER.register_structure_hook(int, _index)
_CONVERTER.register_structure_hook(FrozenDict, _OBJECT)
_CONVERTER.register_structure_hook_func(lambda kind: kind == tuple[on.Source, ...], _sources)

_SOURCES: Final[Mapping[str, type[Any]]] = {"document": on.DocumentSource, "tool": on.ToolSource}


class _Slot(NamedTuple):
    """Where one field of an event class stands on the wire, and how it is read."""

    name: str
    path: tuple[str, ...]
    required: bool
    read: Callable[[Any], Any]


def _slot(each: "Attribute[Any]") -> _Slot:
    hook = _CONVERTER.get_structure_hook(each.type)
    return _Slot(each.name, each.metadata["path"], each.metadata["required"], lambda value: hook(value, each.type))


def _tree(paths: list[tuple[str, ...]]) -> dict[str, Any]:
    heads = {path[0] for path in paths}
    return {head: _tree([path[1:] for path in paths if path[0] == head and len(path) > 1]) for head in heads}


class _Layout(NamedTuple):
    """Where an event class's fields stand on the wire."""

    kind: type[Any]
    slots: tuple[_Slot, ...]
    known: dict[str, Any]


def _layout(kind: type[Any]) -> _Layout:
    slots = tuple(_slot(each) for each in fields(kind) if "path" in each.metadata)
    return _Layout(kind, slots, _tree([("type",), *(slot.path for slot in slots)]))


_LAYOUTS: Final[Mapping[str, _Layout]] = {kind.wire_type: _layout(kind) for kind in on.EVENTS}


def read(item: Any, depth: int) -> Reading:
    """Read a mapping, a typed event, or an object of the Cohere SDK.

    Raises:
        TooDeep: it nests deeper than *depth*.
    """
    if isinstance(item, on.Unreadable):
        return Reading(item.text, item, ())
    raw = freeze(_mapping(item), depth)
    if not isinstance(raw, FrozenDict):
        return Reading(raw, None, (Finding("not-an-object", expected="an object with a type"),))
    name = raw.get("type")
    if not isinstance(name, str):
        return Reading(raw, None, (_untyped(raw),))
    layout = _LAYOUTS.get(name)
    if layout is None:
        return Reading(raw, on.Unknown(raw), (Finding("unknown-event"),))
    return _structured(raw, layout)


def _mapping(item: Any) -> Any:
    if isinstance(item, on.EVENTS):
        return to_wire(item)
    if isinstance(item, on.Unknown):
        return item.fields
    # An object of the SDK: only what was on the wire, under its wire names.
    dump = getattr(item, "model_dump", None)
    return item if dump is None or isinstance(item, type) else dump(exclude_unset=True, by_alias=True)


_UNTYPED: Final[tuple[tuple[str, str, Callable[[FrozenDict], str]], ...]] = (
    ("event_type", "foreign-api", lambda _: "event_type is of Cohere's chat API version 1"),
    ("choices", "foreign-api", lambda _: "choices is of the chat completions of OpenAI"),
    ("message", "api-error", lambda raw: f"it says {quote(raw['message'], 400)}"),
)


def _untyped(raw: FrozenDict) -> Finding:
    for key, code, detail in _UNTYPED:
        if key in raw and "type" not in raw:
            return Finding(code, detail(raw))
    return Finding("type-missing", f"it is {quote(raw)}", "type", "a string")


def _structured(raw: FrozenDict, layout: _Layout) -> Reading:
    values: dict[str, Any] = {}
    findings: dict[str, Finding] = {}
    for slot in layout.slots:
        try:
            values[slot.name] = _value(raw, slot, findings)
        except _MismatchError as error:
            path = ".".join(error.path or slot.path)
            findings[path] = Finding("field-wrong-type", f"it is {quote(error.value)}", path, error.expected)
    if any(each.code in SPOILING for each in findings.values()):
        return Reading(raw, None, tuple(findings.values()))
    extra = FrozenDict(_rest(raw, layout.known))
    unknown = (Finding("unknown-field", path=".".join(_first_path(extra))),) if extra else ()
    return Reading(raw, layout.kind(**values, extra=extra), (*findings.values(), *unknown))


SPOILING: Final = frozenset(
    {"not-an-object", "type-missing", "api-error", "foreign-api", "field-missing", "field-wrong-type"}
)


def _first_path(fields: FrozenDict) -> list[str]:
    key, value = next(iter(fields.items()))
    return [str(key)[:_LONGEST_KEY], *(_first_path(value) if value and isinstance(value, FrozenDict) else ())]


_LONGEST_KEY: Final = 40


def _value(raw: FrozenDict, slot: _Slot, findings: dict[str, Finding]) -> Any:
    value = _dig(raw, slot.path, findings)
    if value is not None:
        return slot.read(value)
    if slot.required:
        path = ".".join(slot.path)
        findings[path] = Finding("field-missing", path=path, expected="it to be there")
    return None


def _dig(raw: FrozenDict, path: tuple[str, ...], findings: dict[str, Finding]) -> Any:
    value: Any = raw
    for depth, key in enumerate(path):
        if isinstance(value, FrozenList) and len(value) == 1:
            above = ".".join(path[:depth])
            findings[above] = Finding("list-shape", path=above, expected="an object")
            value = value[0]
        if value is None:
            return None
        if not isinstance(value, FrozenDict):
            raise _MismatchError("an object", value, path[:depth])
        value = value.get(key)
    return value


def _rest(raw: FrozenDict, known: Mapping[str, Any]) -> dict[str, Any]:
    unknown = {key: value for key, value in raw.items() if key not in known}
    below = {key: _rest(_one(raw[key]), known[key]) for key in known if known[key] and key in raw}
    return {**unknown, **{key: value for key, value in below.items() if value}}


def _one(value: Any) -> FrozenDict:
    """Give the object in *value*, whose shape was found good."""
    if isinstance(value, FrozenList):
        return _one(value[0])
    return on.NOTHING_ELSE if value is None else value


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
    for each in fields(type(event)):
        value = getattr(event, each.name)
        if value is not None and "path" in each.metadata:
            _put(wire, each.metadata["path"], _plain(value))
    return _merged(wire, event.extra)


def _put(wire: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *above, last = path
    for key in above:
        wire = wire.setdefault(key, {})
    wire[last] = value


def _plain(value: Any) -> Any:
    return [source_to_wire(each) for each in value] if isinstance(value, tuple) else value


def source_to_wire(source: on.Source) -> dict[str, Any]:
    """Give the JSON object of a source."""
    if isinstance(source, on.OtherSource):
        return dict(source.fields)
    name = next(name for name, kind in _SOURCES.items() if isinstance(source, kind))
    named = {each.name: getattr(source, each.name) for each in fields(type(source)) if each.name != "extra"}
    return {"type": name, **{key: value for key, value in named.items() if value is not None}, **source.extra}


def _merged(wire: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    both = {key: _merged(wire[key], value) for key, value in extra.items() if isinstance(wire.get(key), dict)}
    return {**wire, **extra, **both}
