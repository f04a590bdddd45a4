"""Bytes out of gzip data, a piece at a time: how much there are is for the reader to bound."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

GZIP: Final = 31  # how zlib calls the formats
ZLIB: Final = 15
RAW: Final = -15

TOO_LARGE: Final = "all that is unpacked is larger than may be held"

_MAGIC: Final = b"\x1f\x8b"
PIECE: Final = 64 * 1024


class BadGzipError(ValueError):
    """The data is damaged or cut off; what could be read came before."""


def is_gzip(data: bytes) -> bool:
    """Whether *data* begins as gzip data does."""
    return data.startswith(_MAGIC)


def plain(chunks: Iterable[bytes], most: int = PIECE) -> Iterator[bytes]:
    """Give *chunks*, unpacked if they are gzip data, in pieces of at most *most* bytes.

    Raises:
        BadGzipError: after all that could be read.
    """
    rest = iter(chunks)
    head = b""
    for chunk in rest:
        head += chunk
        if len(head) >= len(_MAGIC):
            break
    whole = chain([head], rest)
    return _cut(expand(whole) if is_gzip(head) else whole, most)


def _cut(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), most):
            yield chunk[start : start + most]


def expand(chunks: Iterable[bytes], form: int = GZIP) -> Iterator[bytes]:
    """Unpack *chunks*, which may hold several members and end in zero bytes.

    Raises:
        BadGzipError: after all that could be read.
    """
    member = zlib.decompressobj(form)
    for chunk in chunks:
        rest = chunk
        while rest:
            yield from _pieces(member, rest)
            rest = member.unused_data.lstrip(b"\0")
            member = zlib.decompressobj(form) if rest else member
    if not member.eof:
        raise BadGzipError("the compressed data is cut off")


def _pieces(member: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    full = bool(data)
    while full:
        try:
            piece = member.decompress(data, PIECE)
        except zlib.error as error:
            raise BadGzipError(f"the compressed data is damaged: {error}") from None
        yield piece
        data, full = member.unconsumed_tail, len(piece) == PIECE


def inflated(data: bytes, form: int, most: int) -> tuple[bytes, str]:
    """Unpack *data*; give what could be read of it, *most* bytes at most, and what is wrong, if anything."""
    pieces: list[bytes] = []
    room = most
    try:
        for piece in expand([data], form):
            pieces.append(piece[:room])
            room -= len(piece)
            if room < 0:
                return b"".join(pieces), TOO_LARGE
    except BadGzipError as error:
        return b"".join(pieces), str(error)
    return b"".join(pieces), ""
