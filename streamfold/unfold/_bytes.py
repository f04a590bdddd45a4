"""From events to the bytes that a server would send."""

import json
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final, NamedTuple

from .. import events as on
from .._frozen import DEEPEST
from .._wire import read
from ._dialect import COHERE, Dialect
from .errors import InexpressibleError


def to_sse(events: Iterable[Any], dialect: Dialect = COHERE) -> bytes:
    r"""Give *events* as server-sent events, with the sentinel of *dialect* behind them.

    Mappings, typed events, objects of the Cohere SDK and located events may mix. A located event has the name that
    it came under, any other its type. Characters are UTF-8, lone surrogates escapes. What was unreadable goes out
    as it came; where the input was cut off inside it, so is the output. ``streamfold.recordings.load`` reads the
    same events out of the bytes of one stream.

    Raises:
        InexpressibleError: an event is no JSON, or would not be read as what it is.

    Examples:
        >>> to_sse([{"type": "content-end", "index": 0}])
        b'event: content-end\ndata: {"type":"content-end","index":0}\n\ndata: [DONE]\n\n'
    """
    shown = _show(events, "\r")
    frames = [each.text if each.cut else _frame(each, dialect) for each in shown]
    ends = dialect.sentinel is not None and not (shown and shown[-1].cut)
    return _encode([*frames, f"data: {dialect.sentinel}\n\n"] if ends else frames)


def to_jsonl(events: Iterable[Any]) -> bytes:
    r"""Give *events* as lines of JSON: no names, no sentinel, and all else as `to_sse` has it.

    Raises:
        InexpressibleError: an event is no JSON, or would not be read as what it is.

    Examples:
        >>> to_jsonl([{"type": "content-end", "index": 0}])
        b'{"type":"content-end","index":0}\n'
    """
    events = [*events]
    if len(events) == 1 and isinstance(events[0], list):
        raise InexpressibleError("events[0]", "a list that stands alone is read as the list of all events")
    return _encode(each.text if each.cut else f"{each.text}\n" for each in _show(events, "\n"))


def _encode(texts: Iterable[str]) -> bytes:
    # Python's escape for a lone surrogate is the one of JSON.
    return "".join(texts).encode("utf-8", "backslashreplace")


class _Shown(NamedTuple):
    """An event as text.

    Attributes:
        name: what its server-sent event is called.
        cut: whether the input ended inside it.
    """

    text: str
    name: Any
    cut: bool = False


def _frame(shown: _Shown, dialect: Dialect) -> str:
    named = dialect.event_names and isinstance(shown.name, str) and _NAME.fullmatch(shown.name)
    name = f"event: {shown.name}\n" if named else ""
    data = "".join(f"data: {line}\n" for line in shown.text.split("\n"))
    return f"{name}{data}\n"


_NAME: Final = re.compile("[^\r\n\ud800-\udfff]+")  # of one line, and of characters that UTF-8 has


def _show(events: Iterable[Any], unfit: str) -> list[_Shown]:
    """Give each event as text; what was unreadable can hold no character that is *unfit*."""
    shown = [_shown(f"events[{number}]", event, unfit) for number, event in enumerate(events)]
    for number, (each, _) in enumerate(pairwise(shown)):
        if each.cut:
            raise InexpressibleError(f"events[{number}]", "the input ended inside it, but another event follows")
    return shown


def _shown(path: str, item: Any, unfit: str) -> _Shown:
    event = item.event if isinstance(item, on.Located) else item
    if isinstance(event, on.Unreadable):
        if unfit in event.text and not event.cut:
            raise InexpressibleError(path, f"{unfit!r} stands in what was unreadable, and would cut it in two")
        return _Shown(event.text, item.name if isinstance(item, on.Located) else None, event.cut)
    try:
        raw = event if type(event) is dict else read(event, DEEPEST).raw
        text = json.dumps(raw, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError) as error:
        raise InexpressibleError(path, f"it is no JSON: {error}") from None
    if text == '"[DONE]"':
        raise InexpressibleError(path, "it would be read as the end of the stream")
    own = raw.get("type") if isinstance(raw, dict) else None
    return _Shown(text, item.name if isinstance(item, on.Located) else own)
