"""What the strategies give is what they say: legal, broken just there, within its bounds, and simple once it shrank."""

import importlib
import json
import sys
from collections import Counter
from contextlib import suppress

import pytest
import streams as s
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from seen import CELLS, CODES, COUPLINGS, LEGAL_CELLS, reached

from streamfold import LENIENT, STANDARD, STRICT, Message, StreamError, check, fold
from streamfold import events as on
from streamfold._order import JOINT
from streamfold.events import Located
from streamfold.recordings import load
from streamfold.rules import RULES, Severity
from streamfold.testing import laws
from streamfold.testing._bounds import texts
from streamfold.testing._parts import CUTS, cut
from streamfold.testing._shapes import beginnings, fitted
from streamfold.testing._stand import shifted
from streamfold.testing.strategies import (
    ALPHABET,
    ANSWERED,
    FINISH_REASONS,
    Broken,
    any_streams,
    broken_streams,
    chunked_bytes,
    events,
    messages,
    mutated_streams,
    prefixes,
    rechunkings,
    shuffled_streams,
    streams,
    wire_events,
    with_additions,
)
from streamfold.unfold import COHERE_2024, OCI, VLLM, unfold

SHRINKING = settings(database=None, deadline=None, phases=[Phase.generate, Phase.shrink], derandomize=True)


few = settings(max_examples=40)


def simplest(strategy, holds=lambda _: True):
    return find(strategy, holds, settings=settings(SHRINKING, max_examples=5_000))


def codes_of(stream):
    return {violation.code for violation in check(stream).violations}


def types_of(stream):
    return [event["type"] for event in stream]


# Legal streams


@given(streams())
def test_strict_folds_what_the_api_could_send(stream):
    assert fold(stream, STRICT).finish_reason in ANSWERED
    assert all(RULES[code].strict is Severity.WARNING for code in codes_of(stream))


@given(streams(additions=False))
def test_without_additions_no_rule_is_broken_at_all(stream):
    assert codes_of(stream) == set()


@given(streams(finish_reasons=["ERROR", "TIMEOUT"], additions=False))
def test_a_failed_generation_breaks_no_other_rule(stream):
    assert codes_of(stream) == {"generation-failed"}


@given(streams(interleaved=True, additions=False))
def test_parts_that_interleave_break_no_other_rule(stream):
    assert codes_of(stream) <= {"parts-interleaved"}


@given(streams(unseen=True))
def test_standard_folds_what_is_unseen_but_unambiguous(stream):
    assert type(fold(stream, STANDARD)) is Message


@few
@given(streams(unseen=True, finish_reasons=["ERROR"]))
def test_what_is_unseen_may_fail_too(stream):
    standard = STANDARD.with_({"generation-failed": "warning"})

    assert type(fold(stream, standard)) is Message


def is_counted(usage):
    return {"input_tokens", "output_tokens"} <= set(usage.get("billed_units", ())) & set(usage.get("tokens", ()))


@given(streams())
def test_an_answer_has_its_counts_of_tokens_as_the_api_sends_them(stream):
    [end] = [event for event in stream if event["type"] == "message-end"]

    assert is_counted(end["delta"]["usage"])


@pytest.mark.parametrize("bounds", [{"unseen": True, "finish_reasons": ["COMPLETE"]}, {"finish_reasons": ["ERROR"]}])
def test_only_a_failure_or_what_is_unseen_has_no_counts(bounds):
    *_, end = simplest(streams(additions=False, **bounds), lambda stream: not is_counted(stream[-1]["delta"]["usage"]))

    assert end["delta"]["usage"] == {}


@few
@given(streams())
def test_a_stream_is_as_json_has_it(stream):
    assert json.loads(json.dumps(stream)) == stream


@few
@given(streams(typed=True, finish_reasons=FINISH_REASONS))
def test_typed_streams_are_of_typed_events(stream):
    assert {type(event) for event in stream} <= {*on.EVENTS, on.Unknown}
    assert check(stream).state.ended


@settings(max_examples=25)
@given(st.sampled_from([COHERE_2024, OCI, VLLM]).flatmap(lambda dialect: streams(dialect=dialect)))
def test_what_other_servers_write_folds(stream):
    assert type(fold(stream, STANDARD)) is Message


