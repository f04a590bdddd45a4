"""A message becomes the API's non-streaming answer, and JSON that loses nothing."""

import json
import pickle
import sys
from decimal import Decimal

from streamfold import LENIENT, Message, Partial, Violation, check, fold
from streamfold.conversation import to_json, to_response
from streamfold.message import Citation, OtherBlock, OtherSource, TextBlock, Usage

START = {
    "id": "c1",
    "type": "message-start",
    "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}},
}
USAGE = {"billed_units": {"input_tokens": 3, "output_tokens": 1}, "tokens": {"input_tokens": 38.0}, "cached_tokens": 0}


def wire(kind, path="", value=None, **fields):
    return {"type": kind, **fields, **(nested(["delta", *path.split(".")], value) if path else {})}


def nested(path, value):
    return {path[0]: nested(path[1:], value)} if path else value


def end(finish_reason="COMPLETE", **more):
    return wire("message-end") | {"delta": {"finish_reason": finish_reason, "usage": USAGE, **more}}


def block(*inner, index=0, kind="text"):
    start = wire("content-start", "message.content", {"type": kind, kind: ""}, index=index)
    return [start, *inner, wire("content-end", index=index)]


def delta(text, index=0, kind="text", **more):
    return wire("content-delta", "message.content", {kind: text}, index=index, **more)


def plan(text):
    return wire("tool-plan-delta", "message.tool_plan", text)


def call(arguments, index=0, **more):
    function = {"name": "weather", "arguments": ""}
    start = {"id": f"weather_{index}", "type": "function", "function": function, **more}
    return [
        wire("tool-call-start", "message.tool_calls", start, index=index),
        wire("tool-call-delta", "message.tool_calls", {"function": {"arguments": arguments}}, index=index),
        wire("tool-call-end", index=index),
    ]


def cite(start, end, text, sources, index=0, **more):
    cited = {"start": start, "end": end, "text": text, "sources": sources, **more}
    return [wire("citation-start", "message.citations", cited, index=index), wire("citation-end", index=index)]


DOCUMENT = {"type": "document", "id": "d", "document": {"title": "T", "data": {"pages": [1, 2]}}}
TOOL = {"type": "tool", "id": "weather_0:0", "tool_output": {"content": "15"}, "note": "n"}
WEB = {"type": "web", "url": "https://example.org"}


# What the API says


def test_an_answer_with_thinking_and_citations_is_the_answer_without_streaming():
    message = fold(
        [
            START,
            *block(delta("Hm.", kind="thinking"), kind="thinking"),
            *block(
                delta("It is ", 1),
                delta("15°", 1),
                *cite(6, 9, "15°", [DOCUMENT], type="TEXT_CONTENT", content_index=1),
                index=1,
            ),
            end(),
        ]
    )

    assert to_response(message) == {
        "id": "c1",
        "finish_reason": "COMPLETE",
        "message": {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "It is 15°"}],
            "citations": [
                {
                    "start": 6,
                    "end": 9,
                    "text": "15°",
                    "sources": [DOCUMENT],
                    "type": "TEXT_CONTENT",
                    "content_index": 1,
                }
            ],
        },
        "usage": {**USAGE, "tokens": {"input_tokens": 38}},
    }


def test_tool_calls_keep_the_characters_of_their_arguments():
    message = fold([START, plan("Look."), *call('{\n  "city": "Oslo"}'), *call("", 1), end("TOOL_CALL")])

    assert to_response(message)["message"] == {
        "role": "assistant",
        "tool_plan": "Look.",
        "tool_calls": [
            {
                "id": "weather_0",
                "type": "function",
                "function": {"name": "weather", "arguments": '{\n  "city": "Oslo"}'},
            },
            {"id": "weather_1", "type": "function", "function": {"name": "weather", "arguments": ""}},
        ],
    }


def test_what_never_came_is_left_out():
    assert to_response(Message()) == {"message": {}}
    assert to_response(Message(usage=Usage(), tool_plan="")) == {"message": {"tool_plan": ""}, "usage": {}}


