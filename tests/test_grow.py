"""The state after one plain delta is what the plain way comes to, and a text that can grow in place does."""

from collections import defaultdict
from functools import reduce

import pytest
import streams as s
from hypothesis import example, given
from hypothesis import strategies as st
from races import at_once
from test_plain import delta, likes, symbols, typed
from test_text import gated
from test_wire import Sent

from streamfold import Limits, State, check, step
from streamfold._advance import advance, take_in
from streamfold._plain import DELTAS, PLAIN
from streamfold._state import growing, make_state
from streamfold._text import FULL, is_whole
from streamfold.events import Located

STARTS = {
    "text": [s.message_start(), s.content_start()],
    "thinking": [s.message_start(), s.content_start(kind="thinking")],
    "call": [s.message_start(), s.call_start()],
    "plan": [s.message_start(), delta("plan", 0, "")],
}


def begun(symbol, deltas, limits=None):
    """The state in which a part with *symbol* has grown by as many deltas."""
    events = STARTS[symbol] + [delta(symbol, 0, "a")] * deltas
    return reduce(advance, events, State(limits or Limits()))


def grown(state, event):
    return state.focus.grow(state, event)


@st.composite
def candidates(draw):
    symbol = draw(symbols)
    return symbol, draw(likes(symbol, 0)), draw(st.sampled_from([0, 1, 2, FULL - 1, FULL, FULL + 1]))


@given(candidates())
def test_it_is_what_the_plain_way_comes_to(candidate):
    symbol, event, deltas = candidate
    state = begun(symbol, deltas)
    after = grown(state, event)

    assert after is None or after == take_in(state, event, None)
    assert state == begun(symbol, deltas)


@given(symbols, st.text(max_size=3), st.integers(1, 2 * FULL))
@example("text", "b", FULL)
def test_every_plain_delta_is_taken_and_its_text_grows_in_place_where_there_is_room(symbol, text, deltas):
    state = begun(symbol, deltas)
    after = grown(state, delta(symbol, 0, text))

    assert is_whole(text)
    assert (after.tail is state.tail) == (state.count < FULL)
    assert after.focus is state.focus
    assert after.position == state.position + 1


@pytest.mark.parametrize("symbol", sorted(DELTAS))
@pytest.mark.parametrize("text", ["\ud83d", "\udc19b", "a\ud83d"])
def test_halves_of_a_character_become_one(symbol, text):
    event, other = delta(symbol, 0, text), delta(symbol, 0, "\udc19")
    state = begun(symbol, 1)
    plain = take_in(take_in(state, event, None), other, None)

    assert grown(grown(state, event), other) == plain
    assert growing(plain).length == len(f"a{text}\udc19".encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def test_whoever_comes_second_to_a_list_gets_one_of_its_own():
    state = begun("text", 1)
    event = delta("text", 0, "b")
    first, second = grown(state, event), grown(state, event)

    assert first.text == second.text == "ab"
    assert first.tail is state.tail is not second.tail
    assert len(state.tail) == 2


@pytest.mark.parametrize("letters", ["ab", "aa", "äöü"])
def test_threads_that_find_the_same_end_free_each_get_their_own_state(letters):
    trunk = begun("text", 3)
    for _ in range(20):
        state = make_state(trunk.position, gated(growing(trunk), len(letters)), trunk.focus, trunk.book)
        steps = [lambda state=state, letter=letter: step(state, delta("text", 0, letter)) for letter in letters]
        results = at_once(steps)
        longer = [reduce(step, [delta("text", 0, "-")] * 140, result) for result in results]

        assert [each.text for each in results] == [f"aaa{letter}" for letter in letters]
        assert [each.text for each in longer] == [f"aaa{letter}{'-' * 140}" for letter in letters]
        assert state == trunk


@pytest.mark.parametrize("limits", [Limits(events=5), Limits(characters=3), Limits(characters=4, events=6)])
def test_a_limit_stands_in_its_way(limits):
    state, texts = begun("text", 1, limits), []
    while (after := grown(state, delta("text", 0, "b"))) is not None:
        assert after == take_in(state, delta("text", 0, "b"), None)
        state, texts = after, [*texts, after.text]

    assert texts == ["ab", "abb", "abbb"][: min(limits.events - 3, limits.characters - 1)]
    assert advance(state, delta("text", 0, "b")).violations[-1].code == "limit-exceeded"


def test_a_dict_that_makes_up_its_keys_stays_as_it_is():
    event = defaultdict(lambda: "content-delta")

    assert grown(begun("text", 1), event) is None
    assert not event


class Spiteful:
    """What cannot be compared."""

    __hash__ = None

    def __eq__(self, _):
        raise ArithmeticError


def test_what_cannot_be_compared_is_judged():
    event = {**delta("text", 0, "b"), "type": Spiteful()}
    state = begun("text", 1)

    assert grown(state, event) is None
    assert PLAIN["text"].read(event, 0) is None
    assert [breach.code for breach in advance(state, event).violations] == ["type-missing"]
    assert [breach.code for breach in check([event]).violations] == ["type-missing", "no-message-end"]


@pytest.mark.parametrize("name", [None, "content-delta", "content-end", ""])
def test_a_located_delta_is_one_only_if_it_is_named_as_it_is(name):
    located = Located(delta("text", 0, "b"), 7, name)
    state = begun("text", 1)
    after = advance(state, located)

    assert after == take_in(state, located, None)
    assert (after.focus is state.focus) == (name in {None, "content-delta"})


@pytest.mark.parametrize("form", [typed, lambda *given: Sent(delta(*given))])
def test_a_delta_of_any_form_is_taken_as_its_mapping(form):
    state = begun("text", 1)
    after = advance(state, form("text", 0, "b"))

    assert after.focus is state.focus
    assert after == advance(state, delta("text", 0, "b"))


def test_where_nothing_grows_no_event_is_looked_at():
    assert grown(State(), object()) is None