def test_another_server_leaves_out_what_it_leaves_out():
    [start, *_] = simplest(streams(dialect=VLLM))

    assert start == {"type": "message-start", "id": "m", "delta": {"message": {"role": "assistant"}}}


@few
@given(messages(additions=False, unseen=True))
def test_messages_are_what_streams_amount_to(message):
    assert type(message) is Message
    assert check(unfold(message)).state.message() == message


# Bounds


@given(st.data())
def test_a_stream_keeps_within_its_bounds(data):
    most = {name: data.draw(st.integers(low, 4), label=name) for name, low in LOWEST.items()}
    stream = data.draw(streams(**most, alphabet="xy", finish_reasons=["COMPLETE", "ERROR"]))
    starts = Counter(event["type"] for event in stream)
    deltas = Counter((event["type"], event.get("index")) for event in stream if event["type"].endswith("-delta"))
    message = check(stream).state.message()

    assert starts["content-start"] <= most["max_blocks"]
    assert starts["tool-call-start"] <= most["max_calls"]
    assert starts["citation-start"] <= 2 * most["max_citations"]
    assert max(deltas.values(), default=0) <= most["max_deltas"]
    assert all(len(block.text) <= most["max_size"] for block in message.content)
    assert set(message.text + message.thinking + (message.tool_plan or "")) <= {"x", "y"}


LOWEST = {"max_blocks": 1, "max_calls": 0, "max_citations": 0, "max_deltas": 1, "max_size": 0}


@few
@given(streams(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x4EFF), finish_reasons=["COMPLETE"]))
def test_the_alphabet_may_be_a_strategy(stream):
    assert all(0x4E00 <= ord(character) <= 0x4EFF for character in fold(stream).text)


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"max_calls": -1}, "'max_calls' must be >= 0: -1"),
        ({"max_deltas": 0}, "'max_deltas' must be >= 1: 0"),
        (
            {"finish_reasons": ["BORED"]},
            "finish_reasons are some of COMPLETE, MAX_TOKENS, STOP_SEQUENCE, TOOL_CALL, ERROR, TIMEOUT; not ('BORED',)",
        ),
        (
            {"finish_reasons": []},
            "finish_reasons are some of COMPLETE, MAX_TOKENS, STOP_SEQUENCE, TOOL_CALL, ERROR, TIMEOUT; not ()",
        ),
    ],
)
def test_bounds_that_are_none_are_refused(bounds, text):
    with pytest.raises(ValueError) as raised:
        streams(**bounds)

    assert str(raised.value) == text


@pytest.mark.parametrize(
    "bounds",
    [
        {"max_calls": 0, "finish_reasons": ["TOOL_CALL"]},
        {"max_blocks": 0, "finish_reasons": ["COMPLETE", "MAX_TOKENS"]},
        {"max_calls": 0, "finish_reasons": ["TOOL_CALL"], "unseen": True},
    ],
)
def test_bounds_within_which_there_is_no_stream_are_refused(bounds):
    with pytest.raises(ValueError) as raised:
        streams(**bounds)

    reasons = " or ".join(bounds["finish_reasons"])
    assert str(raised.value).startswith(f"no legal stream ends with {reasons} within Bounds(max_blocks=")


def test_a_bound_that_is_unknown_is_refused():
    with pytest.raises(TypeError):
        streams(max_words=3)


def test_shapes_follow_the_joint_rules():
    assert beginnings(2, 1) == (
        (),
        ("text",),
        ("thinking",),
        ("call",),
        ("plan",),
        ("thinking", "text"),
        ("thinking", "call"),
        ("plan", "call"),
    )


@pytest.mark.parametrize(
    ("symbols", "reason", "shape"),
    [
        (["text", "call", "plan", "plan"], "COMPLETE", ("text", "plan")),
        (["text", "thinking", "text"], "COMPLETE", ("text", "thinking")),
        (["call", "text", "call", "call"], "TOOL_CALL", ("call", "text", "call")),
        (["text"], "TOOL_CALL", ("call", "text")),
        (["call", "call"], "ERROR", ("call", "call")),
    ],
)
def test_a_shape_of_any_symbols_fits_its_end(symbols, reason, shape):
    assert fitted(symbols, reason, 2, 2) == shape


