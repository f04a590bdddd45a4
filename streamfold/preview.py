"""Tool arguments in progress, for showing: never for calling."""

from typing import Any

from attrs import frozen

from ._frozen import FrozenDict, TooDeep, freeze
from .limits import DEFAULT


@frozen
class Preview:
    """What can be seen of arguments that are still arriving.

    A last string may still grow; so may a last number, which then was another one. It is another type than the
    arguments of a ``ToolCall``, so that nobody calls with it.

    Attributes:
        arguments: the members of the JSON object so far; None where no object can be seen.
    """

    arguments: FrozenDict | None


def preview(raw_arguments: str) -> Preview:
    """Show arguments in progress; each call reads them from their start, so call it when you draw, not per delta.

    It needs jiter: install ``streamfold[partial]``.

    Raises:
        ImportError: jiter is not installed.

    Examples:
        >>> preview('{"city": "Par').arguments
        {'city': 'Par'}
        >>> preview("no JSON").arguments is None
        True
    """
    try:
        from jiter import from_json  # noqa: PLC0415 - only who previews needs it
    except ImportError as error:
        raise ImportError("a preview of tool arguments needs jiter: install streamfold[partial]") from error
    return Preview(_object(from_json, raw_arguments))


def _object(from_json: Any, raw: str) -> FrozenDict | None:
    try:
        value = from_json(raw.encode("utf-8", "replace"), partial_mode="trailing-strings")
        frozen_value = freeze(value, DEFAULT.nesting)
    except (ValueError, TooDeep):
        return None
    return frozen_value if isinstance(frozen_value, FrozenDict) else None
