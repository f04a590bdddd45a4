"""What is recognised as a plain delta is one: it holds its characters and nothing else that anyone could read in it."""

from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfold import _wire as wire
from streamfold import events as on
from streamfold._frozen import FrozenDict
from streamfold._plain import DELTAS, NOTHING, PLAIN
from streamfold._to_wire import to_wire

KINDS = {
    "text": (on.ContentDelta, "text"),
    "thinking": (on.ContentDelta, "thinking"),
    "call": (on.ToolCallDelta, "arguments"),
    "plan": (on.ToolPlanDelta, "tool_plan"),
}
PATHS = {
    "text": ("delta", "message", "content", "text"),
    "thinking": ("delta", "message", "content", "thinking"),
    "call": ("delta", "message", "tool_calls", "function", "arguments"),
    "plan": ("delta", "message", "tool_plan"),
}


class Row(Mapping):
    """A mapping that is no dict."""

    def __init__(self, held):
        self.held = dict(held)

    def __getitem__(self, key):
        return self.held[key]

    def __iter__(self):
        return iter(self.held)

    def __len__(self):
        return len(self.held)


class Words(str):
    """A string that is not just one."""

    __slots__ = ()


symbols = st.sampled_from(sorted(DELTAS))
texts = st.text(st.characters() | st.sampled_from("\ud83d\udc19"), max_size=3)
indexes = st.sampled_from([0, 1, 5, 1000, 2**63])
keys = st.sampled_from(["type", "index", "delta", "message", "content", "text", "thinking", "tool_calls", "note", ""])
leaves = st.none() | st.booleans() | st.integers(-1, 6) | st.sampled_from([0.0, 1.0, 2**64, 2**63]) | texts
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2), max_leaves=4
)
mappings = st.sampled_from([OrderedDict, UserDict, ChainMap, MappingProxyType, FrozenDict, Counter, Row])


def typed(symbol, index, text):
    kind, name = KINDS[symbol]
    place = {} if kind is on.ToolPlanDelta else {"index": index}
    return kind(**place, **{name: text})


def delta(symbol, index, text):
    """The event as the API sends it."""
    value = text
    for key in reversed(PATHS[symbol]):
        value = {key: value}
    place = {} if symbol == "plan" else {"index": index}
    return {"type": KINDS[symbol][0].wire_type, **place, **value}


def read(symbol, event, index):
    return PLAIN[symbol].read(event, index)


@st.composite
def spoilt(draw, value, depth):
    """The value with something else at some depth of it, with something more, or in another kind of mapping."""
    if depth and isinstance(value, dict) and value:
        key = draw(st.sampled_from(list(value)[-1:] * 3 + list(value)))
        return {**value, key: draw(spoilt(value[key], depth - 1))}
    if not isinstance(value, dict):
        return draw(st.one_of(leaves, values, st.just([value]), st.builds(Words, texts)))
    more = st.builds(lambda key, other: {**value, key: other}, keys, values)
    less = st.sampled_from([*value, "none"]).map(lambda gone: {key: value[key] for key in value if key != gone})
    return draw(st.one_of(more, less, values, st.just([value]), *[mappings.map(lambda kind: kind(value))] * 3))


@st.composite
def likes(draw, symbol, index):
    """Events that might be plain deltas of a symbol and an index, and often are not."""
    place = draw(st.sampled_from([index] * 20 + [True, None, 0, 1]))
    event = delta(draw(st.sampled_from([symbol] * 20 + sorted(DELTAS))), place, draw(texts))
    for _ in range(draw(st.integers(0, 2))):
        event = draw(spoilt(event, draw(st.integers(0, 5))))
    return event


@st.composite
def candidates(draw):
    symbol, index = draw(symbols), draw(indexes)
    return symbol, index, draw(likes(symbol, index))


def exact(value):
    """Whether every mapping and string in the value is a dict or str, and no kind of one."""
    if isinstance(value, Mapping):
        return type(value) is dict and all(map(exact, value.values()))
    return not isinstance(value, str) or type(value) is str


# Recognising one event


@given(candidates())
def test_what_is_recognised_holds_its_characters_and_nothing_else(candidate):
    symbol, index, event = candidate
    text = read(symbol, event, index)
    if text is None:
        return
    reading = wire.read(event, 64)

    assert type(text) is str
    assert reading.findings == ()
    assert reading.event == typed(symbol, index, text)
    assert event == delta(symbol, index, text)
    assert symbol == "plan" or event["index"] is index


@given(candidates())
def test_what_is_not_recognised_is_not_the_event_that_would_be_written(candidate):
    symbol, index, event = candidate
    if not exact(event) or read(symbol, event, index) is not None:
        return
    reading = wire.read(event, 64)
    text = getattr(reading.event, KINDS[symbol][1], None)

    assert text is None or repr(event) != repr(PLAIN[symbol].write(index, text))


