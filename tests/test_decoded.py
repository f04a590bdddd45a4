"""A fold of bytes comes to what a fold of their events comes to, however they are cut and wherever it begins."""

import itertools
import pickle
from contextlib import closing
from functools import partial

import pytest
import streams as s
from hypothesis import example, given
from hypothesis import strategies as st
from plainly import plainly
from test_frames import TEXTS, rows, unlearned, ways, written

from streamfold import Limits, StreamInterrupted, check, fold
from streamfold._plain import PLAIN
from streamfold.events import Located
from streamfold.limits import DEFAULT
from streamfold.recordings import EventDecoder, decode
from streamfold.recordings._frames import FrameDecoder
from streamfold.recordings._stream import loads_strictly, parsed
from streamfold.testing import strategies

START = [s.message_start(), s.content_start()]
LIMITS = st.just(DEFAULT) | st.builds(Limits, characters=st.integers(0, 60), events=st.integers(0, 30))
STREAMS = strategies.any_streams() | rows().map(lambda row: [*START, *row])


def cut(events, way, sizes):
    """The bytes of events, some of them in each chunk, and some chunks with a piece of the next one."""
    pieces = [written([event], **way) for event in events]
    chunks = []
    rest = itertools.cycle([*sizes, 1])
    while pieces:
        size = next(rest)
        chunks.append(b"".join(pieces[: size % 9 + 1]))
        del pieces[: size % 9 + 1]
        if size % 4 == 3 and pieces:
            chunks[-1] += pieces[0][:size]
            pieces[0] = pieces[0][size:]
    return chunks


def told(chunks, **options):
    return list(decode(iter(chunks), loads=unlearned, **options))


@given(STREAMS, ways, st.lists(st.integers(0, 200), max_size=9), LIMITS)
@example([*START, *[s.content_delta("ab")] * 9], {}, [], Limits(events=8))
@example([*START, *[s.content_delta("ab")] * 9], {}, [], Limits(characters=11))
def test_a_fold_of_bytes_comes_to_what_the_plain_way_makes_of_their_events(events, way, sizes, limits):
    chunks = cut(events, way, sizes)

    assert check(decode(chunks), limits=limits).state == plainly(told(chunks), limits)


@given(STREAMS, ways, st.lists(st.integers(0, 200), max_size=4), st.integers(0, 12))
def test_so_does_one_that_begins_when_some_events_have_been_taken(events, way, sizes, first):
    chunks = cut(events, way, sizes)
    rest = decode(chunks)
    begun = list(itertools.islice(rest, first))

    assert begun == told(chunks)[:first]
    assert check(rest).state == check(told(chunks)[first:]).state


@given(STREAMS, ways, st.lists(st.integers(0, 200), max_size=4), st.integers(0, 12))
def test_so_does_one_whose_transport_breaks(events, way, sizes, last):
    chunks = cut(events, way, sizes)[:last]

    def broken(items):
        yield from items
        raise ConnectionResetError("gone")

    whole = EventDecoder(loads=unlearned)
    known = [event for chunk in chunks for event in whole.feed(chunk)]

    assert check(decode(broken(chunks))).state == check(known if whole.ended else broken(known)).state


def answered(*texts, **way):
    """The chunks of an answer, an event in each."""
    return [written([event], **way) for event in (*START, *map(s.content_delta, texts))]


@given(st.lists(TEXTS, max_size=12), ways)
def test_a_delta_alone_in_a_chunk_is_read_as_it_is_among_others(texts, way):
    chunks = [*answered("a", "b", "c", **way), *answered(*texts, **way)[2:]]

    assert check(decode(chunks)).partial.text == check(told(chunks)).partial.text


@st.composite
def answers(draw):
    """Blocks and calls of many deltas, most of them for the part that is open."""
    events = [s.message_start()]
    for index, kind in enumerate(draw(st.permutations(["text", "thinking", "call"]))):
        texts = draw(st.lists(TEXTS, max_size=12))
        of = s.call_delta if kind == "call" else partial(s.content_delta, kind=kind)
        odd = draw(st.sampled_from([index] * 9 + [0, 1]))
        events.append(s.call_start(index) if kind == "call" else s.content_start(index, kind))
        events += [of(text, index) for text in texts[:6]] + [of(text, odd) for text in texts[6:]]
        events += draw(st.sampled_from([[], [s.call_end(index) if kind == "call" else s.content_end(index)]]))
    return events


