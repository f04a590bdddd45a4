"""A message unfolds into a stream that folds into it, however its text is cut and whoever sends it."""

import pickle
from functools import reduce
from itertools import pairwise

import pytest
import streams as s
from attrs import evolve, fields
from hypothesis import example, given
from hypothesis import strategies as st

from streamfold import LENIENT, STANDARD, STRICT, Kept, Message, TextBlock, check, fold
from streamfold import events as on
from streamfold._frozen import FrozenDict
from streamfold._wire import read
from streamfold.message import (
    Citation,
    DocumentSource,
    InvalidToolCall,
    OpenToolCall,
    OtherBlock,
    Target,
    ThinkingBlock,
    ToolCall,
    Usage,
)
from streamfold.recordings import load
from streamfold.testing import strategies
from streamfold.unfold import (
    COHERE,
    COHERE_2024,
    OCI,
    VLLM,
    Dialect,
    InexpressibleError,
    coalesce,
    every,
    rechunk,
    seeded,
    to_jsonl,
    to_sse,
    unfold,
    whole,
    words,
)

SPLITS = st.sampled_from([whole, words, every(1), every(3), seeded("a"), seeded(2, most=3)])
DIALECTS = st.sampled_from([COHERE, COHERE_2024, VLLM, OCI]) | st.builds(Dialect)
TEXTS = s.TEXTS | st.text(st.characters() | st.sampled_from("\ud83d\ude00 \n"), max_size=12)


DEEP = reduce(lambda inner, _: [inner], range(1000), [])


def message_of(events):
    return check(events, LENIENT).message


def codes_of(events):
    return [violation.code for violation in check(events).violations]


def deltas_of(events):
    return [text for event in events for text in s.deltas_of(event)]


def types_of(events):
    return [event["type"] for event in events]


def answer(text="It is 24 °C.", **fields):
    told = {"id": "m", "role": "assistant", "content": (TextBlock(text),), "finish_reason": "COMPLETE"}
    return Message(**{**told, "usage": Usage(), **fields})


# Splits


@given(TEXTS, SPLITS)
def test_a_split_gives_back_its_text(text, split):
    assert "".join(split(text)) == text


@given(TEXTS, st.integers(1, 4))
def test_every_delta_but_the_last_has_the_size_that_was_asked_for(text, size):
    *first, last = list(every(size)(text)) or [""]

    assert {len(delta) for delta in first} <= {size}
    assert len(last) <= size


@given(st.text(min_size=1), st.integers(1, 5))
def test_a_seed_cuts_a_text_always_alike_and_into_deltas_of_the_size_that_was_allowed(text, most):
    deltas = list(seeded(1, most)(text))

    assert deltas == list(seeded(1, most)(text))
    assert {len(delta) for delta in deltas} <= set(range(1, most + 1))


def test_another_seed_and_another_text_are_cut_otherwise():
    text = "a" * 100
    lengths = [[len(delta) for delta in seeded(seed)(each)] for seed, each in [(1, text), (2, text), (1, "b" * 100)]]

    assert all(one != other for one, other in pairwise(lengths))
    assert set(lengths[0]) == set(range(1, 9))


def test_words_have_the_blanks_before_them():
    assert list(words("\nIt  is\t24 °C. ")) == ["\nIt", "  is", "\t24", " °C.", " "]


@pytest.mark.parametrize("split", [every, lambda size: seeded(1, size)])
def test_a_delta_has_one_code_point_or_more(split):
    with pytest.raises(ValueError) as caught:
        split(0)

    assert str(caught.value) == "a delta has one code point or more, not 0"


def test_a_split_that_does_not_give_back_its_text_is_refused():
    with pytest.raises(ValueError) as caught:
        unfold(answer("Hello"), lambda text: [text[1:]])

    assert str(caught.value) == "a split gives back what it cuts; expected 'Hello', not 'ello'"


def test_an_empty_delta_of_a_split_is_none():
    assert deltas_of(unfold(answer("Hi"), lambda text: ["", *text, ""])) == ["H", "i"]


