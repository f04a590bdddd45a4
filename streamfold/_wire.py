"""Mapping to event and back; the only room that knows cattrs.

cattrs finds the reader of each field's type; the leaves are strict, since its own would turn 5 into "5".
"""

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Final, NamedTuple, get_args

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
    def __init__(self, expected: str, value: Any) -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value


def _strict(kind: type, expected: str) -> Callable[[Any, Any], Any]:
    def read(value: Any, _: Any) -> Any:
        # bool is an int to isinstance, but not to JSON
        if type(value) is bool or not isinstance(value, kind):
            raise _MismatchError(expected, value)
        return value

    return read


def source_from_wire(value: FrozenDict) -> on.Source:
    """Read a source: typed where it is of a known kind and as it should be, else as it came."""
    name = value.get("type")
    kind = SOURCES.get(name) if isinstance(name, str) else None
    if kind is None:
        return on.OtherSource(value)
    reads = _SOURCE_READS[kind]
    rest = {key: inner for key, inner in value.items() if key not in reads and key != "type"}
    extra = FrozenDict(rest) if rest else on.NOTHING_ELSE
    try:
        source: on.Source = kind(**{key: read(value.get(key)) for key, read in reads.items()}, extra=extra)
    except _MismatchError:
        return on.OtherSource(value)
    return source


def _sources(value: Any, _: Any) -> tuple[on.Source, ...]:
    return tuple(source_from_wire(_OBJECT(each, None)) for each in _LIST(value, None))


def _index(value: Any, _: Any) -> int:
    index: int = _INTEGER(value, None)
    if index.bit_length() > MOST_BITS:
        raise _MismatchError(f"an integer of {MOST_BITS} bits", value)
    return index


MOST_BITS: Final = 64  # Python does not even print an integer of any size
_INTEGER: Final = _strict(int, "an integer")
_OBJECT: Final = _strict(FrozenDict, "an object")
_LIST: Final = _strict(FrozenList, "a list")

_CONVERTER: Final = Converter(detailed_validation=False)
_CONVERTER.register_structure_hook(str, _strict(str, "a string"))
_CONVERTER.register_structure_hook(int, _index)
_CONVERTER.register_structure_hook(FrozenDict, _OBJECT)
_CONVERTER.register_structure_hook_func(lambda kind: kind == tuple[on.Source, ...], _sources)

SOURCES: Final[Mapping[str, type[Any]]] = {"document": on.DocumentSource, "tool": on.ToolSource}


def _optional(each: "Attribute[Any]") -> Callable[[Any], Any]:
    hook = _CONVERTER.get_structure_hook(each.type)
    return lambda value: hook(value, each.type)


_SOURCE_READS: Final[Mapping[type[Any], dict[str, Callable[[Any], Any]]]] = {
    kind: {each.name: _optional(each) for each in fields(kind) if each.name != "extra"} for kind in SOURCES.values()
}


class _Slot(NamedTuple):
    """How one field of an event class is read from the wire."""

    name: str
    required: bool
    read: Callable[[Any, Any], Any]


class _Node(NamedTuple):
    """An object on the wire: the fields that stand in it, and the objects in which others stand."""

    slots: dict[str, _Slot]
    below: dict[str, "_Node"]
    keys: frozenset[str]


class _Layout(NamedTuple):
    """Where an event class's fields stand on the wire."""

    kind: type[Any]
    root: _Node
    absent: dict[str, None]


def _slot(each: "Attribute[Any]") -> _Slot:
    kinds = [kind for kind in get_args(each.type) if kind is not NoneType]
    kind = kinds[0] if len(kinds) == 1 else each.type
    return _Slot(each.name, each.metadata["required"], _CONVERTER.get_structure_hook(kind))


def _node(slots: Mapping[tuple[str, ...], _Slot]) -> _Node:
    here = {path[0]: slot for path, slot in slots.items() if len(path) == 1}
    heads = {path[0] for path in slots if len(path) > 1}
    below = {
        head: _node({path[1:]: slot for path, slot in slots.items() if path[0] == head and len(path) > 1})
        for head in sorted(heads)
    }
    return _Node(here, below, frozenset({*here, *below}))


def _layout(kind: type[Any]) -> _Layout:
    placed = [each for each in fields(kind) if "path" in each.metadata]
    root = _node({each.metadata["path"]: _slot(each) for each in placed})
    return _Layout(kind, root._replace(keys=root.keys | {"type"}), {each.name: None for each in placed})


_LAYOUTS: Final[Mapping[str, _Layout]] = {kind.wire_type: _layout(kind) for kind in on.EVENTS}


