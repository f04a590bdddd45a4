"""What a fold costs beside a walk that checks nothing: ratios of medians of interleaved rounds, in one run.

``python tests/benchmarks/ratios.py`` prints a row for each kind of work. The floor is a thin walk: if and elif over
the parsed mappings, ``list.append`` and one ``join``; for bytes, the decoder and ``json.loads`` before it.
"""

import argparse
import json
import sys
import time
import tracemalloc
from functools import partial
from statistics import median

from streamfold import State, finish, fold, scan, step
from streamfold.recordings import SSEDecoder, load

START = {
    "id": "m",
    "type": "message-start",
    "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}},
}


def event(name, index, message):
    return {"type": name, "index": index, "delta": {"message": message}}


def end(reason):
    return {"type": "message-end", "delta": {"finish_reason": reason, "usage": {"tokens": {"input_tokens": 3}}}}


def text(count):
    deltas = [event("content-delta", 0, {"content": {"text": f" word{number % 10}"}}) for number in range(count)]
    start = event("content-start", 0, {"content": {"type": "text", "text": ""}})
    return [START, start, *deltas, {"type": "content-end", "index": 0}, end("COMPLETE")]


def tools(calls, count):
    body = []
    for index in range(calls):
        call = {"id": f"f_{index}", "type": "function", "function": {"name": "f", "arguments": ""}}
        pieces = ['{"a": "', *["abc"] * (count - 2), '"}']
        body += [event("tool-call-start", index, {"tool_calls": call})]
        body += [event("tool-call-delta", index, {"tool_calls": {"function": {"arguments": it}}}) for it in pieces]
        body += [{"type": "tool-call-end", "index": index}]
    return [START, *body, end("TOOL_CALL")]


def rag(count, citations):
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


def thin(events):
    """Walk parsed mappings and check nothing."""
    blocks, plan, calls, arguments, citations, ended = {}, [], [], {}, [], None
    for each in events:
        kind = each["type"]
        if kind == "content-delta":
            content = each["delta"]["message"]["content"]
            blocks[each["index"]].append(content["text"] if "text" in content else content["thinking"])
        elif kind == "tool-call-delta":
            arguments[each["index"]].append(each["delta"]["message"]["tool_calls"]["function"]["arguments"])
        elif kind == "tool-plan-delta":
            plan.append(each["delta"]["message"]["tool_plan"])
        elif kind == "content-start":
            blocks[each["index"]] = []
        elif kind == "tool-call-start":
            calls.append(each["delta"]["message"]["tool_calls"])
            arguments[each["index"]] = []
        elif kind == "citation-start":
            citations.append(each["delta"]["message"]["citations"])
        elif kind == "message-end":
            ended = each["delta"]
    parsed = [json.loads("".join(pieces)) for pieces in arguments.values()]
    return ["".join(pieces) for pieces in blocks.values()], "".join(plan), calls, parsed, citations, ended


def stepped(events):
    state = State()
    for each in events:
        state = step(state, each)
    return finish(state)


def thin_bytes(chunks):
    decoder = SSEDecoder()
    data = [sse.data for chunk in chunks for sse in decoder.feed(chunk)]
    return thin([json.loads(each) for each in data if each != "[DONE]"])


def folded_bytes(chunks):
    [recording] = load(iter(chunks))
    return fold(recording.events)


def framed(events, size):
    frames = [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events]
    data = b"".join([*frames, b"data: [DONE]\n\n"])
    return [data[start : start + size] for start in range(0, len(data), size)] if size else frames


def measured(works, rounds):
    """Give the median seconds of each of *works*, run in turn."""
    times = [[] for _ in works]
    for _ in range(rounds):
        for work, mine in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            mine.append(time.perf_counter() - start)
    return [median(mine) for mine in times]


def row(name, events, floor, works, rounds):
    times = measured([floor, *works.values()], rounds)
    micro = [each / len(events) * 1e6 for each in times]
    shown = "   ".join(
        f"{key} {value:.3f} ({value / micro[0]:.2f} x)" for key, value in zip(works, micro[1:], strict=True)
    )
    print(f"{name:<34} floor {micro[0]:.3f}   {shown}")
    return micro


def live(events):
    for _, state in scan(events):
        state.text  # noqa: B018 - what a live view reads after each event


def bytes_of_every_state(events):
    tracemalloc.start()
    states = [state for _, state in scan(events)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(states)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    print(f"Python {sys.version.split()[0]}; microseconds an event, and times the floor")

    for name, events in (
        ("text, 3000", text(3000)),
        ("tools, 4 x 100", tools(4, 100)),
        ("RAG, 1000 + 60", rag(1000, 60)),
    ):
        row(
            name,
            events,
            partial(thin, events),
            {"fold": partial(fold, events), "step": partial(stepped, events)},
            rounds,
        )
    short, long = text(3000), text(300_000)
    few = max(rounds // 7, 3)
    small = row(
        "text, 3000",
        short,
        partial(thin, short),
        {"fold": partial(fold, short), "step": partial(stepped, short)},
        rounds,
    )
    large = row(
        "text, 300000", long, partial(thin, long), {"fold": partial(fold, long), "step": partial(stepped, long)}, few
    )
    names = ("thin walk", "fold", "step")
    print("growth, 300000 to 3000:", ", ".join(f"{n} {b / a:.2f}" for n, a, b in zip(names, small, large, strict=True)))
    for name, size in (("bytes, 4 KiB chunks", 4096), ("bytes, an event a chunk", 0)):
        chunks = framed(short, size)
        row(name, short, partial(thin_bytes, chunks), {"load and fold": partial(folded_bytes, chunks)}, rounds)
    shown = text(30_000)
    [seconds] = measured([partial(live, shown)], 3)
    print(f"text after every event, 30000 deltas: {seconds / len(shown) * 1e6:.1f} microseconds an event")
    print(f"every state of 30000 deltas kept: {bytes_of_every_state(shown):.0f} bytes a state")


if __name__ == "__main__":
    main()