# What the API could send


@given(strategies.streams(additions=False), SPLITS)
def test_a_message_that_the_api_could_send_unfolds_into_a_legal_stream_that_folds_into_it(events, split):
    message = fold(events, STRICT)

    for dialect in (COHERE, COHERE_2024):
        again = unfold(message, split, dialect)
        assert fold(again, STRICT) == message
        assert codes_of(again) == []
        assert all(deltas_of(event for event in again if not may_be_empty(event, message)))


def may_be_empty(event, message):
    """Whether a delta says something by being there: that there are logprobs, or a plan."""
    return "logprobs" in event or (event["type"] == "tool-plan-delta" and message.tool_plan == "")


@given(strategies.streams(additions=False), SPLITS, DIALECTS)
def test_no_dialect_and_no_form_changes_what_a_stream_means_or_is_an_error_under_standard(events, split, dialect):
    message = fold(events)

    again, typed = unfold(message, split, dialect), unfold(message, split, dialect, typed=True)
    [sse], [lines] = load(to_sse(again, dialect)), load(to_jsonl(typed))

    assert fold(again) == fold(typed) == fold(sse.events) == fold(lines.events) == message
    assert {located.name is None for located in sse.events} == {not dialect.event_names}
    assert {type(event) for event in typed} <= set(on.EVENTS)


def test_an_empty_message_is_its_start_and_its_end():
    assert unfold(Message()) == [
        {
            "type": "message-start",
            "delta": {"message": {"content": [], "tool_plan": "", "tool_calls": [], "citations": []}},
        },
        {"type": "message-end"},
    ]


def test_a_stream_is_mappings_that_anybody_may_change():
    message = answer(citations=(Citation(6, 10, "24 °", (DocumentSource("d", {"id": "d"}),)),))
    events = unfold(message)

    for event in events:
        event.setdefault("delta", {}).setdefault("message", {})["note"] = [event]
    events[3]["delta"]["message"]["citations"]["sources"][0]["document"]["title"] = "changed"

    assert unfold(message) != events
    assert message.citations[0].sources[0].document == {"id": "d"}


def test_whatever_is_no_finished_message_is_refused():
    partial = check([s.message_start(), s.content_start(), s.content_delta("Hi")]).partial

    with pytest.raises(TypeError) as caught:
        unfold(partial)
    with pytest.raises(InexpressibleError) as salvaged:
        unfold(partial.salvage())

    assert str(caught.value) == "expected a Message, not Partial"
    assert str(salvaged.value) == "salvaged: no message-end vouches for the message"
    assert (salvaged.value.path, salvaged.value.why) == ("salvaged", "no message-end vouches for the message")


# Where citations come


SOURCES = (DocumentSource("d"),)
CITED = (Citation(0, 2, "It", SOURCES), Citation(6, 11, "24 °C", SOURCES, index=1))


def shape_of(events):
    """Give the deltas as they are, and of the other events the type."""
    return [next(s.deltas_of(event), event["type"]) for event in events[1:-1]]


PAIR = ["citation-start", "citation-end"]


@pytest.mark.parametrize(
    ("dialect", "shape"),
    [
        (COHERE, ["content-start", "It", *PAIR, " is", " 24", " °C", *PAIR, ".", "content-end"]),
        (COHERE_2024, ["content-start", "It", " is", " 24", " °C.", *PAIR, *PAIR, "content-end"]),
        (
            Dialect(citations="behind the end"),
            ["content-start", "It", " is", " 24", " °C.", "content-end", *PAIR, *PAIR],
        ),
    ],
)
def test_a_citation_comes_where_the_dialect_has_it(dialect, shape):
    events = unfold(answer(citations=CITED), words, dialect)

    assert shape_of(events) == shape
    assert codes_of(events) == (["citation-late"] * 2 if "end" in dialect.citations else [])


