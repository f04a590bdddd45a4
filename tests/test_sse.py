"""However a byte stream is cut into chunks, the decoder reads it as WHATWG HTML, section 9.2.6, does."""

import json
import pickle
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamfold.recordings._sse import (
    MAX_EVENT_SIZE,
    EventTooLarge,
    ServerSentEvent,
    SSEDecoder,
    Unfinished,
)


def event(data, line=1, *, name=None, id=None):  # noqa: A002 - its field name
    return ServerSentEvent(data, name, id, line)


def unfinished(text, line=1, *, in_character=False):
    return Unfinished(line, text, in_character)


def decode(chunks, **options):
    decoder = SSEDecoder(**options)
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events, decoder.close(), decoder.retry


def byte_by_byte(stream):
    return [stream[at : at + 1] for at in range(len(stream))]


def cut_at(stream, places):
    return [stream[start:end] for start, end in pairwise([0, *sorted(places), len(stream)])]


def chunkings(stream):
    return st.lists(st.integers(0, len(stream)), max_size=12).map(lambda places: cut_at(stream, places))


# The specification once more, step by step and with no thought of chunks or of speed.
def reference(stream):
    parts = re.split("(\r\n|\r|\n)", stream.decode("utf-8", "replace").removeprefix("\ufeff"))
    events, retry, data, event_type, last_id, first, begun = [], None, "", "", "", None, ""
    for number, (line, end) in enumerate(zip(parts[:-1:2], parts[1::2], strict=True), 1):
        field, value = field_and_value(line)
        if line == "":
            if data != "":
                events.append(ServerSentEvent(data[:-1], event_type or None, last_id or None, first))
            data, event_type, first, begun = "", "", None, ""
        elif field == "data":
            data += value + "\n"
        elif field == "event":
            event_type = value
        elif field == "id" and "\0" not in value:
            last_id = value
        elif field == "retry" and re.fullmatch("[0-9]+", value):
            retry = int(value)
        first = first or (number if field in ("data", "event", "id") else None)
        begun += line + end if first else ""
    if re.match("[^:]", parts[-1]):
        first = first or len(parts) // 2 + 1
    rest = Unfinished(first, begun + parts[-1], ends_in_character(stream)) if first else None
    return events, rest, retry


def field_and_value(line):
    if ":" not in line:
        return line, ""
    field, value = line.split(":", 1)
    return field, value.removeprefix(" ")


def ends_in_character(stream):
    return any(begins_character(stream[-size:]) for size in (1, 2, 3))


def begins_character(some):
    try:
        some.decode()
    except UnicodeDecodeError as error:
        return (error.start, error.reason) == (0, "unexpected end of data")
    return False


def largest(stream):
    sizes = [0]
    for line in re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", stream):
        sizes.append(0 if line[0] in b"\r\n" else sizes[-1] + len(line))
    return max(sizes)


