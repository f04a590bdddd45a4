"""Mapping to event: what stands in its place is read, and what does not is told."""

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Final, NamedTuple, get_args

from attrs import Attribute, fields, frozen

from . import events as on
from ._frozen import FrozenDict, FrozenList, TooDeep, freeze
from ._leaves import MismatchError, reader_of
from ._quote import quote
from ._sent import sent_by


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
    return _Slot(each.name, each.metadata["required"], reader_of(kind))


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
    raw = _copied(item, depth)
    if isinstance(raw, on.Unreadable):
        return Reading(raw.text, raw, ())
    if not isinstance(raw, FrozenDict):
        return Reading(raw, None, (Finding("not-an-object", expected="an object with a type"),))
    name = raw.get("type")
    if not isinstance(name, str):
        return Reading(raw, None, (_untyped(raw),))
    layout = _LAYOUTS.get(name)
    if layout is None:
        return Reading(raw, on.Unknown(raw), (Finding("unknown-event"),))
    return _structured(raw, layout)


def _copied(item: Any, depth: int) -> Any:
    """Give a copy of what stood on the wire, or that it is unreadable: an object that is no JSON may raise anything."""
    try:
        return freeze(sent_by(item), depth)
    except TooDeep:
        raise
    except Exception as error:  # noqa: BLE001 - whatever comes out of it, the stream goes on
        return on.Unreadable(quote(item), f"to read it raised {quote(error)}")


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
        except MismatchError as error:
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
