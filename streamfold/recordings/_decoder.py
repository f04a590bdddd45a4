"""The events of one response, as its bytes arrive."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from attrs import define, field

from .._input import Row, Rows
from ..events import Located
from ._sse import MAX_EVENT_SIZE
from ._stream import READERS, SENTINEL, STOP, Loads, Reader, form_of, loads_strictly

Item = TypeVar("Item", Located, Located | Row)


@define(eq=False)
class EventDecoder:
    r"""Decode the events of one response that arrives in chunks, cut anywhere.

    The response is server-sent events or JSON lines; its first character tells the two apart. It ends at ``[DONE]``.
    What is no JSON, and what the end of the input cut off, is an ``Unreadable`` among the events. There is nothing
    to wait for in it, so the same decoder serves synchronous and asynchronous loops.

    Attributes:
        loads: reads one JSON text, and raises ``ValueError`` if it is none.
        max_event_size: in bytes; a larger event is the last one, and as good as cut off.
        ended: whether no event will follow, whatever else is fed.

    Examples:
        >>> decoder = EventDecoder()
        >>> decoder.feed(b'event: content-end\ndata: {"type": "content-')
        []
        >>> decoder.feed(b'end", "index": 0}\n\ndata: [DONE]\n\n')
        [Located(event={'type': 'content-end', 'index': 0}, line=1, name='content-end')]
        >>> decoder.ended, decoder.close()
        (True, [])
    """

    loads: Loads = field(default=loads_strictly, kw_only=True)
    max_event_size: int = field(default=MAX_EVENT_SIZE, kw_only=True)
    ended: bool = field(default=False, init=False)
    _reader: Reader | None = field(default=None, init=False)
    _blank: bytearray = field(factory=bytearray, init=False, repr=False)
    _closed: bool = field(default=False, init=False)

    def feed(self, chunk: bytes) -> list[Located]:
        """Take the next bytes of the response and return the events that they finish.

        Raises:
            TypeError: *chunk* is not bytes.
            ValueError: the decoder is closed.
        """
        return list(Rows(iter(self._fed(chunk))))

    def _fed(self, chunk: bytes) -> list[Located | Row]:
        if not isinstance(chunk, bytes):
            raise TypeError(f"a chunk is a {type(chunk).__name__}; expected bytes")
        if self._closed:
            raise ValueError("the decoder is closed")
        if self._reader is None:
            self._blank += chunk
            form = form_of(chunk) or ("sse" if len(self._blank) > self.max_event_size else None)
            if form is None:
                return []
            self._reader, chunk = READERS[form](self.loads, self.max_event_size), bytes(self._blank)
        return self._until_end(self._reader.feed(chunk))

    def close(self) -> list[Located]:
        """End the response and return the event that this breaks off, if it does."""
        events = [] if self._reader is None else self._until_end(self._reader.close())
        self._closed = self.ended = True
        return events

    def _until_end(self, items: Iterator[Item]) -> list[Item]:
        events: list[Item] = []
        if not self.ended:
            for item in items:
                if item is SENTINEL or item is STOP:
                    self.ended = True
                    break
                events.append(item)
        return events


def decode(
    chunks: bytes | Iterable[bytes], *, loads: Loads = loads_strictly, max_event_size: int = MAX_EVENT_SIZE
) -> Iterator[Located]:
    r"""Yield the events of one response, each as soon as its last byte has come.

    *chunks* is the body, whole or in chunks cut anywhere, and is read up to ``[DONE]``. What it raises passes as it
    is. For *loads*, *max_event_size* and what is no event, see `EventDecoder`, which does the same in any loop.

    Examples:
        >>> from streamfold import check
        >>> chunks = [b'data: {"type": "message-st', b'art", "id": "m"}\n\ndata: {"type"']
        >>> [error.code for error in check(decode(chunks)).errors]
        ['event-cut']
    """
    decoder = EventDecoder(loads=loads, max_event_size=max_event_size)
    return Rows(_decoded([chunks] if isinstance(chunks, bytes) else chunks, decoder))


def _decoded(chunks: Iterable[bytes], decoder: EventDecoder) -> Iterator[Located | Row]:
    for chunk in chunks:
        yield from decoder._fed(chunk)  # noqa: SLF001 - what it feeds with is the same
        if decoder.ended:
            return
    yield from decoder.close()
