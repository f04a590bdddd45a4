"""Located events out of bytes that arrive in chunks, form by form."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, Protocol, TypeAlias

from .._arguments import read_json
from .._plain import Plain
from ..events import Located, Unreadable
from ._frames import FrameDecoder
from ._lines import Line, LineDecoder, LineTooLargeError
from ._rows import Item
from ._sse import EventTooLarge, ServerSentEvent, Unfinished

Form: TypeAlias = Literal["sse", "jsonl"]
Loads: TypeAlias = Callable[[str], Any]

# Marks among the events: where a stream ends, and after which nothing can be read any more.
SENTINEL: Final = Located(None, 0)
STOP: Final = Located(None, 0)
DONE: Final = ("[DONE]", '"[DONE]"')


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)


def loads_strictly(text: str) -> Any:
    """Read one JSON text; NaN and its like are none."""
    return read_json(_DECODER, text)


def form_of(chunk: bytes) -> Form | None:
    """Give the form of what begins with *chunk*, or with white space before it; None where it is white space too."""
    first = chunk.lstrip(b" \t\r\n\xef\xbb\xbf")[:1]
    return ("jsonl" if first in b'{["' else "sse") if first else None


class Reader(Protocol):
    """Reads chunks of one form, and puts `SENTINEL` and `STOP` among the events."""

    def feed(self, chunk: bytes) -> Iterator[Item]:
        """Yield the events that *chunk* finishes, plain deltas in rows."""

    def close(self) -> Iterator[Located]:
        """Yield the event that the end of the input breaks off, if it does."""

    def read_delta(self, chunk: bytes, plain: Plain, place: int) -> str | None:
        """Take a chunk and give its characters, if it is one plain delta; else take nothing."""


class _SSEReader:
    def __init__(self, loads: Loads, most: int) -> None:
        self._loads = loads
        learns = loads is loads_strictly
        self._decoder = FrameDecoder(max_event_size=most, locate=self._located, learns=learns)
        self.read_delta = self._decoder.read_delta

    def feed(self, chunk: bytes) -> Iterator[Item]:
        try:
            yield from self._decoder.read(chunk)
        except EventTooLarge as error:
            yield from map(self._located, error.events)
            rest = self._decoder.close()
            yield Located(Unreadable("" if rest is None else rest.text, str(error), cut=True), error.line)
            yield STOP

    def close(self) -> Iterator[Located]:
        rest = self._decoder.close()
        if rest is not None:
            yield Located(Unreadable(rest.text, _cut(rest), cut=True), rest.line)

    def _located(self, event: ServerSentEvent) -> Located:
        data, name, _, line = event
        return SENTINEL if data in DONE else Located(parsed(data, self._loads), line, name)


def _cut(rest: Unfinished) -> str:
    return f"the input ended inside {'a UTF-8 character' if rest.in_character else 'a server-sent event'}"


def parsed(text: str, loads: Loads) -> Any:
    try:
        return loads(text)
    except ValueError as error:
        return Unreadable(text, f"not JSON: {error}")
    except RecursionError:
        return Unreadable(text, "brackets are nested too deeply")


class _LinesReader:
    def __init__(self, loads: Loads, most: int) -> None:
        self._loads = loads
        self._decoder = LineDecoder(most)

    def feed(self, chunk: bytes) -> Iterator[Item]:
        try:
            for line in self._decoder.feed(chunk):
                yield from self._located(line)
        except LineTooLargeError as error:
            yield _unreadable(error.line, f"the line is larger than {self._decoder.most} bytes", cut=True)
            yield STOP

    def read_delta(self, _chunk: bytes, _plain: Plain, _place: int) -> None:
        """Take nothing: lines are read as they are."""

    def close(self) -> Iterator[Located]:
        for line in self._decoder.close():
            yield from self._located(line)

    def _located(self, line: Line) -> Iterator[Located]:
        data = line.data.removeprefix(b"\xef\xbb\xbf") if line.number == 1 else line.data
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            yield _unreadable(line, f"not UTF-8: {error.reason}", cut=not line.ended)
            return
        if text.strip() in DONE:
            yield SENTINEL
        elif text.strip():
            event = parsed(text, self._loads)
            spoilt = isinstance(event, Unreadable) and not line.ended
            why = "the input ended inside a line"
            yield _unreadable(line, why, cut=True) if spoilt else Located(event, line.number)


def _unreadable(line: Line, why: str, *, cut: bool) -> Located:
    return Located(Unreadable(line.data.decode(errors="replace"), why, cut), line.number)


READERS: Final[Mapping[Form, Callable[[Loads, int], Reader]]] = {"sse": _SSEReader, "jsonl": _LinesReader}
