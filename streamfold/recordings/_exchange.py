"""What a client and a server said to each other, and the recordings in it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import evolve, field, frozen

from .._quote import quote
from ..events import Located, Unreadable
from ._file import File
from ._gzip import GZIP, RAW, TOO_LARGE, ZLIB, inflated, is_gzip
from ._recording import Form, Origin, Recording, Skipped
from ._split import split
from ._stream import READERS, Loads, form_of, parsed

_HEAD: Final = 4096  # bytes of a body in which a stream shows itself
_START: Final = re.compile(rb'"type"\s*:\s*"message-start"')
_HOST: Final = re.compile(r"[A-Za-z]+://[^/?#]*")
_PACKINGS: Final[Mapping[str, tuple[int, ...]]] = {"gzip": (GZIP,), "x-gzip": (GZIP,), "deflate": (ZLIB, RAW)}
_FAILED: Final = 400


@frozen
class Exchange:
    """One request and its response.

    Attributes:
        request: the body of the request: text, bytes, or the JSON value in it.
        status: 0 where there was no response.
        headers: of the response, names in lower case.
        body: of the response; None where the file does not have it.
        fault: what is wrong with how the file holds the body.
    """

    method: str
    url: str
    request: Any
    status: int
    phrase: str
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes | None = None
    fault: str = ""

    @property
    def name(self) -> str:
        """The method and the path."""
        return f"{self.method.upper()} {self.path}"

    @property
    def path(self) -> str:
        """The path of the URL."""
        return re.split("[?#]", _HOST.sub("", self.url, count=1))[0].rstrip("/")

    @property
    def outcome(self) -> str:
        """The status."""
        return f"HTTP {self.status} {self.phrase}".rstrip()


def read_exchanges(exchanges: Iterable[Exchange], form: Form, file: File) -> Iterator[Recording]:
    """Yield the recordings in the responses of the chat API, and each other exchange as skipped."""
    room = file.max_size
    number = -1
    for number, exchange in enumerate(exchanges):
        body, fault = _unpacked(exchange, room)
        room -= len(body)
        model = _model(exchange.request, file.loads)
        origin = Origin(file.name, form, interaction=number, model=model, status=exchange.status or None)
        why = _why_skipped(exchange, body, fault, file.loads)
        yield from [Skipped((), origin, why=why)] if why else _read(exchange, body, fault, origin, file)
    if number < 0:
        yield Skipped((), Origin(file.name, form), why="it has no interactions")


# The body


def _unpacked(exchange: Exchange, most: int) -> tuple[bytes, str]:
    """Give the body as the API sent it, as far as it can be read, and what is wrong with it, if anything."""
    body = exchange.body or b""
    if len(body) > most:
        return body[:most], TOO_LARGE
    encoding = exchange.headers.get("content-encoding", "").strip().lower()
    packings = (GZIP,) if is_gzip(body) else _PACKINGS.get(encoding, ())
    tried = [inflated(body, packing, most) for packing in packings]
    whole = next((data for data, fault in tried if not fault), None)
    if whole is not None:
        return whole, ""
    # clients that unpack a body may leave the header as it was
    if _is_text(body):
        return body, exchange.fault
    return max(tried, default=(body, _unknown(encoding)), key=lambda found: len(found[0]))


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unknown(encoding: str) -> str:
    return f"the body is packed as {quote(encoding)}; expected gzip or deflate" if encoding else ""


# What it is


def _why_skipped(exchange: Exchange, body: bytes, fault: str, loads: Loads) -> str:
    """Say why an exchange is no stream of the chat API; nothing if it is one, or should have been."""
    if not (exchange.path.endswith("/v2/chat") or _START.search(body, 0, _HEAD)):
        return f"{exchange.name} is no request for a chat{_failure(exchange, body, loads)}"
    if fault or exchange.status >= _FAILED or _is_stream(exchange, body):
        return ""
    if exchange.body is None:
        return f"{exchange.name} has no response in the file"
    return f"{exchange.name} was answered without a stream"


def _is_stream(exchange: Exchange, body: bytes) -> bool:
    declared = exchange.headers.get("content-type", "").startswith("text/event-stream")
    return exchange.body is not None and (declared or bool(_START.search(body, 0, _HEAD)))


def _failure(exchange: Exchange, body: bytes, loads: Loads) -> str:
    if exchange.status < _FAILED:
        return ""
    said = parsed(body.decode(errors="replace"), loads)
    message = said.get("message") if isinstance(said, dict) else None
    return f": {exchange.outcome}" if message is None else f": {exchange.outcome}: {quote(message, 200)}"


def _model(request: Any, loads: Loads) -> str | None:
    text = request.decode(errors="replace") if isinstance(request, bytes) else request
    read = parsed(text, loads) if isinstance(text, str) else text
    model = read.get("model") if isinstance(read, Mapping) else None
    return model if isinstance(model, str) else None


# What it holds


def _read(exchange: Exchange, body: bytes, fault: str, origin: Origin, file: File) -> Iterator[Recording]:
    if not _is_stream(exchange, body):
        text = body.decode(errors="replace")
        event = Unreadable(text, fault) if fault else parsed(text, file.loads)
        yield Recording((Located(event, 1),), origin)
        return
    *others, last = split([body], READERS[form_of(body) or "sse"](file.loads, file.max_event_size), origin)
    yield from others
    ends = (Located(Unreadable("", fault, cut=True), body.count(b"\n") + 1),) if fault else ()
    yield evolve(last, events=(*last.events, *ends))
