"""What is wrong is named, repaired and kept; one fault is one root, two faults are two."""

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, STANDARD, InvalidToolCall, Message, Partial, StreamError, check, fold
from streamfold.errors import ApiError, ToolCallError
from streamfold.events import Unreadable
from streamfold.testing import strategies


def codes_of(events):
    return [violation.code for violation in check(events).violations]


def roots_of(events):
    return [violation.code for violation in check(events).roots]


CALLED = s.message_end("TOOL_CALL")


def test_a_missing_content_start_is_one_root_not_two_hundred():
    events = s.whole(*[s.content_delta("x") for _ in range(200)], s.content_end())

    assert codes_of(events) == ["delta-outside-part"]
    assert check(events).state.message().text == "x" * 200


def test_a_premature_end_is_one_root_and_what_follows_is_kept():
    deltas = [s.content_delta(letter) for letter in "abcd"]
    events = s.whole(s.content_start(), *deltas[:2], s.content_end(), *deltas[2:], s.content_end())

    report = check(events)

    assert [violation.code for violation in report.roots] == ["delta-outside-part"]
    assert [violation.caused_by for violation in report.violations] == [None, 5, 5]
    message = report.state.message()
    assert message.text == "ab"
    assert [kept.event for kept in message.set_aside] == [*deltas[2:], s.content_end()]
    assert [kept.position for kept in message.set_aside] == [5, 6, 7]


def test_a_missing_citation_end_is_told_once_and_leaves_one_root_and_its_end():
    body = [s.content_start(), s.content_delta("Hi"), s.citation_start(0, 2, "Hi")]
    events = s.whole(*body, *[s.content_delta("x") for _ in range(50)], s.content_end())

    assert codes_of(events) == ["citation-interrupted", "part-left-open"]


FAULTS = {
    "no content-start": ("delta-outside-part", [*s.text_block("Hi")[1:]]),
    "bad arguments": ("arguments-malformed", s.call("{]")),
    "an unknown event": ("unknown-event", [{"type": "later"}]),
    "an API error": ("api-error", [{"message": "internal error"}]),
    "a plan after the call": ("plan-after-call", [*s.call("{}", index=1, name="g"), s.plan_delta("Look.")]),
    "a second message-start": ("message-start-repeated", [s.message_start()]),
    "an index of the wrong type": ("field-wrong-type", [{"type": "citation-end", "index": "0"}]),
}


@pytest.mark.parametrize("first", FAULTS)
@pytest.mark.parametrize("second", FAULTS)
def test_two_faults_are_two_roots(first, second):
    if first == second:
        return
    codes = {FAULTS[first][0], FAULTS[second][0]}
    events = s.whole(*FAULTS[first][1], *FAULTS[second][1], end=CALLED)

    assert codes <= set(roots_of(events))


def test_what_is_left_open_is_told_in_its_order_with_what_opened_it_and_what_would_end_it():
    started = [s.content_start(), s.call_start(), s.content_start(1, "thinking"), s.content_start(2, "image")]

    left = [each for each in check(s.whole(*started)).violations if each.code == "part-left-open"]

    assert [(each.position, each.about, each.detail, each.expected) for each in left] == [
        (5, 1, "text block 0", "content-end 0"),
        (5, 2, "tool call 0", "tool-call-end 0"),
        (5, 3, "thinking block 1", "content-end 1"),
        (5, 4, "content block 2", "content-end 2"),
    ]


@pytest.mark.parametrize("body", [s.text_block("Hi"), s.call("{}")])
def test_a_finish_reason_that_never_came_disagrees_with_nothing(body):
    codes = [each.code for each in check(s.whole(*body, end=s.message_end(None))).violations]

    assert codes == ["finish-reason-missing"]


def test_a_late_start_is_taken_by_the_part_that_its_delta_began():
    start, delta, end = s.call("{}")
    events = s.whole(delta, start, end, end=CALLED)

    assert codes_of(events) == ["delta-outside-part"]
    assert fold(events, LENIENT).tool_calls[0].id == "f_0"


@pytest.mark.parametrize("kind", ["text", "thinking"])
def test_a_block_that_its_delta_began_is_of_the_sort_of_that_delta(kind):
    begun = [s.content_delta("Hm", 0, kind), s.content_start(0, kind)]

    report = check(s.whole(*begun, s.call_start(), end=CALLED), LENIENT)

    assert [block.type for block in report.message.content] == [kind]
    assert [each.detail for each in report.violations if each.code == "part-left-open"][:1] == [f"{kind} block 0"]


