"""Real recordings go on from anywhere, are told change by change, and come out of a log as they went in."""

import json
from functools import reduce
from itertools import accumulate, chain, groupby, pairwise

import pytest
from walk import events_of

from streamfold import LENIENT, STRICT, Message, State, check, finish, fold, step
from streamfold._many import fold_keyed, fold_many
from streamfold.checkpoint import ReplayError, dump, load, unseen
from streamfold.live import changes, replay
from streamfold.recordings import load as load_recordings

PLACES = 12


def places(events):
    """Give the ends of a stream and some places between, more of them where it is short."""
    return sorted({*range(0, len(events) + 1, max(len(events) // PLACES, 1)), 1, len(events) - 1, len(events)})


def stepped(events, state=None):
    return reduce(lambda state, event: step(state, event, LENIENT), events, State() if state is None else state)


def text_of(event):
    """Give the key below which a delta has its characters, and that object; None for any other event."""
    inner = event.get("delta", {}).get("message") if event["type"].endswith("-delta") else None
    while inner is not None and not isinstance(next(iter(inner.values())), str):
        inner = next(iter(inner.values()))
    return inner


def with_text(event, text):
    again = json.loads(json.dumps(event))
    inner = text_of(again)
    inner[next(iter(inner))] = text
    return again


def place_of(event):
    return (event["type"], event.get("index"), next(iter(text_of(event)))) if text_of(event) else None


def joined(events):
    """Join the deltas that follow one another."""
    for place, run in groupby(events, place_of):
        first, *rest = run
        texts = [text for each in (first, *rest) if place for text in text_of(each).values()]
        yield from [with_text(first, "".join(texts))] if place else [first, *rest]


def split(events):
    """Cut each delta into characters."""
    for event in events:
        [text] = text_of(event).values() if text_of(event) else [""]
        yield from [with_text(event, character) for character in text] if text else [event]


def test_a_state_saved_anywhere_is_what_it_was_and_no_larger_than_what_came(recording):
    events = events_of(recording)
    whole = stepped(events)

    for place in places(events):
        state = stepped(events[:place])
        text = json.dumps(dump(state), allow_nan=False)
        loaded = load(json.loads(text))
        assert loaded == state
        assert stepped(events[place:], loaded) == whole
        assert len(text) < len(json.dumps(events[:place])) + 3000


def test_a_replay_goes_on_from_anywhere_however_it_is_cut(recording):
    [located] = load_recordings(recording.read_bytes(), recording.name)
    events = events_of(recording)
    message = finish(stepped(events), LENIENT)

    for place in places(events):
        state = stepped(events[:place])
        assert list(unseen(state, events)) == events[place:]
        for again in (located.events, joined(events), split(events)):
            assert finish(stepped(unseen(state, again), state), LENIENT) == message


def test_a_changed_character_of_what_was_seen_is_an_error(recording):
    events = events_of(recording)
    deltas = [place for place, event in enumerate(events) if text_of(event) and any(text_of(event).values())]

    for place in deltas[:: max(len(deltas) // PLACES, 1)]:
        [text] = text_of(events[place]).values()
        changed = [*events[:place], with_text(events[place], text[:-1] + "\u2620"), *events[place + 1 :]]
        for size in (place + 1, len(events)):
            with pytest.raises(ReplayError, match=r"differs at character .*\u2620"):
                list(unseen(stepped(events[:size]), changed))
        assert list(unseen(stepped(events[:place]), changed)) == changed[place:]


def test_a_missing_event_of_what_was_seen_is_an_error_or_makes_no_difference_yet(recording):
    events = events_of(recording)
    whole = stepped(events)

    for place in places(events[:-1]):
        missing = [*events[:place], *events[place + 1 :]]
        try:
            rest = list(unseen(whole, missing))
        except ReplayError:
            continue
        assert stepped(rest, whole).partial() == stepped(missing).partial()


def test_the_changes_of_all_events_give_the_message(recording):
    events = events_of(recording)
    states = list(accumulate(events, lambda state, event: step(state, event, LENIENT), initial=State()))

    told = [change for old, new in pairwise(states) for change in changes(old, new)]

    assert replay(told) == states[-1].partial()
    for old, new in pairwise(states[place] for place in places(events)):
        assert replay(changes(old, new), old.partial()) == new.partial()


def test_a_log_gives_what_its_recordings_give(recording):
    events = events_of(recording)
    message = fold(events, LENIENT)

    assert list(fold_many([*events, *events], LENIENT)) == [message, message]
    both = chain.from_iterable((("a", event), ("b", event)) for event in events)
    assert list(fold_keyed(both, LENIENT)) == [("a", message), ("b", message)]
    [strict] = fold_many(events, STRICT)
    assert isinstance(strict, Message) == check(events, STRICT).ok
