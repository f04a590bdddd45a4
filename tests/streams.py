"""Streams to test with: one strategy for each rule of the grammar, composed as the EBNF is."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

Wire = dict[str, Any]

TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from('e\u0301\u200d😀🐙°\n"\\{}'), max_size=6)
NAMES = st.sampled_from(["f", "get_weather", "sök"])
WORDS = st.text("abc °😀", min_size=1, max_size=4)
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


def split(text: str, cuts: list[int]) -> list[str]:
    ends = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[start:end] for start, end in itertools.pairwise(ends)]


@st.composite
def pieces(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> list[str]:
    return draw(st.lists(texts, max_size=5))


@st.composite
def cited_deltas(draw: st.DrawFn, grow: Callable[[str], Wire], **kind: Any) -> list[Wire]:
    """Deltas with citations of what has come between them."""
    events, text, count = [], "", 0
    for delta in draw(pieces(WORDS)):
        events.append(grow(delta))
        text += delta
        if draw(st.booleans()):
            start = draw(st.integers(0, len(text)))
            end = draw(st.integers(start, len(text)))
            events += [citation_start(start, end, text[start:end], count, **kind), citation_end(count)]
            count += 1
    return events


@st.composite
def answers(draw: st.DrawFn) -> list[Wire]:
    thought = [content_start(0, "thinking"), *(content_delta(t, 0, "thinking") for t in draw(pieces())), content_end(0)]
    thinks = draw(st.booleans())
    index = int(thinks)
    kind = {"content_index": index} if index else {}
    inner = draw(cited_deltas(lambda text: content_delta(text, index), **kind))
    return [*(thought if thinks else []), content_start(index), *inner, content_end(index)]


@st.composite
def actions(draw: st.DrawFn) -> list[Wire]:
    plan = st.builds(lambda first, rest: [plan_delta(first), *rest], WORDS, cited_deltas(plan_delta, type="PLAN"))
    thought = pieces().map(lambda deltas: text_block(*deltas, kind="thinking"))
    before = draw(st.one_of(st.just([]), thought, plan.filter(_cites_plan)))
    calls = []
    for index in range(draw(st.integers(1, 3))):
        raw = draw(st.sampled_from(["", "{}", '{"a": "é😀", "b": [1, 2.5, null]}']))
        calls += call(*split(raw, draw(st.lists(st.integers(0, 40), max_size=4))), index=index, name=draw(NAMES))
    return [*before, *calls]


def _cites_plan(events: list[Wire]) -> bool:
    """Whether each citation still fits the plan: the first delta came before those that were counted."""
    text = ""
    for event in events:
        if event["type"] == "tool-plan-delta":
            text += event["delta"]["message"]["tool_plan"]
        elif event["type"] == "citation-start":
            cited = event["delta"]["message"]["citations"]
            if text[cited["start"] : cited["end"]] != cited["text"]:
                return False
    return True


@st.composite
def legal(draw: st.DrawFn) -> list[Wire]:
    """Streams that the API could send."""
    body, reasons = draw(
        st.one_of(
            st.tuples(answers(), st.sampled_from(["COMPLETE", "MAX_TOKENS", "STOP_SEQUENCE"])),
            st.tuples(actions(), st.just("TOOL_CALL")),
        )
    )
    return whole(*body, end=message_end(reasons))


@st.composite
def mutated(draw: st.DrawFn, streams: st.SearchStrategy[list[Wire]] | None = None) -> list[Any]:
    """Streams with a few things wrong."""
    events: list[Any] = list(draw(streams or legal()))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(events)))
        events = draw(st.sampled_from(MUTATIONS))(draw, events, place)
    return events


def _drop(_: st.DrawFn, events: list[Any], place: int) -> list[Any]:
    return events[:place] + events[place + 1 :]


def _double(_: st.DrawFn, events: list[Any], place: int) -> list[Any]:
    return events[: place + 1] + events[place:]


def _swap(_: st.DrawFn, events: list[Any], place: int) -> list[Any]:
    return events[:place] + events[place : place + 2][::-1] + events[place + 2 :]


def _move(draw: st.DrawFn, events: list[Any], place: int) -> list[Any]:
    rest = events[:place] + events[place + 1 :]
    to = draw(st.integers(0, len(rest)))
    return rest[:to] + events[place : place + 1] + rest[to:]


def _reindex(draw: st.DrawFn, events: list[Any], place: int) -> list[Any]:
    return [
        {**event, "index": draw(st.integers(-1, 3) | st.none() | st.booleans())}
        if at == place and isinstance(event, dict) and "index" in event
        else event
        for at, event in enumerate(events)
    ]


def _insert(draw: st.DrawFn, events: list[Any], place: int) -> list[Any]:
    stranger = st.one_of(JSON, st.just({"message": "internal error"}), st.just({"type": "new", "x": 1}), events_any())
    return [*events[:place], draw(stranger), *events[place:]]


def _spoil(draw: st.DrawFn, events: list[Any], place: int) -> list[Any]:
    return [_spoilt(draw, event) if at == place else event for at, event in enumerate(events)]


def _spoilt(draw: st.DrawFn, value: Any) -> Any:
    if not isinstance(value, dict) or not value or draw(st.integers(0, 3)) == 0:
        return draw(JSON)
    key = draw(st.sampled_from(sorted(value)))
    return {**value, key: _spoilt(draw, value[key])} if draw(st.booleans()) else {**value, draw(TEXTS): draw(JSON)}


MUTATIONS = (_drop, _double, _swap, _move, _reindex, _insert, _spoil)


def events_any() -> st.SearchStrategy[Wire]:
    """Any one event, of any kind and index."""
    index = st.integers(0, 2)
    return st.one_of(
        st.just(message_start()),
        st.sampled_from(["COMPLETE", "TOOL_CALL", "ERROR", "TIMEOUT"]).map(message_end),
        st.builds(content_start, index, st.sampled_from(["text", "thinking", "image"]), WORDS | st.just("")),
        st.builds(content_delta, TEXTS, index, st.sampled_from(["text", "thinking"])),
        st.builds(content_end, index),
        st.builds(plan_delta, TEXTS),
        st.builds(call_start, index, NAMES),
        st.builds(call_delta, TEXTS, index),
        st.builds(call_end, index),
        st.builds(citation_start, st.integers(-1, 9), st.integers(-1, 9), WORDS, index),
        st.builds(citation_start, st.integers(0, 3), st.integers(0, 9), WORDS, index, type=st.just("PLAN")),
        st.builds(citation_end, index),
    )


def shuffled() -> st.SearchStrategy[list[Wire]]:
    """Events of any kind in any order."""
    return st.lists(events_any(), max_size=12)


def streams() -> st.SearchStrategy[list[Any]]:
    """Streams of every sort: legal, with mutations, in any order."""
    return st.one_of(legal(), mutated(), shuffled(), st.lists(JSON, max_size=4))


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
