"""The answer without streaming and the stream of one answer give equal messages, under the same rules."""

import json

import pytest
import streams as s
import told as t
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, STRICT, GenerationFailed, Limits, Message, StreamError, fold
from streamfold.conversation import NotAMessage, diff, from_json, from_response, to_json, to_response
from streamfold.errors import CitationError, LimitExceeded, ShapeError, StreamIncomplete, ToolCallError
from streamfold.message import OtherBlock, TextBlock, ThinkingBlock, ToolCall, Usage

USAGE = {"billed_units": {"input_tokens": 3, "output_tokens": 1}, "tokens": {"input_tokens": 38}}
CALL = {"id": "f_0", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
CITED = {"start": 0, "end": 2, "text": "Hi", "sources": [t.DOCUMENT], "type": "TEXT_CONTENT"}


def answer(finish_reason="COMPLETE", more=None, **message):
    whole = {"id": "m", "finish_reason": finish_reason, "message": {"role": "assistant", **message}, "usage": USAGE}
    return whole | (more or {})


def text(text, **more):
    return {"type": "text", "text": text, **more}


def thinking(thinking):
    return {"type": "thinking", "thinking": thinking}


def call(arguments, number=0):
    return {"id": f"f_{number}", "type": "function", "function": {"name": "f", "arguments": arguments}}


def codes(message):
    return [violation.code for violation in message.violations]


# Law 8


def is_expressible(message):
    """Whether the answer has a place for all of a message."""
    kinds = {TextBlock, ThinkingBlock, ToolCall}
    parts = (message.content, message.calls, message.citations)
    return (
        {type(part) for part in (*message.content, *message.calls)} <= kinds
        and all(part.index == place for some in parts for place, part in enumerate(some))
        and all(citation.units == "code points" for citation in message.citations)
        and not any(block.logprobs for block in message.content[:-1])
        and message.error is message.error_type is None
        and not (message.kept or message.salvaged)
    )


@given(t.sound())
def test_a_sound_message_is_that_of_its_answer_under_all_rules(message):
    again = from_response(to_response(message), STRICT)

    assert again == message
    assert again.violations == ()


@given(t.messages())
def test_a_message_that_an_answer_can_express_is_that_of_its_answer(message):
    again = from_response(to_response(message), LENIENT)

    if is_expressible(message):
        assert again == message
    else:
        places = "calls citations content error error_type kept salvaged".split()
        assert {each.path.split("[")[0] for each in diff(message, again)} <= set(places)


@given(t.messages())
def test_an_answer_that_was_read_once_stays_what_it_is(message):
    read = to_response(from_response(to_response(message), LENIENT))

    assert to_response(from_response(json.loads(json.dumps(read)), LENIENT)) == read


def test_a_stream_and_an_answer_differ_where_the_api_itself_answers_differently():
    stream = s.whole(s.plan_delta("Look."), *s.call("", name="f"), end=s.message_end("TOOL_CALL", usage=USAGE))
    response = answer("TOOL_CALL", {"id": "n"}, tool_plan="Look.", tool_calls=[call("{}")])

    left, right = fold(stream), from_response(response)
    assert [str(each) for each in diff(left, right)] == [
        "calls[0].raw_arguments: '' on the left, '{}' on the right",
        "id: 'm-1' on the left, 'n' on the right",
    ]
    assert left.calls[0].arguments == right.calls[0].arguments == {}


# What stands in an answer


def test_an_answer_with_all_that_there_may_be():
    logprobs = [{"text": "Hi", "token_ids": [1], "logprobs": [-0.5]}]
    message = from_response(
        answer(
            more={"logprobs": logprobs}, content=[thinking("Hm."), text("Hi")], citations=[CITED | {"content_index": 1}]
        ),
        STRICT,
    )

    assert (message.id, message.role, message.finish_reason) == ("m", "assistant", "COMPLETE")
    assert (message.thinking, message.text) == ("Hm.", "Hi")
    assert message.usage.tokens.input_tokens == 38
    assert message.content[1].logprobs == tuple(logprobs)
    [citation] = message.citations
    assert (citation.target.index, citation.text) == (1, "Hi")
    assert (message.kept, message.violations) == ((), ())


@pytest.mark.parametrize("arguments", ["", "{}", "null", None])
def test_no_arguments_are_an_empty_object_however_they_are_said(arguments):
    message = from_response(answer("TOOL_CALL", tool_calls=[call(arguments)]))

    [made] = message.tool_calls
    assert (made.arguments, made.raw_arguments) == ({}, arguments or "")
    assert codes(message) == (["arguments-null"] if arguments == "null" else [])


def test_a_call_without_arguments_at_all_has_none():
    message = from_response(answer("TOOL_CALL", tool_calls=[CALL | {"function": {"name": "f"}}]), STRICT)

    assert message.tool_calls[0].arguments == {}


@pytest.mark.parametrize("nothing", [None, []])
def test_parts_that_are_null_are_none(nothing):
    message = from_response(answer(content=[text("Hi")], tool_calls=nothing, citations=nothing, tool_plan=None), STRICT)

    assert (message.calls, message.citations, message.tool_plan) == ((), (), None)
    assert from_response(answer(content=nothing), LENIENT).content == ()


def test_a_citation_of_the_plan_and_of_each_block_is_found():
    citations = [
        CITED | {"start": 0, "end": 4, "text": "Look", "type": "PLAN"},
        CITED | {"start": 1, "end": 2, "text": "m", "type": "THINKING_CONTENT"},
        CITED | {"start": 3, "end": 5, "text": "ho", "content_index": 1},
    ]
    message = from_response(answer(tool_plan="Look.", content=[thinking("Hm."), text("Hi ho")], citations=citations))

    targets = [(citation.target.kind, citation.target.index) for citation in message.citations]
    assert targets == [("tool_plan", 0), ("content", 0), ("content", 1)]
    assert [citation.index for citation in message.citations] == [0, 1, 2]


def test_citations_stay_in_their_order_and_one_that_comes_late_says_so():
    citations = [CITED | {"content_index": 1}, CITED]
    message = from_response(answer(content=[text("Hi"), text("Hi")], citations=citations))

    assert [citation.target.index for citation in message.citations] == [1, 0]
    assert codes(message) == ["content-repeated", "citation-late"]


def test_a_span_that_counts_utf_16_is_turned_into_code_points():
    message = from_response(answer(content=[text("🐙Hi")], citations=[CITED | {"start": 2, "end": 4}]))

    [citation] = message.citations
    assert (citation.start, citation.end, citation.units) == (1, 3, "UTF-16")


# Logprobs


def logprobs(*texts):
    return [{"text": text, "token_ids": [number]} for number, text in enumerate(texts)]


def shares(message):
    return [[each.get("text") for each in block.logprobs] for block in message.content]


@given(st.lists(st.lists(st.text("ab", min_size=1, max_size=2), max_size=3), min_size=1, max_size=4))
def test_logprobs_go_to_the_block_that_they_spell(spelt):
    every = [each for some in spelt for each in some]
    content = [text("".join(some)) for some in spelt]

    assert shares(from_response(answer(more={"logprobs": logprobs(*every)}, content=content))) == spelt


@pytest.mark.parametrize("texts", [("Hi",), ("Hm.", "Ho"), ("Hi", "Hm.")])
def test_logprobs_that_spell_something_else_go_to_the_last_block(texts):
    content = [thinking("Hm."), text("Hi")]

    message = from_response(answer(more={"logprobs": logprobs(*texts)}, content=content))
    assert shares(message) == [[], list(texts)]


def test_logprobs_without_a_block_are_kept():
    given = logprobs("Hi")
    message = from_response(answer("TOOL_CALL", {"logprobs": given}, tool_calls=[CALL]))

    assert message.unknown_fields == ({"type": "message-end", "delta": {"logprobs": given}},)


def test_a_logprob_that_is_none_spoils_no_text():
    message = from_response(answer(more={"logprobs": [5]}, content=[text("Hi")]), LENIENT)

    assert message.text == "Hi"
    assert [kept.code for kept in message.kept] == ["field-wrong-type"]


# What is not known is kept


def test_unknown_fields_are_kept_wherever_they_stand():
    response = answer(
        more={"meta": {"n": 1}},
        content=[text("Hi", signature="s")],
        citations=[CITED | {"confidence": 0.5}],
        tool_calls=[CALL | {"note": "n"}],
        mood="good",
    )
    message = from_response(response, LENIENT)

    said = [json.loads(json.dumps(fields)) for fields in message.unknown_fields]
    assert [fields.pop("type") for fields in said] == [
        "message-start",
        "content-start",
        "citation-start",
        "tool-call-start",
        "message-end",
    ]
    assert [fields["delta"].get("message", fields["delta"]) for fields in said] == [
        {"mood": "good"},
        {"content": {"signature": "s"}},
        {"citations": {"confidence": 0.5}},
        {"tool_calls": {"note": "n"}},
        {"meta": {"n": 1}},
    ]


def test_a_block_of_an_unknown_type_is_one():
    message = from_response(answer(content=[{"type": "image", "url": "u"}, text("Hi")]), STRICT)

    assert message.content == (OtherBlock("image"), TextBlock("Hi", 1))
    assert message.unknown_fields == (
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"url": "u"}}}},
    )


