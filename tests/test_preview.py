"""A preview shows what can be seen of arguments in progress, and is no arguments."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfold.preview import Preview, preview

VALUES = st.recursive(st.none() | st.integers(-99, 99) | st.text(max_size=4), lambda inner: st.lists(inner, max_size=2))
OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=3)


@given(OBJECTS)
def test_the_preview_of_whole_arguments_shows_them_all(arguments):
    assert preview(json.dumps(arguments)) == Preview(arguments)


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=4), max_size=3), st.data())
def test_the_preview_of_a_beginning_shows_beginnings(arguments, data):
    raw = json.dumps(arguments)

    shown = preview(raw[: data.draw(st.integers(1, len(raw)))]).arguments

    assert all(arguments[key].startswith(value) for key, value in shown.items())
    assert list(shown) == list(arguments)[: len(shown)]


@pytest.mark.parametrize("raw", ["", "no JSON", "[1", "12", "[" * 100_000, '{"a":' * 100_000])
def test_where_no_object_can_be_seen_there_is_none(raw):
    assert preview(raw).arguments is None


def test_without_jiter_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jiter", None)

    with pytest.raises(ImportError) as caught:
        preview("{}")

    assert str(caught.value) == "a preview of tool arguments needs jiter: install streamfold[partial]"
