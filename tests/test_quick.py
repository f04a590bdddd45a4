"""What is made quickly is what its class makes, and stays as it is."""

import copy
import pickle

import pytest
from attrs import NOTHING, evolve, fields
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from streamfold import events as on
from streamfold._book import Book, Part
from streamfold._quick import maker
from streamfold.message import Citation, ToolCall, Usage

KINDS = [*on.EVENTS, on.DocumentSource, on.ToolSource, Citation, ToolCall]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_is_made_quickly_is_the_one_that_its_class_makes(kind):
    values = [f"value {number}" for number in range(len(fields(kind)))]
    made = maker(kind)(*values)

    assert type(made) is kind
    assert made == kind(*values) == copy.copy(made) == pickle.loads(pickle.dumps(made))
    assert repr(made) == repr(kind(*values))
    assert hash(made) == hash(kind(*values))


@pytest.mark.parametrize("kind", [*KINDS, Part, Usage])
def test_a_field_that_is_left_out_is_what_its_class_leaves_it_at(kind):
    needed = [each.name for each in fields(kind) if each.default is NOTHING]

    assert maker(kind)(*needed) == kind(*needed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_was_made_quickly_is_as_frozen_as_any(kind):
    made = maker(kind)(*range(len(fields(kind))))

    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(kind)[0].name, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_no_class_that_a_user_sees_gets_a_subclass_that_nobody_asked_for(kind):
    maker(kind)

    assert kind.__subclasses__() == []


NAMES = [each.name for each in fields(Book)]


@given(
    st.lists(st.integers(), min_size=len(NAMES), max_size=len(NAMES)),
    st.dictionaries(st.sampled_from(NAMES), st.text()),
)
def test_a_draft_becomes_the_value_with_its_changes_and_the_other_stays_as_it_was(values, changes):
    book = Book(*values)
    other = book.with_(**changes)

    assert type(other) is Book
    assert other == evolve(book, **changes)
    assert book == Book(*values)


def test_a_draft_has_the_fields_of_the_value_only():
    with pytest.raises(AttributeError):
        Book().with_(none=1)
