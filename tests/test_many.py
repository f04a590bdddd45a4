"""A log comes to what each of its messages comes to by itself."""

import gc
import itertools
import json
import pickle
import weakref
from collections import UserDict

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, STANDARD, STRICT, Limits, Message, State, StreamError, StreamInterrupted, check, fold
from streamfold import events as on
from streamfold._frozen import FrozenDict
from streamfold._many import fold_keyed, fold_many
from streamfold.errors import LimitExceeded, StreamIncomplete
from streamfold.rules import CLOSED
from streamfold.testing import strategies

PRESETS = st.sampled_from((CLOSED, STRICT, STANDARD, LENIENT))


def begins(event):
    return isinstance(event, dict) and event.get("type") == "message-start"


def ends(event):
    return isinstance(event, dict) and event.get("type") == "message-end"


def told(result):
    """Give a result as something that compares."""
    return result if isinstance(result, Message) else (type(result), result.violation, result.state)


def told_each(results):
    return [told(result) for result in results]


def alone(events, rules=STANDARD):
    """Give what a message comes to by itself: the first error, but with all that came."""
    report = check(events, rules)
    return report.message if report.ok else (report.errors[0], report.state)


def answer(*deltas, **start):
    return [{**s.message_start(), **start}, *s.text_block(*deltas), s.message_end()]


def broken_after(events, error):
    yield from events
    raise error


# One message after another


@given(strategies.any_streams(), strategies.any_streams(), PRESETS)
def test_a_log_of_two_logs_is_the_one_and_then_the_other(events, others, rules):
    others = list(itertools.dropwhile(lambda event: not begins(event), others))

    both = fold_many([*events, *others], rules)

    assert told_each(both) == told_each([*fold_many(events, rules), *fold_many(others, rules)])


@given(strategies.any_streams().filter(bool), PRESETS)
def test_a_log_without_a_second_message_start_is_what_it_is_as_one_stream(events, rules):
    events = [event for place, event in enumerate(events) if not (place and begins(event))]

    [result] = fold_many(events, rules)

    assert type(result) is type(outcome(events, rules))
    if isinstance(result, Message):
        assert result == alone(events, rules)
    else:
        assert (result.violation, result.state) == alone(events, rules)
        assert result.violation == outcome(events, rules).violation


def outcome(events, rules):
    try:
        return fold(events, rules)
    except StreamError as error:
        return error


@given(st.lists(strategies.streams(additions=False), max_size=3))
def test_legal_messages_come_as_each_alone(messages):
    assert list(fold_many(itertools.chain(*messages), STRICT)) == [fold(events) for events in messages]


def test_a_broken_message_does_not_spoil_the_next_and_is_told_to_its_end():
    broken = [s.message_start(), s.content_delta("Hel"), *s.text_block("lo", index=1)]

    first, second, third = fold_many([*answer("a"), *broken, *answer("b")])

    assert (first.text, third.text) == ("a", "b")
    assert second.violation.code == "delta-outside-part"
    assert second.partial.text == "Hello"
    assert [violation.code for violation in second.violations if violation.is_root] == [
        "delta-outside-part",
        "content-repeated",
        "no-message-end",
    ]


def test_a_message_start_always_begins_a_message():
    results = list(fold_many([s.message_start(), s.content_start(), s.message_start(), s.message_start()]))

    assert [result.violation.code for result in results] == ["no-message-end"] * 3
    assert [result.violation.position for result in results] == [2, 1, 1]


def test_what_stands_between_two_messages_belongs_to_the_first():
    ping = {"type": "ping"}
    cut = on.Unreadable("data: [DO", "cut", cut=True)

    first, second = fold_many([*answer("a"), ping, cut, *answer("b")])

    assert first.unknown_events == (ping,)
    assert [kept.code for kept in first.kept] == ["unknown-event", "sentinel-cut"]
    assert second == fold(answer("b"))


def test_what_stands_before_the_first_message_is_one_without_a_start():
    first, second = fold_many([s.content_delta("a"), *answer("b")])

    assert first.violation.code == "no-message-start"
    assert first.partial.text == "a"
    assert second.text == "b"


@pytest.mark.parametrize("wire_type", [[], {}, 1, None, "MESSAGE-START"])
def test_only_a_message_start_begins_a_message(wire_type):
    assert len(list(fold_many([*answer("a"), {"type": wire_type}]))) == 1


class Served:
    """What the SDK yields: an object with the type and what was on the wire."""

    def __init__(self, event):
        self.event = event
        self.type = event["type"]

    def model_dump(self, **_):
        return self.event