CASES = {
    "nothing": (b"", [], None),
    "LF": (b"data: a\ndata: b\n\n", [event("a\nb")], None),
    "CR": (b"data: a\rdata: b\r\r", [event("a\nb")], None),
    "CRLF": (b"data: a\r\ndata: b\r\n\r\n", [event("a\nb")], None),
    "mixed line ends": (
        b"data: a\rdata: b\ndata: c\r\n\rdata: d\r\r\ndata: e\n\r\ndata: f\r\n\ndata: g\n\r",
        [event("a\nb\nc"), event("d", 5), event("e", 7), event("f", 9), event("g", 11)],
        None,
    ),
    "CRLF never counts as two line ends": (
        b"data: a\r\ndata: b\r\n",
        [],
        unfinished("data: a\r\ndata: b\r\n"),
    ),
    "LF CR is two line ends": (b"data: a\n\rdata: b\n\r", [event("a"), event("b", 3)], None),
    "blank lines before, between and after": (
        b"\n\r\n\rdata: a\n\n\n\r\n\rdata: b\n\n\n\n",
        [event("a", 4), event("b", 9)],
        None,
    ),
    "a byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [event("a")], None),
    "a byte order mark before a blank line": (b"\xef\xbb\xbf\n\xef\xbb\xbfdata: a\n\n", [], None),
    "a byte order mark alone": (b"\xef\xbb\xbf", [], None),
    "a byte order mark before an unfinished event": (b"\xef\xbb\xbfdata", [], unfinished("data")),
    "two byte order marks": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", [], None),
    "a byte order mark in data": (b"data: \xef\xbb\xbfa\n\n", [event("\ufeffa")], None),
    "half a byte order mark": (b"\xef\xbb", [], unfinished("\ufffd", in_character=True)),
    "comments": (b": hi\n\n:\ndata: a\n:data: b\ndata: c\n: bye\n\n", [event("a\nc", 4)], None),
    "empty data": (b"data\n\n", [event("")], None),
    "empty data with a colon": (b"data:\n\n", [event("")], None),
    "two empty data lines": (b"data\ndata: \n\n", [event("\n")], None),
    "no data": (b"event: a\n\n", [], None),
    "a name does not outlive its event": (
        b"event: a\n\ndata: b\n\nevent: c\ndata: d\n\ndata: e\n\n",
        [event("b", 3), event("d", 5, name="c"), event("e", 8)],
        None,
    ),
    "the last name counts": (b"event: a\nevent: b\ndata\n\n", [event("", name="b")], None),
    "an empty name is none": (b"event: a\nevent\ndata\n\n", [event("")], None),
    "an id outlives its event": (
        b"data: a\nid: 1\n\ndata: b\n\nid: 2\n\ndata: c\n\n",
        [event("a", id="1"), event("b", 4, id="1"), event("c", 8, id="2")],
        None,
    ),
    "an empty id is none": (b"id: 1\ndata\n\nid\ndata\n\n", [event("", id="1"), event("", 4)], None),
    "an id with NUL is ignored": (b"id: 1\nid: 2\0\ndata\n\n", [event("", id="1")], None),
    "NUL elsewhere is kept": (b"event: \0\ndata: \0\n\n", [event("\0", name="\0")], None),
    "one space after the colon is dropped": (
        b"data:a\ndata: b\ndata:  c\ndata:\td\ndata: \ndata:  \n\n",
        [event("a\nb\n c\n\td\n\n ")],
        None,
    ),
    "colons in the value": (
        b"data:a: b\ndata: c: d\nevent:e: f\n\n",
        [event("a: b\nc: d", name="e: f")],
        None,
    ),
    "unknown fields": (
        b"datum: a\n Data: b\ndata : c\nDATA: d\n data: e\n\ndata: f\n\n",
        [event("f", 7)],
        None,
    ),
    "unknown fields within an event": (b"foo\ndata: a\nbar: b\ndata: c\n\n", [event("a\nc", 2)], None),
    "a first field that is empty": (b"event\ndata: a\n\n", [event("a")], None),
    "characters of two, three and four bytes": (
        "event: é\ndata: é€😀\nid: 😀\n\n".encode(),
        [event("é€😀", name="é", id="😀")],
        None,
    ),
    "characters that only str.splitlines splits at": (
        "data: a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\n\n".encode(),
        [event("a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i")],
        None,
    ),
    "invalid UTF-8": (b"data: \xff\xe2\x82\xc0\xafa\n\n", [event("\ufffd" * 4 + "a")], None),
    "a character broken off by the line end": (
        b"data: \xf0\x9f\ndata: \x98\n\n",
        [event("\ufffd\n\ufffd")],
        None,
    ),
    "no blank line": (b"data: a\n\nid: 1\ndata: b\n", [event("a")], unfinished("id: 1\ndata: b\n", 3)),
    "no line end": (b"data: a\n\ndata: b", [event("a")], unfinished("data: b", 3)),
    "the end after CR": (b"data: a\r", [], unfinished("data: a\r")),
    "the end after a blank line of CR": (b"data: a\r\r", [event("a")], None),
    "the end after half a blank line of CRLF": (b"data: a\r\n\r", [event("a")], None),
    "the end in a name": (b"data: a\n\nda", [event("a")], unfinished("da", 3)),
    "the end in an event without data": (b"\nevent: a\n", [], unfinished("event: a\n", 2)),
    "the end after an ignored id": (b"id: \0\n", [], unfinished("id: \0\n")),
    "the end in an unknown field": (b"foo: a\nfoo: b", [], unfinished("foo: b", 2)),
    "the end after an unknown field": (b"data: a\n\nfoo: a\n", [event("a")], None),
    "the end after retry": (b"retry: 1\n", [], None),
    "the end in retry": (b"retry: 1", [], unfinished("retry: 1")),
    "the end after a comment": (b"data: a\n\n: b\r\n", [event("a")], None),
    "the end in a comment": (b"data: a\n\n: b\xe2", [event("a")], None),
    "the end after blank lines": (b"data: a\n\n\n\r\n\r", [event("a")], None),
    "the text begins at the first field and leaves nothing out": (
        b"data: a\n\n\n:b\nfoo\rdata:c\r\n:d\nfoo\r\n: e",
        [event("a")],
        unfinished("data:c\r\n:d\nfoo\r\n: e", 6),
    ),
    "the end inside a character": (
        b"data: \xff\xf0\x9f\x98",
        [],
        unfinished("data: \ufffd\ufffd", in_character=True),
    ),
    "the end after a character": ("data: 😀".encode(), [], unfinished("data: 😀")),
    "the end after an invalid byte": (b"data: \xff", [], unfinished("data: \ufffd")),
}
cases = pytest.mark.parametrize(("stream", "events", "rest"), CASES.values(), ids=CASES)