def test_citations_keep_their_order_and_only_what_that_forces_is_late_or_early():
    both = (ThinkingBlock("Hmm"), TextBlock("It is", 1))
    second, first = Citation(0, 2, "It", SOURCES, Target("content", 1), None, 1), Citation(0, 1, "H", SOURCES, index=1)
    message = answer(content=both, citations=(second, evolve(first, type="THINKING_CONTENT")))

    events = unfold(message)

    assert fold(events) == message
    assert codes_of(events) == ["citation-of-thinking", "citation-late"]
    assert shape_of(events)[-6:] == ["It", *PAIR, *PAIR, " is", "content-end"][-6:]


def test_a_citation_of_the_plan_comes_in_the_plan():
    plan = Citation(2, 6, "will", SOURCES, Target("tool_plan"), "PLAN")
    message = answer(
        content=(), tool_plan="I will look.", calls=(ToolCall("f_0", "f", {}, ""),), finish_reason="TOOL_CALL"
    )

    events = unfold(evolve(message, citations=(plan,)), words)

    assert shape_of(events) == ["I", " will", *PAIR, " look.", "tool-call-start", "tool-call-end"]
    assert codes_of(events) == []


def test_a_citation_that_counts_utf16_counts_it_again():
    message = fold(
        [
            s.message_start(),
            *s.text_block("🐙Hi"),
            s.citation_start(2, 4, "Hi"),
            s.citation_end(),
            s.message_end(),
        ]
    )

    events = unfold(message)

    assert message.citations[0].units == "UTF-16"
    assert [
        event["delta"]["message"]["citations"]["start"] for event in events if "citation-start" in event["type"]
    ] == [2]
    assert codes_of(events) == ["citation-utf16"]
    assert fold(events) == message


@pytest.mark.parametrize(
    ("content", "span", "codes"),
    [
        ((), (0, 2), ["answer-missing", "citation-target-missing"]),
        ((TextBlock("H"),), (0, 2), ["citation-outside"]),
        ((TextBlock("H"),), (-1, 0), ["citation-outside"]),
        ((TextBlock("Ho"),), (0, 2), ["citation-text-differs"]),
    ],
)
def test_a_citation_that_does_not_fit_comes_all_the_same(content, span, codes):
    target = Target("content") if codes == ["citation-text-differs"] else None
    message = answer(content=content, citations=(Citation(*span, "Hi", SOURCES, target),))

    events = unfold(message, words)

    assert sorted(codes_of(events)) == codes
    assert message_of(events) == message


# Logprobs


def logprobs_of(events):
    return [(next(s.deltas_of(event)), event.get("logprobs")) for event in events if event["type"] == "content-delta"]


TOKENS = tuple({"text": text, "logprobs": [-0.5]} for text in ("It", " is", " so"))


@pytest.mark.parametrize(
    ("text", "logprobs", "split", "deltas"),
    [
        ("It is so", TOKENS, whole, ["It", " is", " so"]),
        ("It is so", TOKENS[:2], whole, ["It is so", ""]),
        ("It is so", TOKENS[:2], words, ["It", " is", " so"]),
        ("It is so", ({"logprobs": [-0.5]},), whole, ["It is so"]),
        ("", TOKENS[:1], words, [""]),
    ],
)
def test_logprobs_go_with_their_own_characters_or_else_in_turn(text, logprobs, split, deltas):
    message = answer(content=(TextBlock(text, logprobs=logprobs),))

    events = unfold(message, split)

    padded = (*logprobs, *[None] * (len(deltas) - len(logprobs)))
    assert logprobs_of(events) == list(zip(deltas, padded, strict=True))
    assert fold(events, STRICT) == message


# What the API would not send


def test_a_generation_that_failed_unfolds_with_its_words_and_its_open_call():
    left_open = InvalidToolCall("f_0", "f", '{"a": ', "left open")
    message = answer(content=(), calls=(left_open,), finish_reason="ERROR", error="no valid response", error_type="BAD")

    events = unfold(message, every(3))

    assert shape_of(events) == ["tool-call-start", '{"a', '": ']
    assert codes_of(events) == ["generation-failed"]
    assert fold(events, LENIENT) == message


