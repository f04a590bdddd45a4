"""What is done without judging is what judging would have done."""

from itertools import accumulate

import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import Limits, State, check
from streamfold._advance import _bounded, _judged, advance
from streamfold._book import At, ExceededError
from streamfold._cited import CITED
from streamfold._exact import exact
from streamfold._judge import _judge_order, _lawful
from streamfold._routes import ROUTES
from streamfold._state import focused, settled
from streamfold.limits import DEFAULT
from streamfold.testing import strategies

STREAMS = strategies.streams(unseen=True, interleaved=True) | strategies.mutated_streams()
CITED_TEXT = strategies.streams(
    alphabet="ab\u0301\U0001f600", finish_reasons=["COMPLETE", "TOOL_CALL"], max_citations=6
)
LIMITS = st.just(DEFAULT) | st.builds(
    Limits, characters=st.integers(0, 200), parts=st.integers(0, 6), events=st.integers(0, 20)
)


def cited(state, known):
    return CITED[type(known)](state, known)


def states_and_events(events, limits=DEFAULT):
    states = accumulate(events, advance, initial=State(limits))
    return [(state, event, exact(event, 64)) for state, event in zip(states, events, strict=False)]


@given(CITED_TEXT | STREAMS, LIMITS)
def test_a_citation_of_the_text_that_grows_is_taken_as_it_would_be_judged(events, limits):
    for state, event, known in states_and_events(events, limits):
        if type(known) in CITED and (after := cited(state, known)) is not None:
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


def test_citations_of_a_legal_stream_need_no_judging():
    events = answer(9)

    taken = [cited(state, known) is not None for state, _, known in states_and_events(events) if type(known) in CITED]

    assert taken == [True] * 18


def test_a_citation_too_many_ends_the_fold_at_once():
    [breach] = check(answer(3), limits=Limits(parts=3)).errors

    assert str(breach) == "event 9: citation-start 2 exceeds a limit: more than 3 parts"
