"""Events and streams as written by hand, and any JSON value; ``streamfold.testing`` draws the other streams."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Wire = dict[str, Any]

TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from('e\u0301\u200d😀🐙°\n"\\{}'), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def message_start(**fields: Any) -> Wire:
    message = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    return {"id": "m-1", "type": "message-start", "delta": {"message": message}, **fields}


def message_end(finish_reason: str = "COMPLETE", **delta: Any) -> Wire:
    usage = {
        "billed_units": {"input_tokens": 3, "output_tokens": 2},
        "tokens": {"input_tokens": 30, "output_tokens": 2},
    }
    return {"type": "message-end", "delta": {"finish_reason": finish_reason, "usage": usage, **delta}}


def content_start(index: int = 0, kind: str = "text", text: str = "") -> Wire:
    held = {kind: text} if kind in ("text", "thinking") else {}
    return _event("content-start", index, {"content": {"type": kind, **held}})


def content_delta(text: str, index: int = 0, kind: str = "text") -> Wire:
    return _event("content-delta", index, {"content": {kind: text}})


def content_end(index: int = 0) -> Wire:
    return {"type": "content-end", "index": index}


def plan_delta(text: str) -> Wire:
    return {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": text}}}


def call_start(index: int = 0, name: str = "f", arguments: str = "", **fields: Any) -> Wire:
    function = {"name": name, "arguments": arguments}
    return _event(
        "tool-call-start",
        index,
        {"tool_calls": {"id": f"{name}_{index}", "type": "function", "function": function, **fields}},
    )


def call_delta(arguments: str, index: int = 0) -> Wire:
    return _event("tool-call-delta", index, {"tool_calls": {"function": {"arguments": arguments}}})


def call_end(index: int = 0) -> Wire:
    return {"type": "tool-call-end", "index": index}


def citation_start(start: int, end: int, text: str, index: int = 0, **fields: Any) -> Wire:
    sources = [{"type": "document", "id": "d", "document": {"id": "d", "text": "…"}}]
    cited = {"start": start, "end": end, "text": text, "sources": sources, "type": "TEXT_CONTENT", **fields}
    return _event("citation-start", index, {"citations": cited})


def citation_end(index: int = 0) -> Wire:
    return {"type": "citation-end", "index": index}


def _event(name: str, index: int, message: Wire) -> Wire:
    return {"type": name, "index": index, "delta": {"message": message}}


def text_block(*deltas: str, index: int = 0, kind: str = "text") -> list[Wire]:
    inner = [content_delta(delta, index, kind) for delta in deltas]
    return [content_start(index, kind), *inner, content_end(index)]


def call(*deltas: str, index: int = 0, name: str = "f") -> list[Wire]:
    return [call_start(index, name), *(call_delta(delta, index) for delta in deltas), call_end(index)]


def whole(*body: Wire, start: Wire | None = None, end: Wire | None = None) -> list[Wire]:
    return [start or message_start(), *body, end or message_end()]


def as_json(value: Any) -> bytes:
    """Give JSON in UTF-8, or in ASCII where there is half of a character, of which UTF-8 has no form."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def split(text: str, cuts: list[int]) -> list[str]:
    ends = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[start:end] for start, end in itertools.pairwise(ends)]


DELTAS = {
    "content-delta": (("content", "text"), ("content", "thinking")),
    "tool-plan-delta": (("tool_plan",),),
    "tool-call-delta": (("tool_calls", "function", "arguments"),),
}
STARTS = {
    "content-start": (("content", "text"), ("content", "thinking")),
    "tool-call-start": (("tool_calls", "function", "arguments"),),
}


def deltas_of(event: Any) -> Iterator[str]:
    """Give the characters that a delta event adds, by a plain look at its JSON."""
    return _strings(event, DELTAS)


def characters_of(event: Any) -> Iterator[str]:
    """Give the characters that an event adds to a part: those of a delta, and those that a start begins with."""
    return _strings(event, DELTAS | STARTS)


def _strings(event: Any, places: dict[str, Any]) -> Iterator[str]:
    if isinstance(event, dict) and isinstance(event.get("type"), str):
        for path in places.get(event["type"], ()):
            value: Any = event
            for key in ("delta", "message", *path):
                value = value[0] if isinstance(value, list) and len(value) == 1 else value
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, str):
                yield value
