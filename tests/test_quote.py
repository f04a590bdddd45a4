"""A quotation is bounded, printable, and the same for equal values, whatever a stream holds."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamfold._frozen import freeze
from streamfold._quote import quote

HUGE = 10**5000

strings = st.text(st.characters() | st.sampled_from("\x1b\x07\n\r\u202e\u2066\ud800\udfff'\"\\"))
numbers = st.integers() | st.floats()
scalars = st.none() | st.booleans() | numbers | strings
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(strings, inner, max_size=6),
    max_leaves=12,
)


def swollen(value, times):
    """The same value with every string, list and dict so many times as long."""
    if isinstance(value, str):
        return value * times
    if isinstance(value, list):
        return [swollen(inner, times) for inner in value] * times
    if isinstance(value, dict):
        return {key * times: swollen(inner, times) for key, inner in value.items()}
    return value


@given(st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats() | st.text(max_size=5))
def test_what_is_short_is_quoted_as_python_writes_it(value):
    assert quote(value) == repr(value)


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ({"b": [1, None], "a": "x"}, "{'a': 'x', 'b': [1, None]}"),
        ([], "[]"),
        ({}, "{}"),
        ([1, 2, 3, 4, 5], "[1, 2, 3, 4, ...]"),
        (dict.fromkeys("abcde", 0), "{'a': 0, 'b': 0, 'c': 0, 'd': 0, ...}"),
        ([[[[]]]], "[[[[]]]]"),
        ([[[[0]]]], "[[[[...]]]]"),
        ("it's", '"it\'s"'),
        ("\x1b[31m", "'\\x1b[31m'"),
        ("\ud800", "'\\ud800'"),
    ],
)
def test_what_is_quoted_reads_like_python(value, quoted):
    assert quote(value) == quoted


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("abcdefghijklmnopqr", "'abcdefghijklmnopqr'"),
        ("abcdefghijklmnopqrs", "'abcdefg...lmnopqrs'"),
        ("a" * 10**6, "'aaaaaaa...aaaaaaaa'"),
        (10**30, "10000000...000000000"),
        (freeze({"key": {"inner": "abcdefghij"}}, 9), "{'key': {'inner': 'abcdefghij'}}"),
    ],
)
def test_what_is_long_is_cut_in_its_middle(value, quoted):
    assert quote(value, 20) == quoted


@given(strings, st.integers(5, 400))
def test_a_quoted_string_is_no_longer_than_asked_for(value, most):
    assert len(quote(value, most)) <= max(most, 5)
    assert len(quote(value * 1000, most)) <= most


@given(values, st.integers(1, 50))
def test_a_quotation_is_bounded(value, times):
    assert len(quote(swollen(value, times))) < 10_000
    assert len(quote(freeze(swollen(value, times), 64))) < 1_000


@given(values)
@example("\x1b]0;title\x07")
def test_a_quotation_steers_no_terminal(value):
    assert quote(value).isprintable()
    assert quote(freeze(value, 64)).isprintable()


@given(st.lists(scalars, max_size=4) | st.dictionaries(strings, scalars, max_size=4))
def test_a_frozen_value_is_quoted_like_a_plain_one(value):
    assert quote(freeze(value, 2)) == quote(value)


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (HUGE, "an integer of 16610 bits"),
        ([HUGE], "[an integer of 16610 bits]"),
        ({"a": [HUGE]}, "{'a': [an integer of 16610 bits]}"),
    ],
    ids=["alone", "in a list", "in an object"],
)
def test_an_integer_that_python_does_not_write_is_named(value, quoted):
    assert quote(value) == quoted


# An address would make two states that saw the same differ.
@pytest.mark.parametrize("value", [[[HUGE]], {"a": {"b": HUGE}}], ids=["in a list", "in an object"])
def test_equal_frozen_values_are_quoted_alike(value):
    first, second = freeze(value, 64), freeze(value, 64)

    assert quote(first) == quote(second)
    assert " at 0x" not in quote(first)
