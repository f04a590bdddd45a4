"""The streams that are measured, as parsed mappings and as bytes."""

import json

from streamfold import events as on

START = {
    "id": "m",
    "type": "message-start",
    "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}},
}


def event(name, index, message):
    return {"type": name, "index": index, "delta": {"message": message}}


def end(reason):
    counts = {"input_tokens": 3, "output_tokens": 2}
    return {
        "type": "message-end",
        "delta": {"finish_reason": reason, "usage": {"billed_units": counts, "tokens": counts}},
    }


def text(count):
    """Give *count* deltas of one text block."""
    deltas = [event("content-delta", 0, {"content": {"text": f" word{number % 10}"}}) for number in range(count)]
    start = event("content-start", 0, {"content": {"type": "text", "text": ""}})
    return [START, start, *deltas, {"type": "content-end", "index": 0}, end("COMPLETE")]


def typed_text(count):
    """Give the same stream as typed events."""
    deltas = [on.ContentDelta(0, text=f" word{number % 10}") for number in range(count)]
    start = on.MessageStart("m", "assistant", [], "", [], [])
    return [start, on.ContentStart(0, "text", ""), *deltas, on.ContentEnd(0), on.MessageEnd("COMPLETE", usage={})]


def tools(calls, count):
    """Give some calls of *count* argument deltas each."""
    body = []
    for index in range(calls):
        call = {"id": f"f_{index}", "type": "function", "function": {"name": "f", "arguments": ""}}
        pieces = ['{"a": "', *["abc"] * (count - 2), '"}']
        body += [event("tool-call-start", index, {"tool_calls": call})]
        body += [event("tool-call-delta", index, {"tool_calls": {"function": {"arguments": it}}}) for it in pieces]
        body += [{"type": "tool-call-end", "index": index}]
    return [START, *body, end("TOOL_CALL")]


def rag(count, citations):
    """Give *count* text deltas, and between them citations of documents of 1 kB."""
    plain = text(count)
    every = count // citations
    document = {"id": "d", "text": "x" * 1000}
    events, length, number = plain[:2], 0, 0
    for position, delta in enumerate(plain[2:-2], 1):
        piece = delta["delta"]["message"]["content"]["text"]
        events.append(delta)
        if position % every == 0 and number < citations:
            cited = {
                "start": length,
                "end": length + len(piece),
                "text": piece,
                "sources": [{"type": "document", "id": "d", "document": document}],
                "type": "TEXT_CONTENT",
            }
            events += [event("citation-start", number, {"citations": cited}), {"type": "citation-end", "index": number}]
            number += 1
        length += len(piece)
    return [*events, *plain[-2:]]


def shared(events):
    """Give *events* with one object for all that are equal, so that however many there are, they stay in the cache."""
    first = {}
    return [first.setdefault(json.dumps(each), each) for each in events]


SHAPES = {
    "text": (text, (3000,)),
    "mixed": (tools, (4, 100)),
    "RAG": (rag, (1000, 60)),
}


def shaped(name):
    make, arguments = SHAPES[name]
    return make(*arguments)


def framed(events, size):
    """Write *events* as server-sent ones, in chunks of *size* bytes, or of one event where it is 0."""
    frames = [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events]
    data = b"".join([*frames, b"data: [DONE]\n\n"])
    return [data[start : start + size] for start in range(0, len(data), size)] if size else frames