@pytest.mark.parametrize(
    "start", [s.content_start(0, "thinking"), s.content_start(0, "text", "filled"), s.content_start(0, "image")]
)
def test_a_late_start_of_another_sort_is_kept(start):
    report = check(s.whole(s.content_delta("Hi"), start, s.content_end()))

    assert [violation.code for violation in report.violations] == ["delta-outside-part", "part-restarted"]
    assert report.violations[1].caused_by == 1
    assert [(each.code, each.event) for each in report.state.message().set_aside] == [("part-restarted", start)]


def test_a_second_start_makes_a_call_that_must_not_be_made():
    events = s.whole(s.call_start(), s.call_start(0, "g"), s.call_delta("{}"), s.call_end(), end=CALLED)

    message = fold(events, LENIENT)

    assert message.tool_calls == ()
    assert message.invalid_tool_calls[0].reason == "restarted"
    assert message.set_aside[0].event == s.call_start(0, "g")


def test_a_start_after_the_end_begins_another_part_under_the_same_index():
    events = s.whole(*s.text_block("a"), *s.text_block("b"))

    assert codes_of(events) == ["part-restarted"]
    assert [block.text for block in fold(events, LENIENT).content] == ["a", "b"]


@pytest.mark.parametrize(
    ("fields", "reason"), [({"id": None}, "no id"), ({"id": ""}, "no id"), ({"function": {"arguments": ""}}, "no name")]
)
def test_a_call_without_id_or_name_must_not_be_made(fields, reason):
    start = s.call_start(**fields)

    message = fold(s.whole(start, s.call_delta("{}"), s.call_end(), end=CALLED), LENIENT)

    assert message.tool_calls == ()
    assert message.invalid_tool_calls[0].reason == reason


ARGUMENTS = [
    ('{"city": "Par', "cut", "arguments-cut"),
    ("{]", "malformed", "arguments-malformed"),
    ("[1]", "not an object", "arguments-not-object"),
    ('{"a": 1, "a": 2}', "duplicate key", "arguments-duplicate-key"),
    ('{"a": NaN}', "number out of range", "arguments-number"),
]


@pytest.mark.parametrize(("raw", "reason", "code"), ARGUMENTS)
def test_arguments_that_are_no_object_make_an_invalid_call(raw, reason, code):
    events = s.whole(*s.call(raw), end=CALLED)

    with pytest.raises(ToolCallError) as caught:
        fold(events, STANDARD)

    assert caught.value.violation.code == code
    assert caught.value.partial.calls[0].raw_arguments == raw
    [call] = fold(events, LENIENT).calls
    assert call == InvalidToolCall("f_0", "f", raw, reason, call.detail)


@pytest.mark.parametrize("raw", ["", "{}", "null", " null\n"])
def test_no_arguments_are_an_empty_object(raw):
    [call] = fold(s.whole(*s.call(raw), end=CALLED)).tool_calls

    assert (call.arguments, call.raw_arguments) == ({}, raw)


def test_arguments_are_read_only():
    [call] = fold(s.whole(*s.call('{"a": [1]}'), end=CALLED)).tool_calls

    with pytest.raises(TypeError):
        call.arguments["a"] = 2
    with pytest.raises(TypeError):
        call.arguments["a"].append(2)


def test_halves_of_a_surrogate_pair_are_one_character_and_a_lone_one_is_kept():
    message = fold(s.whole(*s.text_block("a\ud83d", "\ude00b\udc00")))

    assert message.text == "a😀b\udc00"


def test_an_index_may_be_missing_while_it_is_clear():
    events = s.whole(*[{k: v for k, v in event.items() if k != "index"} for event in s.text_block("H", "i")])

    report = check(events)

    assert report.ok
    assert len(report.roots) == 3
    assert report.message.text == "Hi"


def test_an_index_that_is_missing_while_two_parts_are_open_is_ambiguous():
    lost = {"type": "tool-call-delta", "delta": {"message": {"tool_calls": {"function": {"arguments": "x"}}}}}
    events = s.whole(s.call_start(0), s.call_start(1), lost, s.call_end(0), s.call_end(1), end=CALLED)

    report = check(events)

    assert [violation.code for violation in report.errors] == ["field-missing"]
    assert str(report.errors[0]) == (
        "event 3: tool-call-delta lacks a field (index): 2 parts are open; expected it to be there"
    )
    assert report.state.message().set_aside[0].event == lost


def test_an_end_or_delta_without_index_and_without_part_is_outside():
    assert codes_of(s.whole({"type": "content-end"}, *s.text_block("Hi"))) == ["end-outside-part", "index-missing"]


