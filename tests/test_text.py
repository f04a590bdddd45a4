"""A text is the concatenation of its deltas, and whatever is appended to it, it stays as it is."""

import copy
import pickle
from functools import reduce
from itertools import accumulate, pairwise
from threading import Barrier

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from races import at_once

from streamfold._text import FULL, Tail, Text, is_whole, make_text

MANY = 30_000
AROUND = [0, 1, 2, FULL - 2, FULL - 1, FULL, FULL + 1, 2 * FULL - 1, 2 * FULL, 2 * FULL + 2]
HIGH, LOW = "\ud83d", "\udc19"
OCTOPUS = "\N{OCTOPUS}"

characters = st.sampled_from(["a", "b", "\x00", "é", "\u200d", OCTOPUS, HIGH, LOW, "\ud800", "\udfff"])
deltas = st.text(characters, max_size=3) | st.text(max_size=4) | st.just("") | st.sampled_from(["x" * 100, HIGH, LOW])
several = st.lists(deltas, max_size=6)
runs = st.builds(lambda few, times, end: [*few * times, *end], several, st.integers(0, 80), several)


def joined(*parts):
    """Halves of a surrogate pair are one character once they stand side by side."""
    return "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def grown(deltas):
    return reduce(Text.append, deltas, Text())


def history(deltas):
    return list(accumulate(deltas, Text.append, initial=Text()))


class Gate(Tail):
    """A list to whose end nobody appends before all have come to append."""

    __slots__ = ("barrier",)

    def append(self, delta):
        if self.barrier is not None:
            self.barrier.wait(10)
            self.barrier = None
        super().append(delta)


def gated(text, parties):
    gate = Gate(text.tail)
    gate.pieces = text.tail.pieces
    gate.barrier = Barrier(parties)
    return make_text(gate, text.count, text.length)


# What it says


@given(runs)
def test_a_text_is_the_concatenation_of_its_deltas(deltas):
    text = grown(deltas)
    whole = joined(*deltas)

    assert str(text) == whole
    assert (text.length, len(text)) == (len(whole), len(whole))


@given(deltas)
@example(HIGH + LOW)
def test_a_text_can_begin_whole(whole):
    text = Text(whole)

    assert str(text) == joined(whole)
    assert text.length == len(joined(whole))


@pytest.mark.parametrize("before", AROUND)
@pytest.mark.parametrize("between", AROUND)
def test_two_halves_that_meet_are_one_character_however_far_apart_they_came(before, between):
    half = grown(["a"] * before + [HIGH] + [""] * between)
    whole = half.append(LOW + "b")

    assert str(whole) == "a" * before + OCTOPUS + "b"
    assert whole.length == before + 2
    assert str(half) == "a" * before + HIGH
    assert half.length == before + 1


@pytest.mark.parametrize("deltas", [[LOW, HIGH], [HIGH, HIGH], [LOW, LOW], [HIGH, "a", LOW], [OCTOPUS, LOW]])
def test_halves_that_do_not_meet_stay_as_they_are(deltas):
    text = grown(deltas)

    assert str(text) == "".join(deltas)
    assert text.length == len("".join(deltas))


@given(runs, st.integers(-9, 900), st.integers(-9, 900))
def test_a_slice_is_the_slice_of_the_whole_in_code_points(deltas, start, end):
    text = grown(deltas)

    assert text.slice(start, end) == joined(*deltas)[max(start, 0) : max(end, 0)]
    assert text.joined().slice(start, end) == text.slice(start, end)


def test_a_slice_may_lie_in_any_piece():
    text = grown(["0123456789"] * 64 + ["a", "b"] * 32 + ["c"] * 3)

    assert len(text.tail.pieces) == 2
    assert [text.slice(638, 642), text.slice(650, 653), text.slice(703, 706)] == ["89ab", "aba", "bcc"]


@given(runs)
def test_a_text_ends_in_half_a_character_where_its_last_one_may_be_joined(deltas):
    text = grown(deltas)

    assert text.ends_in_half() == (text.append(LOW).length == text.length)


# What it leaves as it was


@given(runs)
def test_earlier_texts_stay_as_they_were(deltas):
    texts = history(deltas)
    models = list(accumulate(deltas, joined, initial=""))

    assert [str(text) for text in texts] == models
    assert [text.length for text in texts] == [len(model) for model in models]


@given(runs, st.lists(st.tuples(st.integers(0, 10**6), deltas), max_size=20))
def test_every_text_can_be_appended_to_many_times(deltas, branches):
    texts = history(deltas)
    models = list(accumulate(deltas, joined, initial=""))

    for number, delta in branches:
        texts.append(texts[number % len(texts)].append(delta))
        models.append(joined(models[number % len(models)], delta))

    assert [str(text) for text in texts] == models
    assert [text.length for text in texts] == [len(model) for model in models]


@given(deltas)
def test_what_is_whole_holds_no_half_of_a_pair(delta):
    assert is_whole(delta) == all(not "\ud800" <= letter <= "\udfff" for letter in delta)