def read(item: Any, depth: int) -> Reading:
    """Read a mapping, a typed event, or an object of the Cohere SDK.

    Raises:
        TooDeep: it nests deeper than *depth*.
    """
    sent = _sent(item)
    if isinstance(sent, on.Unreadable):
        return Reading(sent.text, sent, ())
    raw = freeze(sent, depth)
    if not isinstance(raw, FrozenDict):
        return Reading(raw, None, (Finding("not-an-object", expected="an object with a type"),))
    name = raw.get("type")
    if not isinstance(name, str):
        return Reading(raw, None, (_untyped(raw),))
    layout = _LAYOUTS.get(name)
    if layout is None:
        return Reading(raw, on.Unknown(raw), (Finding("unknown-event"),))
    return _structured(raw, layout)


def _sent(item: Any) -> Any:
    """Give what stood on the wire, or that it is unreadable."""
    if isinstance(item, on.EVENTS):
        return to_wire(item)
    if isinstance(item, on.Unknown):
        return item.fields
    wire = dumped(item)
    return wire if wire is item else _unspoilt(wire)


def dumped(item: Any) -> Any:
    """Give what an object of the Cohere SDK had on the wire, under its wire names; anything else as it is."""
    dump = getattr(item, "model_dump", None)
    return item if dump is None or isinstance(item, type) else dump(exclude_unset=True, by_alias=True)


def _unspoilt(wire: Any) -> Any:
    # Of what is no JSON, the Cohere SDK makes a message-start with the fields of the server-sent event.
    spoilt = isinstance(wire, dict) and wire.keys() == _SSE_FIELDS and isinstance(wire["data"], str)
    return on.Unreadable(wire["data"], "the SDK could not read it") if spoilt else wire


_SSE_FIELDS: Final = {"id", "event", "data", "retry"}


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
    values: dict[str, Any] = dict(layout.absent)
    findings: list[Finding] = []
    rest = _read_object(raw, layout.root, (), values, findings)
    if any(each.code in SPOILING for each in findings):
        return Reading(raw, None, tuple(findings))
    if not rest:
        return Reading(raw, layout.kind(**values), tuple(findings))
    extra = FrozenDict(rest)
    unknown = Finding("unknown-field", path=".".join(_first_path(extra)))
    return Reading(raw, layout.kind(**values, extra=extra), (*findings, unknown))


def _read_object(
    value: Any, node: _Node, path: tuple[str, ...], values: dict[str, Any], findings: list[Finding]
) -> dict[str, Any]:
    """Read the fields below *node* into *values*, and give what *value* holds beside them."""
    if isinstance(value, FrozenList) and len(value) == 1 and isinstance(value[0], FrozenDict):
        findings.append(Finding("list-shape", path=".".join(path), expected="an object"))
        value = value[0]
    if value is None:
        value = on.NOTHING_ELSE
    if not isinstance(value, FrozenDict):
        findings.append(_mismatch(path, "an object", value))
        return {}
    for key, slot in node.slots.items():
        _read_field(value.get(key), slot, (*path, key), values, findings)
    rest = {} if value.keys() <= node.keys else {key: it for key, it in value.items() if key not in node.keys}
    for key, below in node.below.items():
        if more := _read_object(value.get(key), below, (*path, key), values, findings):
            rest[key] = more
    return rest


def _read_field(
    value: Any, slot: _Slot, path: tuple[str, ...], values: dict[str, Any], findings: list[Finding]
) -> None:
    if value is not None:
        try:
            values[slot.name] = slot.read(value, None)
        except _MismatchError as error:
            findings.append(_mismatch(path, error.expected, error.value))
    elif slot.required:
        findings.append(Finding("field-missing", path=".".join(path), expected="it to be there"))


def _mismatch(path: tuple[str, ...], expected: str, value: Any) -> Finding:
    return Finding("field-wrong-type", f"it is {quote(value)}", ".".join(path), expected)


SPOILING: Final = frozenset(
    {"not-an-object", "type-missing", "api-error", "foreign-api", "field-missing", "field-wrong-type"}
)


def _first_path(fields: FrozenDict) -> list[str]:
    key, value = next(iter(fields.items()))
    # a mapping that is no JSON may have any keys
    name = quote(key[:_LONGEST_KEY])[1:-1] if type(key) is str else quote(key)
    return [
        name,
        *(_first_path(value) if value and isinstance(value, FrozenDict) else ()),
    ]


_LONGEST_KEY: Final = 40


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