@cases
def test_a_case_of_the_specification_fed_whole(stream, events, rest):
    assert decode([stream])[:2] == (events, rest)


@cases
def test_a_case_of_the_specification_fed_byte_by_byte(stream, events, rest):
    assert decode(byte_by_byte(stream))[:2] == (events, rest)


@cases
def test_a_case_of_the_specification_cut_in_two_anywhere(stream, events, rest):
    for place in range(len(stream) + 1):
        assert decode(cut_at(stream, [place]))[:2] == (events, rest)


@cases
@settings(max_examples=20)
@given(data=st.data())
def test_a_case_of_the_specification_cut_at_random(stream, events, rest, data):
    assert decode(data.draw(chunkings(stream)))[:2] == (events, rest)


@cases
def test_the_reference_agrees_on_the_cases(stream, events, rest):
    assert reference(stream)[:2] == (events, rest)


LINE_ENDS = [b"\r", b"\n", b"\r\n"]
MARKS = [b":", b" ", b": ", b"data", b"event", b"id", b"retry", b"data: ", b"event: ", b"id: ", b"retry: 7"]
TEXTS = [b"x", b"7", b"\0", *(text.encode() for text in "é€😀\ufeff\u2028\x85\x0b\x0c\x1c")]
MALFORMED = [b"\xff", b"\x80", b"\xc3", b"\xe2\x82", b"\xef\xbb", b"\xf0\x9f\x98", b"\xed\xa0\x80"]
streams = st.lists(st.sampled_from([*LINE_ENDS * 3, *MARKS, *TEXTS, *MALFORMED]), max_size=40).map(b"".join)


@given(streams)
def test_the_decoder_agrees_with_the_reference(stream):
    assert decode([stream]) == reference(stream)


@given(st.data(), streams)
def test_what_comes_out_does_not_depend_on_the_chunks(data, stream):
    expected = decode([stream])

    assert decode(byte_by_byte(stream)) == expected
    assert decode(data.draw(chunkings(stream))) == expected


