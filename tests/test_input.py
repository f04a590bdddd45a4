"""What is taken as a row of plain deltas is what reading event by event finds, and nothing that comes is lost."""

from collections import OrderedDict
from itertools import chain, count
from types import SimpleNamespace
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_plain import KINDS, Words, delta, indexes, likes, mappings, symbols, texts, typed
from test_wire import Sent

from streamfold import _wire as wire
from streamfold._input import END, PAUSE, RUN, Input, input_of
from streamfold._plain import DELTAS, NOTHING, PLAIN
from streamfold.events import Located

MANY = 10**9


def located(events):
    return [Located(event, line, None) for line, event in enumerate(events, 1)]


def bare(item):
    return item.event if isinstance(item, Located) else item


SHAPES = {
    "mappings": iter,
    "located": lambda events: iter(located(events)),
    "a list of mappings": list,
    "a tuple of mappings": tuple,
    "a list of located ones": located,
}
shapes = st.sampled_from(sorted(SHAPES))


def taken(came, symbol, index, most=(MANY, MANY)):
    """All that comes, in the order in which it does: characters, and events that had to be looked at."""
    while not came.ended:
        run = came.take(PLAIN[symbol], index, *most)
        yield from [("text", run.text, run.size)] if run.size else []
        yield from (("event", bare(late)) for late in run.late)
        yield from [] if run.item in (END, PAUSE) else [("event", bare(run.item))]


def characters(symbol, index, parts):
    return "".join(part[1] if part[0] == "text" else PLAIN[symbol].read(part[1], index) for part in parts)


def sent(symbol, index, text):
    """A plain delta as an object of an SDK."""
    return Sent(delta(symbol, index, text))


def is_plain(symbol, event, index):
    """Whether reading finds nothing in an event but characters for the part with an index."""
    reading = wire.read(event, 64)
    text = getattr(reading.event, KINDS[symbol][1], None)
    return not reading.findings and text is not None and reading.event == typed(symbol, index, text)


# What is taken


@given(st.data(), symbols, indexes, shapes)
def test_to_take_is_to_read_until_something_else_comes(data, symbol, index, shape):
    events = data.draw(st.lists(likes(symbol, index), max_size=6))
    first = {"type": "note"}  # by which it is known whether events are located
    came = input_of(SHAPES[shape]([first, *events]))
    assert bare(came.next()) is first
    run = came.take(PLAIN[symbol], index, MANY, MANY)
    mine, others = events[: run.size], events[run.size :]

    assert run.text == "".join(getattr(wire.read(event, 64).event, KINDS[symbol][1]) for event in mine)
    assert all(is_plain(symbol, event, index) for event in mine)
    assert run.item is END if not others else bare(run.item) is others[0]
    assert not others or PLAIN[symbol].read(others[0], index) is None
    assert [bare(came.next()) for _ in others[1:]] == others[1:]
    assert came.next() is END


@given(symbols, indexes, st.lists(texts, max_size=200), shapes)
def test_a_row_of_any_characters_is_taken_as_they_are(symbol, index, row, shape):
    came = input_of(SHAPES[shape]([delta(symbol, index, text) for text in row]))

    assert characters(symbol, index, taken(came, symbol, index)) == "".join(row)


@pytest.mark.parametrize("text", ["\r", "\r\n", "\n\r\n", "a\rb", "\x00", "\ud83d", "\ufeff", "\u2028", "\x1a"])
def test_no_character_is_translated(text):
    run = input_of([delta("text", 0, text)] * 2).take(PLAIN["text"], 0, MANY, MANY)

    assert run.text == text * 2


