"""Deltas in a known frame come to what the reader of any event would make of them, however they are written or cut."""

import json

import pytest
import streams as s
from hypothesis import example, given
from hypothesis import strategies as st

from streamfold import check, fold
from streamfold.events import Located
from streamfold.limits import Limits
from streamfold.recordings import RecordingError, load
from streamfold.recordings._frames import FrameDecoder
from streamfold.recordings._rows import located
from streamfold.recordings._stream import loads_strictly, parsed

TEXTS = st.text(st.characters() | st.sampled_from('\ud83d\udc19"\\\n\r\u2028\x00'), max_size=5)
PLACES = [(s.content_delta, 0), (s.content_delta, 1), (s.call_delta, 0)]


def unlearned(text):
    """Read JSON as the library does, by another name, so that no frame stands for it."""
    return loads_strictly(text)


def loaded(chunks, **options):
    """What is found, and why it is no recording where it is none."""
    found = []
    try:
        found += [(each.events, each.source) for each in load(chunks, "name", **options)]
    except RecordingError as error:
        found.append(str(error))
    return found


def told(chunks, **options):
    """Give what is loaded, or why it is no recording."""
    try:
        return loaded(chunks, **options)
    except RecordingError as error:
        return str(error)


def chunked(data, sizes):
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
    yield data[at:]


def written(events, *, ascii_only=False, space="", name=True, end="\n", comment=""):  # noqa: PLR0913 - so many ways
    """Write events as server-sent ones, in one of the ways of writing them."""
    separators = ("," + space, ":" + space)
    lines = [
        "".join(
            [
                f"event: {event['type']}{end}" if name and isinstance(event, dict) and "type" in event else "",
                comment and f": {comment}{end}",
                f"data:{space}{json.dumps(event, ensure_ascii=ascii_only, separators=separators)}{end}{end}",
            ]
        )
        for event in events
    ]
    return "".join(lines).encode("utf-8", "replace")


ways = st.fixed_dictionaries(
    {},
    optional={
        "ascii_only": st.booleans(),
        "space": st.sampled_from(["", " "]),
        "name": st.booleans(),
        "end": st.sampled_from(["\n", "\r\n", "\r"]),
        "comment": st.sampled_from(["", "ping", 'a "b"']),
    },
)


@st.composite
def rows(draw):
    """Deltas in rows, with other events between them."""
    events = []
    for _ in range(draw(st.integers(1, 4))):
        make, index = draw(st.sampled_from(PLACES))
        events += [make(text, index) for text in draw(st.lists(TEXTS, max_size=6))]
        events += draw(st.lists(st.sampled_from([s.content_end(), s.plan_delta("a"), s.message_end(), 1]), max_size=1))
    return events


@given(rows(), ways, st.lists(st.integers(0, 200), max_size=12))
def test_frames_give_what_the_reader_of_any_event_gives(events, way, sizes):
    data = written(events, **way)

    assert loaded(chunked(data, sizes)) == loaded([data], loads=unlearned)


@given(
    rows(), st.lists(ways, min_size=1, max_size=3), st.integers(0, 2_000), st.lists(st.binary(max_size=3), max_size=2)
)
def test_so_they_do_where_anything_stands_between_or_bytes_are_not_what_they_were(events, many, place, other):
    data = b"".join(written(events, **way) for way in many)
    at = place % (len(data) + 1)
    data = data[:at] + b"".join(other) + data[at + len(other) :]

    assert told(chunked(data, [at, 1])) == told([data], loads=unlearned)


