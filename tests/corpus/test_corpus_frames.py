"""Recordings are read by frames as they are read without them."""

import json
from random import Random

import pytest
from plainly import plainly

from streamfold import check
from streamfold.recordings import decode, load
from streamfold.recordings._stream import loads_strictly


def unlearned(text):
    """Read JSON as the library does, by another name, so that no frame stands for it."""
    return loads_strictly(text)


def chunked(data, size):
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 100, 4096, 1 << 20])
def test_a_recording_is_read_by_frames_as_without_them(recording, size):
    data = recording.read_bytes()

    assert list(load(chunked(data, size))) == list(load(data, loads=unlearned))


@pytest.mark.parametrize("size", [0, 1, 100, 4096])
def test_a_fold_of_its_bytes_comes_to_what_the_plain_way_makes_of_its_events(recording, size):
    data = recording.read_bytes()
    chunks = chunked(data, size) if size else (event + b"\n\n" for event in data.split(b"\n\n"))

    assert check(decode(chunks)).state == plainly(decode(data, loads=unlearned))


def test_so_is_one_with_other_line_ends_and_one_with_a_few_bytes_changed(recording):
    data = recording.read_bytes()
    chance = Random(json.dumps(recording.name))
    for _ in range(20):
        at = chance.randrange(len(data))
        mutant = data[:at] + bytes([chance.choice(b'"\\\n\r{}:,a\x00\xff')]) + data[at + chance.randrange(3) :]
        for it in (mutant, mutant.replace(b"\n", b"\r\n")):
            assert list(load(chunked(it, 333))) == list(load(it, loads=unlearned))