def test_interleaved_parts_fold_by_index():
    one, two = s.call('{"a":', "1}"), s.call('{"b":', "2}", index=1)
    mixed = [each for pair in zip(one, two, strict=True) for each in pair]

    report = check(s.whole(*mixed, end=CALLED))

    assert [violation.code for violation in report.violations] == ["parts-interleaved"]
    assert [call.arguments for call in report.message.tool_calls] == [{"a": 1}, {"b": 2}]


def test_a_content_delta_with_neither_key_is_missing_a_field_but_not_in_a_block_of_another_type():
    empty = {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"url": "x"}}}}

    assert codes_of(s.whole(s.content_start(), empty, s.content_end())) == ["field-missing", "unknown-field"]
    image = [s.content_start(0, "image"), empty, s.content_delta("t"), s.content_delta("h", kind="thinking")]
    report = check(s.whole(*image, s.content_end()))
    assert {violation.code for violation in report.violations} == {"content-type-unknown", "unknown-field"}
    [block] = report.message.content
    assert (block.type, block.text) == ("image", "th")
    assert report.message.unknown_fields == (empty,)


def test_logprobs_are_kept_by_block():
    logprobs = {"text": "Hi", "token_ids": [1], "logprobs": [-0.5]}
    delta = {**s.content_delta("Hi"), "logprobs": logprobs}

    assert fold(s.whole(s.content_start(), delta, s.content_end())).content[0].logprobs == (logprobs,)


def test_filled_placeholders_are_kept():
    start = s.message_start(delta={"message": {"role": "assistant", "tool_plan": "Look.", "content": []}})

    message = fold([start, *s.text_block("Hi"), s.message_end()], LENIENT)

    assert message.tool_plan is None
    assert [(each.code, each.event) for each in message.set_aside] == [("placeholder-filled", {"tool_plan": "Look."})]


def test_an_error_of_the_api_reaches_the_user_in_its_own_words():
    with pytest.raises(ApiError) as caught:
        fold([s.message_start(), {"message": "internal error"}])

    assert str(caught.value) == "event 1: the event is an error of the API: it says 'internal error'"


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"event_type": "text-generation", "text": "Hi"}, "event_type is of Cohere's chat API version 1"),
        ({"choices": [], "id": "x"}, "choices is of the chat completions of OpenAI"),
    ],
)
def test_an_event_of_another_api_is_named_as_such(event, named):
    assert check([event]).errors[0].detail == named


def test_what_is_cut_off_after_message_end_is_a_note():
    rest = Unreadable("data: [DO", "the input ended inside a server-sent event", cut=True)

    report = check([*s.whole(*s.text_block("Hi")), rest])

    assert report.ok
    assert codes_of([*s.whole(*s.text_block("Hi")), rest]) == ["sentinel-cut"]
    assert report.message.set_aside[0].event == "data: [DO"


ACTED, HI = s.message_end("TOOL_CALL"), s.text_block("Hi")
LOST_CALL, LOST_BLOCK = [s.call_end()], [s.content_end()]
DISAGREES = "finish-reason-disagrees"


@pytest.mark.parametrize(
    ("body", "end", "told"),
    [
        (s.call("{}"), s.message_end(), [(DISAGREES, None, "'COMPLETE' with a tool call")]),
        (HI, ACTED, [(DISAGREES, None, "'TOOL_CALL' without a tool call")]),
        ([*HI, *LOST_CALL], ACTED, [(DISAGREES, 4, "'TOOL_CALL' without a tool call")]),
        ([*s.call("{}"), s.call_end(1)], s.message_end(), [(DISAGREES, None, "'COMPLETE' with a tool call")]),
        ([], s.message_end(), [("answer-missing", None, "")]),
        ([], ACTED, [(DISAGREES, None, "'TOOL_CALL' without a tool call"), ("answer-missing", 1, "")]),
        (LOST_BLOCK, s.message_end(), [("answer-missing", 1, "")]),
        (LOST_CALL, s.message_end(), [("answer-missing", 1, "")]),
        (LOST_BLOCK, ACTED, [(DISAGREES, None, "'TOOL_CALL' without a tool call"), ("answer-missing", 2, "")]),
        ([*LOST_BLOCK, *LOST_CALL], s.message_end(), [("answer-missing", 1, "")]),
        ([*LOST_CALL, *LOST_BLOCK], s.message_end(), [("answer-missing", 2, "")]),
        ([s.content_start(0, "image"), s.content_end()], s.message_end(), []),
        ([s.plan_delta("Look.")], s.message_end("ERROR", error="x"), [("generation-failed", None, "ERROR, 'x'")]),
    ],
)
def test_an_end_that_does_not_fit_is_told_with_what_explains_it(body, end, told):
    report = check(s.whole(*body, end=end))

    found = [each for each in report.violations if each.position == len(body) + 1]
    assert [(each.code, each.caused_by, each.detail) for each in found] == told


