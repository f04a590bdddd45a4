"""What is done without judging is what judging would have done."""

from collections.abc import Mapping
from functools import reduce
from itertools import accumulate

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st
from plainly import at_once, plainly, stepwise
from test_wire import Sent

from streamfold import LENIENT, Limits, State, StreamError, check, fold
from streamfold import _wire as wire
from streamfold._advance import _bounded, _judged, advance
from streamfold._book import At, ExceededError
from streamfold._cited import Passage, after_citation
from streamfold._exact import exact
from streamfold._input import Input
from streamfold._judge import _judge_order, _lawful
from streamfold._plain import PLAIN
from streamfold._routes import ROUTES
from streamfold._state import focused, settled
from streamfold._walk import ended
from streamfold._whole import foreseen, whole
from streamfold.events import CitationEnd, CitationStart, Located
from streamfold.limits import DEFAULT
from streamfold.testing import strategies

STREAMS = strategies.streams(unseen=True, interleaved=True) | strategies.mutated_streams()
CITED_TEXT = strategies.streams(
    alphabet="ab\u0301\U0001f600", finish_reasons=["COMPLETE", "TOOL_CALL"], max_citations=6
)
LIMITS = st.just(DEFAULT) | st.builds(
    Limits, characters=st.integers(0, 200), parts=st.integers(0, 6), events=st.integers(0, 20)
)


def states_and_events(events, limits=DEFAULT):
    states = accumulate(events, advance, initial=State(limits))
    return [(state, event, exact(event, 64)) for state, event in zip(states, events, strict=False)]


@given(CITED_TEXT | STREAMS, LIMITS)
def test_a_citation_of_the_text_that_grows_is_taken_as_it_would_be_judged(events, limits):
    for state, event, known in states_and_events(events, limits):
        if (after := after_citation(state, known)) is not None:
            assert after == _judged(state, At(state.position, None, known, event))


@given(STREAMS)
def test_what_the_tables_allow_is_done_as_it_would_be_judged(events):
    for state, event, known in states_and_events(events):
        book, at = settled(state), At(state.position, None, known, event)
        if known is not None and (found := _lawful(book, known)) is not None:
            transition, key = found
            assert ROUTES[type(known)].kind == key[0]
            try:
                done = transition(book, at, known, key)
            except ExceededError:
                continue
            judged = _judge_order(book, at, known)
            assert focused(1, _bounded(done, book, at)) == focused(1, _bounded(judged, book, at))


def taken_whole(state, events, position):
    """The state after the part that begins at a position, if it comes whole, and how many events it is."""
    part = foreseen(state, exact(events[position], 64))
    if part is None:
        return None, 0
    came = Input(events[position + 1 :])
    run = came.take(part.plain, part.start.index, part.events, part.characters)
    return whole(state, part, run, exact(run.item, 64)), run.size + 2


@given(CITED_TEXT | STREAMS, LIMITS)
def test_a_passage_comes_to_what_judging_event_by_event_would(events, limits):
    states = [state for state, _, _ in states_and_events(events, limits)]
    for position, state in enumerate(states):
        came, passage = Input(events[position:]), Passage(state)
        run = passage.take_deltas(came)
        while not run.late and passage.take(exact(run.item, 64)):
            assert passage.state() == reduce(advance, events[position : passage.state().position], state)
            run = passage.take_deltas(came)
        after = passage.state()

        assert after == reduce(advance, events[position : position + after.position - state.position], state)


@given(CITED_TEXT | STREAMS, LIMITS)
def test_a_part_that_comes_whole_is_taken_in_as_it_would_be_judged_event_by_event(events, limits):
    for position, (state, _, _) in enumerate(states_and_events(events, limits)):
        after, size = taken_whole(state, events, position)
        if after is not None:
            assert after == reduce(advance, events[position : position + size], state)


@given(strategies.any_streams() | CITED_TEXT, LIMITS)
def test_whatever_comes_the_fast_ways_come_to_what_the_plain_way_comes_to(events, limits):
    located = [Located(event, line) for line, event in enumerate(events, 1)]

    assert at_once(events, limits) == plainly(events, limits)
    assert at_once(located, limits) == plainly(located, limits)


@given(st.data(), STREAMS | CITED_TEXT, LIMITS)
def test_so_they_do_whatever_events_are_named(data, events, limits):
    types = [event.get("type") if isinstance(event, dict) else None for event in events]
    names = [data.draw(st.sampled_from([None, its, its, its, "content-delta", ""])) for its in types]
    located = [
        Located(event, line, name if isinstance(name, str) else None)
        for line, (event, name) in enumerate(zip(events, names, strict=True), 1)
    ]

    assert at_once(located, limits) == plainly(located, limits)
    assert stepwise(located, limits) == plainly(located, limits)


