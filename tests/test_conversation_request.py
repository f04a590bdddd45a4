"""What goes back into the conversation is what the API takes, and nothing is left out unasked."""

import json
import pickle
from decimal import Decimal
from types import MappingProxyType
from typing import get_args

import pytest
import streams as s
import told as t
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, Message, check, fold
from streamfold.conversation import NotSendable, Sending, to_request, tool_results
from streamfold.message import (
    Citation,
    DocumentSource,
    InvalidToolCall,
    OpenToolCall,
    OtherBlock,
    OtherSource,
    Target,
    TextBlock,
    ThinkingBlock,
    ToolCall,
)

SOURCES = (DocumentSource("d"),)


def call(raw="{}", number=0, **more):
    return ToolCall(f"f_{number}", "f", json.loads(raw or "{}") or {}, raw, number, **more)


def refusal(function, *args, **more):
    with pytest.raises(NotSendable) as caught:
        function(*args, **more)
    return str(caught.value)


# What the API takes (Cohere API reference, "chat"): every key that a message may have, and what stands there


def assert_assistant(request):
    assert_keys(request, {"role"}, {"content", "tool_plan", "tool_calls", "citations"})
    assert request["role"] == "assistant"
    for name in set(request) - {"role"}:
        assert request[name]
        KINDS[name](request[name])
    assert len(request) > 1
    blocks = request.get("content", [])
    assert not ("tool_calls" in request and any(block["type"] == "text" for block in blocks))


def assert_keys(value, needed, possible=frozenset()):
    assert type(value) is dict
    assert needed <= value.keys() <= needed | possible


def assert_content(blocks):
    for block in blocks:
        assert block["type"] in ("text", "thinking")
        assert_keys(block, {"type", block["type"]})
        assert_text(block[block["type"]])


def assert_text(value):
    assert type(value) is str
    assert value


def assert_calls(calls):
    assert len({call["id"] for call in calls}) == len(calls)
    for each in calls:
        assert_keys(each, {"id", "type", "function"})
        assert_keys(each["function"], {"name", "arguments"})
        assert_text(each["id"])
        assert_text(each["function"]["name"])
        assert type(json.loads(each["function"]["arguments"])) is dict
        assert each["type"] == "function"


def assert_citations(citations):
    for each in citations:
        assert_keys(each, {"start", "end", "text", "type"}, {"sources", "content_index"})
        assert 0 <= each["start"] <= each["end"]
        assert each["type"] in ("TEXT_CONTENT", "THINKING_CONTENT", "PLAN")
        assert all("type" in source for source in each.get("sources", []))


KINDS = {
    "content": assert_content,
    "tool_plan": assert_text,
    "tool_calls": assert_calls,
    "citations": assert_citations,
}


def cited(request):
    """Give the characters that each citation of a request cites there, and its kind."""
    for each in request.get("citations", []):
        if each["type"] == "PLAN":
            assert "content_index" not in each
            whole = request["tool_plan"]
        else:
            block = request["content"][each.get("content_index", 0)]
            assert each["type"] == {"text": "TEXT_CONTENT", "thinking": "THINKING_CONTENT"}[block["type"]]
            whole = block[block["type"]]
        yield whole[each["start"] : each["end"]], each["text"]


CHOICES = {each.name: get_args(each.type) for each in fields(Sending)}
SENDINGS = st.builds(Sending, **{name: st.sampled_from(ways) for name, ways in CHOICES.items()})


def texts_of(message):
    """Give what a message has to say, by kind; blocks of unknown types and empty texts aside."""
    known = [(block.type, block.text) for block in message.content if not isinstance(block, OtherBlock)]
    return [(kind, text) for kind, text in [("tool_plan", message.tool_plan), *known] if text]


def in_request(request):
    """Give what a request has to say, by kind."""
    plan = [("tool_plan", request["tool_plan"])] if "tool_plan" in request else []
    return [*plan, *((block["type"], block[block["type"]]) for block in request.get("content", []))]


@given(t.sound())
def test_all_that_a_sound_message_says_is_sent(message):
    if not (texts_of(message) or message.calls):
        assert refusal(to_request, message) == EMPTY
        return

    request = to_request(message)
    assert_assistant(request)
    assert sorted(in_request(request)) == sorted(texts_of(message))
    assert [each["id"] for each in request.get("tool_calls", [])] == [call.id for call in message.calls]
    assert len(request.get("citations", [])) == len(message.citations)
    assert all(found == text for found, text in cited(request))


