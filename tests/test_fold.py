"""The laws of the fold, over legal, broken and random streams."""

import copy
import itertools
import pickle
from collections import Counter, UserDict
from functools import reduce
from threading import Barrier, Thread
from types import SimpleNamespace

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import (
    LENIENT,
    STANDARD,
    STRICT,
    GenerationFailed,
    Message,
    Partial,
    State,
    StreamError,
    StreamInterrupted,
    check,
    finish,
    fold,
    scan,
    step,
)
from streamfold._advance import advance
from streamfold.events import Located
from streamfold.rules import CLOSED, RULES
from streamfold.testing import strategies

PRESETS = (CLOSED, STRICT, STANDARD, LENIENT)


def outcome(events, rules=STANDARD):
    try:
        return fold(events, rules)
    except StreamError as error:
        return error


@given(strategies.streams(additions=False))
def test_a_legal_stream_breaks_no_rule(events):
    report = check(events, STRICT)

    assert report.violations == ()
    assert report.message == fold(events, CLOSED)


@given(strategies.any_streams(), st.sampled_from(PRESETS))
def test_any_sequence_of_json_values_ends_in_a_message_or_an_error_of_ours(events, rules):
    report = check(events, rules)

    assert isinstance(outcome(events, rules), Message | StreamError)
    assert isinstance(report.partial, Partial)
    assert isinstance(repr(report.state), str)


@given(strategies.any_streams(), st.sampled_from(PRESETS))
def test_what_fold_raises_is_the_first_error_of_check(events, rules):
    report = check(events, rules)
    result = outcome(events, rules)

    if report.ok:
        assert result == report.message
        assert result.violations == report.violations
    else:
        assert result.violation == report.errors[0]
        assert result.violations == report.violations[: len(result.violations)]


@given(strategies.any_streams(), st.sampled_from(PRESETS))
def test_fold_is_finish_of_reduce_of_step(events, rules):
    def plainly():
        return finish(reduce(lambda state, event: step(state, event, rules), events, State()), rules)

    result = outcome(events, rules)

    if isinstance(result, Message):
        assert plainly() == result
    else:
        with pytest.raises(StreamError) as caught:
            plainly()
        assert caught.value.violation == result.violation
        assert caught.value.partial == result.partial
        assert type(caught.value) is type(result)


@given(strategies.any_streams())
def test_a_step_leaves_its_state_as_it_was(events):
    states = [State()]
    for event in events:
        states.append(advance(states[-1], event))
    known = [(repr(state), state.partial(), state.violations) for state in states]

    again = [advance(state, event) for state, event in zip(states, events, strict=False)]

    assert again == states[1:]
    assert [(repr(state), state.partial(), state.violations) for state in states] == known


@given(strategies.any_streams(), strategies.wire_events())
def test_a_branch_from_an_old_state_is_as_if_it_came_first(events, other):
    states = [State()]
    for event in events:
        states.append(advance(states[-1], event))

    for position, state in enumerate(states):
        branched = advance(state, other)
        assert branched == reduce(advance, [*events[:position], other], State())


@given(strategies.any_streams())
def test_whoever_changes_an_event_later_changes_no_state(events):
    events = copy.deepcopy(events)
    state = reduce(advance, events, State())
    known = repr(state.partial()), repr(state.violations)

    for event in events:
        spoil(event)

    assert (repr(state.partial()), repr(state.violations)) == known


def spoil(value):
    if isinstance(value, dict):
        for inner in value.values():
            spoil(inner)
        value.clear()
    elif isinstance(value, list):
        for inner in value:
            spoil(inner)
        value.append("spoilt")


@given(strategies.any_streams())
def test_every_character_of_every_delta_is_in_exactly_one_place(events):
    state = check(events).state

    for told in filter(None, (state.partial(), state.message())):
        parts = [*(block.text for block in told.content), told.tool_plan or "", *(c.raw_arguments for c in told.calls)]
        kept = [text for kept in told.kept for text in s.characters_of(kept.event)]
        arrived = [text for event in events for text in s.characters_of(event)]
        assert units("".join([*parts, *kept])) == units("".join(arrived))


def units(text):
    """Count characters by their UTF-16 units: two halves that arrive apart become one."""
    data = text.encode("utf-16-le", "surrogatepass")
    return Counter(zip(data[::2], data[1::2], strict=True))


