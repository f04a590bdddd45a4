"""Recordings out of the bytes of a file, whatever its form."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from ..events import Located, Unreadable
from ._lines import Line, LineTooLargeError, lines
from ._sse import MAX_EVENT_SIZE, EventTooLarge, ServerSentEvent, SSEDecoder, Unfinished

Form: TypeAlias = Literal["sse", "jsonl"]
Loads: TypeAlias = Callable[[str], Any]

_DONE: Final = ("[DONE]", '"[DONE]"')
_SENTINEL: Final = Located(None, 0)


@frozen
class Origin:
    """Where a recording was found.

    Attributes:
        name: of the file, as it was given.
        form: ``"sse"`` or ``"jsonl"``.
        number: of the recording in the file, from 0.
        line: of its first event, from 1; 1 where it has none.
    """

    name: str
    form: Form
    number: int = 0
    line: int = 1


@frozen
class Recording:
    """One recorded stream.

    Attributes:
        events: each with its line and the name of its server-sent event; what is no JSON, and what the end of the
            input cut off, is an ``Unreadable`` among them.
    """

    events: tuple[Located, ...] = field(repr=lambda events: f"<{len(events)} events>")
    source: Origin


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)


def _loads(text: str) -> Any:
    # decode() looks for white space around the text first, which costs as much as reading it
    try:
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        end = -1
    return value if end == len(text) else _DECODER.decode(text)


def load(
    data: bytes | Iterable[bytes],
    name: str = "",
    *,
    loads: Loads = _loads,
    max_event_size: int = MAX_EVENT_SIZE,
) -> Iterator[Recording]:
    """Yield the recordings in *data*, one at a time; at least one, which has no events if *data* has none.

    *data* is the bytes of server-sent events or of JSON lines, whole or in chunks cut anywhere; its first character
    tells the two apart. A recording ends at ``[DONE]``, or where a message-start follows a message-end.
    *loads* reads one JSON text, and raises ``ValueError`` if it is none. *max_event_size* is in bytes.

    Examples:
        >>> from streamfold import check
        >>> [recording] = load(b'data: {"type": "message-end"', "cut.sse")
        >>> recording.source.form
        'sse'
        >>> [cut] = check(recording.events).roots
        >>> cut.code, cut.line
        ('event-cut', 1)
    """
    form, chunks = _sniff(iter([data] if isinstance(data, bytes) else data))
    return _recordings(_READERS[form](chunks, loads, max_event_size), name, form)


def _sniff(chunks: Iterator[bytes]) -> tuple[Form, Iterator[bytes]]:
    held = b""
    for chunk in chunks:
        held += chunk
        start = held.lstrip(b" \t\r\n\xef\xbb\xbf")
        if start:
            return "jsonl" if start[:1] in (b"{", b"[") else "sse", chain([held], chunks)
    return "sse", iter([held])


def _recordings(items: Iterator[Any], name: str, form: Form) -> Iterator[Recording]:
    events: list[Located] = []
    number, ended = 0, False
    for item in items:
        wire_type = item.event.get("type") if type(item.event) is dict else None
        if item is _SENTINEL or (ended and wire_type == "message-start"):
            yield _recording(events, name, form, number)
            events, number, ended = [], number + 1, False
        if item is not _SENTINEL:
            events.append(item)
            ended = ended or wire_type == "message-end"
    if events or not number:
        yield _recording(events, name, form, number)


def _recording(events: list[Located], name: str, form: Form, number: int) -> Recording:
    line = events[0].line if events else 1
    return Recording(tuple(events), Origin(name, form, number, line))


def _read_sse(chunks: Iterator[bytes], loads: Loads, most: int) -> Iterator[Any]:
    decoder = SSEDecoder(max_event_size=most)
    try:
        for chunk in chunks:
            for event in decoder.feed(chunk):
                yield _located(event, loads)
        rest = decoder.close()
    except EventTooLarge as error:
        yield from (_located(event, loads) for event in error.events)
        rest = decoder.close()
        yield Located(Unreadable("" if rest is None else rest.text, str(error), cut=True), error.line)
        return
    if rest is not None:
        yield Located(Unreadable(rest.text, _cut(rest), cut=True), rest.line)


def _located(event: ServerSentEvent, loads: Loads) -> Located:
    return _SENTINEL if event.data in _DONE else Located(_parsed(event.data, loads), event.line, event.name)


def _cut(rest: Unfinished) -> str:
    return f"the input ended inside {'a UTF-8 character' if rest.in_character else 'a server-sent event'}"


def _parsed(text: str, loads: Loads) -> Any:
    try:
        return loads(text)
    except ValueError as error:
        return Unreadable(text, f"not JSON: {error}")
    except RecursionError:
        return Unreadable(text, "brackets are nested too deeply")


def _read_lines(chunks: Iterator[bytes], loads: Loads, most: int) -> Iterator[Any]:
    try:
        for line in lines(chunks, most):
            yield from _read_line(line, loads)
    except LineTooLargeError as error:
        yield _unreadable(error.line, f"the line is larger than {most} bytes", cut=True)


def _read_line(line: Line, loads: Loads) -> Iterator[Any]:
    data = line.data.removeprefix(b"\xef\xbb\xbf") if line.number == 1 else line.data
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        yield _unreadable(line, f"not UTF-8: {error.reason}", cut=not line.ended)
        return
    if text.strip() in _DONE:
        yield _SENTINEL
    elif text.strip():
        event = _parsed(text, loads)
        spoilt = isinstance(event, Unreadable) and not line.ended
        yield (_unreadable(line, "the input ended inside a line", cut=True) if spoilt else Located(event, line.number))


def _unreadable(line: Line, why: str, *, cut: bool) -> Located:
    return Located(Unreadable(line.data.decode(errors="replace"), why, cut), line.number)


_READERS: Final[dict[Form, Callable[[Iterator[bytes], Loads, int], Iterator[Any]]]] = {
    "sse": _read_sse,
    "jsonl": _read_lines,
}