def test_another_id_at_the_end_is_kept():
    message = fold(s.whole(*s.text_block("Hi"), end={**s.message_end(), "id": "other"}), LENIENT)

    assert message.id == "m-1"
    assert [(each.code, each.event) for each in message.set_aside] == [
        ("message-id-differs", {"type": "message-end", "id": "other"})
    ]


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("m-1", ("message-end-id", "it is 'm-1'", "")),
        ("m-2", ("message-id-differs", "it is 'm-1'", "'m-2'")),
        (None, ("message-end-id", "it is 'm-1'", "")),
    ],
)
def test_an_id_at_the_end_is_told_beside_the_one_that_was_expected(first, told):
    events = s.whole(*HI, start=s.message_start(id=first), end={**s.message_end(), "id": "m-1"})

    found = check(events).violations[-1]

    assert (found.code, found.detail, found.expected) == told


def test_an_id_at_the_end_of_a_stream_that_never_began_is_the_id():
    events = [*HI, {**s.message_end(), "id": "m-1"}]

    assert codes_of(events) == ["no-message-start", "message-end-id"]
    assert fold(events, LENIENT).id == "m-1"


def test_a_field_that_is_not_known_is_kept_with_the_event_that_had_it():
    plan = {**s.plan_delta("Look."), "more": 2}
    debug = {"type": "debug", "prompt": "p", "more": 3}

    message = fold(s.whole({**s.content_start(), "more": 1}, s.content_end(), plan, debug), LENIENT)

    assert message.unknown_fields == (
        {"type": "content-start", "index": 0, "more": 1},
        {"type": "tool-plan-delta", "more": 2},
        {"type": "debug", "more": 3},
    )


def test_the_id_of_the_end_serves_where_the_start_has_none():
    events = [s.message_start(id=None), *s.text_block("Hi"), {**s.message_end(), "id": "m-2"}]

    assert codes_of(events) == ["message-id-missing", "message-end-id"]
    assert fold(events).id == "m-2"


def test_a_partial_message_says_why_and_what_is_open_and_is_no_message():
    events = [s.message_start(), s.call_start(), s.call_delta('{"a": '), s.citation_start(0, 0, "", type="PLAN")]

    partial = check(events).partial

    assert isinstance(partial, Partial)
    assert not isinstance(partial, Message)
    assert partial.open == (("call", 0), ("citation", 0))
    assert partial.why.startswith("event 4: the end of the input came before message-end")
    assert partial.calls[0].raw_arguments == '{"a": '
    assert partial.tool_calls == partial.invalid_tool_calls == ()


@given(strategies.any_streams(), st.sampled_from(["keep raw", "leave out"]))
def test_a_salvaged_message_is_marked_and_has_all_that_the_partial_had(events, open_calls):
    partial = check(events).partial

    message = partial.salvage(open_calls)

    assert message.salvaged
    assert (message.text, message.tool_plan, message.tool_calls) == (
        partial.text,
        partial.tool_plan,
        partial.tool_calls,
    )
    raw = sorted(call.raw_arguments for call in partial.calls)
    left_out = [kept.event["arguments"] for kept in message.kept if kept.position == -1]
    assert sorted([*(call.raw_arguments for call in message.calls), *left_out]) == raw
    assert bool(left_out) <= (open_calls == "leave out")


def test_a_failed_generation_says_so_in_its_partial():
    events = s.whole(s.content_start(), s.content_delta("Hi"), end=s.message_end("TIMEOUT", error="too slow"))

    assert check(events, LENIENT).partial.why == "the generation failed"
    assert check(s.whole(*s.text_block("Hi"))).partial.why == "it is whole"


def test_both_shapes_of_the_history_of_the_sdk_fold():
    def listed(event):
        message = event.get("delta", {}).get("message", {})
        return {**event, "delta": {"message": {key: [value] for key, value in message.items()}}} if message else event

    events = s.whole(*[listed(event) for event in s.call('{"a": 1}')], end=CALLED)

    report = check(events)

    assert {violation.code for violation in report.violations} == {"list-shape"}
    assert report.message == fold(s.whole(*s.call('{"a": 1}'), end=CALLED))


def test_a_null_beside_the_message_is_an_unknown_field():
    start, delta, end = s.call("{}")
    delta = {**delta, "delta": {**delta["delta"], "tool_plan": None}}

    report = check(s.whole(start, delta, end, end=CALLED))

    assert report.ok
    assert [str(violation) for violation in report.violations] == [
        "event 2: tool-call-delta 0 has a field that is not known (delta.tool_plan)"
    ]