@given(st.data(), STREAMS | CITED_TEXT, LIMITS)
def test_so_they_do_in_whatever_form_events_come(data, events, limits):
    come = [data.draw(st.sampled_from([event, as_typed(event), Sent(event)])) for event in events]

    assert at_once(come, limits) == stepwise(come, limits) == plainly(come, limits)


def as_typed(event):
    """The typed event of a mapping; the mapping where something is wrong with that."""
    reading = wire.read(event, 64)
    return event if reading.findings or reading.event is None else reading.event


@pytest.mark.parametrize("name", ["content-end", "", None, "content-delta"])
def test_a_delta_that_is_named_otherwise_is_judged(name):
    events = [s.message_start(), s.content_start(), s.content_delta("Hel"), s.content_delta("lo"), s.content_end()]
    located = [Located(event, line) for line, event in enumerate(events, 1)]
    located[3] = located[3]._replace(name=name)
    codes = ["sse-name-differs"] * (name in ("content-end", ""))

    assert at_once(located) == stepwise(located) == plainly(located)
    assert [each.code for each in check(located).violations if each.code == "sse-name-differs"] == codes


WHOLE = (
    [s.plan_delta("Look."), *s.call('{"a": 1}'), *s.call(index=1)],
    [*s.text_block("Hm.", kind="thinking"), *s.text_block("H", "i", index=1)],
)


@pytest.mark.parametrize("body", WHOLE)
def test_the_parts_of_a_legal_stream_come_whole(body):
    events = [s.message_start(), *body, s.message_end()]
    states = states_and_events(events)

    taken = [taken_whole(state, events, position)[0] for position, (state, _, _) in enumerate(states)]

    assert sum(after is not None for after in taken) == 2


LEFT = {
    "arguments that are cut": ([*s.call('{"a": ')], {}),
    "arguments that are null": ([*s.call("null")], {}),
    "arguments that nest deeper than they may": ([*s.call('{"a":' * 9 + "1" + "}" * 9)], {"nesting": 8}),
    "arguments that are too long": ([*s.call('{"a": 1}')], {"arguments": 7}),
    "a call without an id": ([s.call_start(id=""), s.call_end()], {}),
    "an end of another index": ([s.content_start(), s.content_end(1)], {}),
    "an end of another kind": ([s.content_start(), s.call_end()], {}),
    "an event beyond the limit": ([*s.text_block("Hi")], {"events": 3}),
    "a character beyond the limit": ([*s.text_block("Hi")], {"characters": 1}),
    "text that a citation waits for": ([s.citation_start(0, 2, "Hi"), s.citation_end(), *s.text_block("Hi")], {}),
}


@pytest.mark.parametrize(("body", "limits"), LEFT.values(), ids=LEFT)
def test_what_is_not_as_it_should_be_is_left_to_be_judged(body, limits):
    events = [s.message_start(), *body]
    states = states_and_events(events, Limits(**limits))

    taken = [taken_whole(state, events, position)[0] for position, (state, _, _) in enumerate(states)]

    assert taken[-len(body) :] == [None] * len(body)


def test_a_call_whose_id_was_there_before_is_left_to_be_judged():
    events = [s.message_start(), *s.call("{}"), s.call_start(1, id="f_0"), s.call_end(1)]
    states = states_and_events(events)

    taken = [taken_whole(state, events, position)[0] for position, (state, _, _) in enumerate(states)]

    assert [after is not None for after in taken] == [False, True, False, False, False, False]


def test_a_call_whose_id_was_there_before_is_told_before_its_deltas_are_asked_for():
    drawn = []

    def events():
        for event in [s.message_start(), *s.call("{}"), s.call_start(1, id="f_0"), *[s.call_delta(" ", 1)] * 9]:
            drawn.append(event["type"])
            yield event

    with pytest.raises(StreamError, match="f_0"):
        fold(events())
    assert drawn[-1] == "tool-call-start"


def test_no_part_comes_behind_a_limit():
    events = [
        s.message_start(),
        s.plan_delta("Look."),
        s.plan_delta("Look again."),
        *s.call(),
        s.message_end("TOOL_CALL"),
    ]

    report = check(events, limits=Limits(characters=6))

    assert [violation.code for violation in report.errors] == ["limit-exceeded"]
    assert (report.partial.tool_plan, report.partial.calls) == ("Look.", ())


