"""What to_json says of a message is enough to make the same message of it; what it did not say is no message."""

import json
import pickle
from decimal import Decimal

import pytest
import streams as s
import told as t
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, Message, Partial, check, fold
from streamfold.conversation import NotAMessage, diff, from_json, to_json
from streamfold.message import Citation, Target, TextBlock, Usage
from streamfold.rules import RULES


def sent(message, **options):
    return json.loads(json.dumps(to_json(message, **options), allow_nan=False))


def unequal(message):
    """Give what == does not look at."""
    return message.violations, [kept.position for kept in message.kept], getattr(message, "why", None)


# Nothing is lost


@given(t.messages() | t.partials())
def test_a_message_comes_back_from_its_json(message):
    again = from_json(sent(message))

    assert again == message
    assert type(again) is type(message)
    assert unequal(again) == unequal(message)


@given(t.messages() | t.partials())
def test_violations_that_are_left_out_are_all_that_does_not_come_back(message):
    again = from_json(sent(message, violations=False))

    assert again == message
    assert again.violations == ()


def transported(stream):
    for event in stream:
        if isinstance(event, Exception):
            raise event
        yield event


@pytest.mark.parametrize("code", RULES)
def test_nothing_of_the_stream_that_breaks_a_rule_is_lost(code):
    report = check(transported(RULES[code].example), LENIENT)

    for message in filter(None, (report.partial, report.partial.salvage(), report.message)):
        again = from_json(sent(message))
        assert again == message
        assert unequal(again) == unequal(message)


def test_what_became_text_stays_text():
    event = {"type": "note", "far": float("inf"), "long": 10**5000, "exact": Decimal("1.5"), "set": {1}, 7: None}
    usage = {"tokens": {"input_tokens": float("inf")}}
    message = fold(s.whole(event, *s.text_block("Hi"), end=s.message_end(usage=usage)), LENIENT)

    again = from_json(sent(message))
    assert sent(again) == sent(message)
    assert diff(message, again)


def test_a_message_keeps_nothing_of_the_json_it_was_made_of():
    whole = sent(fold(s.whole({"type": "note", "list": [1]}, *s.text_block("Hi"))))
    message = from_json(whole)
    before = pickle.dumps(message)

    whole["usage"].clear()
    whole["streamfold"]["kept"][0]["event"]["list"].append(2)

    assert pickle.dumps(message) == before


# Anything else is refused


def mutated(value, draw):
    """Give a JSON value in which one thing is another."""
    if not value or not isinstance(value, (dict, list)) or not draw(st.integers(0, 4)):
        return draw(s.JSON | st.sampled_from([2**70, -1, [], {}]))
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = draw(st.sampled_from(keys))
    if draw(st.integers(0, 5)) == 0:
        return {name: value[name] for name in keys if name != key} if isinstance(value, dict) else value + value[:1]
    if isinstance(value, dict):
        return {**value, key: mutated(value[key], draw)}
    return [mutated(inner, draw) if place == key else inner for place, inner in enumerate(value)]


@st.composite
def almost(draw):
    """JSON that almost is that of a message."""
    return mutated(sent(draw(t.messages() | t.partials())), draw)


@given(almost() | s.JSON)
def test_any_json_is_a_message_or_is_refused_with_its_path(value):
    try:
        message = from_json(value)
    except NotAMessage as error:
        assert len(str(error)) < 1500
    else:
        assert isinstance(message, (Message, Partial))
        assert from_json(sent(message)) == message
        assert all(map(str, message.violations))


WHOLE = {"message": {"role": "assistant"}}


def with_message(**parts):
    return {"message": parts}


def with_beside(**parts):
    return WHOLE | {"streamfold": parts}


