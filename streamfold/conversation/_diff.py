"""Where two messages differ."""

from collections.abc import Collection, Iterator
from enum import Enum
from typing import Any, Final

from attrs import Attribute, fields, frozen, has

from .._frozen import FrozenDict
from .._plain import PLAIN
from .._quote import quote
from ..message import Told
from ..violations import Kept
from ._paths import below


class Missing(Enum):
    """What stands where nothing stands: its one member is `MISSING`."""

    MISSING = "nothing"


MISSING: Final = Missing.MISSING


@frozen
class Difference:
    """One value of a message that is another one, or none, in another message.

    Attributes:
        path: of the value in both, ``content[0].text``; empty for the whole.
        left, right: what stands there; `MISSING` where nothing does.

    Examples:
        >>> print(Difference("finish_reason", "COMPLETE", None))
        finish_reason: 'COMPLETE' on the left, None on the right
    """

    path: str
    left: Any
    right: Any

    def __str__(self) -> str:
        start = _parting(self.left, self.right)
        where = f"{self.path or 'the whole'}{f', from character {start} on' if start else ''}"
        return f"{where}: {_shown(self.left, start)} on the left, {_shown(self.right, start)} on the right"


_SHORT: Final = 60


def _parting(left: Any, right: Any) -> int:
    """Give where two strings begin to differ; 0 where they can be shown whole, or are none."""
    if not (isinstance(left, str) and isinstance(right, str)) or max(len(left), len(right)) <= _SHORT:
        return 0
    shorter = min(len(left), len(right))
    return next((place for place in range(shorter) if left[place] != right[place]), shorter)


def _shown(value: Any, start: int) -> str:
    return MISSING.value if value is MISSING else quote(value[start:] if start else value, _SHORT)


def diff(left: Any, right: Any, ignore: Collection[str] = ()) -> tuple[Difference, ...]:
    """Tell where two messages, or two JSON objects, differ: nowhere exactly if they are equal.

    So what ``==`` does not look at makes no difference: violations, positions, where one kept delta ends and the
    next begins. A message differs from a partial one in ``salvaged`` and ``open``. The differences are in the order of
    their paths, the same in both directions. *ignore* names paths; what stands there, or below, is not told.

    Examples:
        >>> from streamfold import Message, TextBlock
        >>> streamed = Message(id="m", content=(TextBlock("It is 24 °C."),))
        >>> answered = Message(id="n", content=(TextBlock("It is 24."),))
        >>> for difference in diff(streamed, answered, ignore=["id"]):
        ...     print(difference)
        content[0].text: 'It is 24 °C.' on the left, 'It is 24.' on the right
    """
    return tuple(each for each in _differences(left, right) if not any(_is_at(each.path, path) for path in ignore))


def _is_at(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))


def _differences(left: Any, right: Any) -> Iterator[Difference]:
    pending = [("", left, right)]
    while pending:
        path, mine, its = pending.pop()
        if _are_alike(mine, its):
            pending += reversed(list(_pairs(path, _members(mine), _members(its))))
        elif mine is not its and mine != its:
            yield Difference(path, mine, its)


def _are_alike(left: Any, right: Any) -> bool:
    both = (Told, dict, list, tuple)
    return any(isinstance(left, kind) and isinstance(right, kind) for kind in both) or (
        type(left) is type(right) and has(type(left))
    )


def _pairs(path: str, left: dict[Any, Any], right: dict[Any, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in sorted({**left, **right}):
        yield below(path, name), left.get(name, MISSING), right.get(name, MISSING)


def _members(value: Any) -> dict[Any, Any]:
    if isinstance(value, dict):
        return {name if isinstance(name, str) else repr(name): inner for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return dict(enumerate(value))
    return {each.name: _compared(each, getattr(value, each.name)) for each in fields(type(value)) if each.eq}


def _compared(each: "Attribute[Any]", value: Any) -> Any:
    key = each.eq_key  # type: ignore[attr-defined]  # attrs has it, its stubs do not
    return value if key is None else tuple(map(_as_kept, key(value)))


def _as_kept(seamless: tuple[Any, str]) -> Kept:
    """Give what is kept as it is compared: a run of deltas for one part is one delta."""
    kept, text = seamless
    if isinstance(kept, Kept):
        return kept
    code, (symbol, index) = kept
    return Kept(code, FrozenDict(PLAIN[symbol].write(index, text)), -1)
