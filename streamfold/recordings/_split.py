"""Where one stream ends and the next begins."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from ..events import Located
from ._recording import Origin, Recording
from ._rows import Item, Row, located
from ._stream import SENTINEL, STOP, Reader


def split(chunks: Iterable[bytes], reader: Reader, origin: Origin) -> Iterator[Recording]:
    """Yield the recordings in *chunks*, at least one.

    A recording ends at ``[DONE]``, or where a message-start follows a message-end.
    """
    events: list[Located] = []
    found, ended = 0, False
    for item in _items(chunks, reader):
        if isinstance(item, Row):  # plain deltas neither begin nor end a recording
            events += item.located()
            continue
        wire_type = item.event.get("type") if type(item.event) is dict else None
        if item is SENTINEL or (ended and wire_type == "message-start"):
            yield _recording(events, origin)
            events, found, ended = [], found + 1, False
        if item is not SENTINEL:
            events.append(item)
            ended = ended or wire_type == "message-end"
    if events or not found:
        yield _recording(events, origin)


def items(chunks: Iterable[bytes], reader: Reader) -> Iterator[Located]:
    """Yield the events that *reader* finds in *chunks*, and `SENTINEL` among them."""
    return located(_items(chunks, reader))


def _items(chunks: Iterable[bytes], reader: Reader) -> Iterator[Item]:
    for chunk in chunks:
        for item in reader.feed(chunk):
            if item is STOP:
                return
            yield item
    yield from reader.close()


def _recording(events: list[Located], origin: Origin) -> Recording:
    return Recording(tuple(events), evolve(origin, line=events[0].line if events else 1))
