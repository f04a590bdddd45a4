"""One stream of a log: numbered events, in any order."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from attrs import define, field, frozen

from ..events import Located, Unreadable
from ._recording import Origin, Recording, Skipped
from ._sequence import restore

MOST: Final = 2**63  # beyond all numbers


@frozen
class Entry:
    """An event, and its places in its stream and in the file; equal to the same event anywhere."""

    event: Any
    seq: int = field(eq=False)
    line: int = field(eq=False)
    time: float | None = field(eq=False)

    @property
    def wire_type(self) -> Any:
        return self.event.get("type") if isinstance(self.event, dict) else None


@define
class Numbered:
    """What has come of a stream.

    Attributes:
        size: in characters of JSON.
        seqs: the numbers under which events came; *lowest* and *highest* are among them.
        start, end: the first message-start and message-end.
    """

    origin: Origin
    entries: list[Entry] = field(factory=list)
    size: int = 0
    seqs: set[int] = field(factory=set)
    lowest: int = MOST
    highest: int = -1
    start: Entry | None = None
    end: Entry | None = None

    def add(self, entry: Entry, size: int) -> None:
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

    def is_begun_again_by(self, entry: Entry) -> bool:
        """Whether *entry* begins another stream under the same name."""
        return self.start is not None and entry.wire_type == "message-start" and entry != self.start

    def recordings(self) -> Iterator[Recording]:
        """Yield the stream, and before it what is left out of it."""
        sequence = restore((entry.seq, entry) for entry in self.entries)
        if sequence.doubled:
            yield Skipped((), self.origin, why=f"{sequence.doubled} of its events came again, the same as before")
        located = tuple(_located(sequence.events))
        times = all_known([entry.time for entry in sequence.events]) if len(located) == len(sequence.events) else ()
        yield Recording(located, self.origin, times)


def _located(entries: Iterable[Entry]) -> Iterator[Located]:
    """Yield the events, and between them what their numbers tell of losses."""
    before: Entry | None = None
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


def all_known(times: list[float | None]) -> tuple[float, ...]:
    """Give *times*, or none where one is not known."""
    return tuple(time for time in times if time is not None) if None not in times else ()