@given(mappings, st.integers(0, 3))
def test_another_kind_of_mapping_is_taken_only_if_it_reads_alike(kind, depth):
    event = {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hi"}}}}
    for key in ("delta", "message", "content")[:depth]:
        event = {**event, key: kind(event[key])} if key in event else event
    run, other = (input_of(shape([event])).take(PLAIN["text"], 0, MANY, MANY) for shape in (iter, list))

    assert run == other
    assert (run.text, run.size) in (("Hi", 1), ("", 0))
    assert run.size == 0 or is_plain("text", event, 0)


@pytest.mark.parametrize("stranger", [ANY, ({**delta("text", 0, "Hi")}, 1, None), [delta("text", 0, "Hi")], None, 5])
def test_what_is_no_event_is_never_taken_among_located_ones(stranger):
    came = input_of([Located({"type": "note"}, 1), stranger, Located(delta("text", 0, "Hi"), 2)])
    came.next()

    assert came.take(PLAIN["text"], 0, MANY, MANY).item is stranger


ROWS_OF_ANY_FORM = st.lists(st.tuples(texts, st.sampled_from([delta, typed, sent])), min_size=1)


@given(symbols, ROWS_OF_ANY_FORM)
def test_events_of_any_form_are_one_row_and_given_as_their_mappings(symbol, row):
    came = input_of(form(symbol, 0, text) for text, form in row for _ in range(2))

    assert came.take(PLAIN[symbol], 0, MANY, MANY) == ("".join(text * 2 for text, _ in row), 2 * len(row), (), END)
    for text, form in row:
        assert input_of([form(symbol, 0, text)]).next() == delta(symbol, 0, text)


@given(symbols, ROWS_OF_ANY_FORM)
def test_of_a_list_the_first_that_is_no_dict_is_given_for_itself(symbol, row):
    came = input_of([delta(symbol, 0, ""), *[form(symbol, 0, text) for text, form in row for _ in range(2)]])
    parts = [*taken(came, symbol, 0)]

    assert characters(symbol, 0, parts) == "".join(text * 2 for text, _ in row)
    assert [part[0] for part in parts].count("event") == any(form is not delta for _, form in row)


@pytest.mark.parametrize("shape", [iter, list])
def test_what_raises_when_it_is_read_is_given_as_it_is(shape):
    stranger = SimpleNamespace(model_dump=lambda **_: 1 / 0)
    came = input_of(shape([delta("text", 0, "Hi"), stranger, stranger]))

    assert came.take(PLAIN["text"], 0, MANY, MANY) == ("Hi", 1, (), stranger)
    assert came.next() is stranger


@pytest.mark.parametrize("name", ["content-end", "", 5, ["content-delta"], Words("other")])
def test_a_delta_that_is_named_otherwise_is_not_taken(name):
    first, other = Located({"type": "note"}, 1), Located(delta("text", 0, "Hi"), 2, name)
    came = input_of([first, other])
    came.next()

    assert came.take(PLAIN["text"], 0, MANY, MANY).item is other


@pytest.mark.parametrize("name", [None, "content-delta"])
def test_a_delta_that_is_named_as_it_is_is_taken(name):
    first, other = Located({"type": "note"}, 1), Located(delta("text", 0, "Hi"), 2, name)
    came = input_of([first, other])
    came.next()

    assert came.take(PLAIN["text"], 0, MANY, MANY) == ("Hi", 1, (), END)


@given(shapes)
def test_where_no_part_grows_events_are_given_one_by_one(shape):
    events = [delta("text", 0, "Hi"), delta("text", 0, "Ho")]
    came = input_of(SHAPES[shape](events))

    assert [bare(came.take(NOTHING, 0, MANY, MANY).item) for _ in events] == events
    assert came.take(NOTHING, 0, MANY, MANY) == ("", 0, (), END)


class Broken(dict):
    def __eq__(self, other):
        raise RuntimeError

    __hash__ = None


def test_what_raises_when_it_is_compared_is_given_as_it_came():
    broken = Broken(delta("text", 0, "Hi"))
    inside = {**delta("text", 0, "b"), "delta": broken}
    for event in (broken, inside):
        for shape in (iter, list):
            run = input_of(shape([delta("text", 0, "a"), event])).take(PLAIN["text"], 0, MANY, MANY)

            assert (run.text, run.size) == ("a", 1)
            assert run.item is event
        came = Input(located([{"type": "note"}, event]))
        came.next()
        assert came.take(PLAIN["text"], 0, MANY, MANY).item.event is event


class Agreeable(dict):
    """A dict that equals whatever it is compared with."""

    __hash__ = None

    def __eq__(self, _):
        return True


@pytest.mark.parametrize("stranger", [ANY, Agreeable(delta("text", 0, "Hi")), OrderedDict(delta("text", 0, "Hi"))])
def test_what_is_no_dict_is_given_as_it_came_whatever_it_says_of_itself(stranger):
    for shape in SHAPES.values():
        came = input_of(shape([{"type": "note"}, delta("text", 0, "a"), stranger, delta("text", 0, "b")]))
        came.next()
        run = came.take(PLAIN["text"], 0, MANY, MANY)

        assert (run.text, run.size) == ("a", 1)
        assert bare(run.item) is stranger


@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_nothing_is_written_of_an_event_whose_characters_stand_before_what_is_wrong_with_it(kind):
    other = kind([("delta", delta("text", 0, "b")["delta"]), ("index", 1), ("type", "content-delta")])
    for shape in SHAPES.values():
        came = input_of(shape([{"type": "note"}, delta("text", 0, "a"), other]))
        came.next()

        assert came.take(PLAIN["text"], 0, MANY, MANY).text == "a"


def test_a_list_that_changes_as_it_is_taken_is_taken_as_it_was():
    class Meddler:
        __hash__ = None

        def __eq__(self, _):
            events.append({"type": "note"})
            return False

    meddler = {**delta("text", 0, "b"), "delta": Meddler()}
    events = [delta("text", 0, "a"), meddler, delta("text", 0, "c")]
    came = input_of(events)

    assert came.take(PLAIN["text"], 0, MANY, MANY) == ("a", 1, (), meddler)
    assert came.take(PLAIN["text"], 0, MANY, MANY) == ("c", 1, (), END)
    assert events[3:]


# What may pass a limit


@given(
    symbols,
    st.lists(st.text("ab\U0001f600", max_size=4), max_size=150),
    st.lists(st.integers(0, 9) | st.integers(0, 149), max_size=3),
    st.tuples(st.integers(-1, 160), st.integers(-1, 9) | st.integers(-1, 300)),
    shapes,
)
def test_nothing_is_lost_and_no_run_is_longer_than_it_may_be(symbol, row, places, most, shape):
    events = [delta(symbol, 0, text) for text in row]
    for place in places:
        events[place : place + 1] = [{"type": "note", "place": place}] * (place < len(events))
    came = input_of(SHAPES[shape](events))
    left, told = list(events), []
    while not came.ended:
        run = came.take(PLAIN[symbol], 0, *most)
        told += ["".join(PLAIN[symbol].read(event, 0) for event in left[: run.size])] if run.size else []
        assert run.size <= max(most[0], 0)
        assert run.size == 0 or len(run.text) <= most[1]
        assert (run.text, run.size) == (told[-1] if run.size else "", run.size)
        left = left[run.size :]
        came_then = [bare(late) for late in run.late] + ([] if run.item in (END, PAUSE) else [bare(run.item)])
        assert came_then == left[: len(came_then)]
        left = left[len(came_then) :]

    assert left == []


@pytest.mark.parametrize("kind", [list, located])
def test_long_deltas_are_counted_after_few(kind):
    drawn = []

    def events():
        for number in count():
            drawn.append(number)
            yield delta("text", 0, "x" * 10_000)

    first = delta("text", 1, "")
    came = Input(chain(kind([first]), (kind([event])[0] for event in events())))
    came.next()
    came.take(PLAIN["text"], 0, MANY, MANY)
    before = len(drawn)
    run = came.take(PLAIN["text"], 0, MANY, 5_000)

    assert (run.size, len(run.late), len(drawn) - before) == (0, 1, 1)


def test_no_more_than_some_deltas_are_taken_before_their_characters_are_counted():
    came = Input(delta("text", 0, "x" if number < 500 else "x" * 10_000) for number in count())
    run = came.take(PLAIN["text"], 0, MANY, 2_000)

    assert run.text == "x" * run.size
    assert 500 < run.size + len(run.late) <= 500 + 32
    assert len(run.late) <= 32


def test_no_more_of_a_list_than_some_deltas_are_taken_before_their_characters_are_counted():
    events = [delta("text", 0, "x" if number < 500 else "x" * 10_000) for number in range(1_000)]
    run = input_of(events).take(PLAIN["text"], 0, MANY, 2_000)

    assert run.text == "x" * run.size
    assert 500 < run.size + len(run.late) <= 500 + 256
    assert input_of(events[500:]).take(PLAIN["text"], 0, MANY, 2_000) == ("", 0, events[500:564], PAUSE)


def test_what_is_asked_for_what_stood_on_the_wire_is_asked_once():
    class Once(Sent):
        asked = False

        def model_dump(self, **options):
            assert not self.asked
            self.asked = True
            return super().model_dump(**options)

    events = [delta("text", 0, "ab"), *[Once(delta("text", 0, "ab")) for _ in range(6)]]
    came = input_of(events)

    assert characters("text", 0, taken(came, "text", 0, (MANY, 7))) == "ab" * 7


@pytest.mark.parametrize("form", [lambda event: Located(event, 1), Sent])
def test_deltas_of_a_list_before_another_form_are_given_as_they_came(form):
    events = [delta("text", 0, "ab"), delta("text", 0, "cd"), form(delta("text", 0, "ef"))]
    run = input_of(events).take(PLAIN["text"], 0, MANY, 3)

    assert (run.text, run.size, run.late) == ("", 0, events[:2])
    assert bare(run.item) == delta("text", 0, "ef")


def test_of_a_list_as_many_deltas_are_taken_as_there_may_be():
    came = input_of([delta("text", 0, "x")] * (RUN + 1))

    assert came.take(PLAIN["text"], 0, MANY, RUN) == ("x" * RUN, RUN, (), PAUSE)
    assert came.take(PLAIN["text"], 0, MANY, 1) == ("x", 1, (), END)


# What ends the input


@given(symbols, st.lists(texts, min_size=1, max_size=80), shapes)
def test_what_the_iterable_raises_ends_it_and_nothing_is_lost(symbol, row, shape):
    cause = ConnectionResetError("gone")

    def broken():
        yield from SHAPES[shape]([delta(symbol, 0, text) for text in row])
        raise cause

    came = Input(broken())

    assert characters(symbol, 0, taken(came, symbol, 0)) == "".join(row)
    assert came.cause is cause


@pytest.mark.parametrize("symbol", sorted(DELTAS))
@pytest.mark.parametrize("error", [KeyError, TypeError, IndexError, StopAsyncIteration])
def test_an_exception_of_the_iterable_is_never_taken_for_one_of_an_event(symbol, error):
    def broken():
        yield delta(symbol, 0, "Hel")
        raise error

    came = Input(broken())

    assert came.take(PLAIN[symbol], 0, MANY, MANY) == ("Hel", 1, (), END)
    assert type(came.cause) is error


@given(shapes)
def test_what_ends_the_program_passes(shape):
    def broken():
        yield from SHAPES[shape]([{"type": "note"}, delta("text", 0, "Hel")])
        raise KeyboardInterrupt

    came = Input(broken())
    came.next()

    with pytest.raises(KeyboardInterrupt):
        came.take(PLAIN["text"], 0, MANY, MANY)