@pytest.mark.parametrize(
    "form",
    [
        lambda event: event,
        lambda event: on.Located(event, 7),
        lambda event: on.MessageStart("m-1", "assistant", [], "", [], []) if begins(event) else event,
        Served,
    ],
)
def test_events_of_any_form_begin_messages(form):
    log = [form(event) for event in [*answer("a"), *answer("b")]]

    assert [result.text for result in fold_many(log, STRICT)] == ["a", "b"]


def test_a_spoilt_message_start_begins_a_message_too():
    spoilt = {"type": "message-start", "delta": 5}

    first, second = fold_many([*answer("a"), spoilt, *s.text_block("b"), s.message_end()])

    assert first.text == "a"
    assert second.violation.code == "field-wrong-type"
    assert second.partial.text == "b"


@pytest.mark.parametrize(
    "strange", [None, 5, "message-start", on.Unknown(FrozenDict()), object(), on.Unreadable("x", "no JSON")]
)
def test_what_has_no_type_begins_no_message(strange):
    [result] = fold_many([*answer("a"), strange], LENIENT)

    assert result.text == "a"


def test_an_empty_log_has_no_messages():
    assert list(fold_many([])) == []
    assert list(fold_keyed([])) == []


def test_a_log_is_read_as_its_results_are_asked_for():
    log = iter([*answer("a"), *answer("b"), *answer("c")])

    first = next(fold_many(log))

    assert first.text == "a"
    assert next(log)["type"] == "content-start"


def test_limits_are_of_each_message():
    long, short = answer("Hello"), answer("Hi")

    results = list(fold_many([*short, *long, *long, *short], limits=Limits(characters=3)))

    assert [type(result) for result in results] == [Message, LimitExceeded, LimitExceeded, Message]
    assert results[1].violation.position == 2


def test_positions_are_those_in_the_message():
    results = list(fold_many([*answer("a"), s.message_start(), s.content_end(), s.message_end()]))

    assert str(results[1]).startswith("event 1: content-end 0 ")


def test_an_error_that_is_a_value_holds_no_frames_and_pickles():
    [error] = fold_many([s.message_start()])

    assert error.__traceback__ is None
    again = pickle.loads(pickle.dumps(error))
    assert told(again) == told(error)


def test_a_result_is_all_that_is_left_of_a_message():
    class Event(dict):
        pass

    log = (Event(event) for event in [*answer("a"), *answer("b")])
    results = fold_many(log)
    first = weakref.ref(next(results))
    gc.collect()

    assert first() is None
    assert [result.text for result in results] == ["b"]


# The transport breaks


@given(strategies.any_streams().filter(bool))
def test_a_log_that_breaks_off_is_told_by_its_last_message(events):
    reset = ConnectionResetError("reset by peer")

    *before, last = fold_many(broken_after(events, reset))

    assert type(last) is StreamInterrupted
    assert last.__cause__ is reset
    *whole, unbroken = fold_many(events)
    assert told_each(before) == told_each(whole)
    assert last.partial.text == (unbroken if isinstance(unbroken, Message) else unbroken.partial).text


def test_a_log_that_breaks_off_before_it_began_raises():
    reset = ConnectionResetError("reset by peer")

    for log in (fold_many(broken_after([], reset)), fold_keyed(broken_after([], reset))):
        with pytest.raises(StreamInterrupted) as caught:
            list(log)
        assert caught.value.__cause__ is reset
        assert caught.value.state.position == State().position


@pytest.mark.parametrize("signal", [KeyboardInterrupt, GeneratorExit, SystemExit])
@pytest.mark.parametrize("walk", [fold_many, lambda events: fold_keyed((0, event) for event in events)])
def test_what_ends_a_program_passes_untouched(walk, signal):
    with pytest.raises(signal):
        list(walk(broken_after([s.message_start()], signal)))


def test_what_is_thrown_at_a_log_by_its_reader_passes():
    results = fold_keyed((0, event) for event in answer("a"))
    next(results)

    with pytest.raises(ZeroDivisionError):
        results.throw(ZeroDivisionError)


# Messages that interleave


@st.composite
def interleaved(draw, logs):
    """Interleave several logs, by the number of each."""
    rests = [list(log) for log in logs]
    pairs = []
    while any(rests):
        key = draw(st.sampled_from([key for key, rest in enumerate(rests) if rest]))
        pairs.append((key, rests[key].pop(0)))
    return pairs


@given(st.lists(strategies.any_streams(), max_size=3), st.data(), PRESETS)
def test_the_results_of_a_key_are_those_of_its_events_alone(logs, data, rules):
    pairs = data.draw(interleaved(logs))

    results = list(fold_keyed(pairs, rules))

    for key, log in enumerate(logs):
        mine = [result for its, result in results if its == key]
        cut = [[*message] for message in messages(log)]
        assert told_each(mine) == told_each(result for message in cut for result in fold_many(message, rules))


