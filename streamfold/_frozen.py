"""JSON values that stay as they are.

A frozen value is a real dict or list, so that ``json.dumps``, ``pickle``, ``==`` and ``isinstance`` take it
for what it is (a ``MappingProxyType`` passes none of these), and it hashes, because nothing in it can change.
Whatever makes one goes through `freeze`, so what stands in a frozen value is frozen too.
"""

from collections.abc import Iterable, Mapping
from itertools import repeat
from types import NoneType
from typing import Any, Final, NoReturn, Self, final

DEEPEST: Final = 700
"""How deep a value may nest at all: Python gives up on comparing or printing one of about 1000 levels, 3.12 of 750."""

_SCALARS: Final = frozenset({str, int, float, bool, NoneType})


class TooDeep(ValueError):  # noqa: N818 - not an error that leaves the library
    """A value nests deeper than the caller allows."""


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("a frozen value cannot be changed; dict() or list() makes a copy that can")


class _Frozen:
    """What a frozen dict and a frozen list have in common."""

    __slots__ = ()

    def __init__(self, *_: Any, **__: Any) -> None:
        """Do nothing: the one of dict or list would fill anew what already stands."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self


@final
class FrozenDict(_Frozen, dict[str, Any]):
    """A dict that is read-only all the way down; ``|`` and ``copy()`` give a plain one."""

    __slots__ = ()

    def __new__(cls, *args: Any, **kwargs: Any) -> "FrozenDict":
        """Freeze what ``dict`` makes of the arguments."""
        frozen: FrozenDict = freeze(dict(*args, **kwargs), DEEPEST)
        return frozen

    def __hash__(self) -> int:  # type: ignore[override]  # the plain one has none
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type["FrozenDict"], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


@final
class FrozenList(_Frozen, list[Any]):
    """A list that is read-only all the way down; ``+``, a slice and ``copy()`` give a plain one."""

    __slots__ = ()

    def __new__(cls, *args: Any) -> "FrozenList":
        """Freeze what ``list`` makes of the arguments."""
        frozen: FrozenList = freeze(list(*args), DEEPEST)
        return frozen

    def __hash__(self) -> int:  # type: ignore[override]  # the plain one has none
        return hash(tuple(self))

    def __reduce__(self) -> tuple[type["FrozenList"], tuple[list[Any]]]:
        return FrozenList, (list(self),)

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse


def freeze(value: Any, depth: int) -> Any:
    """Give a read-only copy of a JSON value, or *value* itself where it is frozen already.

    A mapping becomes a `FrozenDict`, a list or tuple a `FrozenList`; anything else stays as it is.
    A scalar has depth 0, ``[]`` has depth 1. Each level takes a frame of Python's stack, so *depth* must
    leave the caller room: at most `DEEPEST`, better far less.

    Raises:
        TooDeep: *value* nests deeper than *depth*, or contains itself.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    # Mostly it is a dict, and to ask for a Mapping is slow.
    if kind is not dict and not isinstance(value, (list, tuple, dict, Mapping)):
        return value
    if depth < 1:
        raise TooDeep("nested too deeply")
    # One function, though a long one: a helper would take a second frame for each level.
    if kind is not dict and isinstance(value, (list, tuple)):
        if not value:
            return NO_ITEMS
        values = list(map(freeze, value, repeat(depth - 1)))
        return value if kind is FrozenList else _new_list(values)
    frozen: Any = value
    if kind is not FrozenDict:
        frozen = _new_dict(FrozenDict)
        _fill(frozen, value)
    for key, inner in frozen.items():
        if type(inner) not in _SCALARS and (copy := freeze(inner, depth - 1)) is not inner:
            dict.__setitem__(frozen, key, copy)
    return frozen


_new_dict: Final = dict.__new__
_fill: Final = dict.update


def _new_list(values: Iterable[Any]) -> FrozenList:
    frozen = list.__new__(FrozenList)
    list.extend(frozen, values)
    return frozen


NO_ITEMS: Final = _new_list(())


def thaw(value: Any) -> Any:
    """Give a plain copy of a frozen value, as deep as it goes."""
    if isinstance(value, FrozenDict):
        return {key: thaw(inner) for key, inner in value.items()}
    return [thaw(inner) for inner in value] if isinstance(value, FrozenList) else value


def weight(value: Any) -> int:
    """Count the characters of all strings in a JSON value, keys included, and one more for each node."""
    if isinstance(value, dict):
        try:  # mostly it is a document, and holds nothing but strings
            return 1 + len(value) + len("".join([*value, *value.values()]))
        except TypeError:
            pass
    characters = 0
    nodes = [value]
    for node in nodes:  # it grows while it is gone through
        kind = type(node)
        if kind is str:
            characters += len(node)
        elif kind not in _SCALARS:
            if isinstance(node, (dict, Mapping)):
                characters += _characters(node)
                nodes += node.values()
            elif isinstance(node, (list, tuple)):
                nodes += node
            elif isinstance(node, str):
                characters += len(node)
    return len(nodes) + characters


def _characters(keys: Iterable[Any]) -> int:
    try:
        return len("".join(keys))
    except TypeError:  # a mapping that did not come from JSON may have any keys
        return sum(len(key) for key in keys if isinstance(key, str))