@given(texts(ALPHABET, 100), st.integers(0, 2**CUTS - 1), st.integers(0, 3), st.integers(1, 5))
def test_a_text_is_cut_between_any_units_of_it(text, mask, outer, most):
    deltas = cut(text, mask, outer, most)

    assert len(deltas) <= most
    assert "".join(deltas).encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")


@pytest.mark.parametrize(
    ("text", "mask", "outer", "deltas"),
    [
        ("", 0, 0, []),
        ("", 0, 1, ["", ""]),
        ("ab", 0, 0, ["ab"]),
        ("ab", 1, 0, ["a", "b"]),
        ("abc", 3, 0, ["a", "b", "c"]),
        ("ab", 0, 3, ["", "ab", ""]),
        ("ab", 1, 2, ["a", "b", ""]),
        ("a\U0001f600", 3, 0, ["a", "\ud83d", "\ude00"]),
        ("a" * 640, 1 << 58, 0, ["a" * 639, "a"]),
        ("abcdefgh", 127, 0, ["a", "bc", "de", "fg", "h"]),
    ],
)
def test_a_mask_says_where_a_text_is_cut(text, mask, outer, deltas):
    assert cut(text, mask, outer, 6) == deltas


# Broken streams


@settings(max_examples=200)
@given(broken_streams())
def test_a_broken_stream_breaks_its_rules_where_it_says(broken):
    told = {violation.code for violation in check(broken).violations if violation.position == broken.position}

    assert set(broken.codes) <= told
    assert broken.mutation.startswith(f"{broken.codes[0]}: ")


@pytest.mark.parametrize("code", RULES)
def test_there_is_a_broken_stream_for_each_rule(code):
    broken = find(broken_streams(codes=[code]), lambda _: True, settings=settings(SHRINKING, phases=[Phase.generate]))

    with pytest.raises(StreamError) as raised:
        fold(broken, ONLY[code])
    assert raised.value.violation.code == code


ONLY = {
    code: LENIENT.with_({code: "error"} if LENIENT[code] is Severity.WARNING else {}, name=f"only {code}")
    for code in RULES
}


EXAMPLES = sorted(set(RULES) - {cell.code for cell in CELLS.values()} - {rule.code for rule in JOINT})


@given(broken_streams(codes=EXAMPLES, additions=False))
def test_what_no_table_tells_breaks_one_rule_and_no_other(broken):
    assert codes_of(broken) == set(broken.codes)


@few
@given(broken_streams(transport=False))
def test_without_the_transport_a_broken_stream_is_a_list_of_json_values(broken):
    assert json.loads(json.dumps(broken.events)) == list(broken.events)


def test_a_broken_transport_raises_where_it_breaks():
    broken = simplest(broken_streams(codes=["interrupted"]))

    with pytest.raises(ConnectionResetError):
        list(broken)
    assert codes_of(broken) == {"interrupted"}


def test_a_rule_that_is_not_known_is_refused():
    with pytest.raises(ValueError) as raised:
        broken_streams(codes=["part-left-open", "gravity"])

    assert str(raised.value) == "no rule has the code gravity"


def test_bounds_within_which_nothing_can_be_broken_so_are_refused():
    with pytest.raises(ValueError) as raised:
        broken_streams(codes=["parts-interleaved"], max_blocks=0, finish_reasons=["COMPLETE"])

    assert str(raised.value).startswith("no legal stream can be broken so within Bounds(max_blocks=0, ")


def test_what_may_fail_or_interleave_is_broken_all_the_same():
    odd = broken_streams(codes=["arguments-cut"], finish_reasons=["ERROR"], unseen=True, interleaved=True)

    assert simplest(odd) == simplest(broken_streams(codes=["arguments-cut"]))


# Coverage


class AllReachedError(Exception):
    """Nothing is left to reach."""