def messages(log):
    """Cut a log before each message-start and after each message-end."""
    message = []
    for event in log:
        if begins(event) and message:
            yield message
            message = []
        message.append(event)
        if ends(event):
            yield message
            message = []
    if message:
        yield message


@given(st.lists(strategies.streams(additions=False), max_size=3))
def test_a_log_with_nothing_between_its_messages_is_the_same_with_one_key(streams):
    log = [event for events in streams for event in events]

    assert [result for _, result in fold_keyed(("a", event) for event in log)] == list(fold_many(log))


def test_results_come_as_messages_end_and_the_rest_in_the_order_in_which_it_began():
    a, b, c, d = (answer(name, id=name) for name in "abcd")
    pairs = [
        *pair("c", c[:2]),
        *pair("d", d[:1]),
        *pair("a", a[:3]),
        *pair("b", b),
        *pair("a", a[3:]),
        *pair("d", d[1:3]),
    ]

    results = list(fold_keyed(pairs))

    assert [key for key, _ in results] == ["b", "a", "c", "d"]
    assert [type(result) for _, result in results] == [Message, Message, StreamIncomplete, StreamIncomplete]


def pair(key, events):
    return [(key, event) for event in events]


def test_a_result_comes_as_soon_as_its_message_ends():
    results = fold_keyed(itertools.chain(pair("a", answer("a")), broken_after([], RuntimeError)))

    assert next(results)[1].text == "a"


def test_a_key_may_have_several_messages():
    log = [*answer("a"), *answer("b")[:2], *answer("c"), s.content_delta("d")]

    results = [result for _, result in fold_keyed(pair("a", log))]

    assert [result.text if isinstance(result, Message) else result.violation.code for result in results] == [
        "a",
        "no-message-end",
        "c",
        "no-message-start",
    ]


def test_only_what_is_open_is_held():
    seen = []

    def log():
        for key in range(9):
            yield from pair(key, answer("a"))
            seen.append(sum(isinstance(each, State) and each.ended for each in gc.get_objects()))

    gc.collect()
    assert len(list(map(str, fold_keyed(log())))) == 9
    assert max(seen) == min(seen)


def test_all_that_is_open_is_interrupted_when_the_transport_breaks():
    reset = ConnectionResetError("reset by peer")
    pairs = [*pair("a", answer("a")[:3]), *pair("b", answer("b")), *pair("c", answer("c")[:3])]

    results = list(fold_keyed(broken_after(pairs, reset)))

    assert [(key, type(result)) for key, result in results] == [
        ("b", Message),
        ("a", StreamInterrupted),
        ("c", StreamInterrupted),
    ]
    assert all(result.__cause__ is reset for _, result in results[1:])
    assert [result.partial.text for _, result in results[1:]] == ["a", "c"]


def test_a_break_that_no_open_message_can_tell_is_raised():
    results = fold_keyed(broken_after(pair("a", answer("a")), ConnectionResetError("reset by peer")))

    assert next(results)[1].text == "a"
    with pytest.raises(StreamInterrupted) as caught:
        next(results)
    assert "ConnectionResetError: 'reset by peer'" in str(caught.value)


@pytest.mark.parametrize("item", [s.content_end(), "ab", 5, ("a",), ("a", {}, 3)])
def test_what_is_no_pair_is_refused(item):
    with pytest.raises(TypeError) as caught:
        list(fold_keyed([item]))

    assert str(caught.value).startswith("expected pairs of a key and an event, got ")


def test_a_key_that_cannot_be_hashed_is_refused():
    with pytest.raises(TypeError, match="unhashable"):
        list(fold_keyed([([], {})]))


def test_pairs_may_be_lists_as_they_come_from_json():
    pairs = json.loads(json.dumps(pair("a", answer("a"))))

    assert [key for key, _ in fold_keyed(pairs)] == ["a"]


class Spoilt:
    """What the SDK makes of an event that is no JSON."""

    type = "message-start"

    def model_dump(self, **_):
        return {"id": "", "event": "content-delta", "data": "{", "retry": None}


class Fetches(UserDict):
    def __getitem__(self, _):
        raise OSError("gone")


@pytest.mark.parametrize("event", [Spoilt(), Fetches(type="message-start")])
def test_what_only_seems_to_begin_a_message_begins_none(event):
    first, second = fold_many([*s.whole(event, *s.text_block("Hi")), *s.whole(*s.text_block("Ho"))])

    assert first.violation.code == "event-unreadable"
    assert (first.partial.text, second.text) == ("Hi", "Ho")
