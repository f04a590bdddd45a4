"""Replay recordings over HTTP on this machine, as the chat endpoint would send them."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import Any


@contextmanager
def replay(*names: str) -> Iterator["Server"]:
    """Answer requests with the recordings in these files, one after the other, until the end of the block."""
    server = Server(Handler)
    server.recordings = cycle([Path(name).read_bytes() for name in names])
    with server.running():
        yield server


class Server(ThreadingHTTPServer):
    """A server on a free port of this machine.

    Attributes:
        recordings: what it answers.
        requests: the bodies of the requests so far.
    """

    daemon_threads = True

    def __init__(self, handler: type["Handler"]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.recordings: Iterator[bytes] = iter(())
        self.requests: list[Any] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Answer in a thread of its own until the end of the block."""
        thread = Thread(target=self.serve_forever, args=(0.01,))
        with self:
            thread.start()
            try:
                yield
            finally:
                self.shutdown()
                thread.join()


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        """Keep the request, and answer it."""
        length = int(self.headers["content-length"])
        self.server.requests.append(json.loads(self.rfile.read(length)))
        self.answer()

    def answer(self) -> None:
        """Send the next recording; JSON lines to who accepts nothing but JSON."""
        lines = next(self.server.recordings).splitlines(keepends=True)
        if self.headers["accept"] == "application/json":
            self.begin("application/json")
            lines = [line.removeprefix(b"data: ") for line in lines if line.startswith(b"data: {")]
        else:
            self.begin("text/event-stream")
        self.send([*lines, b""])

    def begin(self, content_type: str, status: int = 200) -> None:
        """Send the head of a response."""
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()

    def send(self, chunks: Iterable[bytes]) -> None:
        """Send chunks of the body; an empty one ends it."""
        with suppress(ConnectionError):  # who has heard enough hangs up
            for chunk in chunks:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
