"""A frozen value is a JSON value in every respect but one: it stays as it is."""

import copy
import json
import pickle
from collections import ChainMap, OrderedDict, defaultdict
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfold._frozen import FrozenDict, FrozenList, TooDeep, freeze, weight

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
containers = st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=3), values, max_size=4)

REFUSAL = "a frozen value cannot be changed; dict() or list() makes a copy that can"


def depth(value):
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0) if isinstance(value, dict | list) else 0


def nodes(value):
    """Every value in *value*, and *value* itself."""
    yield value
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list):
        return
    for inner in value:
        yield from nodes(inner)


def nested(levels, wrap):
    value = 0
    for _ in range(levels):
        value = wrap(value)
    return value


@given(values)
def test_a_frozen_value_equals_and_reads_like_what_it_was_made_from(value):
    frozen = freeze(value, 64)

    assert frozen == value
    assert value == frozen
    assert repr(frozen) == repr(value)
    assert json.dumps(frozen) == json.dumps(value)


@given(values)
def test_every_dict_and_list_in_a_frozen_value_is_frozen(value):
    kinds = {type(node) for node in nodes(freeze(value, 64))}

    assert kinds.isdisjoint({dict, list})


@given(containers)
def test_a_frozen_value_is_frozen_once(value):
    frozen = freeze(value, 64)

    assert freeze(frozen, 64) is frozen
    assert freeze([frozen], 64)[0] is frozen
    assert freeze({"a": frozen}, 64)["a"] is frozen


def test_what_is_frozen_does_not_change_with_what_it_was_made_from():
    inner = [1]
    outer = {"a": inner}

    frozen = freeze(outer, 64)
    inner.append(2)
    outer["b"] = 3

    assert frozen == {"a": [1]}


@pytest.mark.parametrize(
    "mapping",
    [
        OrderedDict(a=[1]),
        defaultdict(list, a=[1]),
        MappingProxyType({"a": [1]}),
        ChainMap({"a": [1]}, {"a": [2]}),
    ],
)
def test_any_mapping_becomes_a_frozen_dict(mapping):
    frozen = freeze(mapping, 64)

    assert type(frozen) is FrozenDict
    assert type(frozen["a"]) is FrozenList
    assert frozen == {"a": [1]}


def test_a_tuple_becomes_a_frozen_list():
    frozen = freeze(((), 1), 64)

    assert type(frozen) is type(frozen[0]) is FrozenList
    assert frozen == [[], 1]


def test_what_is_no_json_value_stays_as_it_is():
    foreign = {1, 2}

    assert freeze(foreign, 0) is foreign
    assert freeze([foreign], 1)[0] is foreign
    assert freeze({"a": foreign}, 1)["a"] is foreign


@given(containers)
def test_a_value_is_frozen_up_to_its_own_depth_and_no_less(value):
    levels = depth(value)
    frozen = freeze(value, levels)

    for too_deep in (value, frozen):
        with pytest.raises(TooDeep) as caught:
            freeze(too_deep, levels - 1)
        assert str(caught.value) == "nested too deeply"


@pytest.mark.parametrize(("value", "levels"), [("text", 0), ([], 1), ({}, 1), ([[1]], 2), ([{"a": ()}], 3)])
def test_a_scalar_has_depth_0_and_each_container_one_more(value, levels):
    assert freeze(value, levels) == freeze(value, 64)
    if levels:
        with pytest.raises(TooDeep):
            freeze(value, levels - 1)


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}, lambda value: (value,)])
def test_a_value_of_a_hundred_thousand_levels_is_too_deep_and_no_recursion_error(wrap):
    value = nested(100_000, wrap)

    with pytest.raises(TooDeep):
        freeze(value, 64)


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}])
def test_a_level_takes_no_more_than_one_frame(wrap):
    value = freeze(nested(600, wrap), 600)

    for _ in range(600):
        assert isinstance(value, FrozenDict | FrozenList)
        (value,) = value.values() if isinstance(value, FrozenDict) else value
    assert value == 0


def test_a_list_that_contains_itself_is_too_deep():
    endless = []
    endless += [endless, endless]

    with pytest.raises(TooDeep):
        freeze(endless, 64)


def test_a_mapping_that_contains_itself_is_too_deep():
    endless = {}
    endless["a"] = endless

    with pytest.raises(TooDeep):
        freeze(endless, 64)


ARGUMENTS = [(), (0,), (9,), (0, 9), ([9],), ("b",), ("b", 9), ("c", 9), ({"c": 9},), (slice(0, 1), [])]


def after(value, name, arguments):
    """*value*, once its method *name* was called, and what that raised."""
    try:
        getattr(value, name)(*arguments)
    except Exception as error:  # noqa: BLE001 - whatever a method raises is its answer
        return value, error
    return value, None


def calls_that_change(kind, example):
    calls = [(name, arguments) for name in dir(kind) for arguments in ARGUMENTS]
    return [call for call in calls if after(kind(example), *call)[0] != example]


LIST = [2, 9, 1]
DICT = {"b": [2], "a": {}}
CHANGES = [(LIST, *call) for call in calls_that_change(list, LIST)]
CHANGES += [(DICT, *call) for call in calls_that_change(dict, DICT)]


def test_trying_every_method_finds_every_mutator():
    found = {(type(example), name) for example, name, _ in CHANGES}

    shared = {"__delitem__", "__init__", "__setitem__", "clear", "pop"}
    of_lists = {"__iadd__", "__imul__", "append", "extend", "insert", "remove", "reverse", "sort"}
    of_dicts = {"__ior__", "popitem", "setdefault", "update"}
    assert {name for kind, name in found if kind is list} == shared | of_lists
    assert {name for kind, name in found if kind is dict} == shared | of_dicts


