"""A log is a list, and a shelf a list with an index to it, and whatever is appended to them, they stay as they are."""

import copy
import pickle
from functools import reduce
from itertools import accumulate
from threading import Barrier

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from races import at_once

from streamfold._log import Log, Shelf

MANY = 30_000
KINDS = [Log, Shelf]


@frozen
class Item:
    index: int
    name: str


# Few items, so that the very same one is appended again where it stood before.
ITEMS = [Item(index, name) for index in range(-1, 4) for name in "abc"]
items = st.lists(st.sampled_from(ITEMS), max_size=20)
branches = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(ITEMS)), max_size=20)
kinds = st.sampled_from(KINDS)


def history(kind, items):
    return list(accumulate(items, kind.append, initial=kind()))


def tree(kind, items, branches):
    """Logs that grew from one another, each beside the list that it should be."""
    logs = history(kind, items)
    models = [items[:count] for count in range(len(items) + 1)]
    for number, item in branches:
        logs.append(logs[number % len(logs)].append(item))
        models.append([*models[number % len(models)], item])
    return logs, models


def latest(items):
    return {item.index: item for item in items}


def numbered(count, prefix=""):
    return [Item(index, f"{prefix}{index}") for index in range(count)]


class Gate(list):
    """A list to whose end nobody appends before all have come to append."""

    def __init__(self, items, parties):
        super().__init__(items)
        self.barrier = Barrier(parties)

    def __iadd__(self, items):
        if self.barrier is not None:
            self.barrier.wait(10)
            self.barrier = None
        return super().__iadd__(items)


def gated(log, parties):
    log.items = Gate(log.items, parties)
    return log


# What it holds


@given(kinds, items)
def test_a_log_holds_its_items_in_order(kind, items):
    log = history(kind, items)[-1]

    assert list(log) == items
    assert len(log) == len(items)
    assert list(kind(iter(items))) == items


@given(kinds, items, branches)
def test_every_log_can_be_appended_to_many_times(kind, items, branches):
    logs, models = tree(kind, items, branches)

    assert [list(log) for log in logs] == models
    assert [len(log) for log in logs] == [len(model) for model in models]
    assert {type(log) for log in logs} == {kind}


@given(kinds, items, branches, st.lists(st.tuples(st.integers(0, 10**6), items), max_size=5))
def test_to_append_many_at_once_is_to_append_them_one_by_one(kind, items, branches, many):
    logs, models = tree(kind, items, branches)
    for number, new in many:
        log, model = logs[number % len(logs)], models[number % len(models)]
        logs.append(log.extend(new))
        models.append([*model, *new])

    assert [list(log) for log in logs] == models
    assert kind is Log or [[log.find(index) for index in range(-1, 4)] for log in logs] == [
        [latest(model).get(index) for index in range(-1, 4)] for model in models
    ]


@given(kinds, items, branches, st.integers(0, 50))
def test_what_came_since_is_what_came_since(kind, items, branches, count):
    logs, models = tree(kind, items, branches)

    assert [log.since(count) for log in logs] == [model[count:] for model in models]


@given(kinds, items)
def test_a_log_does_not_change_with_what_it_was_made_from(kind, items):
    source = list(items)
    log = kind(source)
    source.append(ITEMS[0])
    log.since(0).clear()

    assert list(log) == items


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_empty_shares_nothing(kind):
    empty = kind()
    logs = [empty.append(ITEMS[0]), empty.append(ITEMS[1]), kind().append(ITEMS[2])]

    assert [list(log) for log in logs] == [[ITEMS[0]], [ITEMS[1]], [ITEMS[2]]]
    assert list(empty) == list(kind()) == []
    assert len({id(log.items) for log in (empty, *logs)}) == 4


# What it is as a value


@given(kinds, items, items)
def test_logs_compare_and_hash_by_their_items(kind, first, second):
    one, other = history(kind, first)[-1], history(kind, second)[-1]

    assert (one == other) == (first == second)
    assert one == kind(first)
    assert hash(one) == hash(kind(first))


@given(kinds, items)
def test_a_log_is_no_list(kind, items):
    log = history(kind, items)[-1]

    assert log != items
    assert repr(log) == f"{kind.__name__}({items!r})"


@given(kinds, items)
def test_a_copy_is_equal_and_grows_on_its_own(kind, items):
    log = history(kind, items)[-1]
    copies = [copy.copy(log), copy.deepcopy(log), pickle.loads(pickle.dumps(log))]

    assert copies == [log] * 3
    assert [list(each.append(ITEMS[0])) for each in copies] == [[*items, ITEMS[0]]] * 3
    assert list(log.append(ITEMS[1])) == [*items, ITEMS[1]]
    assert list(log) == items


