"""Streams out of a log, whose lines hold an event each, or all events of a stream, and say of which stream.

``{"stream_id": "a", "seq": 0, "event": {…}}`` is one event, and lines of several streams may be mixed;
``{"stream_id": "a", "events": [{…}, …]}`` is one stream. ``time`` and ``times`` beside them say when the events came.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import define, evolve, field, frozen

from ..events import Located, Unreadable
from ._file import File
from ._recording import Origin, Recording, RecordingError, Skipped
from ._sequence import restore
from ._split import items
from ._stream import DONE, READERS, SENTINEL, parsed
from ._times import seconds

_REMEMBERED: Final = 1_000  # streams that have ended, of which events may come again
_MOST: Final = 2**63


def is_record(value: Any) -> bool:
    """Whether *value* holds the events of a stream, or one event and says of which stream."""
    return isinstance(value, dict) and "type" not in value and ("events" in value or _is_of_stream(value))


def _is_of_stream(value: Mapping[str, Any]) -> bool:
    return "event" in value and isinstance(value.get("stream_id"), str | int)


@frozen
class _Entry:
    """An event, and its places in its stream and in the file; equal to the same event anywhere."""

    event: Any
    seq: int = field(eq=False)
    line: int = field(eq=False)
    time: float | None = field(eq=False)

    @property
    def wire_type(self) -> Any:
        return self.event.get("type") if isinstance(self.event, dict) else None


@define
class _Stream:
    """What has come of a stream.

    Attributes:
        size: in characters of JSON.
        seqs: the numbers under which events came; *lowest* and *highest* are among them.
        start, end: the first message-start and message-end.
    """

    origin: Origin
    entries: list[_Entry] = field(factory=list)
    size: int = 0
    seqs: set[int] = field(factory=set)
    lowest: int = _MOST
    highest: int = -1
    start: _Entry | None = None
    end: _Entry | None = None

    def add(self, entry: _Entry, size: int) -> None:
        self.highest = max(self.highest, entry.seq) if self.seqs else entry.seq
        self.lowest = min(self.lowest, entry.seq)
        self.seqs.add(entry.seq)
        self.entries.append(entry)
        self.size += size
        self.start = self.start or (entry if entry.wire_type == "message-start" else None)
        self.end = self.end or (entry if entry.wire_type == "message-end" else None)

    def is_whole(self) -> bool:
        """Whether message-start comes first and message-end last, and no number between them is missing."""
        ends = [each.seq for each in (self.start, self.end) if each is not None]
        return ends == [self.lowest, self.highest] and self.highest - self.lowest + 1 == len(self.seqs)

    def is_begun_again_by(self, entry: _Entry) -> bool:
        """Whether *entry* begins another stream under the same name."""
        return self.start is not None and entry.wire_type == "message-start" and entry != self.start


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
        self._open: dict[str, _Stream] = {}
        self._ended: dict[str, _Stream] = {}

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
        return Recording(located, origin, _all_known(known) if len(known) == len(located) else ())

    def _gathered(self, record: Mapping[str, Any], line: int, text: str) -> Iterator[Recording]:
        if record["event"] in DONE:
            return
        stream_id = str(record["stream_id"])
        entry = self._entry(record, line, text, self._open.get(stream_id))
        ended = None if stream_id in self._open else self._ended.get(stream_id)
        if ended is not None and entry.seq <= ended.highest and not ended.is_begun_again_by(entry):
            yield Skipped((), self.origin(line, stream_id), why=f"event {entry.seq} came after the end of its stream")
            return
        if stream_id in self._open and self._open[stream_id].is_begun_again_by(entry):
            yield from self._finished(stream_id)
        stream = self._open.setdefault(stream_id, _Stream(self.origin(line, stream_id)))
        stream.add(entry, len(text))
        self._held += len(text)
        if stream.is_whole():
            self._remember(stream_id, stream)
            yield from self._finished(stream_id)

    def _entry(self, record: Mapping[str, Any], line: int, text: str, stream: _Stream | None) -> _Entry:
        event, seq = self._event(record["event"]), record.get("seq")
        following = 0 if stream is None else stream.highest + 1
        number = following if seq is None else _integer(seq)
        if number is None:
            event, number = Unreadable(text, "its seq is no integer"), following
        return _Entry(event, number, line, seconds(record.get("time")))

    def _event(self, event: Any) -> Any:
        return parsed(event, self._file.loads) if isinstance(event, str) else event

    def _remember(self, stream_id: str, stream: _Stream) -> None:
        self._ended[stream_id] = evolve(stream, entries=[], seqs=set())
        if len(self._ended) > _REMEMBERED:
            del self._ended[next(iter(self._ended))]

    def _finished(self, stream_id: str) -> Iterator[Recording]:
        stream = self._open.pop(stream_id)
        self._held -= stream.size
        sequence = restore((entry.seq, entry) for entry in stream.entries)
        if sequence.doubled:
            yield Skipped((), stream.origin, why=f"{sequence.doubled} of its events came again, the same as before")
        located = tuple(_located(sequence.events))
        times = _all_known([entry.time for entry in sequence.events]) if len(located) == len(sequence.events) else ()
        yield Recording(located, stream.origin, times)

    def origin(self, line: int, stream_id: str | None = None) -> Origin:
        """Give the origin of a stream that begins on *line*."""
        return Origin(self._file.name, "jsonl", line=line, stream_id=stream_id)


def _located(entries: Iterable[_Entry]) -> Iterator[Located]:
    """Yield the events, and between them what their numbers tell of losses."""
    before: _Entry | None = None
    for entry in entries:
        why = "" if before is None else _fault(before.seq, entry.seq)
        if why:
            yield Located(Unreadable("", why), entry.line)
        yield Located(entry.event, entry.line)
        before = entry


def _fault(before: int, seq: int) -> str:
    if seq == before:
        return f"different events have the number {seq}"
    first, last = before + 1, seq - 1
    lost = f"event {first} did" if first == last else f"events {first} to {last} did"
    return f"{lost} not come" if last >= first else ""


def _integer(seq: Any) -> int | None:
    number = int(seq) if type(seq) is float and seq.is_integer() else seq
    return number if type(number) is int and abs(number) < _MOST else None


def _all_known(times: list[float | None]) -> tuple[float, ...]:
    return tuple(time for time in times if time is not None) if None not in times else ()
