"""Two messages differ exactly where diff says so."""

import copy
import json
import pickle
import re
from ast import literal_eval

import pytest
import streams as s
import told as t
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, Message, Partial, check, fold
from streamfold.conversation import MISSING, Difference, diff, to_response
from streamfold.message import (
    Citation,
    DocumentSource,
    Kept,
    OtherBlock,
    TextBlock,
    ThinkingBlock,
    Usage,
)


def told(left, right, **options):
    return [str(difference) for difference in diff(left, right, **options)]


def swapped(differences):
    return tuple(Difference(each.path, each.right, each.left) for each in differences)


ANY = t.messages() | t.partials()


@st.composite
def variants(draw):
    """Two messages: the same twice, two of any sort, or two that differ in a field or two."""
    left = draw(ANY)
    if draw(st.booleans()):
        return left, copy.deepcopy(left)
    other = draw(ANY)
    names = draw(st.sets(st.sampled_from(["content", "calls", "citations", "kept", "usage", "id"]), max_size=2))
    return left, evolve(left, **{name: getattr(other, name) for name in names}) if names else other


@given(variants())
def test_there_is_no_difference_exactly_where_messages_are_equal(pair):
    left, right = pair

    assert (diff(left, right) == ()) == (left == right)


@given(st.tuples(s.JSON, s.JSON) | s.JSON.map(lambda value: (value, copy.deepcopy(value))))
def test_there_is_no_difference_exactly_where_values_are_equal(pair):
    left, right = pair

    assert (diff(left, right) == ()) == (left == right)


@given(variants())
def test_the_differences_are_the_same_in_both_directions(pair):
    left, right = pair

    assert diff(right, left) == swapped(diff(left, right))


@given(variants())
def test_each_difference_is_what_stands_at_its_path(pair):
    for difference in diff(*pair):
        for side, value in zip(pair, (difference.left, difference.right), strict=True):
            assert difference.path.startswith("kept") or at(side, difference.path) == value


STEP = re.compile(r"""\[(\d+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]|([^.[]+)""")


def at(value, path):
    for quoted, name in STEP.findall(path):
        step = name or literal_eval(quoted)
        if isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(step, int):
            value = value[step] if step < len(value) else MISSING
        else:
            value = getattr(value, step, MISSING)
    return value


FIELDS = st.sampled_from(["content", "calls", "citations", "kept", "usage", "id", "tool_plan", "salvaged", "open"])


@given(variants(), st.sets(FIELDS))
def test_what_is_to_be_ignored_is_all_that_is_not_told(pair, ignore):
    rest = [each for each in diff(*pair) if re.split(r"[.[]", each.path)[0] not in ignore]

    assert list(diff(*pair, ignore=ignore)) == rest


# Where


def test_a_difference_has_the_path_of_the_value():
    left = Message(id="m", content=(TextBlock("Hi"),), usage=Usage(cached_tokens=1))
    right = Message(content=(TextBlock("Ho"), TextBlock("b", 1)), usage=Usage(cached_tokens=2))

    assert told(left, right) == [
        "content[0].text: 'Hi' on the left, 'Ho' on the right",
        "content[1]: nothing on the left, TextBlock(text='b', index=1, logprobs=()) on the right",
        "id: 'm' on the left, None on the right",
        "usage.cached_tokens: 1 on the left, 2 on the right",
    ]


def test_a_part_of_another_kind_is_another_part():
    differences = diff(
        Message(content=(TextBlock("Hi"),), citations=(Citation(0, 1, "H", (DocumentSource("d"),)),)),
        Message(content=(ThinkingBlock("Hi"),), citations=(Citation(0, 1, "H", (DocumentSource("e"),)),)),
    )

    assert [each.path for each in differences] == ["citations[0].sources[0].id", "content[0]"]


def test_a_message_differs_from_a_partial_one_in_what_only_one_of_them_has():
    stream = s.whole(*s.text_block("Hi"))
    message, partial = fold(stream), check(stream[:-1]).partial

    assert told(message, partial, ignore=["finish_reason", "usage"]) == [
        "open: nothing on the left, () on the right",
        "salvaged: False on the left, nothing on the right",
    ]


def test_what_equality_does_not_look_at_makes_no_difference():
    left = Partial(id="m", kept=(Kept("debug", {"prompt": "p"}, 1),), why="one")
    right = Partial(id="m", kept=(Kept("debug", {"prompt": "p"}, 2),), why="two")

    assert diff(left, right) == ()
    assert diff(fold(s.whole(*s.text_block("Hi", index=1)), LENIENT), fold(s.whole(*s.text_block("Hi", index=1)))) == ()


LATE = [s.content_delta("a"), s.content_delta("b"), s.plan_delta("c")]