texts = st.text() | st.sampled_from(["", "\u2028", "\x85", "\x0b\x0c\x1c", "\r\n", "data: ", "😀"])
objects = st.dictionaries(texts, texts | st.integers() | st.none(), max_size=3)
frames = st.lists(st.tuples(st.sampled_from(["message-start", "content-delta", "message-end"]), objects), max_size=6)


def written(name, value):
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


@given(st.data(), frames)
def test_a_recording_in_its_true_shape_is_read_back(data, frames):
    stream = b"".join(written(*frame) for frame in frames) + b"data: [DONE]\n\n"

    events, rest, retry = decode(data.draw(chunkings(stream)))

    *events, done = events
    assert [(event.name, json.loads(event.data)) for event in events] == frames
    assert [event.line for event in events] == [1 + 3 * number for number in range(len(frames))]
    assert done == event("[DONE]", 1 + 3 * len(frames))
    assert (rest, retry) == (None, None)


@given(st.data(), frames)
def test_a_recording_cut_short_loses_nothing(data, frames):
    stream = b"".join(written(*frame) for frame in frames)
    kept = stream[: data.draw(st.integers(0, len(stream)))]

    events, rest, _ = decode(data.draw(chunkings(kept)))

    whole = b"".join(written(*frame) for frame in frames[: len(events)])
    left = kept[len(whole) :].decode("utf-8", "replace")
    line = 1 + 3 * len(events)
    assert [(event.name, json.loads(event.data)) for event in events] == frames[: len(events)]
    assert kept.startswith(whole)
    assert rest == (unfinished(left, line, in_character=ends_in_character(kept)) if left else None)


@pytest.mark.parametrize("end", ["\n\n", "\r\r", "\n\r", "\r\n\r", "\r\n\n"])
def test_an_event_comes_out_with_the_first_byte_of_the_blank_line(end):
    assert SSEDecoder().feed(f"data: a{end}".encode()) == [event("a")]


def test_a_line_feed_after_the_carriage_return_of_a_blank_line_belongs_to_it():
    decoder = SSEDecoder()

    assert decoder.feed(b"data: a\r\r") == [event("a")]
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\ndata: b\r\n\r") == [event("b", 3)]
    assert decoder.close() is None


@pytest.mark.parametrize("value", ["0", "3000", "007", "9" * 18])
def test_retry_is_a_number_of_milliseconds(value):
    assert decode([f"retry: {value}\n\n".encode()]) == ([], None, int(value))


@pytest.mark.parametrize("value", ["", " 1", "1 ", "-1", "+1", "1.0", "1_0", "x", "\u0661", "9" * 19, "9" * 5000])
def test_a_retry_that_is_no_number_of_milliseconds_is_ignored(value):
    assert decode([f"retry: 5\nretry: {value}\ndata\n\n".encode()]) == ([event("", 3)], None, 5)


def test_retry_is_known_after_the_blank_line():
    decoder = SSEDecoder()

    decoder.feed(b"retry: 5\n")
    assert decoder.retry is None
    decoder.feed(b"\n")
    assert decoder.retry == 5


@pytest.mark.parametrize(("stream", "retry"), [(b"data\nretry: 5\n", 5), (b"data\nretry: 5", None)])
def test_retry_counts_at_the_end_if_its_line_ended(stream, retry):
    assert decode([stream]) == ([], unfinished(stream.decode()), retry)


def test_nothing_can_be_fed_after_close():
    decoder = SSEDecoder()
    decoder.close()

    with pytest.raises(ValueError) as caught:
        decoder.feed(b"")

    assert type(caught.value) is ValueError
    assert str(caught.value) == "the decoder is closed"


def test_a_second_close_finds_nothing():
    decoder = SSEDecoder()
    decoder.feed(b"data")

    assert decoder.close() == unfinished("data")
    assert decoder.close() is None


def test_an_event_of_four_megabytes_comes_through():
    stream = b"data: " + b"x" * 4_000_000 + b"\n\n"

    events, rest, _ = decode(stream[at : at + 1024] for at in range(0, len(stream), 1024))

    assert events == [event("x" * 4_000_000)]
    assert rest is None