def test_the_words_of_a_failed_generation_are_read():
    with pytest.raises(GenerationFailed) as caught:
        from_response(answer("ERROR", {"error": "no valid response", "error_type": "E"}, content=[text("Hi")]))

    message = caught.value.message
    assert (message.error, message.error_type, message.text) == ("no valid response", "E", "Hi")
    assert from_response(answer("ERROR", content=[text("Hi")]), LENIENT).finish_reason == "ERROR"


# What breaks a rule, breaks the rule of the fold


@pytest.mark.parametrize(
    ("response", "kind", "note"),
    [
        (
            answer(content=[thinking("Hm."), text("Hi")], citations=[CITED | {"content_index": 1, "text": "Ho"}]),
            CitationError,
            "event 6 stands for message.citations[0]",
        ),
        (answer(content=[text("Hi")], citations=[CITED | {"content_index": 7}]), CitationError, None),
        (
            answer("TOOL_CALL", tool_calls=[CALL, call('{"a": ', 1)]),
            ToolCallError,
            "event 6 stands for message.tool_calls[1]",
        ),
        (answer("TOOL_CALL", tool_calls=[{}]), ToolCallError, "event 1 stands for message.tool_calls[0]"),
        (answer("TOOL_CALL", tool_calls=[5]), ShapeError, "event 1 stands for message.tool_calls[0]"),
        (answer(content=[5]), ShapeError, "event 1 stands for message.content[0]"),
        (answer(content=[text(5)]), ShapeError, "event 2 stands for message.content[0]"),
        (answer(content=[{}]), ShapeError, "event 1 stands for message.content[0]"),
        (answer(content=[text("Hi")], tool_plan=5), ShapeError, "event 1 stands for message.tool_plan"),
        (answer(more={"id": 5}, content=[text("Hi")]), ShapeError, "event 0 stands for the answer as a whole"),
        (answer(5, content=[text("Hi")]), ShapeError, "event 4 stands for the answer as a whole"),
    ],
)
def test_an_error_says_what_of_the_answer_it_is_about(response, kind, note):
    with pytest.raises(kind) as caught:
        from_response(response)

    assert caught.value.__notes__ == [note or "event 6 stands for the answer as a whole"]