def test_a_run_of_kept_deltas_is_one():
    one = fold([*s.whole(*s.text_block("Hi")), *LATE], LENIENT)
    two = fold([*s.whole(*s.text_block("Hi")), s.content_delta("ab"), s.plan_delta("d")], LENIENT)

    assert told(one, two) == ["kept[1].event.delta.message.tool_plan: 'c' on the left, 'd' on the right"]


def test_objects_are_compared_by_key_and_lists_by_place():
    left = {"a": {"b c": 1, "x": [1, 2]}, "same": 1}
    right = {"same": 1.0, "a": {"x": (1, 2)}, 7: None}

    assert told(left, right) == [
        "['7']: nothing on the left, None on the right",
        "a['b c']: 1 on the left, nothing on the right",
        "a.x: [1, 2] on the left, (1, 2) on the right",
    ]


@pytest.mark.parametrize(
    ("name", "path"),
    [("a" * 60, "a" * 60), ("a" * 61, f"['{'a' * 27}...{'a' * 28}']"), ("a.b", "['a.b']"), ("", "['']")],
)
def test_a_name_that_is_long_or_no_word_is_quoted(name, path):
    assert [each.path for each in diff({name: 1}, {name: 2})] == [path]


@pytest.mark.parametrize(
    ("left", "right"),
    [(Message(), {}), (1, "1"), ([], {}), (Message(), None), ([1], [[1]]), (TextBlock("a"), OtherBlock("text", "a"))],
)
def test_values_of_other_kinds_differ_as_a_whole(left, right):
    [difference] = diff([left], [right])

    assert difference.path.startswith("[0]")
    assert (difference.left, difference.right) in [(left, right), (1, [1])]


def test_the_whole_has_no_path():
    assert told(1, 2) == ["the whole: 1 on the left, 2 on the right"]


def test_the_same_value_never_differs_even_if_it_does_not_equal_itself():
    nan = float("nan")

    assert diff({"a": nan}, {"a": nan}) == ()
    assert len(diff({"a": nan}, {"a": float("nan")})) == 1


def test_deep_values_are_compared_without_recursion():
    left, right = 1, 2
    for _ in range(5000):
        left, right = [left], [right]

    [difference] = diff(left, right)
    assert difference.path == "[0]" * 5000


# Ignoring


def test_a_path_is_ignored_with_all_below_it_and_nothing_beside_it():
    left = {"usage": {"tokens": 1}, "usages": 1, "list": [1, 1], "lists": 1}
    right = {"usage": {"tokens": 2}, "usages": 2, "list": [2, 2], "lists": 2}

    def paths(*ignore):
        return [each.path for each in diff(left, right, ignore)]

    assert paths("usage") == ["list[0]", "list[1]", "lists", "usages"]
    assert paths("list", "usage.tokens") == ["lists", "usages"]
    assert paths("list[1]", "usages", "lists") == ["list[0]", "usage.tokens"]


# How it reads


def test_long_strings_are_shown_from_where_they_part():
    left, right = "a" * 5000 + "b" * 5000, "a" * 5000 + "c"

    [text] = told(Message(content=(TextBlock(left),)), Message(content=(TextBlock(right),)))
    assert text == (f"content[0].text, from character 5000 on: '{'b' * 27}...{'b' * 28}' on the left, 'c' on the right")


def test_a_string_that_begins_with_the_other_parts_at_its_end():
    assert str(Difference("id", "a" * 70, "a" * 69)) == "id, from character 69 on: 'a' on the left, '' on the right"


def test_short_strings_are_shown_whole():
    assert str(Difference("id", "a" * 59 + "b", "a" * 59 + "c")).startswith("id: 'aaaa")


def test_strings_that_part_at_their_start_are_shown_whole():
    assert str(Difference("id", "a" * 61, "b")).startswith("id: 'aaaa")


def test_a_difference_is_bounded_in_length():
    big = Difference("id", [("x" * 1000, "y" * 1000)] * 1000, TextBlock("z" * 100_000))

    assert len(str(big)) < 700


def test_a_difference_pickles_and_nothing_stays_nothing():
    [difference] = diff({"a": 1}, {})

    assert difference == Difference("a", 1, MISSING)
    again = pickle.loads(pickle.dumps(difference))
    assert again == difference
    assert again.right is MISSING
    assert copy.deepcopy(MISSING) is MISSING


def test_answers_can_be_compared_as_json():
    left = to_response(fold(s.whole(*s.text_block("Hi"))))
    right = json.loads(json.dumps(left)) | {"id": "other"}

    assert told(left, right) == ["id: 'm-1' on the left, 'other' on the right"]
    assert told(left, right, ignore=["id"]) == []