def interrupted(count):
    """A plan with citations that are interrupted, and a call that begins while they are open."""
    starts = [s.citation_start(0, 1, "L", number, type="PLAN") for number in range(count)]
    cites = [s.citation_start(0, 0, "", count, type="PLAN"), s.citation_end(count)]
    call = [s.call_start(), s.call_delta('{"a": 1}'), *cites, s.call_end()]
    return [s.message_start(), s.plan_delta("Look"), *starts, s.plan_delta("!"), *call, s.message_end("TOOL_CALL")]


@pytest.mark.parametrize("count", range(6))
def test_no_delta_of_a_call_is_lost_however_many_citations_are_open(count):
    events = interrupted(count)
    report = check(events, LENIENT)

    assert report.message.tool_calls[0].raw_arguments == '{"a": 1}'
    for size in range(len(events)):
        assert at_once(events[:size]) == plainly(events[:size])


@pytest.mark.parametrize("span", [(0, 1, "{"), (0, 0, "")])
def test_no_citation_cites_the_arguments_of_a_call(span):
    cites = [s.citation_start(*span, content_index=0), s.citation_end()]
    events = [
        s.message_start(),
        s.call_start(),
        s.call_delta('{"a": 1}'),
        *cites,
        s.call_end(),
        s.message_end("TOOL_CALL"),
    ]

    report = check(events)

    assert "citation-target-missing" in [violation.code for violation in report.violations]
    assert report.state == plainly(events) == ended(reduce(advance, events, State()))


@pytest.mark.parametrize("count", [10, 1100])
def test_what_the_transport_raises_behind_a_limit_is_never_come_to(count):
    def events():
        yield from [s.message_start(), s.content_start(), *[s.content_delta("a")] * count]
        raise OSError

    assert [violation.code for violation in check(events(), limits=Limits(events=5)).violations] == ["limit-exceeded"]


class Broken(Mapping):
    """A mapping that cannot be read."""

    def __getitem__(self, *_):
        raise RuntimeError

    __iter__ = __len__ = __getitem__


def test_a_value_that_raises_when_it_is_copied_makes_its_event_unreadable():
    events = [
        s.message_start(),
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {"a": Broken()}}},
    ]

    assert at_once(events) == plainly(events)
    assert [violation.code for violation in check(events).roots] == ["event-unreadable", "no-message-end"]


def answer(count):
    body = [
        event
        for at in range(count)
        for event in (
            s.content_delta("word "),
            s.citation_start(5 * at, 5 * at + 5, "word ", index=at),
            s.citation_end(at),
        )
    ]
    return [s.message_start(), s.content_start(), *body, s.content_end(), s.message_end()]


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 64, 99])
def test_however_many_citations_come_a_fold_is_what_its_steps_come_to(count):
    events = answer(count)

    report = check(events)

    assert report.ok
    assert report.state == reduce(advance, events, State())
    assert len(fold(events).citations) == count


@given(st.data(), st.integers(2, 40), LIMITS)
def test_citations_that_are_taken_in_at_once_are_those_that_are_taken_in_one_by_one(data, count, limits):
    events = answer(count)
    place = data.draw(st.integers(0, len(events) - 1))
    events[place] = data.draw(st.sampled_from([events[place], *events[place - 3 : place + 4]]))

    assert at_once(events, limits) == ended(reduce(advance, events, State(limits)))


@pytest.mark.parametrize("halves", [["\ud83d", "\ude00"], ["\ud83d", "", "\ude00"]])
def test_halves_of_characters_that_meet_between_citations_shift_what_comes_later(halves):
    cites = [event for at in range(3) for event in (s.citation_start(0, 1, "a", index=at), s.citation_end(at))]
    deltas = [s.content_delta(delta) for delta in ("a", *halves, "b")]
    body = [deltas[0], *cites[:2], *deltas[1:-1], *cites[2:4], deltas[-1], *cites[4:]]
    events = s.whole(s.content_start(), *body, s.content_end())

    assert at_once(events) == reduce(advance, events, State())


def test_citations_of_a_legal_stream_need_no_judging():
    events = answer(9)

    cited = [each for each in states_and_events(events) if type(each[2]) in (CitationStart, CitationEnd)]

    assert [after_citation(state, known) is not None for state, _, known in cited] == [True] * 18


