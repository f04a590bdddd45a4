"""Real recordings fold under STRICT, and nothing of them is lost."""

import json

import pytest
from attrs import evolve
from mutants import mutants
from walk import events_of, paths, walk

from streamfold import LENIENT, STRICT, GenerationFailed, Message, StreamError, check, fold
from streamfold.recordings import load

STRUCTURE = {"type", "index"}


def message_of(path):
    """Fold a recording under STRICT; of a failed generation, give what its exception holds."""
    [recording] = load(path.read_bytes(), path.name)
    try:
        return fold(recording.events, STRICT)
    except GenerationFailed as failed:
        assert [violation.code for violation in failed.violations] == ["generation-failed"]
        assert failed.partial.tool_plan == failed.message.tool_plan
        return failed.message


def test_a_recording_folds_under_strict_or_raises_that_its_generation_failed(recording):
    reasons = {event["delta"].get("finish_reason") for event in events_of(recording) if event["type"] == "message-end"}

    assert message_of(recording).finish_reason in reasons


def test_all_that_was_joined_equals_the_plain_concatenation(recording):
    message = message_of(recording)
    told = {("content", block.index): block.text for block in message.content}
    told |= {("tool_calls", call.index): call.raw_arguments for call in message.calls}
    told |= {} if message.tool_plan is None else {("tool_plan", 0): message.tool_plan}

    assert {place: text for place, text in told.items() if text} == walk(events_of(recording))
    assert all(json.loads(call.raw_arguments or "{}") == call.arguments for call in message.tool_calls)


def test_every_citation_is_the_text_of_its_span(recording):
    message = message_of(recording)

    for citation in message.citations:
        blocks = {block.index: block.text for block in message.content}
        cited = message.tool_plan if citation.target.kind == "tool_plan" else blocks[citation.target.index]
        assert cited[citation.start : citation.end] == citation.text


def test_every_path_and_value_that_arrived_is_reachable(recording):
    message = message_of(recording)
    calls = {call.index: call for call in message.calls}
    citations = {citation.index: citation for citation in message.citations}

    for event in events_of(recording):
        for path, value in paths(event):
            if path[-1] in STRUCTURE or event["type"].endswith("-delta") or value in ("", []):
                continue
            assert reachable(message, calls, citations, event, path) == value, path


def reachable(message, calls, citations, event, path):
    """Follow the names of a path from the part that the event is about."""
    if event["type"] in ("message-start", "message-end"):
        return follow(message, path[2:] if path[:2] == ("delta", "message") else path[path[0] == "delta" :])
    part = (calls if path[2] == "tool_calls" else citations)[event["index"]]
    return follow(part, tuple(name for name in path[3:] if name != "function"))


def follow(value, path):
    for name in path:
        value = value[name] if isinstance(value, tuple | list | dict) else getattr(value, name)
    return value


def test_an_index_of_every_part_is_kept(recording):
    message = message_of(recording)
    starts = [
        (event["type"], event["index"])
        for event in events_of(recording)
        if event["type"].endswith("start") and "index" in event
    ]
    kinds = {"content-start": message.content, "tool-call-start": message.calls, "citation-start": message.citations}

    for kind, parts in kinds.items():
        assert [part.index for part in parts] == [index for name, index in starts if name == kind]


def test_mappings_and_bytes_in_any_chunks_give_equal_messages(recording):
    data = recording.read_bytes()
    message = message_of(recording)

    for size in (1, 7, 4096):
        [again] = load(data[start : start + size] for start in range(0, len(data), size))
        assert check(again.events).state.message() == message
    assert check(events_of(recording)).state.message() == message


def test_strict_rejects_every_mutant(recording):
    events = events_of(recording)
    accepted = [(kind, position) for kind, position, mutant in mutants(events) if check(mutant, STRICT).ok]

    assert accepted == []


def test_a_cut_anywhere_is_a_partial_message_that_says_so(recording):
    data = recording.read_bytes()
    for size in cuts(data):
        [cut] = load(data[:size], recording.name)
        report = check(cut.events, LENIENT)
        if report.message is not None:
            assert b"message-end" in data[:size]
            assert evolve(report.message, kept=()) == message_of(recording)
            continue
        assert {violation.code for violation in report.errors} <= {"no-message-end", "event-cut"}
        assert report.partial.why == str(report.errors[0])


def cuts(data):
    """Give the places to cut at: every byte of the last two events, and of the rest so many as time allows."""
    last = max(data.rfind(b"message-end") - 400, 0)
    return sorted({*range(0, last, max(last // 150, 1)), *range(last, len(data))})


def test_a_sample_folds_or_breaks_the_rule_that_it_truly_breaks(sample):
    [recording] = load(sample.read_bytes(), sample.name)
    standard, strict = check(recording.events), check(recording.events, STRICT)

    assert sorted({violation.code for violation in strict.errors}) == STRICT_BREACHES.get(sample.name, [])
    assert standard.ok == (sample.name not in BROKEN)
    if standard.ok:
        assert isinstance(fold(recording.events), Message)
    else:
        with pytest.raises(StreamError) as caught:
            fold(recording.events)
        assert caught.value.violation.code == BROKEN[sample.name]


# The documentation's samples are edited: what each leaves out of what the API sends.
STRICT_BREACHES = {
    "braintrust-js__cohere-v7-14-0__2026-05-05__i1.sse": ["message-end-id", "placeholder-missing"],
    "braintrust-js__cohere-v7-14-0__2026-05-05__i1b.sse": ["message-end-id", "placeholder-missing"],
    "cohere-docs__snippet-stream-async.jsonl": ["placeholder-missing"],
    "cohere-docs__snippet-stream-documents.jsonl": ["placeholder-missing"],
    "cohere-docs__snippet-stream-image.jsonl": ["index-missing", "placeholder-missing"],
    "cohere-docs__snippet-stream-tools.jsonl": ["placeholder-missing"],
    "cohere-docs__snippet-stream.jsonl": ["placeholder-missing"],
    "cohere-docs__streaming-fragments.jsonl": [
        "citation-interrupted",
        "delta-outside-part",
        "no-message-end",
        "no-message-start",
        "parts-interleaved",
        "plan-with-content",
        "text-with-calls",
    ],
}
BROKEN = {"cohere-docs__streaming-fragments.jsonl": "no-message-start"}