def test_a_repr_shows_what_there_is():
    message = fold([s.message_start(), *s.text_block("Hi"), s.message_end(usage={})])

    assert repr(message) == (
        "Message(id='m-1', role='assistant', content=(TextBlock(text='Hi', index=0, logprobs=()),), "
        "finish_reason='COMPLETE', usage=Usage(billed_units=None, tokens=None, cached_tokens=None, extra={}))"
    )


def test_a_message_is_equal_by_value_and_frozen():
    events = s.whole(*s.text_block("Hi"))
    one, two = fold(events), fold(events)

    assert one == two
    assert hash(one) == hash(two)
    with pytest.raises(AttributeError):
        one.id = "other"


def test_violations_are_provenance_and_not_looked_at_by_equality():
    assert fold(s.whole(*s.call("{}"), end={**CALLED, "id": "m-1"})) == fold(s.whole(*s.call("{}"), end=CALLED))


def test_where_a_kept_delta_was_cut_is_not_looked_at_by_equality_but_what_it_is_kept_for_is():
    def message(*late):
        return fold([*s.whole(*s.text_block("Hi")), *late], LENIENT)

    assert message(s.content_delta("ab")) == message(s.content_delta("a"), s.content_delta("b"))
    assert message(s.content_delta("ab")) != message(s.content_delta("a"))
    assert message({"type": "later"}) != message({"type": "later"}, {"type": "later"})


def test_the_cut_of_max_tokens_inside_a_call_is_told_by_reading_the_text():
    events = s.whole(*s.call('{"query": "SELECT * FRO'), end=CALLED)

    with pytest.raises(StreamError) as caught:
        fold(events)

    assert str(caught.value) == (
        "event 3: tool-call-end 0 closed arguments that are cut short: "
        "ends before the rest of a string; expected a JSON object"
    )


def test_a_debug_event_without_a_prompt_has_none():
    events = s.whole({"type": "debug"}, {"type": "debug", "prompt": None}, *s.text_block("Hi"))

    assert fold(events).prompts == ()
    assert [kept.code for kept in fold(events).kept] == ["debug", "debug"]


def test_a_field_whose_name_is_no_string_is_named_all_the_same():
    [unknown] = check(s.whole({"type": "debug", 10**5000: 1}, *s.text_block("Hi"))).violations

    assert str(unknown) == "event 1: debug has a field that is not known (an integer of 16610 bits)"


def test_the_words_of_the_api_are_told_again_where_nothing_followed_them():
    with pytest.raises(StreamError) as caught:
        fold([{"message": "internal error"}], LENIENT)

    assert caught.value.violation.code == "no-message-end"
    assert "it says 'internal error'" in str(caught.value)


@pytest.mark.parametrize("value", [0, False, "Look.", [1], {"a": 1}])
def test_whatever_a_placeholder_holds_but_nothing_is_kept(value):
    start = s.message_start()
    start["delta"]["message"]["tool_calls"] = value

    report = check([start, *s.text_block("Hi"), s.message_end()])

    assert [violation.code for violation in report.violations] == ["placeholder-filled"]
    assert report.state.message().set_aside[0].event == {"tool_calls": value}


def spoilt_call(spoilt, *deltas):
    return s.whole(s.call_start(), *deltas, spoilt, s.call_end(), end=s.message_end("TOOL_CALL"))


@pytest.mark.parametrize("index", [0, None, "0"])
def test_a_call_of_which_a_delta_could_not_be_read_is_none_that_can_be_made(index):
    spoilt = {
        "type": "tool-call-delta",
        "index": index,
        "delta": {"message": {"tool_calls": {"function": {"arguments": 5}}}},
    }

    message = check(spoilt_call(spoilt), LENIENT).message

    assert [call.reason for call in message.calls] == ["spoilt"]
    assert message.kept[0].event == spoilt


def test_a_call_is_not_spoilt_by_what_is_of_another_part():
    spoilt = {"type": "tool-call-delta", "index": 1, "delta": {}}
    of_text = {"type": "content-delta", "index": 0, "delta": 5}

    for event in (spoilt, of_text):
        assert len(check(spoilt_call(event, s.call_delta("{}")), LENIENT).message.tool_calls) == 1


def test_a_set_aside_delta_that_is_cut_within_a_character_is_the_same_delta():
    whole, cut = ([s.content_delta(text) for text in texts] for texts in (["😀"], ["\ud83d", "\ude00"]))

    assert fold([*s.whole(), *whole], LENIENT) == fold([*s.whole(), *cut], LENIENT)