CITES = [s.citation_start(0, 2, "Hi"), s.citation_end()]
ODD = {
    "a start that comes twice": [CITES[0], CITES[0], CITES[1]],
    "an end of another index": [CITES[0], s.citation_end(1), s.citation_end()],
    "an end alone": [s.citation_end()],
    "a delta in between": [CITES[0], s.content_delta("!"), CITES[1]],
    "no end": [CITES[0]],
    "the same index again": [*CITES, *CITES],
    "an index too far": [*CITES, s.citation_start(0, 2, "Hi", 2), s.citation_end(2)],
    "another text": [s.citation_start(0, 2, "Ho"), CITES[1]],
    "another block": [s.citation_start(0, 2, "Hi", content_index=1), CITES[1]],
    "the plan": [s.citation_start(0, 2, "Hi", type="PLAN"), CITES[1]],
    "two sources": [s.citation_start(0, 2, "Hi", sources=[{"type": "document", "id": "d"}] * 2), CITES[1]],
}
AFTER = {
    "a delta": [s.content_delta(" there."), s.content_end()],
    "another citation": [s.citation_start(0, 1, "H", 1), s.citation_end(1), s.content_end()],
    "the end of the block": [s.content_end()],
    "a call": [*s.call()],
}


@pytest.mark.parametrize("cites", ODD.values(), ids=ODD)
@pytest.mark.parametrize("after", AFTER.values(), ids=AFTER)
def test_citations_that_are_not_as_they_should_be_come_to_what_the_plain_way_comes_to(cites, after):
    events = [s.message_start(), s.content_start(), s.content_delta("Hi"), *cites, *after, s.message_end()]

    for size in range(len(events) + 1):
        assert at_once(events[:size]) == plainly(events[:size])
        assert ended(reduce(advance, events[:size], State())) == plainly(events[:size])


PLANNED = [s.plan_delta("Look"), s.plan_delta(" up."), s.citation_start(0, 4, "Look", type="PLAN"), s.citation_end()]
SWEPT = {
    "text with citations": answer(3),
    "thinking and text": s.whole(*s.text_block("H", "m", kind="thinking"), *s.text_block("H", "i", index=1)),
    "calls": [s.message_start(), *s.call('{"a"', ": 1}"), *s.call("{}", index=1), s.message_end("TOOL_CALL")],
    "a plan and a call": [s.message_start(), *PLANNED, *s.call('{"a"', ": 1}"), s.message_end("TOOL_CALL")],
    "a plan whose citation is interrupted": [
        s.message_start(),
        *PLANNED[:3],
        *s.call("{}"),
        s.message_end("TOOL_CALL"),
    ],
    "long names": [
        s.message_start(),
        *s.call("{}"),
        s.call_start(1, id="i" * 300),
        s.call_delta("{}", 1),
        s.call_end(1),
    ],
    "two citations of nothing that are open at once": [
        s.message_start(),
        s.content_start(),
        *[s.citation_start(0, 0, "", index) for index in range(2)],
        *[s.citation_end(index) for index in range(2)],
    ],
    "long names and no deltas": [
        s.message_start(),
        *[event for index in range(3) for event in (s.call_start(index, name="n" * 300), s.call_end(index))],
        *[event for index in range(2) for event in (s.content_start(index, "k" * 300), s.content_end(index))],
    ],
    "a call whose id was there before": [
        s.message_start(),
        *s.call("{}"),
        s.call_start(1, id="f_0"),
        s.call_delta("{}", 1),
    ],
    "a block of another kind": s.whole(*s.text_block("H", "i", kind="later"), *s.text_block("Hi", index=1)),
}
SWEEPS = {
    "characters": [*range(360), *range(599, 605), *range(899, 905)],
    "events": range(20),
    "parts": range(6),
    "arguments": range(12),
    "violations": range(4),
}


@pytest.mark.parametrize("name", SWEEPS)
@pytest.mark.parametrize("events", SWEPT.values(), ids=SWEPT)
def test_wherever_a_limit_is_hit_the_fast_ways_come_to_what_the_plain_way_comes_to(events, name):
    for most in SWEEPS[name]:
        limits = Limits(**{name: most})

        assert at_once(events, limits) == plainly(events, limits)
        assert ended(reduce(advance, events, State(limits))) == plainly(events, limits)


def test_deltas_are_recognised_again_behind_a_citation():
    states = list(accumulate(answer(1), advance, initial=State()))
    recognised = [state.focus.plain is PLAIN["text"] for state in states]

    assert recognised == [False, False, True, True, False, True, False, False]


def test_a_legal_passage_is_taken_to_its_end():
    _, _, *body, _, _ = events = answer(9)
    passage, came = Passage(reduce(advance, events[:2], State())), Input(body)
    runs = []
    while not came.ended:
        runs.append(passage.take_deltas(came))
        if not came.ended:
            assert passage.take(exact(runs[-1].item, 64))

    assert [run.text for run in runs if run.size] == ["word "] * 9
    assert passage.state() == reduce(advance, events[:-2], State())


def test_a_citation_too_many_ends_the_fold_at_once():
    [breach] = check(answer(3), limits=Limits(parts=3)).errors

    assert str(breach) == "event 9: citation-start 2 exceeds a limit: more than 3 parts"