@pytest.mark.parametrize(
    "spoilt",
    [
        '"', "\\", '\\u12"', '\\ud83d"}}}}\n\nx', 'a"}}}},', 'a"}}}}\ndata: 1', '"}}}, "x": 1}', '"}}}}\nid: 5',
    ],
)  # fmt: skip
def test_an_event_that_begins_like_the_others_and_goes_on_otherwise_is_read_by_itself(spoilt):
    data = written([s.content_delta("abc")] * 4, space=" ")
    frame = data[: len(data) // 4].decode()
    data += frame.replace("abc", spoilt).encode() + data

    assert loaded([data]) == loaded([data], loads=unlearned)


def decoded(data, size):
    """Decode in chunks of a size; give the events, and the texts that were read as JSON."""
    read = []

    def locate(event):
        read.append(event.data)
        return Located(parsed(event.data, loads_strictly), event.line, event.name)

    decoder = FrameDecoder(locate=locate)
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    return list(located(each for chunk in chunks for each in decoder.read(chunk))), read


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_in_a_frame_are_not_read_as_json(size, end):
    deltas = [s.content_delta(f"{number} °") for number in range(100)]
    events, read = decoded(written(deltas, end=end), size)

    assert [each.event for each in events] == deltas
    assert [each.line for each in events] == list(range(1, 301, 3))
    assert len(read) == 3  # two to see a row, and one to see where its string is


def test_a_citation_between_deltas_does_not_make_a_frame_forgotten():
    row = [s.content_delta("a")] * 5
    between = [s.citation_start(0, 0, 1, "a"), s.citation_end(0)]
    once = decoded(written([*row, *between]), 4096)[1]
    _, read = decoded(written([*row, *between, *row, *between, *row]), 4096)

    assert len(read) == len(once) + len(between)


@pytest.mark.parametrize(
    "event",
    [
        *({**s.content_delta("a"), "index": index} for index in (None, True, 1.0, [0])),
        {**s.content_delta("a"), "more": 1}, s.plan_delta("a"), s.content_delta("x" * 5_000), {"type": []}, [], "a",
    ],
)  # fmt: skip
def test_what_no_frame_is_learned_from_and_what_has_no_index_is_read_all_the_same(event):
    data = written([event] * 6, name=False)

    assert loaded([data]) == loaded([data], loads=unlearned)


@pytest.mark.parametrize("name", ['"', '"a"', '"a" "', '\\"', "content-end"])
def test_a_name_may_look_like_a_string(name):
    data = written([s.content_delta("a")] * 6).replace(b"event: content-delta", f"event: {name}".encode())

    assert loaded([data]) == loaded([data], loads=unlearned)


@pytest.mark.parametrize("name", ['"', '"a"', '"a" "', '\\"'])
def test_a_name_that_another_one_takes_the_place_of_may_look_like_a_string(name):
    data = written([s.content_delta("a")] * 6)
    data = data.replace(b"event: content-delta", f"event: {name}\nevent: content-delta".encode())

    assert loaded([data]) == loaded([data], loads=unlearned)


@pytest.mark.parametrize("text", ["type", "content-delta", "delta", "text", "index"])
def test_a_frame_is_learned_from_characters_that_stand_elsewhere_in_the_event_too(text):
    deltas = [s.content_delta(text)] * 9

    events, read = decoded(written(deltas), 4096)

    assert [each.event for each in events] == deltas
    assert len(read) == 3 + (text in read[0][: read[0].rindex(text)])  # one more for each other place


def test_an_id_is_remembered_though_frames_are_known():
    row = written([s.content_delta("a")] * 4)
    data = row + b"id: 5\n" + row + row

    assert loaded([data]) == loaded([data], loads=unlearned)


@given(st.integers(1, 60), st.sampled_from(["characters", "events"]))
@example(12, "characters")
def test_a_limit_is_hit_at_the_same_line(most, name):
    events = [s.message_start(), s.content_start(), *[s.content_delta("ab")] * 30]
    [one], [other] = load(written(events)), load(written(events), loads=unlearned)
    limits = Limits(**{name: most})

    assert check(one.events, limits=limits).violations == check(other.events, limits=limits).violations
    assert (
        check(one.events, limits=limits).violations
        == check(map(Located, *zip(*other.events, strict=True)), limits=limits).violations
    )


def test_a_whole_stream_comes_to_its_message():
    events = s.whole(*s.text_block(*(f"{number} " for number in range(50))))
    [recording] = load(written(events))

    assert fold(recording.events) == fold(events)


def test_keys_keep_the_order_in_which_they_came():
    deltas = [json.dumps(s.content_delta(text), sort_keys=True) for text in "abcd"]

    [recording] = load("".join(f"data: {delta}\n\n" for delta in deltas).encode())

    assert [json.dumps(each.event) for each in recording.events] == deltas
