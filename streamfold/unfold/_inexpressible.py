"""What no stream can say."""

from typing import Any

from attrs import fields, has

from .._quote import quote
from ..message import Message


class InexpressibleError(ValueError):
    """No stream folds into what was given.

    Attributes:
        path: of what cannot be said: ``calls[0].detail``.
        why: the reason.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


def require_equal(message: Message, told: Any) -> None:
    """Raise if the stream that was written tells anything else than *message*."""
    if message != told:
        path, mine, its = _difference("", message, told)
        raise InexpressibleError(path.lstrip("."), f"a stream can only say {quote(its)} here, not {quote(mine)}")


def _difference(path: str, mine: Any, its: Any) -> tuple[str, Any, Any]:
    """Find the innermost value that differs: attribute by attribute, item by item."""
    if type(mine) is type(its):
        for step, one, other in _inner(mine, its):
            if one != other:
                return _difference(path + step, one, other)
    return path, mine, its


def _inner(mine: Any, its: Any) -> Any:
    if has(type(mine)):
        return ((f".{each.name}", getattr(mine, each.name), getattr(its, each.name)) for each in fields(type(mine)))
    if isinstance(mine, tuple):
        return ((f"[{place}]", *pair) for place, pair in enumerate(zip(mine, its, strict=False)))
    return ()
