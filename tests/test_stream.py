"""The bytes of a response become events as they come, wherever they were cut and whoever drives the decoder."""

import itertools

import pytest
import streams as s
from hypothesis import given, settings
from hypothesis import strategies as st

from streamfold import check, fold
from streamfold.events import Unreadable
from streamfold.recordings import EventDecoder, decode, load
from streamfold.testing import strategies

EVENTS = s.whole(*s.text_block("It is ", "24 °C 😀.", "\u2028"))
DONE = b"data: [DONE]\n\n"


def sse(events):
    return b"".join(b"data: %s\n\n" % s.as_json(event) for event in events)


def jsonl(events):
    return b"".join(b"%s\n" % s.as_json(event) for event in events)


FORMS = {"sse": sse, "jsonl": jsonl}
forms = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


def chunked(data, cuts):
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


def pushed(chunks):
    decoder = EventDecoder()
    fed = [event for chunk in chunks for event in decoder.feed(chunk)]
    return [*fed, *decoder.close()]


def bodies(form, streams):
    """The bodies of streams, whole or cut off near their end."""
    return st.builds(lambda events, left: form(events)[: -left or None], streams, st.integers(0, 60))


@forms
@given(data=st.data())
def test_a_body_gives_the_same_events_wherever_it_is_cut_and_whoever_drives(form, data):
    body = data.draw(bodies(form, strategies.any_streams()))
    chunks = chunked(body, data.draw(st.lists(st.integers(0, 2_000), max_size=9)))
    whole = list(decode(body))

    assert list(decode(chunks)) == whole
    assert pushed(chunks) == whole


@forms
def test_a_body_is_its_events_one_after_the_other(form):
    located = list(decode(form(EVENTS)))

    assert [each.event for each in located] == EVENTS
    assert fold(located).text == "It is 24 °C 😀.\u2028"


@forms
@settings(max_examples=30)
@given(data=st.data())
def test_a_response_is_read_as_a_file_is(form, data):
    body = data.draw(bodies(form, strategies.streams(additions=False)))

    assert list(decode(body)) == [located for recording in load(body) for located in recording.events]


@forms
def test_an_event_comes_with_its_last_byte(form):
    decoder = EventDecoder()

    told = [len(decoder.feed(form([event]))) for event in EVENTS]

    assert told == [1] * len(EVENTS)


@pytest.mark.parametrize("end", [DONE, b'data: "[DONE]"\n\n', b"data:[DONE]\r\n\r\n"])
def test_nothing_is_read_after_the_sentinel(end):
    def chunks():
        yield sse(EVENTS) + end + sse(EVENTS)
        raise AssertionError("one chunk more was asked for")

    assert [each.event for each in decode(chunks())] == EVENTS


def test_lines_end_at_a_sentinel_too():
    assert [each.event for each in decode(jsonl(EVENTS) + b"[DONE]\n" + jsonl(EVENTS))] == EVENTS


def test_a_decoder_tells_whether_it_has_ended():
    decoder = EventDecoder()
    told = [(len(decoder.feed(chunk)), decoder.ended) for chunk in (sse(EVENTS), DONE, DONE, sse(EVENTS))]

    assert told == [(len(EVENTS), False), (0, True), (0, True), (0, True)]


def test_a_decoder_that_was_closed_is_fed_no_more():
    decoder = EventDecoder()
    decoder.close()

    assert decoder.ended
    with pytest.raises(ValueError, match=r"^the decoder is closed$"):
        decoder.feed(b"")


def test_a_decoder_may_be_closed_twice():
    decoder = EventDecoder()
    decoder.feed(b"data: {")

    assert [len(decoder.close()), len(decoder.close())] == [1, 0]


@pytest.mark.parametrize("start", [b"{", b"[", b'"'])
def test_a_line_of_json_that_is_cut_off_is_no_server_sent_event(start):
    [cut] = decode(start)

    assert cut.event == Unreadable(start.decode(), "the input ended inside a line", cut=True)