@given(strategies.any_streams())
def test_no_prefix_without_message_end_is_a_message(events):
    found = check(events).violations
    for size in range(len(events)):
        report = check(events[:size], LENIENT)
        ended = any(isinstance(event, dict) and event.get("type") == "message-end" for event in events[:size])
        assert ended or report.message is None
        stepped = [violation for violation in report.violations if violation.code != "no-message-end"]
        assert tuple(stepped) == found[: len(stepped)]


@given(strategies.any_streams())
def test_a_state_goes_through_pickle_and_goes_on(events):
    whole = check(events).state
    for size in range(len(events) + 1):
        state = reduce(advance, events[:size], State())
        restored = pickle.loads(pickle.dumps(state))
        assert restored == state
        assert reduce(advance, events[size:], restored) == reduce(advance, events, State())
    assert copy.copy(whole) == copy.deepcopy(whole) == whole


@given(strategies.any_streams())
def test_strictness_is_monotone(events):
    results = [outcome(events, rules) for rules in PRESETS]

    for stricter, laxer in itertools.pairwise(results):
        if isinstance(stricter, Message):
            assert laxer == stricter


@given(strategies.any_streams())
def test_the_violations_of_one_event_stand_in_the_order_of_the_catalogue(events):
    order = list(RULES)
    violations = check(events).violations

    places = [(violation.position, order.index(violation.code)) for violation in violations]
    assert [place for place in places if place[0] < len(events)] == sorted(p for p in places if p[0] < len(events))


@given(strategies.any_streams())
def test_a_consequence_stands_later_than_its_root_and_is_graded_no_higher(events):
    violations = check(events).violations

    for violation in violations:
        if violation.caused_by is not None:
            roots = [each for each in violations if each.position == violation.caused_by and each.is_root]
            assert violation.caused_by <= violation.position
            assert any(root.rule.excuses(violation.rule) for root in roots)


@given(strategies.streams(additions=False) | strategies.mutated_streams(), st.data())
def test_splitting_and_joining_deltas_changes_neither_the_message_nor_the_roots(events, data):
    again = data.draw(strategies.rechunkings(events))

    assert check(again).state.message() == check(events).state.message()
    assert {violation.code for violation in check(again).roots} == {v.code for v in check(events).roots}


@given(strategies.any_streams())
def test_located_events_give_the_same_message_and_violations_with_lines(events):
    located = [Located(event, line) for line, event in enumerate(events, 7)]

    plainly, placed = check(events), check(located)

    assert placed.state.message() == plainly.state.message()
    assert [v.code for v in placed.violations] == [v.code for v in plainly.violations]
    judged = [v for v in placed.violations if v.code != "no-message-end"]
    assert all(v.line == v.position + 7 for v in judged)


@given(strategies.any_streams())
def test_scan_gives_each_event_with_the_state_after_it(events):
    report = check(events, LENIENT)
    seen = []
    try:
        for event, state in scan(events, LENIENT):
            seen.append((event, state))
    except StreamError as error:
        assert error.violation == report.errors[0]

    assert [event for event, _ in seen] == events[: len(seen)]
    assert [state.position for _, state in seen] == list(range(1, len(seen) + 1))


def broken_after(events, error):
    yield from events
    raise error


@given(strategies.streams(additions=False), st.data())
def test_an_iterable_that_raises_in_the_middle_loses_nothing(events, data):
    size = data.draw(st.integers(0, len(events) - 1))
    reset = ConnectionResetError("reset by peer")

    with pytest.raises(StreamInterrupted) as caught:
        fold(broken_after(events[:size], reset))

    assert caught.value.__cause__ is reset
    assert caught.value.partial == check(events[:size]).partial
    assert caught.value.violation.position == size
    assert check(broken_after(events[:size], reset)).violations == caught.value.violations
    with pytest.raises(StreamInterrupted) as caught_by_scan:
        list(scan(broken_after(events[:size], reset)))
    assert caught_by_scan.value.violation == caught.value.violation


@pytest.mark.parametrize("signal", [KeyboardInterrupt, GeneratorExit, SystemExit])
@pytest.mark.parametrize("walk", [fold, check, lambda events: list(scan(events))])
def test_what_ends_a_program_passes_untouched(signal, walk):
    with pytest.raises(signal):
        walk(broken_after([s.message_start(), s.content_start()], signal))


