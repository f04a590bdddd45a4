"""A state as JSON, and back.

What JSON has stands for itself. A list is anything else: the name of its form, and what it is made of.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from hashlib import sha256
from math import isfinite
from typing import Any, Final, NamedTuple, get_args

from attrs import fields

from .. import events as on
from .._arguments import Fault
from .._book import Book, Mark, Part, Phase, Stage
from .._frozen import FrozenDict, FrozenList
from .._log import Log, Shelf
from .._quote import quote
from .._state import State, focused, settled
from .._text import Text
from ..limits import Limits
from ..violations import Kept, Violation
from .errors import CheckpointError

VERSION: Final = 1


def dump(state: State) -> dict[str, Any]:
    """Give *state* as a JSON object, from which ``load`` makes it again.

    It is strict JSON: what programs read differently, such as integers beyond 53 bits, or not at all, such as
    not-a-numbers and lone surrogates, is spelt out. It grows with the content, not with the number of deltas.

    Raises:
        TypeError: the state keeps what is no JSON value, from an event that did not come from JSON.

    Examples:
        >>> from streamfold import State, events, step
        >>> state = step(State(), events.MessageStart("m", "assistant"))
        >>> saved = dump(state)
        >>> saved["streamfold"], load(saved) == state
        (1, True)
    """
    told = _write(state)
    return {"streamfold": VERSION, "sha256": _digest(told), "state": told}


def load(saved: Any) -> State:
    """Give the state of which *saved* is the ``dump``; a step goes on from it as though nothing had been between.

    Raises:
        CheckpointError: *saved* is not what ``dump`` gave, or is of a version that is not read here.

    Examples:
        >>> load({"streamfold": 2})
        Traceback (most recent call last):
            ...
        streamfold.checkpoint.errors.CheckpointError: streamfold: expected version 1, got 2
    """
    version = saved.get("streamfold") if isinstance(saved, dict) else None
    if type(version) is not int:
        raise CheckpointError("streamfold", f"expected a checkpoint, with its version; got {quote(saved)}")
    if version != VERSION:
        raise CheckpointError("streamfold", f"expected version {VERSION}, got {version}")
    try:
        return _checked(_read(saved.get("state"), "state"), saved)
    except RecursionError:
        raise CheckpointError("state", "it is nested too deeply") from None


def _checked(state: Any, saved: dict[str, Any]) -> State:
    if not isinstance(state, State):
        raise CheckpointError("state", f"expected a State, got {quote(state)}")
    if saved.get("sha256") != _digest(saved["state"]):
        raise CheckpointError("sha256", "it is not that of the state: one of them has changed")
    return state


def _digest(told: Any) -> str:
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


# Values


def _write(value: Any) -> Any:
    if _is_plain(value):
        return value
    # What is empty may be of either kind: states that are equal are written alike.
    if value == {} or (isinstance(value, FrozenDict) and all(map(_is_key, value))):
        return {key: _write(inner) for key, inner in value.items()}
    name = next((_NAMES[kind] for kind in type(value).__mro__ if kind in _NAMES), None)
    if name is None:
        raise TypeError(f"a checkpoint holds JSON values, but the state keeps {quote(value)}")
    return [name, *map(_write, _FORMS[name].parts(value))]


def _is_plain(value: Any) -> bool:
    """Whether every program reads *value* alike."""
    if isinstance(value, str):
        return _HALVES.search(value) is None
    if isinstance(value, float):
        return isfinite(value) and not value.is_integer()
    return value is None or (isinstance(value, int) and abs(value) <= _MOST)


def _is_key(key: Any) -> bool:
    return isinstance(key, str) and _is_plain(key)


_HALVES: Final = re.compile("[\ud800-\udfff]")
_MOST: Final = 2**53


def _read(value: Any, path: str) -> Any:
    if isinstance(value, dict):
        return FrozenDict({key: _read(inner, f"{path}.{key}") for key, inner in value.items()})
    if isinstance(value, list):
        return _read_form(value, path)
    if not _is_plain(value):
        raise CheckpointError(path, f"expected what stands for itself, got {quote(value)}")
    return value


def _read_form(value: list[Any], path: str) -> Any:
    name, *parts = value or [None]
    form = _FORMS.get(name) if isinstance(name, str) else None
    if form is None:
        raise CheckpointError(path, f"expected the name of a form first, got {quote(name)}")
    labels = [*form.names, *range(len(form.names), len(parts))]
    made = [_read(part, f"{path}.{label}") for label, part in zip(labels, parts, strict=False)]
    try:
        return form.make(*made)
    except (TypeError, ValueError, AttributeError, LookupError) as error:
        raise CheckpointError(path, f"it makes no {name}: {error}") from error


class _Form(NamedTuple):
    """How values of one kind are written.

    Attributes:
        parts: gives what a value is made of.
        make: makes a value of that.
        names: what the parts are called.
    """

    kind: type
    parts: Callable[[Any], Iterable[Any]]
    make: Callable[..., Any]
    names: tuple[str, ...] = ()


def _record(kind: type[Any], make: Callable[..., Any], *names: str) -> _Form:
    return _Form(kind, lambda value: [getattr(value, name) for name in names], make, names)


def _enumerated(kind: type[Enum]) -> _Form:
    return _Form(kind, lambda value: [value.name], lambda name: kind[name])


def _sequence(kind: type[Any], parts: Callable[[Any], Iterable[Any]] = list) -> _Form:
    return _Form(kind, parts, lambda *parts: kind(parts))


def _mapping(kind: type[Any]) -> _Form:
    return _Form(kind, lambda value: value.items(), lambda *pairs: kind(pairs))


_LOSSLESS: Final = ("utf-8", "surrogatepass")
_FORMS: Final[Mapping[str, _Form]] = {
    "State": _Form(State, lambda state: [state.position, settled(state)], focused, ("position", "book")),
    "Mark": _record(Mark, Mark, *Mark._fields),
    **{
        kind.__name__: _record(kind, kind, *(each.name for each in fields(kind) if each.init))
        for kind in (Book, Part, Limits, Violation, Kept, Fault, *get_args(on.Source), *on.EVENTS)
    },
    **{kind.__name__: _enumerated(kind) for kind in (Phase, Stage)},
    "Log": _sequence(Log),
    "Shelf": _sequence(Shelf),
    "Text": _Form(Text, lambda text: [str(text)], Text),
    "tuple": _sequence(tuple),
    "list": _sequence(FrozenList),
    "set": _sequence(frozenset, sorted),
    "map": _mapping(dict),
    "object": _mapping(FrozenDict),
    "str": _Form(
        str, lambda text: [text.encode(*_LOSSLESS).hex()], lambda digits: bytes.fromhex(digits).decode(*_LOSSLESS)
    ),
    "int": _Form(int, lambda number: [hex(number)], lambda digits: int(digits, 16)),
    "float": _Form(float, lambda number: [float.__repr__(number)], float),
}
_NAMES: Final[Mapping[type, str]] = {form.kind: name for name, form in _FORMS.items()}