# Each is an event of exactly twenty bytes, among others that do not count.
OF_TWENTY_BYTES = {
    "one line": b"data: 89012345678 0\n",
    "a line without end": b"data: 89012345678 01",
    "many lines": b"data\ndata\ndata\ndata\n",
    "CR": b"data\rdata\rdata\rdata\r\r",
    "CRLF": b"data: 78\r\ndata: 78\r\n\r\n",
    "comments": b"data: 7\n: 1234567 0\n",
    "one comment": b": 345678901234567890",
    "after a blank line": b"\n\ndata: 89012345678 0\n\n",
    "after a blank line of CRLF": b"data\r\n\r\ndata: 89012345678 0\n\r",
    "after an event": b"data: 89012345678 0\n\ndata: 89012345678 0\n\n",
}
of_twenty_bytes = pytest.mark.parametrize("stream", OF_TWENTY_BYTES.values(), ids=OF_TWENTY_BYTES)


@of_twenty_bytes
def test_an_event_as_large_as_the_limit_is_read(stream):
    assert decode([stream], max_event_size=20) == reference(stream)
    assert decode(byte_by_byte(stream), max_event_size=20) == reference(stream)


@of_twenty_bytes
@pytest.mark.parametrize("chunked", [lambda stream: [stream], byte_by_byte], ids=["whole", "byte by byte"])
def test_an_event_larger_than_the_limit_is_refused(stream, chunked):
    with pytest.raises(EventTooLarge) as caught:
        decode(chunked(stream), max_event_size=19)

    assert (caught.value.size, caught.value.limit) == (20, 19)


@given(st.data(), streams, st.integers(1, 30))
def test_the_limit_does_not_depend_on_the_chunks(data, stream, limit):
    chunks = data.draw(chunkings(stream))

    if largest(stream) <= limit:
        assert decode(chunks, max_event_size=limit) == reference(stream)
    else:
        with pytest.raises(EventTooLarge) as of_chunks:
            decode(chunks, max_event_size=limit)
        with pytest.raises(EventTooLarge) as of_bytes:
            decode(byte_by_byte(stream), max_event_size=limit)
        assert of_chunks.value.line == of_bytes.value.line
        assert of_chunks.value.size > limit
        assert of_bytes.value.size == limit + 1


def test_the_limit_is_sixteen_mebibytes_unless_told():
    decoder = SSEDecoder()

    assert decoder.feed(b"x" * MAX_EVENT_SIZE) == []
    with pytest.raises(EventTooLarge) as caught:
        decoder.feed(b"x")

    assert MAX_EVENT_SIZE == 16 * 2**20
    assert caught.value.limit == MAX_EVENT_SIZE


def test_the_limit_is_given_by_name():
    with pytest.raises(TypeError):
        SSEDecoder(20)


def test_a_refusal_closes_the_decoder_and_leaves_the_event_to_close():
    decoder = SSEDecoder(max_event_size=8)

    assert decoder.feed(b"data: a\n\n") == [event("a")]
    with pytest.raises(EventTooLarge):
        decoder.feed(b"\rdata: b\n\n\xef\xbb\xbfdata:\xe2")
    with pytest.raises(ValueError) as caught:
        decoder.feed(b"")

    assert str(caught.value) == "the decoder is closed"
    assert decoder.close() == unfinished("\ufeffdata:\ufffd", 6, in_character=True)


def test_a_refusal_says_where_and_how_large():
    error = EventTooLarge(line=3, size=20, limit=19)

    assert isinstance(error, ValueError)
    assert str(error) == "line 3: event of 20 bytes or more; expected at most 19"


def test_a_refusal_can_be_pickled():
    error = pickle.loads(pickle.dumps(EventTooLarge(line=3, size=20, limit=19)))

    assert (error.line, error.size, error.limit) == (3, 20, 19)
    assert str(error) == "line 3: event of 20 bytes or more; expected at most 19"
