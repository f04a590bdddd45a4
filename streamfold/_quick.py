"""Frozen values that are made faster than their classes make them, and values that are made when they are needed.

An event makes several, and attrs sets each field of a frozen value by a call, which costs more than all that is judged
of the event. A *draft* has the slots of the value, lets them be filled, and then becomes the value.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from attrs import NOTHING, fields

K = TypeVar("K")
V = TypeVar("V")

_DRAFTS = """
def make({parameters}):
    draft = Draft()
    {fill}
    draft.__class__ = Kind
    return draft


def draft_of(value):
    draft = Draft()
    {copy}
    return draft
"""


def maker(kind: type[V], *, hidden: bool = False) -> Callable[..., V]:
    """Give what makes a value of a frozen attrs class out of its fields, in their order, with its defaults.

    The class has no factories, no validators, and no slot for weak references unless it is *hidden*, as in
    `draft_class`.
    """
    return maker_and_drafter(kind, hidden=hidden)[0]


def draft_class(kind: type[Any], *, hidden: bool = False) -> type[Any]:
    """Give the class of the drafts of such a class.

    The quickest to be changed for it is a subclass that adds no slots. But what looks for the subclasses of a class
    would find it, as cattrs may be asked to do: so only a class that is *hidden* from users gets one.
    """
    if not hidden:
        return type("Draft", (), {"__slots__": _names(kind)})
    plain = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    return type("Draft", (kind,), {"__slots__": (), **plain})


def maker_and_drafter(kind: type[V], *, hidden: bool = False) -> tuple[Callable[..., V], Callable[[V], Any]]:
    """Give such a maker, and what makes a draft of a value: it becomes another by ``draft.__class__ = kind``."""
    names, default = _names(kind), _defaults(kind)
    namespace: dict[str, Any] = {"Draft": draft_class(kind, hidden=hidden), "Kind": kind, "default": default}
    parameters = ", ".join(f"{name}=default[{name!r}]" if name in default else name for name in names)
    fill = "\n    ".join(f"draft.{name} = {name}" for name in names)
    copy = "\n    ".join(f"draft.{name} = value.{name}" for name in names)
    exec(_DRAFTS.format(parameters=parameters, fill=fill, copy=copy), namespace)  # noqa: S102 - it is made of names of fields
    return namespace["make"], namespace["draft_of"]


def _names(kind: type[Any]) -> list[str]:
    return [each.name for each in fields(kind)]


def _defaults(kind: type[Any]) -> dict[str, Any]:
    return {each.name: each.default for each in fields(kind) if each.default is not NOTHING}


def changed(draft: Any, kind: type[V], changes: dict[str, Any]) -> V:
    """Give the value that a draft becomes with *changes*."""
    for name, value in changes.items():
        setattr(draft, name, value)
    draft.__class__ = kind
    return draft  # type: ignore[no-any-return]  # a value by now


class WhenNeeded(dict[K, V]):
    """A table whose values are made when they are first looked up: what is never needed costs an import nothing."""

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        self[key] = value = self._make(key)
        return value


MAKE: Final[WhenNeeded[type[Any], Callable[..., Any]]] = WhenNeeded(maker)
"""By its class, what makes a value as `maker` says."""