@given(symbols, indexes, texts)
def test_what_is_written_is_what_was_read(symbol, index, text):
    event = PLAIN[symbol].write(index, text)

    assert event == delta(symbol, index, text)
    assert event == to_wire(typed(symbol, index, text))
    assert read(symbol, event, index) == text


@given(symbols, symbols, indexes, texts)
def test_a_delta_is_recognised_for_its_own_symbol_only(symbol, other, index, text):
    event = PLAIN[symbol].write(index, text)

    assert read(other, event, index) == (text if other == symbol else None)


@given(candidates())
def test_whatever_comes_stays_as_it_was(candidate):
    symbol, index, event = candidate
    before = repr(event)
    read(symbol, event, index)

    assert repr(event) == before


@pytest.mark.parametrize("symbol", ["text", "thinking", "call"])
@pytest.mark.parametrize("other", [True, 1.0, None, 0, 2, "1", [1]])
def test_a_delta_of_another_index_is_not_recognised(symbol, other):
    assert read(symbol, delta(symbol, other, "Hi"), 1) is None


@pytest.mark.parametrize("symbol", ["text", "thinking", "call"])
def test_a_large_index_is_recognised_only_as_the_very_same_object(symbol):
    index, equal = int("1000000"), int("1000000")
    event = delta(symbol, index, "Hi")

    assert read(symbol, event, index) == "Hi"
    assert read(symbol, event, equal) is None


@pytest.mark.parametrize("symbol", sorted(DELTAS))
@pytest.mark.parametrize("text", [None, 5, True, [], {}, {"text": "Hi"}, b"Hi", Words("Hi")])
def test_only_a_plain_string_is_characters(symbol, text):
    assert read(symbol, delta(symbol, 0, text), 0) is None


@pytest.mark.parametrize("symbol", sorted(DELTAS))
def test_a_field_more_at_any_level_is_not_recognised(symbol):
    for depth in range(len(PATHS[symbol])):
        event = delta(symbol, 0, "Hi")
        level = event
        for key in PATHS[symbol][:depth]:
            level = level[key]
        level["note"] = None

        assert read(symbol, event, 0) is None


@pytest.mark.parametrize("symbol", sorted(DELTAS))
@pytest.mark.parametrize("shape", [lambda inner: [inner], lambda _: [], str, lambda _: "d", lambda _: None, list])
def test_what_is_no_object_at_any_level_is_not_recognised(symbol, shape):
    for depth in range(1, len(PATHS[symbol])):
        event = delta(symbol, 0, "Hi")
        level = event
        for key in PATHS[symbol][: depth - 1]:
            level = level[key]
        level[PATHS[symbol][depth - 1]] = shape(level[PATHS[symbol][depth - 1]])

        assert read(symbol, event, 0) is None


@pytest.mark.parametrize("symbol", sorted(DELTAS))
@pytest.mark.parametrize("error", [KeyError, TypeError, IndexError])
def test_what_refuses_to_be_looked_into_is_not_recognised(symbol, error):
    class Closed:
        def __len__(self):
            return 1

        def __getitem__(self, key):
            raise error(key)

    assert read(symbol, {**delta(symbol, 0, "Hi"), "delta": Closed()}, 0) is None


@pytest.mark.parametrize("symbol", sorted(DELTAS))
def test_an_event_that_is_no_dict_is_not_recognised(symbol):
    event = delta(symbol, 0, "Hi")
    strangers = [None, 5, "type", [], [event], (event,), typed(symbol, 0, "Hi"), on.Unreadable("{", "cut")]
    mappings = [kind(event) for kind in (OrderedDict, UserDict, ChainMap, MappingProxyType, FrozenDict, Row)]

    assert [read(symbol, other, 0) for other in (*strangers, on.Located(event, 1), *mappings)] == [None] * 15


# Where no part grows


@given(candidates())
def test_where_no_part_grows_nothing_is_recognised(candidate):
    _, index, event = candidate

    assert NOTHING.read(event, index) is None
    assert NOTHING.write(index, "Hi") == {}


def test_every_symbol_that_grows_by_plain_deltas_is_known():
    assert sorted(DELTAS) == sorted(KINDS)


# What is no JSON


def test_a_dict_that_makes_up_what_it_lacks_stays_as_it_was():
    inner = defaultdict(dict, note=1)
    text = read("text", {"type": "content-delta", "index": 0, "delta": inner}, 0)

    assert text is None
    assert inner == {"note": 1}


def test_what_a_dict_makes_up_is_not_recognised():
    inner = defaultdict(lambda: {"content": {"text": "Hi"}}, note=1)

    assert read("text", {"type": "content-delta", "index": 0, "delta": inner}, 0) is None


def test_what_is_no_mapping_is_not_recognised_though_it_has_keys():
    class Keyed:
        def __len__(self):
            return 1

        def __getitem__(self, key):
            return {"message": {"content": {"text": "Hi"}}}[key]

    event = {"type": "content-delta", "index": 0, "delta": Keyed()}

    assert wire.read(event, 64).event is None
    assert read("text", event, 0) is None
