"""What is recognised as exact is what the reader makes of it, and nothing is wrong with it."""

import copy
from collections import OrderedDict
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_plain import spoilt
from test_wire import FULL, events

from streamfold import _wire as wire
from streamfold import events as on
from streamfold._exact import exact
from streamfold._frozen import FrozenDict, TooDeep

DEPTH = 64
NAMES = [item["type"] for item, _ in FULL]


@pytest.mark.parametrize(("item", "event"), FULL, ids=NAMES)
def test_an_event_with_all_its_fields_is_recognised(item, event):
    assert exact(item, DEPTH) == event


@given(events())
def test_what_is_recognised_is_read_to_the_same_event_with_nothing_to_find(pair):
    item, _ = pair
    event = exact(item, DEPTH)

    assert event is None or wire.read(item, DEPTH) == (item, event, ())


@given(st.data(), st.sampled_from([item for item, _ in FULL]))
def test_whatever_is_done_to_an_event_it_is_recognised_as_what_it_is_or_not_at_all(data, item):
    for _ in range(data.draw(st.integers(1, 3))):
        item = data.draw(spoilt(item, data.draw(st.integers(0, 7))))
    event = exact(item, DEPTH)

    assert event is None or wire.read(item, DEPTH)[1:] == (event, ())


@given(events().filter(lambda pair: not pair[1].extra))
def test_what_was_recognised_does_not_change_with_what_came(pair):
    item, event = pair
    item = copy.deepcopy(item)
    recognised = exact(item, DEPTH)
    todo = [item]
    while todo:
        value = todo.pop()
        todo += [
            inner for inner in (value.values() if isinstance(value, dict) else value) if type(inner) in (dict, list)
        ]
        value.clear()

    assert recognised in (None, event)


@pytest.mark.parametrize(
    "item", [None, "text", [], {}, {"type": []}, {"type": "other"}, on.ContentEnd(0), FrozenDict()]
)
def test_what_is_no_mapping_with_the_type_of_an_event_is_left_to_the_reader(item):
    assert exact(item, DEPTH) is None


@pytest.mark.parametrize("kind", [OrderedDict, MappingProxyType, FrozenDict])
@pytest.mark.parametrize("item", [item for item, _ in FULL], ids=NAMES)
def test_another_kind_of_mapping_is_left_to_the_reader(item, kind):
    assert exact(kind(item), DEPTH) is None


@pytest.mark.parametrize(
    "source", ["d", None, {}, {"type": "web"}, {"type": "document", "id": 5}, {"type": "tool", "more": 1}]
)
def test_a_citation_of_a_strange_source_is_left_to_the_reader(source):
    cited = {"start": 0, "end": 1, "text": "a", "sources": [source]}

    assert exact({"type": "citation-start", "index": 0, "delta": {"message": {"citations": cited}}}, DEPTH) is None


def test_what_an_event_holds_nests_no_deeper_than_the_event_may():
    document = {"inner": {"most": []}}
    cited = {"start": 0, "end": 1, "text": "a", "sources": [{"type": "document", "document": document}]}
    item = {"type": "citation-start", "index": 0, "delta": {"message": {"citations": cited}}}

    assert exact(item, 9) == wire.read(item, 9).event
    assert exact(item, 8) is None
    with pytest.raises(TooDeep):
        wire.read(item, 8)


@pytest.mark.parametrize("index", [True, 1.0, "1", 2**64, -(2**64)])
def test_an_index_that_is_no_integer_of_64_bits_is_left_to_the_reader(index):
    assert exact({"type": "content-end", "index": index}, DEPTH) is None
