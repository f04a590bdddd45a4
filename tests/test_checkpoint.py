"""A state that was saved goes on as though nothing had been between, and where the transport begins anew."""

import asyncio
import copy
import json
import math
import pickle
import sys
from contextlib import aclosing
from functools import reduce
from itertools import accumulate, groupby, pairwise

import pytest
import streams as s
from hypothesis import assume, given
from hypothesis import strategies as st
from plainly import plainly, stepwise

from streamfold import LENIENT, Limits, State, StreamError, check, finish, fold, step
from streamfold import events as on
from streamfold._advance import advance
from streamfold.checkpoint import CheckpointError, ReplayError, aunseen, dump, load, unseen
from streamfold.testing import strategies


def states_of(events):
    return list(accumulate(events, advance, initial=State()))


def through_json(saved):
    return json.loads(json.dumps(saved, allow_nan=False, ensure_ascii=False).encode())


def saved_and_loaded(state):
    return load(through_json(dump(state)))


# Dump and load


@given(strategies.any_streams())
def test_every_state_is_what_it_was_and_goes_on_as_it_would_have(events):
    states = states_of(events)

    for place, state in enumerate(states):
        loaded = saved_and_loaded(state)
        assert loaded == state
        assert repr(loaded) == repr(state)
        assert dump(loaded) == dump(state)
        assert reduce(advance, events[place:], loaded) == states[-1]


@given(strategies.streams(additions=False), st.data())
def test_a_stream_that_was_saved_anywhere_has_the_same_message(events, data):
    place = data.draw(st.integers(0, len(events)))

    loaded = saved_and_loaded(reduce(step, events[:place], State()))

    assert finish(reduce(step, events[place:], loaded)) == fold(events)


def test_limits_are_saved_too():
    limits = Limits(characters=9, events=8, parts=7, arguments=6, nesting=9, violations=5)

    assert saved_and_loaded(State(limits)).book.limits == limits
    stopped = reduce(advance, [s.message_start(), s.plan_delta("0123456789")], State(limits))
    assert saved_and_loaded(stopped) == stopped


def test_a_state_that_an_error_carries_is_saved_too():
    with pytest.raises(StreamError) as caught:
        fold([s.message_start()])

    assert saved_and_loaded(caught.value.state) == caught.value.state


ODD = {
    "an integer beyond what all programs read": [2**53 + 1, -(2**64), 10**5000],
    "a number beyond a float": [math.inf, -math.inf],
    "whole floats": [0.0, -0.0, 1.0, 1e300, 5e-324],
    "lone surrogates": ["\ud83d", "a\ude00b", "\ud83d\ude00"],
    "keys that are no text": [{1: 2, None: "x"}, {"\ud83d": 1}],
    "lists and objects": [[], {}, [[1, [2]], {"a": [{}]}], {"list": ["Book"]}],
    "words and control characters": [True, False, None, "\x00\x1f\u2028", "😀e\u0301"],
}


@pytest.mark.parametrize("values", ODD.values(), ids=ODD)
def test_whatever_value_was_kept_comes_back(values):
    for value in values:
        for event in (value, {"type": "new", "x": value}, {**s.message_start(), "x": [value]}):
            state = reduce(advance, [event, s.content_start()], State())
            loaded = saved_and_loaded(state)
            assert loaded == state
            kept = [(kept.event, again.event) for kept, again in zip(state.book.kept, loaded.book.kept, strict=True)]
            assert all(repr_of(event) == repr_of(again) for event, again in kept)


