"""The documents that hold exchanges: cassettes of VCR, and HAR."""

import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ._exchange import Exchange
from ._recording import Form


def exchanges_of(document: Any) -> tuple[Form, Iterator[Exchange]] | None:
    """Give the form of a document and the exchanges in it; None if it is neither a cassette nor a HAR."""
    for form, path, read in _FORMS:
        found = document
        for key in path:
            found = _mapping(found).get(key)
        if isinstance(found, list):
            return form, map(read, map(_mapping, found))
    return None


def _from_vcr(interaction: Mapping[str, Any]) -> Exchange:
    request, response = _mapping(interaction.get("request")), _mapping(interaction.get("response"))
    status = _mapping(response.get("status"))
    headers = _mapping(response.get("headers"))
    asked = request.get("body")
    # before 6, vcrpy wrote a response of httpx flat
    body, fault = _body(response.get("body", response.get("content")))
    return Exchange(
        method=_text(request.get("method")),
        url=_text(request.get("uri")),
        request=_body(asked)[0] if _HELD.keys() & _mapping(asked).keys() else asked,
        status=_integer(status.get("code", response.get("status_code"))),
        phrase=_text(status.get("message")),
        headers={name.lower(): _first(value) for name, value in headers.items()},
        body=body,
        fault=fault,
    )


def _from_har(entry: Mapping[str, Any]) -> Exchange:
    request, response = _mapping(entry.get("request")), _mapping(entry.get("response"))
    headers = response.get("headers")
    content = _mapping(response.get("content"))
    held = {"base64_string" if content.get("encoding") == "base64" else "string": content.get("text")}
    body, fault = _body(held)
    named = [_mapping(header) for header in headers] if isinstance(headers, list) else []
    return Exchange(
        method=_text(request.get("method")),
        url=_text(request.get("url")),
        request=_mapping(request.get("postData")).get("text"),
        status=_integer(response.get("status")),
        phrase=_text(response.get("statusText")),
        headers={_text(header.get("name")).lower(): _text(header.get("value")) for header in named},
        body=body,
        fault=fault,
    )


_FORMS: Final[tuple[tuple[Form, tuple[str, ...], Callable[[Mapping[str, Any]], Exchange]], ...]] = (
    ("vcr", ("interactions",), _from_vcr),
    ("vcr", ("http_interactions",), _from_vcr),
    ("har", ("log", "entries"), _from_har),
)


# Bodies


def _as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode(errors="surrogatepass")


_HELD: Final[Mapping[str, Callable[[str | bytes], bytes]]] = {
    "string": _as_bytes,
    "base64_string": lambda text: binascii.a2b_base64(_as_bytes(text)),
}


def _body(held: Any) -> tuple[bytes | None, str]:
    """Give the bytes of a body, text or with text under a key that tells its coding, and what is wrong with it."""
    coded = held if isinstance(held, Mapping) else {"string": held}
    for key, decode in _HELD.items():
        if isinstance(text := coded.get(key), str | bytes):
            try:
                return decode(text), ""
            except ValueError as error:
                return b"", f"the body is no base64: {error}"
    return None, ""


# Fields


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _first(value: Any) -> str:
    return _text(value[0] if isinstance(value, list) and value else value)


def _integer(value: Any) -> int:
    return int(value) if isinstance(value, int | str) and _STATUS.fullmatch(str(value)) else 0


_STATUS: Final = re.compile("[0-9]{3}")
