"""The events of one response out of its chunks, and plain deltas of them without the events."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self

from .._input import END, NONE, PAUSE, RUN, Input, Rows, Run, alone, read_located
from .._plain import NOTHING, Plain
from ..events import Located
from ._rows import Item, Row
from ._stream import READERS, SENTINEL, STOP, Loads, Reader, form_of


class Decoder:
    """Decodes the chunks of one response, plain deltas in rows.

    Attributes:
        ended: whether nothing will follow, whatever else is fed.
        read_delta: as that of the reader; it is there once an event came.
    """

    read_delta: Callable[[bytes, Plain, int], str | None]

    def __init__(self, loads: Loads, max_event_size: int) -> None:
        self.ended = False
        self._loads = loads
        self._most = max_event_size
        self._reader: Reader | None = None
        self._blank = bytearray()
        self._closed = False

    def feed(self, chunk: bytes) -> list[Item]:
        """Take the next bytes and give what they finish.

        Raises:
            TypeError: *chunk* is not bytes.
            ValueError: the decoder is closed.
        """
        if not isinstance(chunk, bytes):
            raise TypeError(f"a chunk is a {type(chunk).__name__}; expected bytes")
        if self._closed:
            raise ValueError("the decoder is closed")
        if self._reader is None:
            self._blank += chunk
            form = form_of(chunk) or ("sse" if len(self._blank) > self._most else None)
            if form is None:
                return []
            self._reader, chunk = READERS[form](self._loads, self._most), bytes(self._blank)
            self.read_delta = self._reader.read_delta
        return self._until_end(self._reader.feed(chunk))

    def close(self) -> list[Item]:
        """End the response and give the event that this breaks off, if it does."""
        items = [] if self._reader is None else self._until_end(self._reader.close())
        self._closed = self.ended = True
        return items

    def _until_end(self, items: Iterator[Item]) -> list[Item]:
        found: list[Item] = []
        if not self.ended:
            for item in items:
                if item is SENTINEL or item is STOP:
                    self.ended = True
                    break
                found.append(item)
        return found


class Decoded(Rows):
    """The events of one response, each as soon as its last byte has come."""

    def __init__(self, chunks: Iterable[bytes], decoder: Decoder) -> None:
        self._chunks = iter(chunks)
        self._decoder = decoder
        self._items: deque[Item] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Located:
        item = self.next_item()
        if item is END:
            raise StopIteration
        return self.first_of(item) if isinstance(item, Row) else item

    def next_item(self, plain: Plain = NOTHING, place: int = 0, characters: int = 0) -> Any:
        """Give the next event or row, or ``END``.

        A chunk that is one plain delta, recognised by *plain* for the part with index *place*, and has no more bytes
        than there may be *characters*, is given as its string.
        """
        items, decoder = self._items, self._decoder
        try:
            while not items:
                if decoder.ended:
                    return END
                chunk: Any = next(self._chunks, END)
                if chunk is END:
                    items += decoder.close()
                    continue
                if plain is not NOTHING and type(chunk) is bytes and len(chunk) <= characters:
                    text = decoder.read_delta(chunk, plain, place)
                    if text is not None:
                        return text
                items += decoder.feed(chunk)
        except BaseException:
            decoder.ended = True
            raise
        return items.popleft()

    def close(self) -> None:
        """End the response: no event follows, as that of a generator would do."""
        self._items.clear()
        self._decoder.ended = True

    def first_of(self, row: Row) -> Located:
        """Give the first event of a row; the others come next."""
        first, *others = row.located()
        self._items.extendleft(reversed(others))
        return first

    def input(self) -> Input:
        """Give what takes these events."""
        return _DecodedInput(self)


class _DecodedInput(Input):
    __slots__ = ("_decoded",)

    def __init__(self, decoded: Decoded) -> None:
        super().__init__(decoded)
        self._decoded = decoded

    def next(self) -> Any:
        """Give the next event, or ``END``."""
        item = self._next_item()
        return self._decoded.first_of(item) if type(item) is Row else item

    def take(self, plain: Plain, place: int, events: int, characters: int) -> Run:
        """Take plain deltas, as `Input` does, but a row at a time."""
        if plain is NOTHING or events < 1:
            return alone(self.next())
        runs: list[str] = []
        count, size, most = 0, 0, min(events, RUN)
        while count < most:
            item = self._next_item(plain, place, characters - size)
            if type(item) is str:
                runs.append(item)
                count += 1
                size += len(item)
                continue
            texts = _texts(item, plain, place)
            if texts is None:
                return Run("".join(runs), count, NONE, self._decoded.first_of(item) if type(item) is Row else item)
            run = "".join(texts)
            if count + len(texts) > events or size + len(run) > characters:
                return Run("".join(runs), count, item.located() if type(item) is Row else [item], PAUSE)
            runs.append(run)
            count += len(texts)
            size += len(run)
        return Run("".join(runs), count, NONE, PAUSE)

    def _next_item(self, *of: Any) -> Any:
        try:
            item = self._decoded.next_item(*of)
        except Exception as cause:  # noqa: BLE001 - whatever the transport raises
            item, self.cause = END, cause
        self.ended = item is END
        return item


def _texts(item: Any, plain: Plain, place: int) -> Sequence[str] | None:
    """Give the characters of plain deltas: of all in a row, or of an event; None where it is anything else."""
    if type(item) is Row:
        return item.texts if item.plain is plain and item.place == place else None
    text = None if item is END else read_located(item, plain, place)
    return None if text is None else (text,)
