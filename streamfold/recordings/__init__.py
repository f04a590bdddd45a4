"""Bytes to located events: server-sent events, JSON lines, cassettes, HAR. Pure: no files, no sockets."""

from ._decoder import EventDecoder, decode
from ._dump import NotWritable, dump
from ._load import load
from ._recording import MAX_SIZE, Origin, Recording, RecordingError, Skipped
from ._sse import MAX_EVENT_SIZE, EventTooLarge, ServerSentEvent, SSEDecoder, Unfinished

__all__ = [
    "MAX_EVENT_SIZE",
    "MAX_SIZE",
    "EventDecoder",
    "EventTooLarge",
    "NotWritable",
    "Origin",
    "Recording",
    "RecordingError",
    "SSEDecoder",
    "ServerSentEvent",
    "Skipped",
    "Unfinished",
    "decode",
    "dump",
    "load",
]
