"""What was recorded unfolds into what was recorded."""

import pytest

from streamfold import STRICT, GenerationFailed, check, fold
from streamfold.recordings import load
from streamfold.unfold import COHERE, COHERE_2024, VLLM, coalesce, every, seeded, to_jsonl, to_sse, unfold, whole, words

# Here a citation comes one delta later than its text allows.
LATE = {"aalittle__chat-stream-citations__2026-06.sse"}


def events_of(path):
    [recording] = load(path.read_bytes(), path.name)
    return recording.events


def message_of(events):
    return check(events).state.message()


@pytest.mark.parametrize("split", [whole, words, every(3), seeded(1)], ids=["whole", "words", "every", "seeded"])
def test_a_recorded_message_unfolds_into_a_legal_stream_that_folds_into_it(recording, split):
    message = message_of(events_of(recording))

    for dialect in (COHERE, COHERE_2024):
        events = unfold(message, split, dialect)
        try:
            assert fold(events, STRICT) == message
        except GenerationFailed as failed:
            assert failed.message == message
        assert [each.code for each in check(events).violations] == [each.code for each in message.violations]


def test_a_recorded_message_means_the_same_in_another_dialect_and_in_typed_events(recording):
    message = message_of(events_of(recording))

    assert message_of(unfold(message, words, VLLM)) == message_of(unfold(message, typed=True)) == message


def test_the_stream_of_a_recorded_message_is_the_recorded_one_but_for_where_its_deltas_are_cut(recording):
    recorded = coalesce([located.event for located in events_of(recording)])

    unfolded = [coalesce(unfold(message_of(recorded), words, dialect)) for dialect in (COHERE, COHERE_2024)]

    assert (recorded in unfolded) == (recording.name not in LATE)


def test_the_bytes_of_recorded_events_are_the_recorded_bytes(recording):
    write = to_sse if recording.suffix == ".sse" else to_jsonl

    assert write(events_of(recording)).rstrip(b"\n") == recording.read_bytes().rstrip(b"\n")
