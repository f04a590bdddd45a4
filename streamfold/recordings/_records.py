"""Streams out of a log, whose lines hold an event each, or all events of a stream, and say of which stream.

``{"stream_id": "a", "seq": 0, "event": {…}}`` is one event, and lines of several streams may be mixed;
``{"stream_id": "a", "events": [{…}, …]}`` is one stream. ``time`` and ``times`` beside them say when the events came.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import evolve

from ..events import Located, Unreadable
from ._file import File
from ._numbered import MOST, Entry, Numbered, all_known
from ._recording import Origin, Recording, RecordingError, Skipped
from ._split import items
from ._stream import DONE, READERS, SENTINEL, parsed
from ._times import seconds

_REMEMBERED: Final = 1_000  # streams that have ended, of which events may come again


def is_record(value: Any) -> bool:
    """Whether *value* holds the events of a stream, or one event and says of which stream."""
    return isinstance(value, dict) and "type" not in value and ("events" in value or _is_of_stream(value))


def _is_of_stream(value: Mapping[str, Any]) -> bool:
    return "event" in value and isinstance(value.get("stream_id"), str | int)


def read_log(chunks: Iterable[bytes], file: File) -> Iterator[Recording]:
    """Yield the streams in the lines of *chunks*; a line that is no record is a recording of its own.

    Raises:
        RecordingError: more is held of streams that have not ended than may be; all of it is yielded first.
    """
    log = _Log(file)
    reader = READERS["jsonl"](lambda text: (text, file.loads(text)), file.max_event_size)
    for item in items(chunks, reader):
        file.held = 0  # what is held is what the log holds
        text, value = item.event if isinstance(item.event, tuple) else ("", item.event)
        if is_record(value):
            yield from log.take(value, item.line, text)
        elif item is not SENTINEL:
            yield Recording((item._replace(event=value),), log.origin(item.line))
    yield from log.close()


def read_record(record: Mapping[str, Any], file: File) -> Iterator[Recording]:
    """Yield the stream in one record."""
    log = _Log(file)
    yield from log.take(record, 1, "")
    yield from log.close()


class _Log:
    """Gathers the events of each stream until it is whole, or the log ends."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._held = 0
        self._open: dict[str, Numbered] = {}
        self._ended: dict[str, Numbered] = {}

    def take(self, record: Mapping[str, Any], line: int, text: str) -> Iterator[Recording]:
        """Take in one record, read from *text*, and yield what it completes.

        Raises:
            RecordingError: more is held of streams that have not ended than may be; all of it is yielded first.
        """
        yield from [self._listed(record, line, text)] if "events" in record else self._gathered(record, line, text)
        if self._held > self._file.max_size:
            yield from self.close()
            why = f"more than {self._file.max_size} characters of streams that have not ended; the rest is not read"
            raise RecordingError(self._file.name, why, line)

    def close(self) -> Iterator[Recording]:
        """Yield the streams that have not ended."""
        for stream_id in list(self._open):
            yield from self._finished(stream_id)

    def _listed(self, record: Mapping[str, Any], line: int, text: str) -> Recording:
        events, times = record["events"], record.get("times")
        stream_id = record.get("stream_id")
        origin = self.origin(line, None if stream_id is None else str(stream_id))
        if not isinstance(events, list):
            return Recording((Located(Unreadable(text, "events are no list"), line),), origin)
        located = tuple(Located(self._event(event), line) for event in events if event not in DONE)
        known = [seconds(time) for time in times] if isinstance(times, list) else []
        return Recording(located, origin, all_known(known) if len(known) == len(located) else ())

    def _gathered(self, record: Mapping[str, Any], line: int, text: str) -> Iterator[Recording]:
        if record["event"] in DONE:
            return
        stream_id = str(record["stream_id"])
        stream = self._open.get(stream_id)
        entry = self._entry(record, line, text, stream)
        if stream is None and self._is_late(stream_id, entry):
            yield Skipped((), self.origin(line, stream_id), why=f"event {entry.seq} came after the end of its stream")
            return
        if stream is not None and stream.is_begun_again_by(entry):
            yield from self._finished(stream_id)
            stream = None
        if stream is None:
            stream = self._open[stream_id] = Numbered(self.origin(line, stream_id))
        stream.add(entry, len(text))
        self._held += len(text)
        if stream.is_whole():
            self._remember(stream_id, stream)
            yield from self._finished(stream_id)

    def _entry(self, record: Mapping[str, Any], line: int, text: str, stream: Numbered | None) -> Entry:
        event, seq = self._event(record["event"]), record.get("seq")
        following = 0 if stream is None else stream.highest + 1
        number = following if seq is None else _integer(seq)
        if number is None:
            event, number = Unreadable(text, "its seq is no integer"), following
        return Entry(event, number, line, seconds(record.get("time")))

    def _is_late(self, stream_id: str, entry: Entry) -> bool:
        ended = self._ended.get(stream_id)
        return ended is not None and entry.seq <= ended.highest and not ended.is_begun_again_by(entry)

    def _event(self, event: Any) -> Any:
        return parsed(event, self._file.loads) if isinstance(event, str) else event

    def _remember(self, stream_id: str, stream: Numbered) -> None:
        self._ended[stream_id] = evolve(stream, entries=[], seqs=set())
        if len(self._ended) > _REMEMBERED:
            del self._ended[next(iter(self._ended))]

    def _finished(self, stream_id: str) -> Iterator[Recording]:
        stream = self._open.pop(stream_id)
        self._held -= stream.size
        yield from stream.recordings()

    def origin(self, line: int, stream_id: str | None = None) -> Origin:
        """Give the origin of a stream that begins on *line*."""
        return Origin(self._file.name, "jsonl", line=line, stream_id=stream_id)


def _integer(seq: Any) -> int | None:
    number = int(seq) if type(seq) is float and seq.is_integer() else seq
    return number if type(number) is int and abs(number) < MOST else None
