"""Bytes to located events: server-sent events and JSON lines. Pure: no files, no sockets."""

from ._load import Origin, Recording, load
from ._sse import MAX_EVENT_SIZE, EventTooLarge, ServerSentEvent, SSEDecoder, Unfinished

__all__ = [
    "MAX_EVENT_SIZE",
    "EventTooLarge",
    "Origin",
    "Recording",
    "SSEDecoder",
    "ServerSentEvent",
    "Unfinished",
    "load",
]