BLOCK = {"type": "text", "text": "Hi"}
CALL = {"id": "f_0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CITED = {"start": 0, "end": 2, "text": "Hi"}
RESOLVED = {"target": None, "units": "code points"}
OTHER = {"at": 0, "type": "image"}
VIOLATION = {"code": "index-missing", "position": 0, "came": "content-end"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "the whole: it is 5; expected an object"),
        ("{}", "the whole: it is '{}'; expected an object"),
        ({}, "message: it is missing; expected it to be there"),
        ({"message": []}, "message: it is []; expected an object"),
        (WHOLE | {"x": 1}, "x: it is not known; expected only id, finish_reason, message, usage, logprobs, streamfold"),
        (WHOLE | {"id": 5}, "id: it is 5; expected a string"),
        (WHOLE | {"id": None}, "id: it is None; expected a string"),
        (WHOLE | {"usage": 5}, "usage: it is 5; expected an object"),
        (WHOLE | {"logprobs": [5]}, "logprobs[0]: it is 5; expected an object"),
        (WHOLE | {"logprobs": [{}]}, "streamfold.logprobs: it shares out 0; expected to share out 1"),
        (WHOLE | {"": 1}, "['']: it is not known; expected only id, finish_reason, message, usage, logprobs, "),
        (with_message(content="Hi"), "message.content: it is 'Hi'; expected a list"),
        (with_message(content=[{}]), "message.content[0].type: it is missing; expected it to be there"),
        (
            with_message(content=[BLOCK, {"type": ["text"]}]),
            "message.content[1].type: it is ['text']; expected 'text' or 'thinking'",
        ),
        (with_message(content=[{"type": "text"}]), "message.content[0].text: it is missing; expected it to be there"),
        (
            with_message(content=[BLOCK | {"thinking": ""}]),
            "message.content[0].thinking: it is not known; expected only type, text",
        ),
        (with_message(tool_calls=[5]), "message.tool_calls[0]: it is 5; expected an object"),
        (
            with_message(tool_calls=[CALL | {"function": {"name": "f", "arguments": '{"a": '}}]),
            "message.tool_calls[0].function.arguments: it is '{\"a\": ' (cut: ends before a value); expected the JSON",
        ),
        (with_message(citations=[CITED | {"start": True}]), "message.citations[0].start: it is True; "),
        (
            with_message(citations=[CITED | {"end": 2**64}]),
            f"message.citations[0].end: it is {2**64}; expected an integer of 64 bits",
        ),
        (with_message(citations=[CITED | {"sources": [5]}]), "message.citations[0].sources[0]: it is 5; "),
        (with_message(citations=[CITED]), "streamfold.citations: it has 0; expected one for each of 1"),
        (with_beside(citations=[RESOLVED]), "streamfold.citations: it has 1; expected one for each of 0"),
        (
            with_beside(citations=[RESOLVED | {"target": {"kind": "call"}}]),
            "streamfold.citations[0].target.kind: it is 'call'; expected 'content' or 'tool_plan'",
        ),
        (
            with_beside(citations=[RESOLVED | {"units": "bytes"}]),
            "streamfold.citations[0].units: it is 'bytes'; expected 'code points' or 'UTF-16'",
        ),
        (with_beside(citations=[{}]), "streamfold.citations[0].target: it is missing; expected it to be there"),
        (with_beside(indexes={"content": [0]}), "streamfold.indexes.content: it has 1; expected one for each of 0"),
        (with_beside(logprobs=[-1]), "streamfold.logprobs[0]: it is -1; expected an integer from 0 on"),
        (with_beside(open=[]), "streamfold.open: it is not known; expected only "),
        (with_beside(partial="why", salvaged=True), "streamfold.salvaged: it is not known; expected only "),
        (with_beside(salvaged=1), "streamfold.salvaged: it is 1; expected true or false"),
        (with_beside(partial=None), "streamfold.partial: it is None; expected a string"),
        (
            with_beside(other_content=[OTHER | {"at": 1}]),
            "streamfold.other_content[0].at: it is 1; expected a place from 0 to 0 that no other part has",
        ),
        (
            with_beside(other_content=[OTHER, OTHER]),
            "streamfold.other_content[1].at: it is 0; expected a place from 0 to 1 that no other part has",
        ),
        (with_beside(other_content=[{"at": 0}]), "streamfold.other_content[0].type: it is missing; "),
        (with_beside(other_content=[{"type": "a"}]), "streamfold.other_content[0].at: it is missing; "),
        (with_beside(kept=[{"code": "debug"}]), "streamfold.kept[0].event: it is missing; expected it to be there"),
        (
            with_beside(violations=[VIOLATION | {"code": "boredom"}]),
            "streamfold.violations[0].code: it is 'boredom'; expected the code of a rule",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(value, text):
    with pytest.raises(NotAMessage) as caught:
        from_json(value)

    assert str(caught.value).startswith(text)


def test_json_that_nests_too_deeply_is_refused():
    deep = []
    for _ in range(300):
        deep = [deep]

    with pytest.raises(NotAMessage) as caught:
        from_json(WHOLE | {"usage": {"deep": deep}})

    assert str(caught.value) == "the whole: its brackets are nested deeper than 250; expected a message's JSON"


def test_what_may_be_left_out_is_what_it_is_by_default():
    call = {"id": "f_0", "function": {"name": "f", "arguments": ""}}
    whole = with_message(content=[BLOCK], tool_calls=[call], citations=[CITED]) | {
        "streamfold": {"citations": [RESOLVED | {"target": {"kind": "content"}}]}
    }

    message = from_json(whole)
    assert message.content == (TextBlock("Hi"),)
    assert message.citations == (Citation(0, 2, "Hi", target=Target("content", 0)),)
    [read] = message.calls
    assert (read.type, read.arguments, read.raw_arguments) == (None, {}, "")
    assert from_json({"message": {}, "usage": {}}) == Message(usage=Usage())


def test_numbers_go_as_far_as_they_may():
    beside = {"indexes": {"content": [2**64 - 1, -(2**64) + 1]}, "logprobs": [0, 1]}

    message = from_json(with_message(content=[BLOCK, BLOCK]) | {"logprobs": [{"n": 1}], "streamfold": beside})
    assert message.content == (TextBlock("Hi", 2**64 - 1), TextBlock("Hi", 1 - 2**64, ({"n": 1},)))


def test_the_sentence_of_a_violation_is_written_and_never_read():
    message = from_json(with_beside(violations=[VIOLATION | {"text": "nonsense"}]))

    assert str(message.violations[0]) == "event 0: content-end has no index"


def test_an_error_pickles_and_says_its_parts():
    with pytest.raises(NotAMessage) as caught:
        from_json(WHOLE | {"id": 5})

    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.path, error.found, error.expected) == ("id", "it is 5", "a string")
    assert str(error) == str(caught.value)