def missed(strategy, wanted, most):
    """Give what none of so many examples reaches."""
    missing = set(wanted)

    @seeded(0)
    @settings(max_examples=most, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def look(stream):
        missing.difference_update(reached(stream))
        if not missing:
            raise AllReachedError

    with suppress(AllReachedError):
        look()
    return missing


def test_legal_streams_reach_every_legal_cell():
    assert missed(streams(), LEGAL_CELLS, 1_000) == set()


def test_broken_streams_reach_every_cell_every_coupling_and_every_rule():
    assert missed(broken_streams(), {*CELLS, *COUPLINGS, *CODES}, 5_000) == set()


# What they shrink to


def cited(stream):
    return [event["delta"]["message"]["citations"] for event in stream if event["type"] == "citation-start"]


def deltas_of(stream):
    return [delta for event in stream for delta in s.deltas_of(event)]


def longest(stream):
    return max(map(len, deltas_of(stream)), default=0)


USAGE = {"billed_units": {"input_tokens": 3, "output_tokens": 1}, "tokens": {"input_tokens": 30, "output_tokens": 2}}
START, END, CALLED = s.message_start(id="m"), s.message_end(usage=USAGE), s.message_end("TOOL_CALL", usage=USAGE)
SOURCES = [{"type": "document", "id": "d", "document": {"id": "d", "text": "Oslo is cold."}}]


def counts_utf16(stream):
    """Fail as a fold does that takes spans for UTF-16 units."""
    text = "".join(deltas_of(stream)).encode("utf-16-le", "surrogatepass")
    ends = [text[2 * it["start"] : 2 * it["end"]].decode("utf-16-le", "surrogatepass") for it in cited(stream)]
    return types_of(stream).count("content-start") == 1 and ends != [it["text"] for it in cited(stream)]


def test_a_span_that_counts_otherwise_shrinks_to_one_character_that_is_cited():
    assert simplest(streams(), counts_utf16) == [
        START,
        s.content_start(),
        s.content_delta("\U0001f600"),
        s.citation_start(0, 1, "\U0001f600", sources=SOURCES),
        s.citation_end(),
        s.content_end(),
        END,
    ]


def joins_by_position(stream):
    """Fail as a fold does that adds the arguments to the call that began last."""
    last = None
    for event in stream:
        last = event["index"] if event["type"] == "tool-call-start" else last
        if event["type"] == "tool-call-delta" and event["index"] != last and deltas_of([event]) != [""]:
            return True
    return False


def test_calls_that_are_mixed_up_shrink_to_two_with_one_delta():
    assert simplest(streams(interleaved=True), joins_by_position) == [
        START,
        s.call_start(0),
        s.call_start(1),
        s.call_delta('{"a": ""}'),
        s.call_end(1),
        s.call_end(0),
        CALLED,
    ]


def keeps_the_last_delta(stream):
    """Fail as a fold does that assigns where it should add."""
    texts = [event["delta"]["message"]["content"] for event in stream if event["type"] == "content-delta"]
    return "".join(it.get("text", "") for it in texts) != (texts or [{}])[-1].get("text", "")


def test_deltas_that_are_lost_shrink_to_two():
    assert simplest(streams(), keeps_the_last_delta) == [
        START,
        *s.text_block("a", "a")[:2],
        s.content_delta("a"),
        s.content_end(),
        END,
    ]


def test_a_call_that_a_failure_leaves_open_shrinks_to_its_start():
    left_open = simplest(
        streams(finish_reasons=FINISH_REASONS),
        lambda stream: types_of(stream).count("tool-call-start") > types_of(stream).count("tool-call-end"),
    )

    assert left_open == [START, s.call_start(), s.message_end("ERROR", usage={}, error="no valid response")]


def test_a_broken_stream_shrinks_to_the_breach_alone():
    broken = simplest(broken_streams(codes=["arguments-cut"]))

    assert broken == Broken(
        (START, s.call_start(), s.call_delta('{"a": '), s.call_end(), CALLED),
        "arguments-cut: its example in a frame",
        3,
        ("arguments-cut",),
    )


# Any streams, and other forms of one


@few
@given(prefixes(streams(finish_reasons=FINISH_REASONS)))
def test_a_prefix_has_no_message_end(stream):
    assert "message-end" not in types_of(stream)


@few
@given(prefixes(streams(typed=True)))
def test_a_prefix_of_typed_events_has_no_message_end(stream):
    assert on.MessageEnd not in {type(event) for event in stream}


@few
@given(prefixes(any_streams()))
def test_anything_has_prefixes(stream):
    assert isinstance(stream, list)


def test_a_prefix_may_be_all_but_the_message_end_and_what_follows():
    assert types_of(simplest(prefixes(), lambda stream: "debug" in types_of(stream)[:-1])) == [
        "message-start",
        "debug",
        "content-start",
    ]


@given(events())
def test_events_are_of_all_kinds(event):
    assert isinstance(event, (*on.EVENTS, on.Unknown))


@given(wire_events(alphabet="x", max_size=3))
def test_events_as_json_have_texts_within_bounds(event):
    assert json.loads(json.dumps(event)) == event
    assert all(set(delta) <= {"x"} and len(delta) <= 3 for delta in s.deltas_of(event))


@pytest.mark.parametrize("kind", [kind.wire_type for kind in on.EVENTS])
def test_there_is_an_event_of_each_kind(kind):
    assert simplest(wire_events(), lambda event: event["type"] == kind)["type"] == kind


@given(shuffled_streams(max_events=3))
def test_shuffled_streams_keep_within_their_bound(stream):
    assert len(stream) <= 3


@few
@given(any_streams() | mutated_streams(max_mutations=1) | shuffled_streams())
def test_whatever_comes_is_a_list_of_json_values(stream):
    assert json.loads(json.dumps(stream)) == stream
    assert check(stream).partial.why


MUTATED = {
    "dropped": lambda stream: types_of(stream)[:2] == ["content-start", "content-end"],
    "doubled": lambda stream: types_of(stream)[:2] == ["message-start"] * 2,
    "swapped": lambda stream: types_of(stream)[:3] == ["message-start", "content-end", "content-start"],
    "delayed": lambda stream: "message-start" in types_of(stream)[2:] and types_of(stream)[0] == "content-start",
    "cut": lambda stream: types_of(stream) == ["message-start", "content-start"],
    "of another index": lambda stream: any(event.get("index") is True for event in stream),
    "spoilt": lambda stream: any(not isinstance(event.get("delta", {}), dict) for event in stream),
}


@pytest.mark.parametrize("mutation", MUTATED)
def test_streams_are_mutated_in_every_way(mutation):
    found = simplest(
        mutated_streams(additions=False, max_calls=0, max_mutations=1),
        lambda stream: (
            all(isinstance(event, dict) and "type" in event for event in stream) and MUTATED[mutation](stream)
        ),
    )

    assert MUTATED[mutation](found)


@few
@given(streams(finish_reasons=FINISH_REASONS).flatmap(lambda stream: st.tuples(st.just(stream), rechunkings(stream))))
def test_other_deltas_say_the_same(pair):
    stream, again = pair

    assert check(again).state.message() == check(stream).state.message()
    assert codes_of(again) == codes_of(stream)


@few
@given(streams(additions=False).flatmap(lambda stream: st.tuples(st.just(stream), with_additions(stream))))
def test_what_the_api_may_add_changes_no_fact(pair):
    stream, more = pair

    assert laws.facts_of(fold(more, STRICT)) == laws.facts_of(fold(stream))
    assert codes_of(more) <= {"unknown-event", "unknown-field"}


@few
@given(chunked_bytes(st.just([[{"type": "message-start"}]])))
def test_a_list_that_stands_alone_is_given_as_server_sent_events(chunked):
    assert chunked.form == "sse"


@given(chunked_bytes(streams(finish_reasons=FINISH_REASONS)))
def test_bytes_in_chunks_say_the_same(chunked):
    [recording] = load(chunked.chunks)

    assert recording.source.form == chunked.form
    assert [located.event for located in recording.events] == chunked.events


# The room


def test_without_hypothesis_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "streamfold.testing")

    with pytest.raises(ImportError) as raised:
        importlib.import_module("streamfold.testing")

    assert str(raised.value) == "streamfold.testing needs hypothesis: install streamfold[testing]"


def test_a_strategy_says_what_it_is_in_few_words():
    assert len(repr(any_streams())) < 5_000
    assert "ways>" in repr(broken_streams())


def test_room_is_made_in_located_events_too():
    located = Located(on.ContentEnd(0), 3)

    assert shifted([located], "content", 0) == [Located(on.ContentEnd(1), 3)]
