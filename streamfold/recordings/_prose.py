"""Server-sent events out of a file that is neither JSON nor YAML; or what it begins with, if they are none."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from .._quote import quote
from ._file import File
from ._recording import Origin, Recording, RecordingError
from ._split import split
from ._stream import READERS

_BOM: Final = b"\xef\xbb\xbf"
_NAMES: Final = (b"data", b"event", b"id", b"retry", b"")  # one without a name is a comment
_FIELD: Final = re.compile(rb"[\r\n](?:%s)?(?:%s):" % (_BOM, b"|".join(_NAMES)))
_LONGEST: Final = len(b"\n" + _BOM + b"event:")
_TOLD: Final = 60  # bytes


def read_sse(chunks: Iterable[bytes], file: File) -> Iterator[Recording]:
    """Yield the recordings in server-sent events.

    Raises:
        RecordingError: the text is of something else: of an error that a client or a proxy wrote, perhaps.
    """
    opening = bytearray()
    reader = READERS["sse"](file.loads, file.max_event_size)
    for recording in split(_watched(chunks, opening), reader, Origin(file.name, "sse")):
        words = opening.decode("utf-8-sig", "replace")
        if words and not _is_cut(bytes(opening)):
            raise RecordingError(file.name, f"it is no recording: it begins with {quote(words.rstrip())}")
        yield recording


def _watched(chunks: Iterable[bytes], opening: bytearray) -> Iterator[bytes]:
    """Give *chunks*, and in *opening* what they begin with, unless one of their lines begins as a field does."""
    is_event_stream, last = False, b"\n"
    for chunk in chunks:
        if not is_event_stream:
            last += chunk
            is_event_stream = _FIELD.search(last) is not None
            last = last[-_LONGEST:]
            opening[:] = b"" if is_event_stream else (opening + chunk).lstrip()[:_TOLD]
        yield chunk


def _is_cut(opening: bytes) -> bool:
    """Whether the file ends inside the name of its first field, so that it may have been an event stream."""
    return any((bom + name).startswith(opening) for bom in (b"", _BOM) for name in _NAMES)