@given(answers(), ways, st.lists(st.integers(0, 200), max_size=9), LIMITS, st.booleans())
def test_so_does_one_of_many_deltas_for_this_part_and_that(events, way, sizes, limits, learns):
    chunks = cut(events, way, sizes)
    options = {} if learns else {"loads": unlearned}

    assert check(decode(chunks, **options), limits=limits).state == plainly(told(chunks), limits)


MANY = [*START, *[s.content_delta(text) for text in ("a", "b", "c", "de", "fgh", "", "i")], s.content_end()]


@pytest.mark.parametrize("name", ["characters", "events"])
@pytest.mark.parametrize("size", [1, 3, 99])
@pytest.mark.parametrize("options", [{}, {"loads": unlearned}], ids=["learned", "unlearned"])
def test_wherever_a_limit_is_hit_a_fold_of_bytes_comes_to_what_the_plain_way_comes_to(name, size, options):
    chunks = [written(MANY[at : at + size]) for at in range(0, len(MANY), size)]
    for most in range(16):
        limits = Limits(**{name: most})

        assert check(decode(chunks, **options), limits=limits).state == plainly(told(chunks), limits)


ROWS = [make("a", *of) for make, of in ((s.content_delta, (0,)), (s.content_delta, (1,)), (s.call_delta, (0,)))]
ROWS += [s.content_delta("a", 0, "thinking"), s.plan_delta("a")]


@pytest.mark.parametrize("size", [1, 99])
@pytest.mark.parametrize("opened", [[s.content_start()], [s.content_start(0, "thinking")], [s.call_start()], []])
@pytest.mark.parametrize("delta", ROWS)
def test_deltas_of_a_row_are_never_those_of_another_part(delta, opened, size):
    mine = [s.plan_delta("b")] if not opened else []
    events = [s.message_start(), *opened, *mine, *[delta] * 9, *opened, *[delta] * 9]
    chunks = [written(events[at : at + size]) for at in range(0, len(events), size)]

    assert check(decode(chunks)).state == plainly(told(chunks))


@pytest.mark.parametrize("size", [1, 99])
@pytest.mark.parametrize("kind", ["text", "thinking"])
def test_deltas_of_a_row_for_a_part_that_has_ended_are_not_those_of_the_next_one(size, kind):
    row = [s.content_delta("a", 1, kind)] * 9
    first = [*s.text_block("x"), s.content_start(1, kind), *row, s.content_end(1)]
    events = [s.message_start(), *first, s.content_start(2), s.content_delta("b", 2), *row, s.content_delta("c", 2)]
    chunks = [written(events[at : at + size]) for at in range(0, len(events), size)]

    assert check(decode(chunks)).state == plainly(told(chunks))


SPOILT = [
    b'"}}}}', b'a", "more": "b', b"\\u00e9", b"\\", b'\\"', b"\xff", b"\xc3", b"a\x00", b"a\xc2\x85", "\u2028".encode(),
    b'!"', b"!", b"!1", b"a\n",
    b'a"}}}}\n\nx', b"\r", b"x" * 5_000, b"", "😀é".encode(), b"\xed\xa0\xbd", b"\xef\xbb\xbf",
]  # fmt: skip


@pytest.mark.parametrize("inner", SPOILT)
@pytest.mark.parametrize("most", [300, 10_000])
def test_a_chunk_that_looks_like_one_delta_comes_to_what_it_is(inner, most):
    chunk = written([s.content_delta("abc")], space=" ")
    spoilt = chunk.replace(b'"abc"', inner.strip(b"!")) if inner.startswith(b"!") else chunk.replace(b"abc", inner)
    chunks = [*answered("a", "b", "c", space=" "), spoilt, chunk, chunk]
    options = {"max_event_size": most}

    assert check(decode(chunks, **options)).state == plainly(told(chunks, **options))


@pytest.mark.parametrize("last", [b"data: 1", b"\n", b": x\n", b"\r", b"data: 1\r", b"\xef\xbb\xbf"])
def test_nothing_is_taken_for_a_delta_where_another_event_has_begun(last):
    chunks = [*answered("a", "b", "c"), last, *answered("d", "e", "f")[2:]]

    assert check(decode(chunks)).state == plainly(told(chunks))