@pytest.mark.parametrize(("example", "name", "arguments"), CHANGES)
def test_no_mutator_changes_a_frozen_value(example, name, arguments):
    value, error = after(freeze(example, 64), name, arguments)

    assert value == example
    assert list(value) == list(example)
    if name != "__init__":
        assert (type(error), str(error)) == (TypeError, REFUSAL)


@pytest.mark.parametrize("name", sorted({*dir(list), *dir(dict)} - {"__init__"}))
def test_a_mutator_refuses_even_where_it_would_change_nothing(name):
    changes = {(type(example), name) for example, name, _ in CHANGES}

    for frozen, kind in ((FrozenDict(), dict), (FrozenList(), list)):
        if (kind, name) in changes:
            with pytest.raises(TypeError) as caught:
                getattr(frozen, name)()
            assert str(caught.value) == REFUSAL


def test_the_statements_that_change_a_value_are_refused():
    mapping, sequence = FrozenDict(a=1), FrozenList([1])

    for statement in (
        "mapping['a'] = 2",
        "del mapping['a']",
        "mapping |= {'b': 2}",
        "sequence[0] = 2",
        "sequence[:] = []",
        "del sequence[0]",
        "sequence += [2]",
        "sequence *= 2",
    ):
        with pytest.raises(TypeError) as caught:
            exec(statement, {"mapping": mapping, "sequence": sequence})  # noqa: S102 - a statement is no call
        assert str(caught.value) == REFUSAL
    assert (mapping, sequence) == ({"a": 1}, [1])


def test_to_initialise_again_changes_nothing():
    mapping, sequence = FrozenDict(a=1), FrozenList([1])

    mapping.__init__({"b": 2}, a=3)
    sequence.__init__([2])

    assert (mapping, sequence) == ({"a": 1}, [1])


@pytest.mark.parametrize("frozen", [FrozenDict(), FrozenList()])
def test_a_frozen_value_takes_no_attributes(frozen):
    with pytest.raises(AttributeError):
        frozen.note = 1


def test_a_class_freezes_what_it_is_given():
    mapping, sequence = FrozenDict([("a", [1])], b={"c": 2}), FrozenList(([1],))

    assert (mapping, sequence) == ({"a": [1], "b": {"c": 2}}, [[1]])
    assert {type(node) for node in nodes(mapping)} == {FrozenDict, FrozenList, int}
    assert {type(node) for node in nodes(sequence)} == {FrozenList, int}
    assert (FrozenDict(), FrozenList()) == ({}, [])


@given(containers)
def test_a_copy_is_the_value_itself(value):
    frozen = freeze(value, 64)

    assert copy.copy(frozen) is frozen
    assert copy.deepcopy(frozen) is frozen


@given(containers, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_a_pickled_value_comes_back_frozen(value, protocol):
    frozen = freeze(value, 64)

    thawed = pickle.loads(pickle.dumps(frozen, protocol))

    assert thawed == frozen
    assert list(map(type, nodes(thawed))) == list(map(type, nodes(frozen)))


def test_operators_and_the_copy_method_give_plain_values():
    mapping, sequence = FrozenDict(a=1), FrozenList([1])

    plain = [mapping | {"b": 2}, {"b": 2} | mapping, mapping.copy(), dict(mapping)]
    assert plain == [{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}, {"a": 1}]
    assert set(map(type, plain)) == {dict}

    plain = [sequence + [2], sequence * 2, sequence[:], sequence.copy(), list(sequence)]  # noqa: RUF005 - this + is tested
    assert plain == [[1, 2], [1, 1], [1], [1], [1]]
    assert set(map(type, plain)) == {list}


@given(containers, containers)
def test_equal_values_hash_equally_and_are_one_key(left, right):
    one, other = freeze(left, 64), freeze(right, 64)

    assert one != other or hash(one) == hash(other)
    assert hash(one) == hash(freeze(left, 64))
    assert {one: "found"}[freeze(copy.deepcopy(left), 64)] == "found"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([1, 0], [1.0, False]),
        ({"a": 1, "b": [True]}, {"b": [1.0], "a": True}),
        ([{"a": 1}], [{"a": 1.0}]),
    ],
)
def test_neither_the_order_of_keys_nor_the_type_of_a_number_changes_a_hash(left, right):
    one, other = freeze(left, 64), freeze(right, 64)

    assert one == other
    assert hash(one) == hash(other)


def test_a_hash_tells_values_apart():
    kinds = [[], {}, [[]], [{}], {"a": 1}, {"a": 2}, {"b": 1}, ["a", 1], [1, "a"]]

    assert len({hash(freeze(kind, 64)) for kind in kinds}) == len(kinds)


def characters(value):
    texts = [node for node in nodes(value) if isinstance(node, str)]
    keys = [key for node in nodes(value) if isinstance(node, dict) for key in node]
    return sum(map(len, texts + keys))


class Word(str):
    """A string that is not just one."""

    __slots__ = ()


@given(values)
def test_a_weight_is_the_number_of_nodes_and_characters(value):
    assert weight(freeze(value, 64)) == len(list(nodes(value))) + characters(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, 1), (10**9, 1), ("", 1), ("abc", 4), ([], 1), ({"ab": [1]}, 5), ({1: 2}, 2), ({1, 2}, 1), (Word("abc"), 4)],
)
def test_a_key_weighs_its_characters_and_anything_else_weighs_one(value, expected):
    assert weight(freeze(value, 64)) == expected