@pytest.mark.parametrize("reason", ["ERROR", "TIMEOUT"])
def test_a_failed_generation_has_the_words_of_the_api_and_all_that_arrived(reason):
    body = [s.plan_delta("Look."), s.call_start(), s.call_delta('{"a": ')]
    events = s.whole(*body, end=s.message_end(reason, error="no valid response", error_type="INVALID"))

    with pytest.raises(GenerationFailed) as caught:
        fold(events)

    assert caught.value.message == fold(events, LENIENT)
    assert caught.value.message.error == "no valid response"
    assert caught.value.message.error_type == "INVALID"
    assert caught.value.message.tool_plan == "Look."
    assert caught.value.message.invalid_tool_calls[0].reason == "left open"
    assert [violation.code for violation in caught.value.violations] == ["generation-failed"]
    assert str(caught.value) == (
        f"event 4: message-end reports a failed generation: {reason}, INVALID, 'no valid response'"
    )


def test_every_state_of_a_long_stream_can_be_kept():
    count = 30_000
    events = [s.message_start(), s.content_start(), *(s.content_delta(f" {n}") for n in range(count))]

    states = [state for _, state in scan(events)]

    text = "".join(f" {n}" for n in range(count))
    for state in (states[1], states[20_000], states[-1]):
        assert text.startswith(state.text)
        assert pickle.loads(pickle.dumps(state)) == state == copy.deepcopy(state)
        assert len(repr(state)) > len(state.text)
    assert states[20_000] != states[20_001]


def test_two_threads_may_step_one_state():
    start = reduce(step, [s.message_start(), s.content_start()], State())
    for _ in range(200):
        results = step_at_once(start, ["a", "b"])
        assert [state.text for state in results] == ["aa", "bb"]


def step_at_once(start, letters):
    barrier = Barrier(len(letters))
    results = [start] * len(letters)

    def work(number):
        barrier.wait()
        state = start
        for _ in range(2):
            state = step(state, s.content_delta(letters[number]))
        results[number] = state

    threads = [Thread(target=work, args=(number,)) for number in range(len(letters))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_rules_say_what_raises_and_a_state_knows_nothing_of_them():
    events = [s.message_start(), s.content_delta("Hi")]
    state = reduce(lambda state, event: step(state, event, LENIENT), events, State())

    with pytest.raises(StreamError) as caught:
        step(step(State(), events[0]), events[1])

    assert caught.value.state == state
    with pytest.raises(StreamError) as late:
        finish(state)
    assert late.value.violation.code == "delta-outside-part"


def test_the_state_shows_what_is_known_so_far():
    events = [
        s.message_start(),
        *s.text_block("Hm", kind="thinking"),
        s.content_start(1),
        s.content_delta("He", 1),
        s.content_delta("y", 1),
    ]

    state = reduce(step, events, State())

    assert (state.text, state.thinking, state.tool_plan) == ("Hey", "Hm", None)
    assert state.partial().open == (("content", 1),)
    assert state.partial().why == "message-end has not come"
    assert state.message() is None
    assert not state.ended


def test_an_empty_input_is_an_unfinished_message():
    with pytest.raises(StreamError) as caught:
        fold([])

    assert str(caught.value) == "event 0: the end of the input came before message-end; expected message-start"
    assert caught.value.partial == Partial(why="message-end has not come")


def test_a_transport_that_cannot_say_why_it_broke_is_interrupted_all_the_same():
    class BrokenError(Exception):
        def __str__(self):
            raise ValueError

    with pytest.raises(StreamInterrupted) as caught:
        fold(broken_after([s.message_start()], BrokenError()))

    assert caught.value.violation.detail == "BrokenError: 'it does not say why'"


# Objects that break when they are looked at


class Raises:
    def model_dump(self, **_):
        raise RuntimeError("no word for it")


class RaisesWhenAsked:
    @property
    def model_dump(self):
        raise ValueError("no")


class Breaks(UserDict):
    def __getitem__(self, _):
        raise OSError("gone")


@pytest.mark.parametrize("event", [Raises(), RaisesWhenAsked(), Breaks(type="content-end")])
def test_an_object_that_cannot_be_read_is_an_unreadable_event_and_the_stream_goes_on(event):
    events = [s.message_start(), event, *s.text_block("Hi"), s.message_end()]

    report = check(events)
    message = report.state.message()

    assert [(each.code, each.position) for each in report.errors] == [("event-unreadable", 1)]
    assert (message.text, len(message.set_aside)) == ("Hi", 1)
    with pytest.raises(StreamError, match="to read it raised"):
        fold(events)


def test_a_model_dump_that_cannot_be_called_makes_no_object_of_the_sdk():
    odd = SimpleNamespace(model_dump=5)

    assert check([s.message_start(), odd]).errors[0].code == "not-an-object"