EMPTY = "the message: there is no text, thinking, plan or call to send; leave the message out of the request"


@given(t.messages(), SENDINGS)
def test_what_is_sent_is_what_the_api_takes_and_true(message, sending):
    try:
        request = to_request(message, sending)
    except NotSendable as error:
        assert len(str(error)) < 600
    else:
        assert_assistant(json.loads(json.dumps(request)))
        assert all(found == text for found, text in cited(request))
        if "leave out" not in (sending.text_with_calls, sending.tool_plan, sending.thinking):
            assert all(any(text in said for _, said in in_request(request)) for _, text in texts_of(message))


# Content


def test_blocks_keep_their_order_and_empty_ones_are_left_out():
    blocks = ThinkingBlock("Hm."), TextBlock("", 1), TextBlock("Hi", 2)

    assert to_request(Message(content=blocks)) == {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hi"}],
    }


def test_what_the_api_does_not_take_back_is_not_sent():
    events = [*s.text_block("Hi"), s.message_end(usage={"tokens": {}})]
    message = fold([s.message_start(), {"type": "note"}, *events])

    assert to_request(message) == {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]}


@pytest.mark.parametrize("role", [None, "user"])
def test_the_role_is_that_of_the_assistant(role):
    assert to_request(Message(role=role, content=(TextBlock("Hi"),)))["role"] == "assistant"


@pytest.mark.parametrize("message", [Message(), Message(tool_plan="", content=(TextBlock(""), ThinkingBlock("", 1)))])
def test_a_message_that_says_nothing_is_refused(message):
    assert refusal(to_request, message) == EMPTY


def test_thinking_is_left_out_on_request():
    message = Message(content=(ThinkingBlock("Hm."), TextBlock("Hi", 1)))

    assert to_request(message, Sending(thinking="leave out"))["content"] == [{"type": "text", "text": "Hi"}]


def test_a_block_of_an_unknown_type_is_refused_or_left_out():
    message = Message(content=(TextBlock("Hi"), OtherBlock("image", "data", 1)))

    assert refusal(to_request, message) == (
        "content[1]: a request has no place for a block of this type ('image'); "
        'Sending(other_content="leave out") sends the rest'
    )
    assert to_request(message, Sending(other_content="leave out")) == to_request(
        evolve(message, content=message.content[:1])
    )


# Calls


@pytest.mark.parametrize("raw", ['{"a": 1}', '{\n  "a": "é🐙"}', " {} ", "{ }"])
def test_arguments_are_the_characters_that_arrived(raw):
    [made] = to_request(Message(calls=(call(raw),)))["tool_calls"]

    assert made == {"id": "f_0", "type": "function", "function": {"name": "f", "arguments": raw}}


@pytest.mark.parametrize("raw", ["", "null", " null\n"])
def test_no_arguments_are_sent_as_an_empty_object(raw):
    message = fold(s.whole(*s.call(raw), end=s.message_end("TOOL_CALL")))

    assert to_request(message)["tool_calls"][0]["function"]["arguments"] == "{}"


def test_a_call_without_a_type_is_one_of_a_function():
    assert to_request(Message(calls=(call(type=None),)))["tool_calls"][0]["type"] == "function"


@pytest.mark.parametrize(
    ("bad", "fact"),
    [
        (InvalidToolCall("f_1", "f", '{"a": ', "cut"), "cut"),
        (OpenToolCall("f_1", "f", '{"a": '), "it is still arriving"),
    ],
)
def test_a_call_that_must_not_be_made_is_refused_or_left_out(bad, fact):
    message = Message(calls=(call(), bad))

    assert refusal(to_request, message) == (
        f"calls[1]: this call must not be made, so no result could answer it ({fact}); "
        'Sending(invalid_calls="leave out") sends the rest'
    )
    sent = to_request(message, Sending(invalid_calls="leave out"))
    assert [each["id"] for each in sent["tool_calls"]] == ["f_0"]
    assert refusal(to_request, Message(calls=(bad,)), Sending(invalid_calls="leave out")) == EMPTY