@pytest.mark.parametrize("chunks", [b"", [], [b""], [b" \n", b"\r\n"], [b"\xef", b"\xbb\xbf"], [b": a comment\n\n"]])
def test_what_holds_no_event_gives_none(chunks):
    assert list(decode(chunks)) == []


@forms
@pytest.mark.parametrize("before", [b"\n\n", b" \n", b"\xef\xbb\xbf"])
def test_what_stands_before_the_first_event_only_counts_lines(form, before):
    chunks = [bytes([byte]) for byte in before + form(EVENTS)]
    located = list(decode(chunks))

    assert [each.event for each in located] == EVENTS
    assert located[0].line == 1 + before.count(b"\n")


def test_white_space_without_end_is_bounded():
    decoder = EventDecoder(max_event_size=10)
    told = list(itertools.chain.from_iterable(decoder.feed(b"    ") for _ in range(9)))

    assert [located.event.why for located in told] == ["line 1: event of 12 bytes or more; expected at most 10"]
    assert decoder.ended


@pytest.mark.parametrize("size", [1, 50, 5000])
@forms
def test_an_event_that_is_too_large_is_the_last_one(form, size):
    body = form([s.message_start(), s.plan_delta("x" * 400), s.message_end()])

    first, last = decode([body[at : at + size] for at in range(0, len(body), size)], max_event_size=300)

    assert (first.event, last.event.cut) == (s.message_start(), True)
    assert "300" in last.event.why


@forms
def test_an_event_without_end_is_the_last_one_as_soon_as_it_is_too_large(form):
    decoder = EventDecoder(max_event_size=100)
    begun = form([s.message_start()])[:50]

    told = [len(decoder.feed(chunk)) for chunk in (begun, begun, b"x", b"x")]

    assert (told, decoder.ended) == ([0, 0, 1, 0], True)


@forms
def test_only_the_size_of_a_single_event_is_bounded(form):
    body = form([s.plan_delta("Look.")] * 50)

    assert len(list(decode([body[at : at + 30] for at in range(0, len(body), 30)], max_event_size=100))) == 50


@forms
def test_an_event_that_is_cut_off_stands_among_the_events(form):
    *_, last = decode(form(EVENTS)[:-9])

    assert last.event.cut
    assert [violation.code for violation in check(decode(form(EVENTS)[:-9])).roots] == ["event-cut"]


@pytest.mark.parametrize(
    ("body", "text", "why"),
    [
        (b"data: out of memory\n\n", "out of memory", "not JSON: Expecting value"),
        (b"data: [NaN]\n\n", "[NaN]", "not JSON: NaN is not JSON"),
        (b"data: " + b"[" * 100_000 + b"\n\n", "[" * 100_000, "brackets are nested too deeply"),
        (b'{"a": \n', '{"a": ', "not JSON: Expecting value"),
        (b'{"a": "\xff"}\n', '{"a": "\ufffd"}', "not UTF-8: invalid start byte"),
    ],
)
def test_an_event_that_is_no_json_stands_among_the_events(body, text, why):
    [located] = decode(body)

    assert located.event == Unreadable(text, located.event.why)
    assert located.event.why.startswith(why)


def test_what_the_chunks_raise_passes_after_all_that_came():
    def chunks():
        yield sse(EVENTS)[:-9]
        raise ConnectionResetError

    told = []
    with pytest.raises(ConnectionResetError):
        told.extend(decode(chunks()))

    assert [each.event for each in told] == EVENTS[:-1]


def test_another_reader_of_json_may_be_given():
    assert [each.event for each in decode(b"data: 1\n\n", loads=lambda text: ("read", text))] == [("read", "1")]


@pytest.mark.parametrize("before", [b"", b"data", b"{"])
@pytest.mark.parametrize("chunk", ["data: {}", 5, None, bytearray(b"data: {}")])
def test_a_chunk_that_is_not_bytes_is_refused(before, chunk):
    decoder = EventDecoder()
    decoder.feed(before)

    with pytest.raises(TypeError, match=f"^a chunk is a {type(chunk).__name__}; expected bytes$"):
        decoder.feed(chunk)
