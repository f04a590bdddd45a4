"""A server on this machine that sends what it is told, in the way it is told, and breaks off where it is told."""

import os
import re
import socket
import struct
import sys
import threading
from contextlib import contextmanager
from itertools import cycle
from time import sleep

from attrs import field, frozen

from examples.replay_server import Handler, Server

LINGER = struct.pack("ii", 1, 0)  # closing sends a reset


def at_once(body):
    return [body]


def event_by_event(body):
    return re.split(rb"(?<=\n\n)", body)


def slowly(body):
    for chunk in event_by_event(body):
        sleep(0.002)
        yield chunk


def in_odd_chunks(body):
    sizes = cycle([1, 2, 3, 5, 7, 11, 64, 13, 1000])
    start = 0
    while start < len(body):
        size = next(sizes)
        yield body[start : start + size]
        start += size


def byte_by_byte(body):
    return [bytes([byte]) for byte in body]


WAYS = {way.__name__: way for way in (at_once, event_by_event, slowly, in_odd_chunks, byte_by_byte)}


@frozen
class Answer:
    """What a request is answered with.

    Attributes:
        way: how the body is cut into chunks.
        end: how the connection ends: ``"whole"``; ``"closed"``, before the last chunk; ``"reset"``, once `read` is
            set; ``"silent"``, closed where only closing tells that the body is over.
    """

    body: bytes
    way: str = "event_by_event"
    end: str = "whole"
    content_type: str = "text/event-stream"
    status: int = 200
    read: threading.Event = field(factory=threading.Event)


class LoopbackHandler(Handler):
    """Answers with what stands under the first part of the path."""

    def answer(self):
        self.close_connection = True
        told = self.server.answers[self.path.split("/")[1]]
        if told.end == "silent":
            self.protocol_version = "HTTP/1.0"
            self.send_response(told.status)
            self.send_header("content-type", told.content_type)
            self.end_headers()
            self.wfile.write(told.body)
            return
        self.begin(told.content_type, told.status)
        self.send(filter(None, WAYS[told.way](told.body)))
        if told.end == "whole":
            self.send([b""])
        elif told.end == "reset":
            told.read.wait(10)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
            os.close(self.connection.detach())


class LoopbackServer(Server):
    def __init__(self):
        super().__init__(LoopbackHandler)
        self.answers = {}

    def handle_error(self, *about):
        if not isinstance(sys.exception(), ConnectionError):  # the client may go when it has read enough
            super().handle_error(*about)

    def offer(self, answer, name=None):
        """Give the address under which *answer* is given from now on."""
        name = name or f"answer-{len(self.answers)}"
        self.answers[name] = answer
        return f"{self.url}/{name}"


@contextmanager
def serving():
    server = LoopbackServer()
    with server.running():
        yield server
