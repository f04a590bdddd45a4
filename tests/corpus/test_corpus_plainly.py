"""The fast ways come to what the plain way comes to, on recordings and on what is made of them."""

from itertools import islice
from random import Random

from mutants import mutants
from plainly import at_once, plainly, stepwise
from walk import events_of

from streamfold import check
from streamfold.recordings import load

MANY = 150  # of the mutants of one recording


def test_a_recording_comes_to_what_the_plain_way_comes_to(recording):
    [recorded] = load(recording.read_bytes(), recording.name)
    events = events_of(recording)

    assert at_once(events) == stepwise(events) == plainly(events)
    assert check(recorded.events).state == plainly(recorded.events)


def test_so_does_a_recording_with_one_thing_wrong(recording):
    every = [stream for _, _, stream in mutants(events_of(recording), deltas=True)]
    Random(recording.name).shuffle(every)

    for stream in islice(every, MANY):
        assert at_once(stream) == stepwise(stream) == plainly(stream)