@pytest.mark.parametrize(
    ("calls", "where"),
    [((call(), call()), "tool_calls[0]: {} ('f_0')"), ((call(), ToolCall("", "g", {}, "")), "tool_calls[1]: {} ('')")],
)
def test_calls_without_ids_of_their_own_are_refused(calls, where):
    text = where.format("a call needs an id of its own, by which its result is found") + "; ask for the message again"

    assert refusal(to_request, Message(calls=calls)) == text
    assert refusal(tool_results, Message(calls=calls), {"f_0": ""}) == text


def test_a_call_of_another_type_is_refused():
    message = Message(calls=(evolve(call(), type="custom"),))
    text = "tool_calls[0]: the API takes no tool call but of type 'function' ('custom'); ask for the message again"

    assert refusal(to_request, message) == text
    assert refusal(tool_results, message, {"f_0": ""}) == text
    assert to_request(Message(calls=(evolve(call(), type=None),)))["tool_calls"][0]["type"] == "function"


# The plan, and text beside calls


PLANNED = Message(tool_plan="Look.", calls=(call(),), citations=(Citation(0, 4, "Look", SOURCES, Target("tool_plan")),))
BOTH = Message(
    tool_plan="🐙 plan",
    content=(TextBlock("One"), ThinkingBlock("Hm.", 1), TextBlock("Two", 2)),
    calls=(call(),),
    citations=(
        Citation(0, 1, "🐙", SOURCES, Target("tool_plan")),
        Citation(1, 3, "ne", SOURCES, Target("content", 0), index=1),
        Citation(0, 2, "Hm", SOURCES, Target("content", 1), index=2),
        Citation(1, 2, "w", SOURCES, Target("content", 2), index=3),
    ),
)


def spans(request):
    return [(each["type"], each.get("content_index"), each["start"], each["end"]) for each in request["citations"]]


def test_a_plan_is_kept_and_its_citations_too():
    request = to_request(PLANNED)

    assert request["tool_plan"] == "Look."
    assert spans(request) == [("PLAN", None, 0, 4)]


def test_a_plan_without_calls_is_sent():
    assert to_request(Message(tool_plan="Look.")) == {"role": "assistant", "tool_plan": "Look."}


def test_a_plan_is_left_out_with_its_citations():
    request = to_request(PLANNED, Sending(tool_plan="leave out"))

    assert request.keys() == {"role", "tool_calls"}


def test_a_plan_becomes_a_thinking_block_before_all_others():
    message = evolve(PLANNED, content=(ThinkingBlock("Hm."),))
    message = evolve(message, citations=(*message.citations, Citation(0, 2, "Hm", SOURCES)))
    request = to_request(message, Sending(tool_plan="as thinking"))

    assert "tool_plan" not in request
    assert [block["thinking"] for block in request["content"]] == ["Look.", "Hm."]
    assert spans(request) == [("THINKING_CONTENT", None, 0, 4), ("THINKING_CONTENT", 1, 0, 2)]


def test_text_beside_calls_is_refused():
    assert refusal(to_request, BOTH) == (
        "content[0]: the API refuses text beside tool calls ('One'); "
        'Sending(text_with_calls="leave out") sends the rest, "as tool plan" moves the text'
    )


def test_empty_text_beside_calls_is_none():
    assert to_request(Message(content=(TextBlock(""),), calls=(call(),))).keys() == {"role", "tool_calls"}


def test_text_beside_calls_that_must_not_be_made_is_an_answer():
    message = Message(content=(TextBlock("Hi"),), calls=(InvalidToolCall("f", "f", "{", "cut"),))

    assert to_request(message, Sending(invalid_calls="leave out"))["content"] == [{"type": "text", "text": "Hi"}]


def test_text_beside_calls_is_left_out_with_its_citations():
    request = to_request(BOTH, Sending(text_with_calls="leave out"))

    assert request["content"] == [{"type": "thinking", "thinking": "Hm."}]
    assert request["tool_plan"] == "🐙 plan"
    assert spans(request) == [("PLAN", None, 0, 1), ("THINKING_CONTENT", None, 0, 2)]


def test_text_beside_calls_goes_behind_the_plan_and_takes_its_citations_along():
    request = to_request(BOTH, Sending(text_with_calls="as tool plan"))

    assert request["tool_plan"] == "🐙 plan\nOne\nTwo"
    assert spans(request) == [
        ("PLAN", None, 0, 1),
        ("PLAN", None, 8, 10),
        ("THINKING_CONTENT", None, 0, 2),
        ("PLAN", None, 12, 13),
    ]