def repr_of(value):
    """Tell 1 from 1.0 and True, and a frozen value from one that is not; write integers of any size."""
    if isinstance(value, dict):
        return type(value), sorted((repr_of(key), repr_of(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return type(value), [repr_of(inner) for inner in value]
    return f"{type(value).__name__} {hex(value) if type(value) is int else repr(value)}"


def test_a_not_a_number_comes_back_as_one():
    state = advance(State(), {"type": "new", "x": math.nan})

    [kept] = saved_and_loaded(state).partial().kept

    assert math.isnan(kept.event["x"])


def test_the_dump_is_strict_json_of_plain_values():
    events = [s.message_start(x=[2**60, 1e400]), s.content_start(), s.content_delta("\ud83d")]

    text = json.dumps(dump(reduce(advance, events, State())), allow_nan=False)

    assert not {"NaN", "Infinity", "\\ud83d"} & set(text.split())
    assert all(type(each) in (dict, list, str, int, float, bool, type(None)) for each in walk(json.loads(text)))
    assert all(abs(each) <= 2**53 for each in walk(json.loads(text)) if isinstance(each, int))


def walk(value):
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(inner)


def test_what_is_no_json_value_is_refused():
    state = advance(State(), {"type": "new", "x": {1, 2}})

    with pytest.raises(TypeError) as caught:
        dump(state)

    assert str(caught.value) == "a checkpoint holds JSON values, but the state keeps {1, 2}"


@pytest.mark.parametrize("kind", [s.content_delta, s.call_delta])
def test_the_size_is_that_of_the_content_and_not_of_the_deltas(kind):
    begin = [s.message_start(), s.content_start() if kind is s.content_delta else s.call_start()]
    few, many = [*begin, kind("word " * 5000)], [*begin, *[kind("word ")] * 5000]

    sizes = [len(json.dumps(dump(reduce(step, events, State())))) for events in (few, many)]

    assert sizes[0] < 25_000 + 2000
    assert abs(sizes[0] - sizes[1]) < 10


def test_deep_values_are_saved_as_deep_as_they_may_be():
    limits = Limits(nesting=200)
    deep = reduce(lambda inner, turn: {"a": inner} if turn % 2 else [inner], range(198), 0)

    state = advance(State(limits), {"type": "new", "x": deep})

    assert saved_and_loaded(state) == state
    assert state.partial().unknown_events


def test_whoever_changes_a_dump_changes_no_state():
    state = advance(State(), {"type": "new", "x": [1]})
    saved = dump(state)

    saved["state"].clear()

    assert load(dump(state)) == state


# What is no checkpoint


SAVED = dump(reduce(advance, [s.message_start(), *s.text_block("Hi"), {"type": "new", "x": [1e400]}], State()))


@given(s.JSON)
def test_any_json_value_is_a_checkpoint_or_a_clear_error(value):
    for saved in (value, {"streamfold": value}, {**SAVED, "state": value}, {**SAVED, "sha256": value}):
        with pytest.raises(CheckpointError) as caught:
            load(saved)
        assert str(caught.value).startswith(caught.value.path + ": ")


@given(st.data())
def test_a_dump_in_which_anything_was_changed_is_refused(data):
    saved = copy.deepcopy(SAVED)
    places = [(above, key) for above in walk(saved) if isinstance(above, dict | list) for key in list(keys_of(above))]
    above, key = data.draw(st.sampled_from(places))
    changed = data.draw(
        st.sampled_from([*walk(SAVED)]) | s.JSON | st.sampled_from(["Log", "Shelf", "map", "set", "int"])
    )
    assume(json.dumps(changed) != json.dumps(above[key]))
    above[key] = changed

    with pytest.raises(CheckpointError):
        load(saved)


def keys_of(value):
    return value if isinstance(value, dict) else range(len(value))


REFUSED = {
    "nothing": (None, "streamfold: expected a checkpoint, with its version; got None"),
    "another object": ({"a": 1}, "streamfold: expected a checkpoint, with its version; got {'a': 1}"),
    "a newer version": ({**SAVED, "streamfold": 2}, "streamfold: expected version 1, got 2"),
    "a version that is none": (
        {"streamfold": True},
        "streamfold: expected a checkpoint, with its version; got {'streamfold': True}",
    ),
    "no state": ({"streamfold": 1}, "state: expected a State, got None"),
    "another value": ({"streamfold": 1, "state": ["tuple", 1]}, "state: expected a State, got (1,)"),
    "a form that is not known": (
        {"streamfold": 1, "state": ["State", 0, ["New", 1]]},
        "state.book: expected the name of a form first, got 'New'",
    ),
    "no form": ({"streamfold": 1, "state": {"a": [[]]}}, "state.a: expected the name of a form first, got []"),
    "an empty list": ({"streamfold": 1, "state": []}, "state: expected the name of a form first, got None"),
    "a member that is not known": (
        {"streamfold": 1, "state": ["tuple", ["Phase", "NEW"]]},
        "state.0: it makes no Phase: 'NEW'",
    ),
    "a value that is spelt out": (
        {"streamfold": 1, "state": ["tuple", 1.0]},
        "state.0: expected what stands for itself, got 1.0",
    ),
    "what is no form's": (
        {"streamfold": 1, "state": ["int", "x"]},
        "state: it makes no int: invalid literal for int() with base 16: 'x'",
    ),
    "what is no text": (
        {"streamfold": 1, "state": ["Text", 5]},
        "state: it makes no Text: 'int' object has no attribute 'isascii'",
    ),
    "too deep": (
        {"streamfold": 1, "state": reduce(lambda inner, _: {"a": inner}, range(5000), 0)},
        "state: it is nested too deeply",
    ),
    "no digest": (
        {"streamfold": 1, "state": SAVED["state"]},
        "sha256: it is not that of the state: one of them has changed",
    ),
}


@pytest.mark.parametrize(("saved", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_checkpoint_is_refused_with_the_place(saved, what):
    with pytest.raises(CheckpointError) as caught:
        load(saved)

    assert str(caught.value) == what
    assert str(pickle.loads(pickle.dumps(caught.value))) == what


# Replays from the start


def plain_place(event):
    """Give where a delta that holds nothing else belongs, by a plain look at its JSON; None for another event."""
    if not isinstance(event, dict) or not isinstance(event.get("type"), str) or len([*s.deltas_of(event)]) != 1:
        return None
    [text] = s.deltas_of(event)
    keys = {"type", "delta"} if event["type"] == "tool-plan-delta" else {"type", "index", "delta"}
    message = event["delta"]["message"] if set(event) <= keys else None  # what has more is kept, as often as it comes
    place = (event["type"], json.dumps(event.get("index")), json.dumps(message).replace(json.dumps(text), "0"))
    return place if place[2] in PLAIN and list(event["delta"]) == ["message"] else None


PLAIN = [
    json.dumps(message)
    for message in (
        {"content": {"text": 0}},
        {"content": {"thinking": 0}},
        {"tool_plan": 0},
        {"tool_calls": {"function": {"arguments": 0}}},
    )
]


def with_text(event, text):
    [old] = s.deltas_of(event)
    return {**event, "delta": {"message": replaced(event["delta"]["message"], old, text)}}


def replaced(message, old, text):
    return {key: text if inner == old else replaced(inner, old, text) for key, inner in message.items()}


@st.composite
def recut(draw, events, halves=False):  # noqa: FBT002 - hypothesis calls it
    """Join plain deltas and cut them elsewhere: between characters, or even between their halves."""
    result = []
    for place, run in groupby(events, plain_place):
        first, *rest = run
        if place is None:
            result += [first, *rest]
            continue
        text = "".join(text for event in (first, *rest) for text in s.deltas_of(event))
        size, codec = (2, "utf-16-le") if halves else (4, "utf-32-le")
        units = text.encode(codec, "surrogatepass")
        cuts = draw(st.lists(st.integers(0, len(units) // size), max_size=6))
        ends = sorted([0, *(cut * size for cut in cuts), len(units)])
        result += [with_text(first, units[a:b].decode(codec, "surrogatepass")) for a, b in pairwise(ends)]
    return result


def told(state):
    return state.partial(), state.message(), {violation.code for violation in state.violations if violation.is_root}


@given(strategies.any_streams())
def test_a_replay_that_is_cut_as_before_leads_to_the_very_same_state(events):
    states = states_of(events)

    for place, state in enumerate(states):
        rest = list(unseen(state, events))
        assert rest == events[place:]
        assert reduce(advance, rest, state) == states[-1]


@given(
    strategies.any_streams(),
    st.builds(
        Limits,
        characters=st.integers(0, 40),
        events=st.integers(0, 8),
        parts=st.integers(0, 3),
        arguments=st.integers(0, 5),
        violations=st.integers(0, 4),
    ),
)
def test_a_stream_that_hits_a_limit_is_saved_and_goes_on_like_any_other(events, limits):
    states = list(accumulate(events, advance, initial=State(limits)))

    for state in states:
        assert saved_and_loaded(state) == state
        assert reduce(advance, unseen(state, events), state) == states[-1]


@given(strategies.any_streams())
def test_states_that_are_equal_are_saved_alike(events):
    assert dump(stepwise(events)) == dump(plainly(events)) == dump(check(events).state)


@given(strategies.any_streams(), st.data())
def test_a_replay_that_is_cut_elsewhere_leads_to_the_same_message(events, data):
    again = data.draw(recut(events))
    seen = data.draw(recut(events))
    state = data.draw(st.sampled_from([*states_of(events), *states_of(seen)]))

    assert told(reduce(advance, unseen(state, again), state)) == told(states_of(events)[-1])


@given(strategies.streams(additions=False), st.data())
def test_a_replay_may_even_be_cut_within_characters(events, data):
    again = data.draw(recut(events, halves=True))
    seen = data.draw(recut(events, halves=True))
    state = data.draw(st.sampled_from(states_of(seen)))

    assert finish(reduce(step, unseen(state, again), state)) == fold(events)


@given(strategies.streams(additions=False), st.data())
def test_a_state_that_was_loaded_resumes_like_the_one_that_was_saved(events, data):
    state = data.draw(st.sampled_from(states_of(events)))

    assert list(unseen(saved_and_loaded(state), events)) == list(unseen(state, events))


@given(strategies.any_streams(), strategies.any_streams(), st.data())
def test_whatever_is_replayed_the_result_is_that_of_the_replay_or_an_error(events, others, data):
    replay = data.draw(st.sampled_from([others, *(events[:cut] + others for cut in range(4))]) | recut(others))
    state = data.draw(st.sampled_from(states_of(events)))

    try:
        rest = list(unseen(state, replay))
    except ReplayError as error:
        assert str(error).startswith(f"event {error.position} of the replay: ")
    else:
        assert reduce(advance, rest, state).partial() == states_of(replay)[-1].partial()


@given(strategies.streams(additions=False), st.data())
def test_one_changed_character_of_what_was_seen_is_an_error(events, data):
    places = [(n, at) for n, event in enumerate(events) for text in s.deltas_of(event) for at in range(len(text))]
    assume(places)
    place, at = data.draw(st.sampled_from(places))
    [text] = s.deltas_of(events[place])
    other = "x" if text[at] != "x" else "y"
    changed = [*events[:place], with_text(events[place], text[:at] + other + text[at + 1 :]), *events[place + 1 :]]

    state = data.draw(st.sampled_from(states_of(events)[place + 1 :]))
    with pytest.raises(ReplayError):
        list(unseen(state, data.draw(recut(changed))))

    before = data.draw(st.sampled_from(states_of(events)[: place + 1]))
    assert list(unseen(before, changed)) == changed[before.position :]


@given(strategies.streams(additions=False), st.data())
def test_an_event_that_is_missing_from_what_was_seen_is_an_error_or_makes_no_difference_yet(events, data):
    place = data.draw(st.integers(0, len(events) - 1))
    missing = [*events[:place], *events[place + 1 :]]

    state = data.draw(st.sampled_from(states_of(events)))

    try:
        rest = list(unseen(state, missing))
    except ReplayError:
        assert state.position > place
    else:
        assert reduce(advance, rest, state).partial() == states_of(missing)[-1].partial()


HELLO = [s.message_start(), s.content_start(), s.content_delta("Hel")]


def test_what_was_seen_is_not_told_twice():
    state = reduce(step, HELLO, State())

    [rest, end] = unseen(state, [*HELLO[:2], s.content_delta("Hello"), s.content_end()])

    assert (rest, end) == (s.content_delta("lo"), s.content_end())
    assert step(state, rest).text == "Hello"


@pytest.mark.parametrize(
    ("seen", "again", "rest"),
    [("😀", "😀b", "b"), ("\ud83d", "😀b", "\ude00b"), ("a😀", "a😀", None), ("", "😀", "😀")],
)
def test_a_delta_is_cut_after_a_character_or_within_it(seen, again, rest):
    state = reduce(step, [*HELLO[:2], s.content_delta(seen)], State())

    found = list(unseen(state, [*HELLO[:2], s.content_delta(again), s.content_end()]))

    assert found == [*([] if rest is None else [s.content_delta(rest)]), s.content_end()]


def test_of_a_delta_that_was_set_aside_the_rest_is_told_too():
    state = reduce(advance, [s.message_end(), s.content_delta("Hel")], State())

    assert list(unseen(state, [s.message_end(), s.content_delta("Hello")])) == [s.content_delta("lo")]


@pytest.mark.parametrize(
    ("event", "rest"),
    [
        (on.ContentDelta(0, "Hello"), s.content_delta("lo")),
        (
            on.Located(s.content_delta("Hello"), 7, "content-delta"),
            on.Located(s.content_delta("lo"), 7, "content-delta"),
        ),
    ],
)
def test_a_delta_of_any_form_is_cut(event, rest):
    state = reduce(step, HELLO, State())

    assert list(unseen(state, [*HELLO[:2], event])) == [rest]


def test_a_delta_of_many_characters_is_cut_at_once():
    text = "a😀" * 50_000
    state = reduce(step, [*HELLO[:2], s.content_delta(text[:77_777])], State())

    [rest] = unseen(state, [*HELLO[:2], s.content_delta(text)])

    assert rest == s.content_delta(text[77_777:])


def test_passing_over_what_was_seen_takes_as_much_work_after_many_events_as_after_few():
    events = [*HELLO, *[s.content_delta(" word")] * 20_000]
    state = reduce(step, events, State())
    replay = unseen(state, iter_counting(events, marks := [(200, 264), (19_912, 19_976)]))

    list(replay)

    few, many = (count for _, _, count in marks)
    assert many <= few * 1.1


def iter_counting(events, marks):
    """Yield *events*, and count the calls that are made between the places of each of *marks*."""
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1

    for number, (first, last) in enumerate(list(marks)):
        yield from events[0 if not number else marks[number - 1][1] : first]
        calls = 0
        sys.setprofile(count)
        yield from events[first:last]
        sys.setprofile(None)
        marks[number] = (first, last, calls)
    yield from events[last:]


DIFFERING = {
    "a character": (
        [*HELLO[:2], s.content_delta("Halo")],
        "event 2 of the replay: text block 0 differs at character 1: 'el' came, and now 'alo'",
    ),
    "another message": (
        [{**HELLO[0], "id": "m-2"}, *HELLO[1:], s.content_end()],
        "event 3 of the replay: message-start differs",
    ),
    "another part": (
        [HELLO[0], *s.call("Hello")],
        "event 2 of the replay: text block 0 began there, and now tool call 0 does, or begins otherwise",
    ),
    "another start": (
        [HELLO[0], s.content_start(0, "thinking"), s.content_delta("Hello", kind="thinking")],
        "event 2 of the replay: text block 0 began there, and now thinking block 0 does, or begins otherwise",
    ),
    "an early end": (
        HELLO[:2],
        "event 2 of the replay: it ends before what was seen: text block 0 had 3 characters, and now 0",
    ),
    "no event": ([], "event 0 of the replay: it ends before what was seen: message-start has not come"),
    "an event more that was kept": (
        [HELLO[0], {"type": "ping"}, *HELLO[1:]],
        "event 3 of the replay: something that is no part differs",
    ),
}


@pytest.mark.parametrize(("replay", "what"), DIFFERING.values(), ids=DIFFERING)
def test_where_a_replay_differs_is_told(replay, what):
    state = reduce(step, HELLO, State())

    with pytest.raises(ReplayError) as caught:
        list(unseen(state, replay))

    assert str(caught.value) == what
    assert str(pickle.loads(pickle.dumps(caught.value))) == what


def test_a_part_that_was_longer_is_told():
    state = reduce(step, [*HELLO, s.content_delta("lo"), s.content_end()], State())

    with pytest.raises(ReplayError) as caught:
        list(unseen(state, [*HELLO, s.content_end(), s.content_start(1), s.content_delta("lo", 1)]))

    assert str(caught.value) == "event 5 of the replay: text block 0 had 5 characters, and now 3"


def test_a_part_that_has_not_come_is_told():
    begun = [*HELLO, s.content_end()]

    with pytest.raises(ReplayError) as caught:
        list(unseen(reduce(step, [*begun, s.call_start()], State()), begun))

    assert str(caught.value) == "event 4 of the replay: it ends before what was seen: tool call 0 has not come"


def test_another_end_of_the_message_is_not_what_was_seen():
    state = reduce(step, s.whole(*s.text_block("Hi")), State())

    with pytest.raises(ReplayError) as caught:
        list(unseen(state, s.whole(*s.text_block("Hi"), end=s.message_end("MAX_TOKENS"))))

    assert str(caught.value) == "event 5 of the replay: it ends before what was seen: message-end differs"


def test_an_event_that_hits_a_limit_is_not_what_was_seen():
    deep = reduce(lambda inner, _: [inner], range(99), 0)

    with pytest.raises(ReplayError) as caught:
        list(unseen(step(State(), HELLO[0]), [deep, *HELLO]))

    assert str(caught.value) == "event 0 of the replay: it ends before what was seen: message-start has not come"


def test_what_the_transport_raises_passes():
    def replay():
        yield HELLO[0]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        list(unseen(reduce(step, HELLO, State()), replay()))


def test_a_state_with_nothing_in_it_has_seen_nothing():
    assert list(unseen(State(), HELLO)) == HELLO
    assert list(unseen(State(), [])) == []


def test_what_comes_after_the_end_of_what_was_seen_is_told_as_it_is_read():
    replay = iter([*HELLO, s.content_delta("lo"), s.content_end()])

    rest = unseen(reduce(step, HELLO, State()), replay)

    assert next(rest) == s.content_delta("lo")
    assert next(replay) == s.content_end()


# Asynchronous replays


async def transport(events, log):
    try:
        for event in events:
            await asyncio.sleep(0)
            yield event
    finally:
        log.append("closed")


@given(strategies.any_streams(), st.data())
def test_an_asynchronous_replay_is_like_any_other(events, data):
    state = data.draw(st.sampled_from(states_of(events)))
    again = data.draw(recut(events))

    async def rest():
        return [event async for event in aunseen(state, transport(again, []))]

    assert asyncio.run(rest()) == list(unseen(state, again))


def test_an_asynchronous_replay_that_differs_is_an_error_and_is_closed():
    log = []

    async def closed_by_then():
        with pytest.raises(ReplayError):
            await anext(aunseen(reduce(step, HELLO, State()), transport([HELLO[0], *s.call("Hello")], log)))
        return list(log)

    assert asyncio.run(closed_by_then()) == ["closed"]


def test_an_asynchronous_replay_that_ends_too_early_is_an_error():
    async def rest():
        return [event async for event in aunseen(reduce(step, HELLO, State()), transport(HELLO[:2], []))]

    with pytest.raises(ReplayError, match="it ends before what was seen"):
        asyncio.run(rest())


def test_an_asynchronous_replay_that_is_left_early_closes_its_generator():
    log = []

    async def first():
        async with aclosing(aunseen(State(), transport(HELLO, log))) as rest:
            event = await anext(rest)
        return event, list(log)

    assert asyncio.run(first()) == (HELLO[0], ["closed"])


# From the middle


@given(strategies.streams(additions=False), st.data())
def test_a_transport_that_goes_on_where_it_broke_needs_nothing_but_the_state(events, data):
    place = data.draw(st.integers(0, len(events)))

    assert reduce(advance, events[place:], states_of(events)[place]) == states_of(events)[-1]


def test_an_overlap_cannot_be_told_from_words_that_come_twice():
    said = reduce(step, [*HELLO[:2], s.content_delta("ha")], State())

    assert step(said, s.content_delta("ha")).text == "haha"
    with pytest.raises(StreamError) as caught:
        finish(
            reduce(lambda state, event: step(state, event, LENIENT), [HELLO[1], s.content_end(), s.message_end()], said)
        )
    assert caught.value.violation.code == "part-restarted"