def test_a_citation_has_a_type_and_a_content_index_only_where_they_came():
    message = fold([START, *block(delta("Hi"), *cite(0, 2, "Hi", [TOOL])), end()])

    [citation] = to_response(message)["message"]["citations"]
    assert citation == {"start": 0, "end": 2, "text": "Hi", "sources": [TOOL]}


def test_a_source_of_an_unknown_kind_stands_as_it_came():
    message = Message(citations=(Citation(0, 2, "Hi", (OtherSource(WEB),)),))

    assert to_response(message)["message"]["citations"][0]["sources"] == [WEB]


def test_the_log_probabilities_of_all_blocks_are_one_list():
    one, two, three = ({"text": text, "token_ids": [number]} for number, text in enumerate("abc"))
    thinking = block(delta("ab", kind="thinking", logprobs=one), delta("", kind="thinking"), kind="thinking")
    text = block(delta("c", 1, logprobs=two), delta("d", 1, logprobs=three), index=1)

    message = fold([START, *thinking, *text, end()])

    assert to_response(message)["logprobs"] == [one, two, three]
    assert to_json(message, violations=False)["streamfold"] == {"logprobs": [1, 2]}


def test_the_log_probabilities_of_one_block_need_no_shares():
    message = fold([START, *block(delta("Hi", logprobs={"text": "Hi"})), end()])

    assert to_json(message) == to_response(message)


def test_only_calls_that_can_be_made_stand_among_the_tool_calls():
    message = fold([START, *call('{"a": '), *call("{}", 1), end("TOOL_CALL")], LENIENT)

    assert [each["id"] for each in to_response(message)["message"]["tool_calls"]] == ["weather_1"]


def test_a_block_of_an_unknown_type_has_no_place_in_the_answer():
    message = Message(content=(OtherBlock("image", "data:"),))

    assert to_response(message) == {"message": {}}


# What it has no place for


def beside(message):
    return to_json(message)["streamfold"]


def test_a_message_in_good_order_has_nothing_beside_the_answer():
    message = fold([START, *block(delta("Hi")), end()])

    assert to_json(message) == to_response(message)


def test_a_tool_call_that_must_not_be_made_says_why():
    message = fold([START, *call('{"a": ', index=1), *call("{}", index=2), end("TOOL_CALL")], LENIENT)

    said = beside(message)
    [bad] = said["invalid_tool_calls"]
    assert bad.pop("detail")
    assert bad == {
        "at": 0,
        "index": 1,
        "id": "weather_1",
        "name": "weather",
        "raw_arguments": '{"a": ',
        "reason": "cut",
    }
    assert said["indexes"] == {"tool_calls": [2]}


def test_a_partial_message_says_that_it_is_one_and_what_is_open():
    partial = check([START, *block(delta("Hi")), *call("{}")[:-1]]).partial

    said = beside(partial)
    assert said["partial"] == partial.why != ""
    assert said["open"] == [{"kind": "call", "index": 0}]
    assert said["open_tool_calls"] == [
        {"at": 0, "index": 0, "id": "weather_0", "name": "weather", "raw_arguments": "{}"}
    ]


def test_every_partial_message_and_no_message_has_the_key_partial():
    assert beside(Partial()) == {"partial": Partial().why}
    assert beside(Partial(why="")) == {"partial": ""}
    assert "streamfold" not in to_json(Message())


def test_a_salvaged_message_says_that_it_is_one():
    partial = check([START, *block(delta("Hi"))]).partial

    assert beside(partial.salvage())["salvaged"] is True
    assert "salvaged" not in beside(partial)


def test_each_citation_has_its_target_beside_it():
    spans = [*cite(0, 2, "Hi", []), *cite(3, 4, "x", [], 1), *cite(0, 1, "x", [], 2, content_index=7)]
    message = fold([START, *block(delta("Hi"), *spans), end()], LENIENT)

    assert beside(message)["citations"] == [
        {"target": {"kind": "content", "index": 0}, "units": "code points"},
        {"target": None, "units": "code points"},
        {"target": None, "units": "code points"},
    ]


def test_a_span_in_utf_16_is_told_in_code_points_and_says_so():
    message = fold([START, *block(delta("🐙Hi"), *cite(2, 4, "Hi", [DOCUMENT])), end()])

    [citation] = to_response(message)["message"]["citations"]
    assert (citation["start"], citation["end"]) == (1, 3)
    assert beside(message)["citations"] == [{"target": {"kind": "content", "index": 0}, "units": "UTF-16"}]