def reading(events):
    """A decoder that has read events, and the texts that it reads as JSON from now on."""
    read = []

    def locate(event):
        read.append(event.data)
        return Located(parsed(event.data, loads_strictly), event.line, event.name)

    decoder = FrameDecoder(locate=locate)
    list(decoder.read(written(events)))
    read.clear()
    return decoder, read


def test_a_delta_alone_in_a_chunk_is_not_read_as_json_and_keeps_the_count_of_lines():
    decoder, read = reading([s.content_delta("a")] * 3)
    [plain] = {each.plain for each in decoder.read(written([s.content_delta("b")]))}

    texts = [decoder.read_delta(written([s.content_delta(text)]), plain, 0) for text in ("c", "é 😀", '"', "")]
    [row] = decoder.read(written([s.content_delta("d")]))

    assert texts == ["c", "é 😀", None, ""]
    assert row.line == 4 * 3 + 3 * 3 + 1
    assert read == []


def test_a_delta_for_another_part_is_not_taken():
    decoder, _ = reading([s.content_delta("a")] * 3)
    [plain] = {each.plain for each in decoder.read(written([s.content_delta("b")]))}

    assert decoder.read_delta(written([s.content_delta("b")]), plain, 1) is None
    assert decoder.read_delta(written([s.content_delta("b")]), PLAIN["thinking"], 0) is None
    assert decoder.read_delta(written([s.content_delta("b", 1)]), plain, 0) is None


def test_a_blank_line_that_ends_with_cr_may_have_its_lf_in_a_later_chunk():
    chunks = [b"".join(answered("a", "b", "c", end="\r")), *answered("d")[2:], b"\n" + written([{"type": "later"}])]

    assert check(decode(chunks)).state == plainly(told(chunks))


@pytest.mark.parametrize("row", [("sentinel", "sentinel"), ("sentinel", "other")])
def test_a_frame_is_learned_from_a_delta_that_says_what_a_sentinel_does(row):
    def twice(first, text):
        return written([s.content_delta("x")]).replace(b'"text":"x"', f'"text":"{first}","text":"{text}"'.encode())

    chunks = [*answered(), *[twice(*row)] * 3, twice("foo", row[1]), twice(row[0], "bar")]

    assert check(decode(b"".join(chunks))).state == check(decode(chunks)).state == plainly(told(chunks))


def test_what_is_fed_after_the_end_is_nothing():
    chunks = [*answered("a", "b", "c"), b"data: [DONE]\n\n", *answered("d")[2:]]

    assert check(decode(chunks)).partial.text == "abc"


def test_a_response_that_is_cut_in_a_delta_says_so():
    chunks = answered("a", "b", "c", "d")
    chunks[-1] = chunks[-1][:-1]

    assert [each.code for each in check(decode(chunks)).roots] == ["event-cut"]


def test_a_whole_answer_comes_to_its_message_in_any_chunks():
    events = s.whole(*s.text_block(*(f"{number} " for number in range(99))))
    data = written(events)

    for size in (1, 7, 100, 4096, len(data)):
        assert fold(decode(data[at : at + size] for at in range(0, len(data), size))) == fold(events)
    assert fold(decode(map(written, ([event] for event in events)))) == fold(events)


@pytest.mark.parametrize("chunk", ["data: 1\n\n", bytearray(b"data: 1\n\n"), 5, ["a"], None])
def test_what_is_no_bytes_is_refused_wherever_it_comes(chunk):
    chunks = [*answered("a", "b", "c"), chunk]
    told = f"a chunk is a {type(chunk).__name__}; expected bytes"

    with pytest.raises(TypeError, match=told):
        list(decode(chunks))
    with pytest.raises(StreamInterrupted, match=told):
        fold(decode(chunks))


def test_nothing_comes_behind_what_the_transport_raised_or_behind_the_close():
    def broken():
        yield from answered("a")
        yield b"data: cut"
        raise ConnectionResetError

    rest = decode(broken())
    with pytest.raises(ConnectionResetError):
        list(rest)
    with closing(decode(answered("a"))) as closed:
        next(closed)

    assert list(rest) == list(closed) == []


def test_a_decoder_can_be_pickled_whatever_it_has_learned():
    decoder = EventDecoder()
    before = [each for chunk in answered("a", "b", "c", "d") for each in decoder.feed(chunk)]
    again = pickle.loads(pickle.dumps(decoder))

    assert again.feed(answered("e")[2]) == decoder.feed(answered("e")[2]) != []
    assert len(before) == 6