def test_text_that_becomes_a_plan_goes_where_plans_go():
    request = to_request(BOTH, Sending(text_with_calls="as tool plan", tool_plan="as thinking"))

    assert [block["thinking"] for block in request["content"]] == ["🐙 plan", "One", "Hm.", "Two"]
    assert spans(request)[3] == ("THINKING_CONTENT", 3, 1, 2)
    assert to_request(BOTH, Sending(text_with_calls="as tool plan", tool_plan="leave out"))["content"] == [
        {"type": "thinking", "thinking": "Hm."}
    ]


# Citations


def test_citations_follow_their_blocks_to_new_places():
    blocks = TextBlock("", 4), ThinkingBlock("Hm.", 5), TextBlock("Hi", 6)
    citations = (
        Citation(0, 2, "Hi", SOURCES, Target("content", 6), "TEXT_CONTENT", 6),
        Citation(0, 0, "", (), Target("content", 4)),
    )

    [one] = to_request(Message(content=blocks, citations=citations))["citations"]
    assert one == {
        "start": 0,
        "end": 2,
        "text": "Hi",
        "sources": [{"type": "document", "id": "d"}],
        "type": "TEXT_CONTENT",
        "content_index": 1,
    }


def test_citations_are_left_out_on_request():
    assert "citations" not in to_request(PLANNED, Sending(citations="leave out"))


def test_a_source_of_an_unknown_kind_is_sent_as_it_came():
    message = Message(content=(TextBlock("Hi"),), citations=(Citation(0, 2, "Hi", (OtherSource(t.WEB),)),))

    assert to_request(message)["citations"][0]["sources"] == [t.WEB]


@pytest.mark.parametrize(
    "citation",
    [
        Citation(0, 2, "Hi", target=None),
        Citation(0, 2, "Hi", target=Target("content", 7)),
        Citation(0, 2, "Ho"),
        Citation(-2, 2, "Hi"),
    ],
)
def test_a_citation_that_is_not_true_is_refused(citation):
    message = Message(content=(TextBlock("Hi"),), citations=(citation,))

    assert refusal(to_request, message) == (
        f"citations[0]: its text is not what it cites ({citation.text!r}); "
        'Sending(citations="leave out") sends the message without citations'
    )
    assert to_request(message, Sending(citations="leave out"))


# What is not finished


def test_a_partial_message_is_refused():
    partial = check([s.message_start(), s.plan_delta("Look")]).partial
    text = "the message: a partial message is not finished; its salvage() makes a message"

    assert refusal(to_request, partial) == text
    assert refusal(tool_results, partial, {}) == text


def test_a_salvaged_message_is_sent_by_choice():
    message = check([s.message_start(), *s.text_block("Hi")]).partial.salvage()

    assert refusal(to_request, message) == (
        'the message: nothing vouches for its end (it was salvaged); Sending(unfinished="keep") sends what arrived'
    )
    assert to_request(message, Sending(unfinished="keep"))["content"] == [{"type": "text", "text": "Hi"}]


@pytest.mark.parametrize("reason", ["ERROR", "TIMEOUT"])
def test_a_message_whose_generation_failed_is_sent_by_choice(reason):
    message = fold(s.whole(*s.text_block("Hi"), end=s.message_end(reason, error="e")), LENIENT)

    assert f"(its finish reason is {reason})" in refusal(to_request, message)
    assert to_request(message, Sending(unfinished="keep"))


# Choices


@pytest.mark.parametrize("reason", [name for name, ways in CHOICES.items() if "refuse" in ways])
def test_an_advice_names_each_choice_that_there_is(reason):
    advice = str(NotSendable(reason))

    assert f"Sending({reason}=" in advice
    assert [way for way in CHOICES[reason] if f'"{way}"' not in advice] == ["refuse"]


def test_a_choice_that_is_not_known_is_refused():
    with pytest.raises(ValueError) as caught:
        Sending(text_with_calls="drop")

    assert str(caught.value) == "text_with_calls is 'drop'; expected 'refuse' or 'leave out' or 'as tool plan'"


def test_an_error_pickles_and_says_its_parts():
    with pytest.raises(NotSendable) as caught:
        to_request(BOTH)

    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.reason, error.path, error.detail) == ("text_with_calls", "content[0]", "'One'")
    assert str(error) == str(caught.value)