@pytest.mark.parametrize("length", AROUND)
def test_two_branches_of_a_text_share_nothing_that_either_appends(length):
    trunk = grown("abcdefgh"[number % 8] for number in range(length))
    left = reduce(Text.append, "l" * 200, trunk)
    right = reduce(Text.append, "r" * 200, trunk)

    assert str(left) == f"{trunk}{'l' * 200}"
    assert str(right) == f"{trunk}{'r' * 200}"


@pytest.mark.parametrize("begin", [Text, lambda: Text("whole")])
def test_what_has_no_deltas_yet_shares_nothing(begin):
    empty = begin()
    first = empty.tail if begin is not Text else None
    whole = str(empty)
    texts = [empty.append("a"), empty.append("b"), empty.append("c"), begin().append("d")]

    assert [str(text) for text in texts] == [whole + letter for letter in "abcd"]
    assert str(empty) == whole
    assert str(begin()) == whole
    assert texts[0].tail is first or first is None
    assert len({id(each.tail) for each in texts}) == 4


def test_no_deltas_are_kept_by_what_is_empty():
    Text().append("a").append("b")

    assert [*Text().tail] == [""]


# What it is as a value


@given(runs, runs)
def test_texts_compare_and_hash_by_their_characters(first, second):
    one, other = grown(first), grown(second)

    assert (one == other) == (joined(*first) == joined(*second))
    assert one == Text(joined(*first))
    assert hash(one) == hash(Text(joined(*first)))


@given(runs)
def test_a_text_is_no_string(deltas):
    text = grown(deltas)

    assert text != joined(*deltas)
    assert repr(text) == f"Text({joined(*deltas)!r})"


@given(runs)
def test_a_copy_is_equal_and_grows_on_its_own(deltas):
    text = grown(deltas)
    whole = joined(*deltas)
    copies = [copy.copy(text), copy.deepcopy(text), pickle.loads(pickle.dumps(text))]

    assert copies == [text] * 3
    assert [str(each.append("a")) for each in copies] == [whole + "a"] * 3
    assert str(text.append("b")) == whole + "b"
    assert str(text) == whole


@pytest.mark.parametrize("delta", ["word ", OCTOPUS, "\ud83d"])
def test_a_text_of_many_deltas_is_a_value_like_any_other(delta):
    text = grown([delta] * MANY)
    whole = delta * MANY

    assert text == Text(whole)
    assert hash(text) == hash(Text(whole))
    assert repr(text) == f"Text({whole!r})"
    assert copy.copy(text) == copy.deepcopy(text) == text
    assert pickle.loads(pickle.dumps(text)) == text


# What it costs


@given(st.lists(st.integers(0, 300), max_size=20), st.integers(1, 200))
def test_there_are_only_logarithmically_many_pieces(sizes, times):
    text = grown("x" * size for size in sizes * times)

    assert all(len(piece) >= 2 * len(following) for piece, following in pairwise(text.tail.pieces))
    assert len(text.tail.pieces) <= text.length.bit_length()
    assert text.count <= FULL


def test_many_deltas_are_few_pieces():
    text = grown(["ab"] * MANY)

    assert len(text.tail.pieces) <= 16
    assert text.count <= FULL


@pytest.mark.parametrize("delta", ["x", "ä"])
def test_branches_leave_nothing_behind_in_the_list_of_their_trunk(delta):
    trunk = grown("ab")
    branches = [trunk.append(f"{delta}{number}") for number in range(100)]

    assert len(trunk.tail) == 3
    assert [str(branch) for branch in branches] == [f"ab{delta}{number}" for number in range(100)]


@given(runs)
def test_a_text_holds_each_character_once(deltas):
    text = grown(deltas)

    assert "".join([*text.tail.pieces, *text.tail[: text.count]]) == joined(*deltas)


# Threads


@pytest.mark.parametrize("length", [length for length in AROUND if length % FULL])
@pytest.mark.parametrize("letters", ["abc", "äöü"])
def test_threads_that_find_the_same_end_free_each_get_their_own_text(length, letters):
    for _ in range(20):
        text = gated(grown(["-"] * length), 3)
        results = at_once([lambda text=text, letter=letter: text.append(letter) for letter in letters])
        longer = [reduce(Text.append, str(result)[-1] * 140, result) for result in results]

        assert [str(result) for result in results] == ["-" * length + letter for letter in letters]
        assert [str(result) for result in longer] == ["-" * length + letter * 141 for letter in letters]
        assert str(text) == "-" * length


def test_threads_that_append_the_same_string_each_get_their_own_text():
    text = gated(grown("ab"), 2)
    first, second = at_once([lambda: text.append("c"), lambda: text.append("c")])

    assert str(first.append("d")) == "abcd"
    assert str(second.append("e")) == "abce"
    assert str(first) == str(second) == "abc"


@pytest.mark.usefixtures("eager_switches")
def test_threads_that_append_to_one_text_at_once_each_get_their_own_text():
    for number in range(200):
        text = grown(["-"] * (number % 140))
        own = [[f"{letter}{turn} " for turn in range(30)] for letter in "abcd"]
        results = at_once([lambda text=text, deltas=deltas: reduce(Text.append, deltas, text) for deltas in own])

        assert [str(result) for result in results] == [str(text) + "".join(deltas) for deltas in own]