def test_a_call_that_was_left_open_is_left_open_even_where_nothing_failed():
    calls = (InvalidToolCall("f_0", "f", "{}", "left open"), ToolCall("g_1", "g", {}, "{}", 1))
    message = answer(content=(), calls=calls, finish_reason="TOOL_CALL")

    events = unfold(message)

    assert codes_of(events) == ["parts-interleaved", "part-left-open"]
    assert fold(events, LENIENT) == message


def test_blocks_of_one_index_and_of_unknown_types_come_one_after_the_other():
    message = answer(content=(TextBlock("a", 3), OtherBlock("image", "b", 3), ThinkingBlock("c", 0)))

    events = unfold(message)

    assert fold(events, LENIENT) == message
    assert "text" not in events[4]["delta"]["message"]["content"]


@pytest.mark.parametrize(
    ("change", "path", "why"),
    [
        ({"calls": (OpenToolCall("f", "f", ""),)}, "calls[0]", "a stream can only say ToolCall("),
        (
            {"calls": (ToolCall("f", "f", {"a": 1}, "{}"),)},
            "calls[0].arguments.a",
            "a stream can only say nothing here, not 1",
        ),
        (
            {"calls": (InvalidToolCall("f", "f", "{]", "malformed", "it is"),)},
            "calls[0].detail",
            """a stream can only say "expected a key or '}' at character 1" here, not 'it is'""",
        ),
        ({"calls": (InvalidToolCall("f", "f", "{}", "restarted"),)}, "calls[0]", "a stream can only say ToolCall("),
        (
            {"content": (TextBlock("\ud83d\ude00"),)},
            "content[0].text",
            "a stream can only say '😀' here, not '\\ud83d\\ude00'",
        ),
        (
            {"citations": (Citation(0, 2, "It", target=None),)},
            "citations[0].target",
            "a stream can only say Target(kind='content', index=0) here, not None",
        ),
        (
            {"citations": (Citation(0, 2, "It", target=Target("content", 1), index=1),)},
            "citations[0].target.index",
            "a stream can only say 0 here, not 1",
        ),
        (
            {"kept": (Kept("end-outside-part", {"type": "content-start", "index": 0}, 3),)},
            "kept[0]",
            "at no place in the stream is it kept as end-outside-part",
        ),
        (
            {"kept": (Kept("unknown-event", {"type": "new"}, 3), Kept("unknown-field", {"type": "new"}, 3))},
            "kept[1]",
            "at no place in the stream is it kept as unknown-field",
        ),
        (
            {"kept": (Kept("after-message-end", s.message_end(), 9), Kept("placeholder-filled", {"content": [1]}, 0))},
            "kept[1]",
            "at no place in the stream is it kept as placeholder-filled",
        ),
        ({"kept": (Kept("unknown-field", 5, 3),)}, "kept[0]", "at no place in the stream is it kept as unknown-field"),
        ({"kept": (Kept("event-cut", "data: {", 3),)}, "kept[0]", "at no place in the stream is it kept as event-cut"),
        (
            {"calls": (InvalidToolCall("f", "f", 201 * "[", "cut"),)},
            "message",
            "event 6: tool-call-end 0 exceeds a limit: arguments nested deeper than 200",
        ),
    ],
)
def test_what_no_stream_can_say_is_named(change, path, why):
    with pytest.raises(InexpressibleError) as caught:
        unfold(answer("It is", **change))

    assert str(caught.value).startswith(f"{path}: {why}")


def test_an_error_survives_pickling():
    error = pickle.loads(pickle.dumps(InexpressibleError("role", "it is missing")))

    assert (error.path, error.why, str(error)) == ("role", "it is missing", "role: it is missing")


