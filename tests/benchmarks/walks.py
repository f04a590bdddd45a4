"""What is measured: the library's ways from a stream to its message, and the walks that are their floors."""

import json

from streamfold import State, finish, fold, scan, step
from streamfold.events import ContentDelta
from streamfold.limits import DEFAULT
from streamfold.recordings import SSEDecoder, decode, load


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


def checked(events):  # noqa: C901, PLR0915 - it is a walk as one would write it by hand, in one function
    """Walk parsed mappings as `thin` does, and check what `fold` checks: types, order, spans and limits; copy, too."""
    blocks, plan, calls, arguments, citations, ended = {}, [], [], {}, [], None
    opened, kind_open, spent, cited, begun = None, None, 0, None, False
    for position, each in enumerate(events):
        need(type(each) is dict and position < DEFAULT.events and spent <= DEFAULT.characters and ended is None)
        kind = each["type"]
        if kind == "content-delta":
            content = each["delta"]["message"]["content"]
            added = content["text"] if "text" in content else content["thinking"]
            need(kind_open == "content" and each["index"] == opened and type(added) is str and cited is None)
            need(len(each) == 3 and len(content) == 1)
            blocks[opened].append(added)
            spent += len(added)
        elif kind == "tool-call-delta":
            added = each["delta"]["message"]["tool_calls"]["function"]["arguments"]
            need(kind_open == "call" and each["index"] == opened and type(added) is str and len(each) == 3)
            arguments[opened].append(added)
            spent += len(added)
        elif kind == "tool-plan-delta":
            added = each["delta"]["message"]["tool_plan"]
            need(type(added) is str and opened is None and not blocks and not calls)
            plan.append(added)
            spent += len(added)
        elif kind == "content-start":
            content = each["delta"]["message"]["content"]
            need(begun and opened is None and each["index"] == len(blocks) and type(content["type"]) is str)
            opened, kind_open = each["index"], "content"
            blocks[opened] = []
        elif kind == "tool-call-start":
            call = each["delta"]["message"]["tool_calls"]
            need(begun and opened is None and each["index"] == len(calls) and call["type"] == "function")
            need(type(call["id"]) is str and type(call["function"]["name"]) is str)
            opened, kind_open = each["index"], "call"
            calls.append(copied(call))
            arguments[opened] = []
        elif kind in ("content-end", "tool-call-end"):
            need(opened == each["index"] and cited is None)
            opened = kind_open = None
        elif kind == "citation-start":
            span = copied(each["delta"]["message"]["citations"])
            need(each["index"] == len(citations) and cited is None and len(span["sources"]) == 1)
            joined = "".join(blocks[span.get("content_index") or 0])
            need(joined[span["start"] : span["end"]] == span["text"])
            citations.append(span)
            spent += weighed(span)
            cited = each["index"]
        elif kind == "citation-end":
            need(cited == each["index"])
            cited = None
        elif kind == "message-start":
            need(not begun and type(each["id"]) is str and each["delta"]["message"]["role"] == "assistant")
            begun = True
        elif kind == "message-end":
            ended = copied(each["delta"])
            need(opened is None and type(ended["finish_reason"]) is str and type(ended["usage"]) is dict)
        else:
            need(holds=False)
    parsed = [json.loads("".join(pieces)) for pieces in arguments.values()]
    need(ended is not None and all(type(each) is dict for each in parsed))
    return ["".join(pieces) for pieces in blocks.values()], "".join(plan), calls, parsed, citations, ended


def need(holds):
    if not holds:
        raise ValueError


def copied(value):
    if type(value) is dict:
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(inner) for inner in value] if type(value) is list else value


def weighed(value):
    if type(value) is dict:
        return sum(len(key) + weighed(inner) for key, inner in value.items())
    if type(value) is list:
        return sum(map(weighed, value))
    return len(value) if type(value) is str else 1


def stepped(events):
    state = State()
    for each in events:
        state = step(state, each)
    return finish(state)


def thin_typed(events):
    """Walk typed events of one text and check nothing."""
    return "".join([each.text for each in events if type(each) is ContentDelta])


def thin_bytes(chunks):
    """Decode server-sent events, read each as JSON, and walk the mappings."""
    decoder = SSEDecoder()
    data = [sse.data for chunk in chunks for sse in decoder.feed(chunk)]
    return thin([json.loads(each) for each in data if each != "[DONE]"])


def folded_bytes(chunks, **options):
    return fold(decode(iter(chunks), **options))


def folded_recording(chunks):
    [recording] = load(iter(chunks))
    return fold(recording.events)


def live(events):
    """Read the text after every event, as a page that is drawn again each time does."""
    for _, state in scan(events):
        state.text  # noqa: B018 - what a live view reads after each event