def test_wire_indexes_stand_there_only_where_they_are_not_positions():
    blocks = TextBlock("a", 0), TextBlock("b", 2)
    citations = Citation(0, 1, "a", index=3), Citation(0, 1, "a", index=4)

    assert beside(Message(content=blocks))["indexes"] == {"content": [0, 2]}
    assert beside(Message(content=blocks[:1], citations=citations))["indexes"] == {"citations": [3, 4]}
    assert "streamfold" not in to_json(Message(content=blocks[:1]))


def test_a_block_of_an_unknown_type_keeps_its_place():
    message = Message(content=(TextBlock("a"), OtherBlock("image", "data:", 1, ({"n": 1},)), TextBlock("b", 2)))

    said = beside(message)
    assert said == {
        "other_content": [{"at": 1, "index": 1, "type": "image", "text": "data:", "logprobs": [{"n": 1}]}],
        "indexes": {"content": [0, 2]},
    }


def test_the_words_of_a_failed_generation_are_kept():
    stream = [START, plan("Look"), end("ERROR", error="no valid response", error_type="INVALID")]

    said = beside(fold(stream, LENIENT))
    assert (said["error"], said["error_type"]) == ("no valid response", "INVALID")


def test_what_repairs_set_aside_is_kept_with_its_position():
    note = {"type": "citation-note", "text": "n"}

    assert beside(fold([START, note, *block(delta("Hi")), end()]))["kept"] == [
        {"code": "unknown-event", "position": 1, "event": note}
    ]


def test_a_violation_is_its_fields_and_its_sentence():
    violation = Violation("part-restarted", 3, "content-start 0", line=8)

    assert beside(Message(violations=(violation,))) == {
        "violations": [
            {
                "code": "part-restarted",
                "position": 3,
                "came": "content-start 0",
                "line": 8,
                "text": "event 3 (line 8): content-start 0 starts a part that has started",
            }
        ]
    }


def test_violations_are_left_out_on_request():
    message = fold([START, *block(delta("Hi", 1), index=1), end()])

    assert beside(message)["violations"]
    assert to_json(message, violations=False)["streamfold"] == {"indexes": {"content": [1]}}


# JSON


def everything(message):
    return json.loads(json.dumps(to_json(message), allow_nan=False))


def test_what_json_has_no_word_for_becomes_text():
    event = {
        "type": "note",
        "far": float("inf"),
        "near": sys.float_info.max,
        "not": float("-inf"),
        "none": float("nan"),
        "long": 10**5000,
        "short": -(10**9),
        "exact": Decimal("1.50"),
        "pair": (1, None),
        "set": {1},
        ("a", 7): True,
    }

    [kept] = everything(fold([START, event, *block(delta("Hi")), end()]))["streamfold"]["kept"]
    assert kept["event"] == {
        "type": "note",
        "far": "inf",
        "near": sys.float_info.max,
        "not": "-inf",
        "none": "nan",
        "long": hex(10**5000),
        "short": -(10**9),
        "exact": "1.50",
        "pair": [1, None],
        "set": "{1}",
        "('a', 7)": True,
    }


def test_counts_of_usage_may_be_infinite():
    assert everything(Message(usage=Usage(cached_tokens=float("inf"))))["usage"] == {"cached_tokens": "inf"}


def test_a_lone_half_of_a_surrogate_pair_is_kept():
    message = fold([START, *block(delta("\ud83d")), end()])

    assert everything(message)["message"]["content"] == [{"type": "text", "text": "\ud83d"}]


def test_the_answer_is_plain_and_nothing_in_it_is_the_messages_own():
    message = fold([START, *block(delta("Hi"), *cite(0, 2, "Hi", [DOCUMENT])), end()])
    before = pickle.dumps(message)

    answer = to_response(message)
    answer["usage"]["billed_units"].clear()
    answer["message"]["citations"][0]["sources"][0]["document"]["data"]["pages"].append(3)

    assert pickle.dumps(message) == before