@pytest.mark.parametrize(
    "change",
    [
        {"kept": (Kept("not-an-object", DEEP, 1),)},
        {"usage": Usage(extra={"deep": DEEP})},
        {"usage": Usage(extra=FrozenDict(deep=reduce(lambda inner, _: [inner], range(600), [])))},
    ],
)
def test_a_message_nested_deeper_than_a_fold_can_follow_is_named(change):
    with pytest.raises(InexpressibleError) as caught:
        unfold(answer(**change))

    assert caught.value.path == "message"


# Dialects


THOUGHT = Message(
    "m",
    "assistant",
    (ThinkingBlock("Hmm"),),
    calls=(ToolCall("f_0", "f", {}, "{}"), ToolCall("g_1", "g", {}, "", 1)),
    finish_reason="TOOL_CALL",
    usage=Usage(),
)


@pytest.mark.parametrize(
    ("dialect", "codes"),
    [
        (COHERE, []),
        (COHERE_2024, []),
        (VLLM, ["placeholder-missing", "start-filled", "message-end-id"]),
        (OCI, ["placeholder-missing", "message-end-id"]),
        (Dialect(placeholders=False), ["placeholder-missing"]),
        (Dialect(empty_texts=False), []),
        (Dialect(end_id=True), ["message-end-id"]),
        (Dialect(indexes=False), ["index-missing"] * 8),
        (Dialect(lists=True), ["list-shape"] * 5),
        (Dialect(filled_calls=True), ["start-filled"]),
        (Dialect(event_names=False, sentinel=None, closes_failed=False), []),
    ],
)
def test_a_dialect_deviates_in_what_it_says_it_does(dialect, codes):
    events = unfold(THOUGHT, whole, dialect)

    assert codes_of(events) == codes
    assert fold(events) == THOUGHT


def test_the_fields_of_a_dialect_are_those_that_are_tested():
    assert [each.name for each in fields(Dialect)] == [
        "event_names",
        "sentinel",
        "placeholders",
        "empty_texts",
        "end_id",
        "indexes",
        "lists",
        "filled_calls",
        "citations",
        "closes_failed",
    ]


def test_a_dialect_without_empty_texts_says_nothing_of_them():
    [_, block, _, _, call, *_] = unfold(THOUGHT, whole, OCI)

    assert block["delta"]["message"]["content"] == {"type": "thinking"}
    assert "arguments" not in call["delta"]["message"]["tool_calls"]["function"]


def test_an_index_is_said_where_the_fold_could_not_know_it():
    message = evolve(answer(), content=(TextBlock("a", 1),), calls=(), kept=())

    events = unfold(message, whole, Dialect(indexes=False))

    assert [event.get("index") for event in events] == [None, 1, None, None, None]
    assert fold(events) == message


@pytest.mark.parametrize(("calls", "last"), [((), "content-delta"), (THOUGHT.calls, "tool-call-end")])
def test_a_server_may_leave_open_the_block_in_which_it_failed(calls, last):
    message = evolve(THOUGHT, calls=calls, finish_reason="ERROR", error="out of memory")

    events = unfold(message, whole, VLLM)

    assert types_of(events)[-2] == last
    assert fold(events, LENIENT) == message


# What was kept


STRANGE = {"new": {"a": [1, None]}}
START, END = s.message_start(), s.message_end()
HELLO = s.text_block("Hel", "lo")