@pytest.mark.parametrize("kind", KINDS)
def test_a_log_of_many_items_is_a_value_like_any_other(kind):
    log = reduce(kind.append, numbered(MANY), kind())

    assert log == kind(numbered(MANY))
    assert hash(log) == hash(kind(numbered(MANY)))
    assert repr(log) == f"{kind.__name__}({numbered(MANY)!r})"
    assert copy.copy(log) == copy.deepcopy(log) == log
    assert pickle.loads(pickle.dumps(log)) == log


@pytest.mark.parametrize("kind", KINDS)
def test_successive_logs_share_one_list(kind):
    logs = history(kind, numbered(100))

    assert len({id(log.items) for log in logs[1:]}) == 1


# What a shelf finds


@given(items, branches)
def test_a_shelf_finds_the_latest_of_an_index(items, branches):
    shelves, models = tree(Shelf, items, branches)

    for shelf, model in zip(shelves, models, strict=True):
        assert {index: shelf.find(index) for index in range(-2, 5)} == {
            index: latest(model).get(index) for index in range(-2, 5)
        }


@given(items)
def test_a_shelf_finds_the_same_however_it_was_made(items):
    shelf = history(Shelf, items)[-1]
    others = [Shelf(items), copy.copy(shelf), copy.deepcopy(shelf), pickle.loads(pickle.dumps(shelf))]

    for other in others:
        assert [other.find(index) for index in range(-2, 5)] == [shelf.find(index) for index in range(-2, 5)]


def test_an_index_that_comes_again_changes_nothing_in_older_shelves():
    empty, one, two, three = history(Shelf, [Item(0, "first"), Item(1, "other"), Item(0, "second")])

    assert [shelf.find(0) for shelf in (empty, one, two, three)] == [
        None,
        Item(0, "first"),
        Item(0, "first"),
        Item(0, "second"),
    ]


def test_successive_shelves_share_one_table():
    shelves = history(Shelf, numbered(100))

    assert len({id(shelf.places) for shelf in shelves[1:]}) == 1


# Threads


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("indexes", [(7, 8, 9), (7, 7, 7), (0, 0, 1)])
def test_threads_that_find_the_same_end_free_each_get_their_own_log(kind, indexes):
    news = [Item(index, name) for index, name in zip(indexes, "abc", strict=True)]
    for _ in range(20):
        log = gated(reduce(kind.append, numbered(3), kind()), 3)
        results = at_once([lambda log=log, item=item: log.append(item) for item in news])
        longer = [reduce(kind.append, numbered(9, result.since(3)[0].name), result) for result in results]

        assert [list(result) for result in results] == [[*numbered(3), item] for item in news]
        assert [list(result)[4:] for result in longer] == [numbered(9, item.name) for item in news]
        assert list(log) == numbered(3)


@pytest.mark.parametrize("indexes", [(7, 8), (7, 7), (0, 0)])
def test_threads_that_put_parts_on_one_shelf_each_find_their_own(indexes):
    news = [Item(index, name) for index, name in zip(indexes, "ab", strict=True)]
    for _ in range(20):
        shelf = gated(reduce(Shelf.append, numbered(3), Shelf()), 2)
        results = at_once([lambda shelf=shelf, item=item: shelf.append(item) for item in news])

        for result, item in zip(results, news, strict=True):
            assert [result.find(index) for index in range(10)] == [
                latest([*numbered(3), item]).get(index) for index in range(10)
            ]


@pytest.mark.parametrize("kind", KINDS)
def test_threads_that_append_the_same_item_each_get_their_own_log(kind):
    log = gated(kind(numbered(1)), 2)
    first, second = at_once([lambda: log.append(ITEMS[0]), lambda: log.append(ITEMS[0])])

    assert list(first.append(ITEMS[1])) == [*numbered(1), ITEMS[0], ITEMS[1]]
    assert list(second.append(ITEMS[2])) == [*numbered(1), ITEMS[0], ITEMS[2]]
    assert first == second


@pytest.mark.usefixtures("eager_switches")
@pytest.mark.parametrize("kind", KINDS)
def test_threads_that_append_to_one_log_at_once_each_get_their_own_log(kind):
    for number in range(100):
        log = kind(numbered(number % 5))
        own = [numbered(20, letter) for letter in "abcd"]
        results = at_once([lambda log=log, items=items: reduce(kind.append, items, log) for items in own])

        assert [list(result) for result in results] == [[*log, *items] for items in own]
