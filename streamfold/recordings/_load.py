"""Recordings out of the bytes of a file, whatever its form."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from attrs import evolve

from ._file import File
from ._gzip import PIECE, plain
from ._prose import read_sse
from ._recording import MAX_SIZE, Origin, Recording, Skipped
from ._records import read_log
from ._sniff import Kind, sniff
from ._split import split
from ._sse import MAX_EVENT_SIZE
from ._stream import READERS, Loads, loads_strictly
from ._whole import read_json, read_yaml


def load(
    data: bytes | Iterable[bytes],
    name: str = "",
    *,
    loads: Loads = loads_strictly,
    max_event_size: int = MAX_EVENT_SIZE,
    max_size: int = MAX_SIZE,
) -> Iterator[Recording]:
    """Yield the recordings in *data*, one at a time.

    *data* is the bytes of a file, whole or in chunks cut anywhere, perhaps packed by gzip; what it holds is told by
    its first line:

    - server-sent events, or JSON lines with an event each. A recording ends at ``[DONE]``, or where a message-start
      follows a message-end; there is at least one, which has no events if *data* has none.
    - JSON lines that say of which stream they are: ``{"stream_id", "seq", "event"}`` or ``{"stream_id", "events"}``.
      The streams come in the order in which they end, each in the order of its ``seq``; events of which the numbers
      tell that they were lost are an ``Unreadable`` each.
    - a cassette of VCR, in YAML (with the extra ``vcr``) or JSON, or a HAR: the responses of the chat API. One with
      the status of an error is a recording of that error.

    What is no stream is a `Skipped` among the recordings, which says why.

    *loads* reads one JSON text, and raises ``ValueError`` if it is none. *max_event_size* is in bytes, and so is
    *max_size*: of all that has to be held at once, which is a stream, or a document with all that is packed in it.

    Raises:
        RecordingError: the file, or the rest of it, cannot be read. What came before is yielded first.
        TypeError: *data* is text.

    Examples:
        >>> from streamfold import check
        >>> [recording] = load(b'data: {"type": "message-end"', "cut.sse")
        >>> recording.source.form
        'sse'
        >>> [cut] = check(recording.events).roots
        >>> cut.code, cut.line
        ('event-cut', 1)
    """
    if isinstance(data, str):
        raise TypeError("data is text; expected bytes")
    # what is held is known up to a chunk, so a chunk is small beside what may be held
    chunks = plain([data] if isinstance(data, bytes) else data, min(PIECE, max_size // 8 + 1))
    file = File(name, loads, max_event_size, max_size, chunks)
    number = 0
    for found in _found(file):
        yield evolve(found, source=evolve(found.source, number=number))
        number += not isinstance(found, Skipped)


def _found(file: File) -> Iterator[Recording]:
    kind, chunks = sniff(iter(file), file.loads)
    for found in _READS[kind](chunks, file):
        file.held = 0
        if found.events or isinstance(found, Skipped) or not file.fault:
            yield found
    file.raise_fault()


def _read_lines(chunks: Iterable[bytes], file: File) -> Iterator[Recording]:
    return split(chunks, READERS["jsonl"](file.loads, file.max_event_size), Origin(file.name, "jsonl"))


_Read = Callable[[Iterable[bytes], File], Iterator[Recording]]
_READS: Final[Mapping[Kind, _Read]] = {
    "sse": read_sse,
    "jsonl": _read_lines,
    "records": read_log,
    "json": read_json,
    "yaml": read_yaml,
}