def test_an_answer_whose_end_cannot_be_read_has_no_end():
    with pytest.raises(StreamIncomplete) as caught:
        from_response(answer(5, content=[text("Hi")]), LENIENT)

    assert caught.value.partial.text == "Hi"
    assert caught.value.__notes__ == ["event 5 stands for the answer as a whole"]


def test_limits_hold():
    with pytest.raises(LimitExceeded):
        from_response(answer(content=[text("Hello" * 100)]), limits=Limits(characters=100))


# What is no answer


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "the whole: it is 5; expected an object"),
        ([], "the whole: it is []; expected an object"),
        ({}, "message: it is missing; expected it to be there"),
        ({"message": "internal error"}, "message: it is 'internal error'; expected an object"),
        ({"message": None}, "message: it is None; expected an object"),
        ({"message": {"content": "Hi"}}, "message.content: it is 'Hi'; expected a list"),
        ({"message": {"tool_calls": {}}}, "message.tool_calls: it is {}; expected a list"),
        ({"message": {"citations": 0}}, "message.citations: it is 0; expected a list"),
        ({"message": {}, "logprobs": ""}, "logprobs: it is ''; expected a list"),
        (
            {"message": {}, "streamfold": {}},
            "streamfold: it is there; expected an answer of the API; from_json reads what to_json gave",
        ),
    ],
)
def test_what_is_no_answer_is_told_with_its_path(value, text):
    with pytest.raises(NotAMessage) as caught:
        from_response(value)

    assert str(caught.value) == text


PARTS = st.none() | st.lists(s.JSON | st.sampled_from([text("Hi"), thinking("Hm"), CALL, CITED, {"type": "image"}]))


@given(
    st.fixed_dictionaries(
        {
            "message": st.dictionaries(
                st.sampled_from("content tool_calls citations tool_plan role x".split()), PARTS | s.JSON
            )
        },
        optional=dict.fromkeys("id finish_reason usage logprobs error type".split(), s.JSON | st.just("COMPLETE")),
    )
    | s.JSON
)
def test_any_json_is_a_message_or_an_error_of_ours(value):
    try:
        message = from_response(value, LENIENT)
    except (StreamError, NotAMessage) as error:
        assert str(error)
    else:
        assert isinstance(message, Message)
        assert from_json(json.loads(json.dumps(to_json(message)))) == message


# Objects of the SDK


class Dumps:
    """What an object of the SDK has that a mapping has not."""

    def __init__(self, fields):
        self.fields = fields

    def model_dump(self, **how):
        assert how == {"exclude_unset": True, "by_alias": True}
        return self.fields


def test_an_object_of_the_sdk_is_its_fields():
    assert from_response(Dumps(answer(content=[text("Hi")]))) == from_response(answer(content=[text("Hi")]))


def test_counts_that_the_sdk_turned_into_floats_are_integers():
    message = from_response(answer(more={"usage": {"cached_tokens": 3.0}}, content=[text("Hi")]))

    assert message.usage == Usage(cached_tokens=3)
    assert type(message.usage.cached_tokens) is int
