"""Recordings back to the bytes of a file."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

from attrs import define

from ..events import Located, Unreadable
from ._recording import Recording
from ._sniff import kind_of
from ._stream import DONE, loads_strictly

Layout: TypeAlias = Literal["sse", "jsonl", "records"]

_START: Final = "message-start"
_END: Final = "message-end"


@define
class NotWritable(ValueError):  # noqa: N818 - it says what is wrong
    """A recording cannot be written so that reading it gives the same.

    Attributes:
        recording: the one that cannot.
        line: of the event that is at fault, where it was read.
        why: as the end of a sentence.
    """

    recording: Recording
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.recording.source.place}:{self.line}: {self.why}"


def dump(recordings: Iterable[Recording], layout: Layout) -> Iterator[bytes]:
    r"""Yield the bytes of a file that holds *recordings*, piece by piece; reading it gives the same events.

    *layout* is ``"sse"`` for server-sent events, as the API sends them; ``"jsonl"`` for JSON lines with an event each,
    and a line ``"[DONE]"`` where nothing else tells two streams apart; or ``"records"`` for JSON lines with a stream
    each, under its ``stream_id`` or, where it has none, its place and number, and with the times of its events.
    All of it is ASCII.

    Raises:
        NotWritable: a recording holds what the layout cannot, such as an event that is no JSON; nothing of it is
            written.

    Examples:
        >>> from streamfold.recordings import load
        >>> recordings = load(b'data: {"type": "content-end", "index": 0}\n\n', "a.sse")
        >>> b"".join(dump(recordings, "records"))
        b'{"stream_id": "a.sse#0", "events": [{"type": "content-end", "index": 0}]}\n'
    """
    return (piece.encode() for piece in LAYOUTS[layout](recordings))


# The layouts


def _as_frames(recordings: Iterable[Recording]) -> Iterator[str]:
    for recording in recordings:
        _refuse_second(recording)
        for located, text in _paired(recording):
            name = located.name or _wire_type(located)
            yield f"event: {name}\ndata: {text}\n\n" if _is_plain(name) else f"data: {text}\n\n"
        yield "data: [DONE]\n\n"


def _as_lines(recordings: Iterable[Recording]) -> Iterator[str]:
    is_first, is_apart, has_ended = True, True, False
    for recording in recordings:
        _refuse_second(recording)
        types = list(map(_wire_type, recording.events))
        lines = [f"{text}\n" for _, text in _paired(recording)]
        if is_first and lines and kind_of(lines[0].encode(), loads_strictly) != "jsonl":
            raise NotWritable(recording, recording.events[0].line, "a first event that reads as another kind of file")
        if not is_apart and not (has_ended and types[:1] == [_START]):
            yield _MARK
        yield from lines
        if not types:
            yield _MARK
        is_first, is_apart, has_ended = False, not types, _END in types


_MARK: Final = '"[DONE]"\n'


def _as_records(recordings: Iterable[Recording]) -> Iterator[str]:
    for recording in recordings:
        source = recording.source
        # text that stands for an event is its JSON text
        events = [text if isinstance(each.event, str) else each.event for each, text in _paired(recording)]
        times = {"times": list(recording.times)} if recording.times else {}
        stream_id = f"{source.place}#{source.number}" if source.stream_id is None else source.stream_id
        yield json.dumps({"stream_id": stream_id, "events": events, **times}) + "\n"


LAYOUTS: Final[Mapping[Layout, Callable[[Iterable[Recording]], Iterator[str]]]] = {
    "sse": _as_frames,
    "jsonl": _as_lines,
    "records": _as_records,
}


# Events


def _paired(recording: Recording) -> list[tuple[Located, str]]:
    """Give each event with its JSON text: all of them, before any is written."""
    return [(located, _text(located, recording)) for located in recording.events]


def _text(located: Located, recording: Recording) -> str:
    if isinstance(located.event, Unreadable):
        raise NotWritable(recording, located.line, f"an event that is no JSON: {located.event.why}")
    try:
        text = json.dumps(located.event, allow_nan=False)
    except ValueError:
        raise NotWritable(recording, located.line, "an event with a number that is out of range") from None
    if text in DONE:
        raise NotWritable(recording, located.line, "an event that reads as the end of a stream")
    return text


def _refuse_second(recording: Recording) -> None:
    has_ended = False
    for located in recording.events:
        name = _wire_type(located)
        if has_ended and name == _START:
            raise NotWritable(recording, located.line, "another message in the same stream; only records hold that")
        has_ended = has_ended or name == _END


def _wire_type(located: Located) -> str:
    name = located.event.get("type") if isinstance(located.event, dict) else None
    return name if isinstance(name, str) else ""


def _is_plain(name: str) -> bool:
    return bool(name) and name.isascii() and name.isprintable()