@pytest.mark.parametrize(
    "events",
    [
        s.whole({"type": "debug", "prompt": "<s>"}, *HELLO),
        s.whole({"type": "debug", "prompt": "<s>", **STRANGE}, *HELLO),
        s.whole({"type": "new", **STRANGE}, *HELLO, {"type": "newer"}),
        [*s.whole(*HELLO), {"type": "new"}],
        [{**START, **STRANGE}, *HELLO, {**END, **STRANGE, "index": 3}],
        s.whole(*({**event, **STRANGE} for event in HELLO)),
        s.whole(
            *s.text_block("Hello"), *({**event, **STRANGE} for event in s.call("{}")), end=s.message_end("TOOL_CALL")
        ),
        s.whole({**s.plan_delta("I"), **STRANGE}, s.plan_delta(" will"), *s.call("{}"), end=s.message_end("TOOL_CALL")),
        s.whole(HELLO[0], {**HELLO[1], "index": None, **STRANGE}, *HELLO[2:]),
        s.whole(HELLO[0], *[{"type": "content-delta", "index": 0, "n": n} for n in range(5)], *HELLO[1:]),
        s.whole(*HELLO[:3], {**s.citation_start(0, 3, "Hel"), **STRANGE}, {**s.citation_end(), **STRANGE}, HELLO[3]),
        [START, START, *HELLO, END],
        [{**START, "delta": {"message": {"role": "assistant", "tool_plan": "a", "content": [1]}}}, *HELLO, END],
        s.whole(*HELLO, end={**END, "id": "other", **STRANGE}),
        s.whole(*HELLO, HELLO[1], HELLO[3], s.call_end(3), s.citation_end(2)),
        s.whole(HELLO[0], s.content_delta("?", kind="thinking"), *HELLO[1:]),
        s.whole(HELLO[0], s.content_start(0, "thinking"), *HELLO[1:]),
        s.whole(s.call_start(), s.call_start(0, "g"), s.call_delta("{}"), s.call_end(), end=s.message_end("TOOL_CALL")),
        s.whole(*s.call("{}"), s.call_start(), s.call_start(0, "g"), s.call_end(), end=s.message_end("TOOL_CALL")),
        [START, None, [], "x", 5.5, {}, {"message": "internal error"}, {"event_type": "a"}, *HELLO, END],
        s.whole(*HELLO, {"type": "content-end", "index": "0"}, {"type": "tool-plan-delta"}),
        [START, on.Unreadable("{", "it is"), *HELLO, END, on.Unreadable("data: [DO", "cut", cut=True)],
        [*s.whole(*HELLO), *HELLO, START, END],
        [s.content_end(), {**START, **STRANGE}, *HELLO, END],
        s.whole(s.content_end(0), {**s.content_start(1), **STRANGE}, s.content_end(1)),
    ],
)
def test_what_was_kept_is_put_back(events):
    message = message_of(events)

    assert message.kept
    for split in (whole, every(1)):
        for typed in (False, True):
            again = unfold(message, split, typed=typed)
            assert message_of(again) == message
            assert set(codes_of(again)) <= set(codes_of(events))
            assert [event for event in again if isinstance(event, on.EVENTS)] == [] or typed


def test_what_spoilt_a_call_goes_back_into_the_call_that_it_spoilt():
    nameless = {"type": "tool-call-delta", "index": "0", "delta": {"message": {"tool_calls": {}}}}
    good, bad = s.call("{}"), s.call("{}", index=1)
    events = s.whole(*good, bad[0], nameless, *bad[1:], end=s.message_end("TOOL_CALL"))

    again = unfold(message_of(events))

    assert message_of(again) == message_of(events)
    assert again.index(nameless) == events.index(nameless)


def test_what_was_ambiguous_between_two_open_parts_cannot_be_put_back():
    first, second = s.call("{}"), s.call("{}", index=1)
    events = s.whole(
        *first[:2], *second[:2], {"type": "tool-call-end"}, first[2], second[2], end=s.message_end("TOOL_CALL")
    )

    with pytest.raises(InexpressibleError) as caught:
        unfold(message_of(events))

    assert str(caught.value) == "kept[0]: at no place in the stream is it kept as field-missing"


@given(
    strategies.mutated_streams() | strategies.shuffled_streams() | strategies.streams(additions=False), SPLITS, DIALECTS
)
def test_a_message_unfolds_into_a_stream_that_is_no_worse_than_the_one_it_came_from(events, split, dialect):
    message = message_of(events)
    if message is None:
        return
    try:
        again, other = unfold(message, split), unfold(message, split, dialect)
    except InexpressibleError:
        assert not check(events).ok
        return

    assert message_of(again) == message_of(other) == message
    for rules in (STRICT, STANDARD):
        assert check(again, rules).ok >= check(events, rules).ok
    assert check(other).ok >= check(events).ok


