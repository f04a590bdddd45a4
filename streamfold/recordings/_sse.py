"""From the bytes of an event stream to its events (WHATWG HTML, "Server-sent events", section 9.2.6)."""

import re
from codecs import BOM_UTF8, getincrementaldecoder
from typing import Final, NamedTuple

from attrs import define, field, frozen

MAX_EVENT_SIZE: Final = 16 * 1024 * 1024  # bytes

_EVENT: Final = re.compile(rb"(?:[^\r\n]++(?:\r\n?+|\n)?+)++")
_EVENT_FIELDS: Final = frozenset({b"data", b"event", b"id"})
# int() refuses thousands of digits; eighteen are thirty million years.
_RETRY: Final = re.compile("[0-9]{1,18}")


class ServerSentEvent(NamedTuple):
    r"""One event of an event stream.

    Attributes:
        data: the values of its `data` lines, joined by "\n"; maybe "".
        name: the value of its last `event` line; None where there was none, or it was empty.
        id: the value of the last `id` line so far, in this event or before it; None as for `name`.
        line: the line of the stream, from 1, of its first `data`, `event` or `id`.
    """

    data: str
    name: str | None
    id: str | None
    line: int


@frozen
class Unfinished:
    """An event that the end of the stream broke off.

    Attributes:
        line: the line of the stream, from 1, on which it began.
        text: all that arrived from there on, line ends as they came, malformed UTF-8 as U+FFFD.
        in_character: whether the stream ended inside a UTF-8 character.
    """

    line: int
    text: str
    in_character: bool


@define
class EventTooLarge(ValueError):  # noqa: N818 - the name says what is wrong
    """An event has more bytes than `SSEDecoder.max_event_size`.

    Attributes:
        line: the line of the stream, from 1, on which it began.
        size: how many of its bytes had arrived.
        limit: how many were allowed.
        events: those that the same chunk finished before it.
    """

    line: int
    size: int
    limit: int
    events: tuple[ServerSentEvent, ...] = ()

    def __str__(self) -> str:
        return f"line {self.line}: event of {self.size} bytes or more; expected at most {self.limit}"


@define(eq=False)
class SSEDecoder:
    r"""Decode an event stream that arrives in chunks, cut anywhere.

    The events do not depend on where the chunks are cut; malformed UTF-8 becomes U+FFFD.
    Source: WHATWG HTML, "Server-sent events", section 9.2.6.

    Attributes:
        max_event_size: in bytes, of the lines between two blank lines, comments and line ends included.
        retry: the last `retry` value, in milliseconds; None where there was none. It is read when the
            blank line after it has come, or at `close`; one of more than 18 digits is ignored.

    >>> decoder = SSEDecoder()
    >>> decoder.feed(b'event: message-start\ndata: {"id"')
    []
    >>> decoder.feed(b': "a"}\n\ndata: [DO')
    [ServerSentEvent(data='{"id": "a"}', name='message-start', id=None, line=1)]
    >>> decoder.close()
    Unfinished(line=4, text='data: [DO', in_character=False)
    """

    max_event_size: int = field(default=MAX_EVENT_SIZE, kw_only=True)
    retry: int | None = field(default=None, init=False)
    _id: str | None = field(default=None, init=False)
    _line: int = field(default=1, init=False)
    _held: bytearray = field(factory=bytearray, init=False, repr=False)
    _closed: bool = field(default=False, init=False)

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        r"""Take the next bytes of the stream and return the events that they finish.

        Raises:
            EventTooLarge: an event passes `max_event_size`. This closes the decoder.
            ValueError: the decoder is closed.

        >>> SSEDecoder().feed(b"data: a\rdata: b\r\r")
        [ServerSentEvent(data='a\nb', name=None, id=None, line=1)]
        """
        return self._read(text) if (text := self._take_ended(chunk)) else []

    def _take_ended(self, chunk: bytes) -> str:
        """Take the next bytes, and give the lines up to the last blank one that has ended, LF for all line ends."""
        if self._closed:
            raise ValueError("the decoder is closed")
        held = self._held
        start = max(len(held) - 1, 0)
        held += chunk
        if len(held) > self.max_event_size:
            self._refuse_too_large()
        # The end of the blank line stays held, since a CR may be the first half of CR LF.
        end = _last_blank_line(held, start)
        return _decoded(self._take(end)) if end else ""

    def close(self) -> Unfinished | None:
        r"""End the stream and return the event that this breaks off, or None.

        An event begins with a `data`, `event` or `id` line, or with a line that was itself broken off and
        is no comment. Comments, unknown fields and `retry` lines alone are no event.

        >>> decoder = SSEDecoder()
        >>> decoder.feed(b": ping\ndata: caf\xc3")
        []
        >>> decoder.close()
        Unfinished(line=2, text='data: caf\ufffd', in_character=True)
        """
        self._closed = True
        first = self._line
        lines = self._take(len(self._held)).splitlines(keepends=True)
        # A `retry` counts even where its event does not.
        self._read(_decoded(b"".join(line for line in lines if _has_end(line))))
        for number, line in enumerate(lines):
            if _begins_event(line):
                return _unfinished(first + number, b"".join(lines[number:]))
        return None

    def _refuse_too_large(self) -> None:
        for event in _EVENT.finditer(bytes(self._held)):
            size = event.end() - event.start()
            if size > self.max_event_size:
                self._closed = True
                events = self._read(_decoded(self._take(event.start()))) if event.start() else []
                raise EventTooLarge(self._line, size, self.max_event_size, tuple(events))

    def _take(self, end: int) -> bytes:
        taken = bytes(self._held[:end])
        del self._held[:end]
        return taken.removeprefix(BOM_UTF8) if self._line == 1 else taken

    def _read(self, ended: str) -> list[ServerSentEvent]:
        events: list[ServerSentEvent] = []
        data: list[str] = []
        name = None
        first = self._line
        # str.splitlines would also split at U+2028, U+0085 and their like.
        for number, line in enumerate(ended.split("\n"), self._line):
            if not line:
                if data:
                    events.append(ServerSentEvent("\n".join(data), name, self._id, first))
                data = []
                name = None
                first = number + 1
                continue
            key, _, value = line.partition(": ")
            if ":" in key:  # no space after the first colon
                key, _, value = line.partition(":")
            if key == "data":
                data.append(value)
            elif key == "event":
                name = value or None
            elif key == "id":
                self._id = self._id if "\0" in value else value or None
            else:
                if key == "retry" and _RETRY.fullmatch(value):
                    self.retry = int(value)
                if first == number:
                    first += 1
        self._line = number
        return events


def _last_blank_line(held: bytearray, start: int) -> int:
    if held.find(b"\r", start) < 0:
        return held.rfind(b"\n\n", start) + 1
    # CR LF is one line end, so these pairs are the only ones that are two.
    return max(held.rfind(pair, start) for pair in (b"\n\n", b"\n\r", b"\r\r")) + 1


def _decoded(ended: bytes) -> str:
    if b"\r" in ended:
        ended = ended.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return ended.decode("utf-8", "replace")


def _has_end(line: bytes) -> bool:
    return line.endswith((b"\n", b"\r"))


def _begins_event(line: bytes) -> bool:
    name = line.rstrip(b"\r\n").partition(b":")[0]
    return name in _EVENT_FIELDS if _has_end(line) else bool(name)


def _unfinished(line: int, raw: bytes) -> Unfinished:
    decoder = getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(raw)
    cut = decoder.decode(b"", final=True)
    return Unfinished(line, text + cut, in_character=bool(cut))
