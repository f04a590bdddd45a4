"""The events of one response, as its bytes arrive."""

from collections.abc import Iterable, Iterator

from attrs import Factory, define, field

from ..events import Located
from ._decoded import Decoded, Decoder
from ._rows import located
from ._sse import MAX_EVENT_SIZE
from ._stream import Loads, loads_strictly


@define(eq=False)
class EventDecoder:
    r"""Decode the events of one response that arrives in chunks, cut anywhere.

    The response is server-sent events or JSON lines; its first character tells the two apart. It ends at ``[DONE]``.
    What is no JSON, and what the end of the input cut off, is an ``Unreadable`` among the events. There is nothing
    to wait for in it, so the same decoder serves synchronous and asynchronous loops.

    Attributes:
        loads: reads one JSON text, and raises ``ValueError`` if it is none.
        max_event_size: in bytes; a larger event is the last one, and as good as cut off.

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
    _decoder: Decoder = field(
        default=Factory(lambda self: Decoder(self.loads, self.max_event_size), takes_self=True), init=False, repr=False
    )

    @property
    def ended(self) -> bool:
        """Whether no event will follow, whatever else is fed."""
        return self._decoder.ended

    def feed(self, chunk: bytes) -> list[Located]:
        """Take the next bytes of the response and return the events that they finish.

        Raises:
            TypeError: *chunk* is not bytes.
            ValueError: the decoder is closed.
        """
        return list(located(self._decoder.feed(chunk)))

    def close(self) -> list[Located]:
        """End the response and return the event that this breaks off, if it does."""
        return list(located(self._decoder.close()))


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
    return Decoded([chunks] if isinstance(chunks, bytes) else chunks, Decoder(loads, max_event_size))