# Deltas split and joined


def forms_of(event):
    """Give the forms in which an event can come: as it is, frozen, located, and typed."""
    located = [on.Located(event, 7), on.Located(event, 7, "message-start")]
    if not isinstance(event, dict):
        return [event, *located]
    named = on.Located(event, 7, event["type"]) if isinstance(event.get("type"), str) else located[0]
    typed = read(event, 64).event or event
    return [event, FrozenDict(event), typed, *located, named, on.Located(FrozenDict(event), 7)]


@st.composite
def formed(draw):
    """Streams of every sort, with halves of characters, in mixed forms."""
    streams = st.one_of(
        strategies.mutated_streams(),
        strategies.streams(additions=False),
        strategies.shuffled_streams(),
        st.lists(strategies.wire_events() | halves(), max_size=20),
    )
    return [draw(st.sampled_from(forms_of(event))) for event in draw(streams)]


def halves():
    return st.builds(s.content_delta, st.text("a\ud83d\ude00", max_size=4), st.just(0)) | st.just(s.content_start())


def meaning_of(events):
    report = check(events)
    return report.partial, {violation.code for violation in report.roots}


@given(formed(), SPLITS)
@example([s.message_end(), s.content_delta("\ud83d\ude00")], whole)
def test_deltas_may_be_split_and_joined(events, split):
    split_up, joined = rechunk(events, split), coalesce(events)

    assert meaning_of(split_up) == meaning_of(joined) == meaning_of(events)
    assert coalesce(split_up) == coalesce(joined) == joined
    assert len(joined) <= len(events)


def test_a_delta_keeps_its_form_and_its_place():
    located = on.Located(s.content_delta("Hello"), 7, "content-delta")

    assert rechunk([located, on.ToolCallDelta(0, "{}"), FrozenDict(s.plan_delta("I will"))], every(3)) == [
        on.Located(s.content_delta("Hel"), 7, "content-delta"),
        on.Located(s.content_delta("lo"), 7, "content-delta"),
        on.ToolCallDelta(0, "{}"),
        s.plan_delta("I w"),
        s.plan_delta("ill"),
    ]
    assert coalesce([located, on.ContentDelta(0, " you"), s.content_delta("!")]) == [
        on.Located(s.content_delta("Hello you!"), 7, "content-delta")
    ]


@pytest.mark.parametrize(
    "event",
    [
        s.content_start(0, "text", "Hello"),
        {**s.content_delta("Hello"), "logprobs": {"text": "Hello"}},
        {**s.content_delta("Hello"), "note": 1},
        {**s.content_delta("Hello"), "index": True},
        {**s.content_delta("Hello"), "index": None},
        on.ContentDelta(0, "Hello", "Hmm"),
        on.ContentDelta(None, "Hello"),
        on.ContentDelta("0", "Hello"),
        on.Located(s.content_delta("Hello"), 1, "content-start"),
        s.content_delta(""),
        "Hello",
        None,
    ],
)
def test_what_is_more_than_characters_is_not_touched(event):
    assert rechunk([event], every(1)) == [event]
    assert coalesce([event, s.content_end()]) == [event, s.content_end()]


def test_only_deltas_of_one_part_are_joined():
    events = [
        s.content_delta("a"),
        s.content_delta("b", 1),
        s.content_delta("c", 1, "thinking"),
        s.call_delta("d", 1),
        s.call_delta("e", 1),
        s.content_end(1),
        s.call_delta("f", 1),
    ]

    assert coalesce(events) == [*events[:3], s.call_delta("de", 1), *events[5:]]


def test_two_halves_that_meet_are_left_to_the_fold():
    halves = [s.plan_delta("a\ud83d"), s.plan_delta("\ude00b")]

    assert coalesce(halves) == [s.plan_delta("a\ud83d\ude00b")]
    assert check([s.message_start(), *coalesce(halves)]).partial.tool_plan == "a😀b"


# Bytes


