"""What a file holds, by its first line."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

from ._documents import exchanges_of
from ._records import is_record
from ._stream import Loads

Kind: TypeAlias = Literal["sse", "jsonl", "records", "json", "yaml"]

_BLANK: Final = re.compile(rb"(?:[ \t\r\n]|\xef\xbb\xbf|#[^\r\n]*[\r\n])*+")
_YAML: Final = re.compile(rb"---|%YAML|(?:(?:http_)?interactions|recorded_with|version)\s*:")
# What a HAR or a cassette in JSON begins with; and a line of brackets and keys, where a document goes on below it.
_EXCHANGES: Final = re.compile(rb'\{\s*+"(?:log"\s*+:\s*+\{|(?:http_)?interactions"\s*+:\s*+\[)')
_BRACKETS: Final = re.compile(rb'[\[{]\s*+(?:(?:"[^"]*"\s*+:\s*+)?+[\[{]\s*+)*+')


def sniff(chunks: Iterator[bytes], loads: Loads) -> tuple[Kind, Iterator[bytes]]:
    """Give the kind of what *chunks* hold, and all of them again."""
    head, start = bytearray(), 0
    for chunk in chunks:
        head += chunk
        if b"\n" in chunk or b"\r" in chunk:
            start = _skip_blank(head, start)
            lines = bytes(head[start:]).splitlines(keepends=True)
            if lines and lines[0].endswith((b"\n", b"\r")):
                return kind_of(lines[0], loads), chain([bytes(head)], chunks)
    return kind_of(bytes(head[_skip_blank(head, start) :]), loads), iter([bytes(head)])


def _skip_blank(head: bytearray, start: int) -> int:
    found = _BLANK.match(head, start)
    return found.end() if found else start


def kind_of(line: bytes, loads: Loads) -> Kind:
    """Give the kind of a file with this first line."""
    if line[:1] not in (b"{", b"[", b'"'):
        return "yaml" if _YAML.match(line) else "sse"
    ended = line.rstrip(b"\r\n")
    if _EXCHANGES.match(line) or (ended != line and _BRACKETS.fullmatch(ended)):
        return "json"
    try:
        value = loads(ended.decode())
    except (ValueError, RecursionError):
        return "jsonl"
    return "records" if is_record(value) else "json" if exchanges_of(value) or _is_stream(value) else "jsonl"


def _is_stream(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and first.get("type") == "message-start"
