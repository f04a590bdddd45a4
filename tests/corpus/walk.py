"""The corpus read without the library: a splitter of lines, a thin walk, and every path of an event."""

import json


def events_of(path):
    """Give the parsed events of a recording, by looking at its lines alone."""
    lines = path.read_text(encoding="utf-8").split("\n")
    texts = (line.removeprefix("data: ") for line in lines if line.startswith(("data: {", "{")))
    return [json.loads(text) for text in texts]


def walk(events):
    """Join the deltas by kind and index."""
    joined = {}
    for event in events:
        message = event.get("delta", {}).get("message", {})
        for name, grown in message.items() if event["type"].endswith("-delta") else ():
            place = (name, event.get("index", 0))
            text = grown if name == "tool_plan" else grown.get("text", grown.get("thinking"))
            joined[place] = joined.get(place, "") + (grown["function"]["arguments"] if text is None else text)
    return joined


def paths(value, path=()):
    """Yield every (path, leaf) of a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))
    else:
        yield path, value