def loaded(data):
    """Give the events that are read out of bytes, whatever streams they are of."""
    return [event for recording in load(data) for event in recording.events]


@given(strategies.any_streams())
def test_the_events_come_back_out_of_the_bytes(events):
    for dialect in (COHERE, VLLM, OCI):
        assert [located.event for located in loaded(to_sse(events, dialect))] == events
    if events and isinstance(events[0], dict if len(events) == 1 else dict | list):
        assert [located.event for located in loaded(to_jsonl(events))] == events


def test_a_list_that_stands_alone_is_no_line_of_json():
    with pytest.raises(InexpressibleError, match="a list that stands alone"):
        to_jsonl([[{"type": "message-start"}]])


def test_the_bytes_are_those_of_the_api():
    events = [s.content_delta("24 °C 🐙"), s.call_delta("\ud83d")]

    assert to_sse(events) == (
        b"event: content-delta\n"
        b'data: {"type":"content-delta","index":0,'
        b'"delta":{"message":{"content":{"text":"24 \xc2\xb0C \xf0\x9f\x90\x99"}}}}\n\n'
        b"event: tool-call-delta\n"
        b'data: {"type":"tool-call-delta","index":0,'
        b'"delta":{"message":{"tool_calls":{"function":{"arguments":"\\ud83d"}}}}}\n\n'
        b"data: [DONE]\n\n"
    )
    assert to_jsonl(events[1:]).startswith(b'{"type":"tool-call-delta","index":0,')


def test_no_events_are_the_sentinel_alone():
    assert to_sse([]) == b"data: [DONE]\n\n"
    assert to_sse([], OCI) == to_jsonl([]) == b""


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (s.content_end(), "content-end"),
        (on.ContentEnd(0), "content-end"),
        (on.Located(s.content_end(), 3, "other"), "other"),
        (on.Located(s.content_end(), 3), None),
        ({"type": "two\nlines"}, None),
        ({"type": "half \ud83d"}, None),
        ({"type": ""}, None),
        ({"type": 5}, None),
        ([], None),
    ],
)
def test_a_server_sent_event_has_the_name_that_it_came_under_or_else_its_type(event, name):
    [located] = loaded(to_sse([event]))

    assert located.name == name
    assert loaded(to_sse([event], VLLM))[0].name is None


@pytest.mark.parametrize(
    "data", [b"event: x\ndata: {\ndata: ]\n\ndata: [DONE]\n\n", b'data: {"type": "a"}\n\ndata: {"t']
)
def test_what_was_unreadable_goes_out_as_it_came(data):
    [recording] = load(data)

    [again] = load(to_sse(recording.events))

    assert again.events == recording.events


def test_unreadable_lines_go_out_as_they_came():
    [recording] = load(b'{"type": "a"}\n{]\n{"type')

    data = to_jsonl(recording.events)

    assert data == b'{"type":"a"}\n{]\n{"type'


CUT, BROKEN = on.Unreadable("data: {", "cut", cut=True), on.Unreadable("{\r\n", "not JSON")


@pytest.mark.parametrize("write", [to_sse, to_jsonl])
@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([{}, {"a": float("inf")}], "events[1]: it is no JSON: Out of range float values are not JSON compliant"),
        ([{}, {"a": {1, 2}}], "events[1]: it is no JSON: Object of type set is not JSON serializable"),
        ([CUT, {}], "events[0]: the input ended inside it, but another event follows"),
        (["[DONE]"], "events[0]: it would be read as the end of the stream"),
        ([BROKEN], "events[0]: "),
    ],
)
def test_what_cannot_be_bytes_is_named(write, events, text):
    with pytest.raises(InexpressibleError) as caught:
        write(events)

    assert str(caught.value).startswith(text)


def test_what_is_nested_deeper_than_python_can_follow_cannot_be_bytes():
    with pytest.raises(InexpressibleError) as caught:
        to_sse([DEEP])

    assert str(caught.value) == "events[0]: it is no JSON: nested too deeply"
