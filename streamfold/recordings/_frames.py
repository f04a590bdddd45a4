"""From the bytes of an event stream to located events; deltas in a known frame have only their string read.

A frame is all of a server-sent event but the string that a plain delta adds: deltas in a row share it to the byte. It
is learned from an event that was read like any other, by putting a sentinel in the place of one string after another
until the reader finds the sentinel where the delta was. Another event that begins and ends as the frame does, with one
JSON string between, is then what the reader would make of it. Whatever else comes is read like any other event.
"""

from collections.abc import Callable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]  # it is public, and the stubs leave it out
from typing import Final, NamedTuple, TypeAlias

from attrs import define, field, frozen

from .._input import read_located
from .._plain import DELTAS, PLAIN, Plain
from ..events import Located
from ._rows import Item, Row, in_order
from ._sse import ServerSentEvent, SSEDecoder

Locate: TypeAlias = Callable[[ServerSentEvent], Located]

_SENTINELS: Final = ("sentinel", "other")
_LONGEST: Final = 4096  # of an event from which a frame is learned, in characters
_SYMBOLS: Final = {
    kind.wire_type: [symbol for symbol, (its_kind, _) in DELTAS.items() if its_kind is kind]
    for kind, _ in DELTAS.values()
}


class _Place(NamedTuple):
    """What a plain delta is for, and in which order its keys come."""

    plain: Plain
    number: int
    name: str | None
    keys: tuple[str, ...]


@frozen
class _Frame:
    """What stands around the string of each plain delta for one place.

    Attributes:
        before, after: from the end of a blank line to the end of the next one, without the string and its quotes.
        first: the line on which the event begins, counted from that blank line.
        lines: from one blank line to the next.
        head, tail: all bytes of the event but the characters of the string.
    """

    place: _Place
    before: str
    after: str
    first: int
    lines: int
    head: bytes
    tail: bytes

    def read_row(self, text: str, at: int, line: int) -> tuple[Row, int]:
        """Read the events in this frame that follow one another in *text*, and tell where they end."""
        before, after = self.before, self.after
        opened, closed = len(before), len(after) - 1
        texts: list[str] = []
        while text.startswith(before, at):
            try:
                delta, end = scanstring(text, at + opened)
            except ValueError:
                break
            if not text.startswith(after, end):
                break
            texts.append(delta)
            at = end + closed
        plain, number, name, keys = self.place
        return Row(plain, number, name, keys, line + self.first, self.lines, texts), at

    def read_alone(self, chunk: bytes) -> str | None:
        """Give the characters of the event that *chunk* is, if it is in this frame and writes them as they are."""
        head, tail = self.head, self.tail
        if not (chunk.startswith(head) and chunk.endswith(tail)) or len(chunk) < len(head) + len(tail):
            return None
        try:
            text = chunk[len(head) : -len(tail)].decode()
        except UnicodeDecodeError:
            return None
        return text if text.isprintable() and '"' not in text and "\\" not in text else None


@define(eq=False)
class FrameDecoder(SSEDecoder):
    """Decode an event stream that arrives in chunks, cut anywhere, to located events.

    Attributes:
        locate: makes a located event of a server-sent one.
        learns: whether *locate* reads JSON as the standard library does, so that a frame may stand for it.
    """

    locate: Locate = field(kw_only=True)
    learns: bool = field(default=True, kw_only=True)
    _frame: _Frame | None = field(default=None, init=False)
    _last: _Place | None = field(default=None, init=False)

    def read(self, chunk: bytes) -> Iterator[Item]:
        """Take the next bytes and yield the events that they finish, plain deltas in rows.

        Raises:
            EventTooLarge: as `feed` does.
        """
        if not self.learns:
            yield from map(self.locate, self.feed(chunk))
            return
        text = self._take_ended(chunk) + "\n"  # the end of the last blank line, which stays held
        at, end = 0, len(text) - 1
        while at < end:
            if self._frame is not None and text.startswith(self._frame.before, at):
                row, at = self._frame.read_row(text, at, self._line)
                if row.texts:
                    self._line += len(row.texts) * row.lines
                    yield row
                    continue
            stop = text.find("\n\n", at) + 1
            yield from self._read_like_any(text[at:stop])
            at = stop

    def read_delta(self, chunk: bytes, plain: Plain, place: int) -> str | None:
        """Take the next bytes and give their characters, if they are one plain delta; else take nothing."""
        frame = self._frame
        # What is held is the end of the last blank line; a CR might have its LF in the chunk.
        if frame is None or frame.place.plain is not plain or frame.place.number != place or self._held != b"\n":
            return None
        text = frame.read_alone(chunk) if len(chunk) < self.max_event_size else None
        if text is not None:
            self._line += frame.lines
        return text

    def _read_like_any(self, block: str) -> list[Located]:
        located = list(map(self.locate, self._read(block)))
        place, delta = _plain(located[0]) if len(located) == 1 and len(block) <= _LONGEST else _NOT_PLAIN
        # One delta does not make a row, and to learn costs as much as to read a few.
        if place is not None and place == self._last:
            self._frame = self._learned(block, place, delta)
        self._last = place
        return located

    def _learned(self, block: str, place: _Place, delta: str) -> _Frame | None:
        blank, *lines, _ = block.split("\n")
        if blank or not all(line.startswith(("data:", "event:")) for line in lines):
            return None
        sentinel = next(each for each in _SENTINELS if each != delta)
        expected = in_order(place.plain.write(place.number, sentinel), place.keys)
        for start, end in _strings(block, delta):
            before, after = block[:start], f"{block[end:]}\n"
            [event] = SSEDecoder().feed(f'{before}{sentinel}"{after}'.encode())
            located = self.locate(event)
            # as they are written, so that the keys are in the order in which they came
            if str(located.event) == str(expected):
                head, tail = before[1:].encode(), f'"{after}'.encode()
                return _Frame(place, before, after, located.line - 1, len(lines) + 1, head, tail)
        return None


_NOT_PLAIN: Final = (None, "")


def _plain(located: Located) -> tuple[_Place | None, str]:
    """Give what a plain delta is for, and its characters."""
    event = located.event
    wire_type = event.get("type") if type(event) is dict else None
    for symbol in _SYMBOLS.get(wire_type, ()) if type(wire_type) is str else ():
        index = event.get("index", 0)
        plain = PLAIN[symbol]
        delta = read_located(located, plain, index) if type(index) is int else None
        if delta is not None:
            return _Place(plain, index, located.name, tuple(event)), delta
    return _NOT_PLAIN


def _strings(block: str, value: str) -> Iterator[tuple[int, int]]:
    """Give where each JSON string of *value* begins in *block*, behind its quotation mark, and where it has ended."""
    end = 0
    while True:
        try:
            start = block.index('"', end) + 1
            found, end = scanstring(block, start)
        except ValueError:  # there is none left, or what stood outside the JSON looked like one
            return
        if found == value:
            yield start, end