# The results of tools

TWO = Message(calls=(call(), call(number=1)))


def contents(*results):
    message = Message(calls=tuple(call(number=number) for number in range(len(results))))
    given = {f"f_{number}": result for number, result in enumerate(results)}
    return [each["content"] for each in tool_results(message, given)]


def document(**data):
    return {"type": "document", "document": {"data": data}}


def test_results_answer_the_calls_in_their_order():
    assert tool_results(TWO, {"f_1": "b", "f_0": "a"}) == [
        {"role": "tool", "tool_call_id": "f_0", "content": "a"},
        {"role": "tool", "tool_call_id": "f_1", "content": "b"},
    ]
    assert tool_results(Message(content=(TextBlock("Hi"),)), {}) == []


def test_only_calls_that_can_be_made_are_answered():
    message = evolve(TWO, calls=(*TWO.calls, InvalidToolCall("f_2", "f", "", "cut")))

    assert len(tool_results(message, {"f_0": "", "f_1": ""})) == 2


def test_a_call_without_a_result_is_refused_or_answered_with_a_text():
    assert refusal(tool_results, TWO, {"f_0": "a"}) == (
        "tool_calls[1]: the API refuses a call without a result (f_1); "
        "give its result, or as unanswered= a text that stands for it"
    )
    assert tool_results(TWO, {"f_0": None}, unanswered="interrupted") == [
        {"role": "tool", "tool_call_id": "f_0", "content": "null"},
        {"role": "tool", "tool_call_id": "f_1", "content": "interrupted"},
    ]


@pytest.mark.parametrize(("name", "path"), [("f_2", "f_2"), ("f 2", "['f 2']"), (2, "[2]"), (None, "[None]")])
def test_a_result_without_a_call_is_refused(name, path):
    assert refusal(tool_results, TWO, {"f_0": "a", "f_1": "b", name: "c"}) == (
        f"results{path if '[' in path else '.' + path}: there is no such call among message.tool_calls; "
        "give each result under the id of its call"
    )


def test_a_string_is_sent_as_it_is():
    assert contents("15 °C", "") == ["15 °C", ""]


def test_an_object_becomes_a_document_and_a_list_of_objects_several():
    rows = [{"city": "Oslo"}, MappingProxyType({"city": "Bergen"})]

    assert contents({"celsius": 4, "sky": ("clear",)}, rows, tuple(rows)) == [
        [document(celsius=4, sky=["clear"])],
        [document(city="Oslo"), document(city="Bergen")],
        [document(city="Oslo"), document(city="Bergen")],
    ]


def test_parts_as_the_api_has_them_stand_for_themselves():
    parts = [{"type": "text", "text": "a"}, {"type": "document", "document": {"id": "d", "data": {"b": 1}}}]

    assert contents(parts, parts[0], [*parts, {"type": "text"}, {"type": "web", "web": 1}]) == [
        parts,
        parts[:1],
        [*parts, document(type="text"), document(type="web", web=1)],
    ]


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, "null"),
        (15, "15"),
        (True, "true"),
        ([], "[]"),
        ({}, "{}"),
        ([{}], "[{}]"),
        (["a", {"b": "é"}], '["a", {"b": "é"}]'),
        (float("nan"), '"nan"'),
        (Decimal("1.50"), '"1.50"'),
    ],
)
def test_anything_else_is_sent_as_json_text(result, text):
    assert contents(result) == [text]


def test_a_result_is_copied():
    data = {"rows": [1]}
    [sent] = contents(data)
    data["rows"].append(2)

    assert sent == [document(rows=[1])]


@given(st.lists(s.JSON, max_size=4))
def test_every_result_is_one_that_the_api_takes(results):
    for content in contents(*results):
        assert type(content) is str or content
        for part in content if type(content) is list else ():
            assert_keys(part, {"type", part["type"]})
            assert_keys(part["document"], {"data"}, {"id"})
            assert type(part["document"]["data"]) is dict


@given(t.sound())
def test_a_message_and_its_results_are_a_history_that_the_api_takes(message):
    if message.calls:
        request = to_request(message)
        answers = tool_results(message, {call.id: "done" for call in message.calls})
        assert [each["tool_call_id"] for each in answers] == [each["id"] for each in request["tool_calls"]]
