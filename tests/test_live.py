"""What changed between two states is all that changed, and telling it costs no more when much came before."""

import copy
import sys
import tracemalloc
from itertools import accumulate, pairwise

import pytest
import streams as s
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from streamfold import Partial, State, StreamError, ToolCall, finish, scan, step
from streamfold._advance import advance
from streamfold.events import ContentDelta
from streamfold.live import (
    BlockOpened,
    CallClosed,
    CallOpened,
    CitationOpened,
    CitationResolved,
    EventKept,
    MessageBegan,
    MessageEnded,
    PartClosed,
    PartGrew,
    RuleBroken,
    apply,
    changes,
    replay,
)
from streamfold.message import Citation, InvalidToolCall, Target, Told
from streamfold.testing import strategies
from streamfold.violations import Kept


def states_of(events):
    return list(accumulate(events, advance, initial=State()))


def told(events):
    """Give what each event changed."""
    return [changes(old, new) for old, new in pairwise(states_of(events))]


def kinds(*several):
    return [type(change).__name__ for changes_of_one in several for change in changes_of_one]


def assert_views_match(events):
    """The law: the changes from any state to any later one lead from the view of the one to that of the other."""
    states = states_of(events)
    views = [state.partial() for state in states]
    for start, old in enumerate(states):
        for end in range(start, len(states)):
            view = replay(changes(old, states[end]), views[start])
            assert view == views[end]
            assert view.violations == views[end].violations


# The law


@given(strategies.any_streams())
def test_the_changes_between_two_states_lead_from_the_view_of_one_to_that_of_the_other(events):
    assert_views_match(events)


@given(strategies.any_streams())
def test_the_changes_of_all_events_give_the_message(events):
    states = states_of(events)

    view = replay(change for old, new in pairwise(states) for change in changes(old, new))

    assert view == states[-1].partial()
    if (message := states[-1].message()) is not None:
        assert all(getattr(view, each.name) == getattr(message, each.name) for each in fields(Told))


@given(strategies.any_streams(), st.data())
def test_states_that_share_nothing_have_the_same_changes(events, data):
    states = states_of(events)
    end = data.draw(st.integers(0, len(events)))
    start = data.draw(st.integers(0, end))

    old, new = copy.deepcopy(states[start]), copy.deepcopy(states[end])

    assert changes(old, new) == changes(states[start], states[end])
    assert changes(old, states[start]) == ()


@given(strategies.any_streams())
def test_a_part_grows_at_its_end_or_over_half_of_a_character_there(events):
    texts = {}
    for change in (change for each in told(events) for change in each):
        place = getattr(change, "kind", "call"), getattr(change, "index", None)
        if isinstance(change, PartGrew):
            text = texts.get(place, "")
            becomes_whole = "\ud800" <= text[-1:] <= "\udbff" and change.text[:1] > "\uffff"
            assert change.offset == len(text) or (becomes_whole and change.offset == len(text) - 1)
            texts[place] = text[: change.offset] + change.text
        elif isinstance(change, PartClosed | CallClosed):
            texts.pop(place, None)


@pytest.mark.parametrize(
    "deltas",
    [
        ("a\ud83d", "\ude00b"),
        ("\ud83d", "", "\ude00"),
        ("\ud83d", "\ud83d\ude00"),
        ("\ude00", "\ud83d"),
        ("😀" * 70, *("\ud83d", "\ude00") * 34),
    ],
)
def test_halves_of_a_surrogate_pair_become_one_character_in_the_view_too(deltas):
    assert_views_match(s.whole(*s.text_block(*deltas)))


def test_half_of_a_surrogate_pair_is_told_again_when_it_becomes_a_character():
    first, second = told(s.whole(*s.text_block("a\ud83d", "\ude00b")))[2:4]

    assert first == (PartGrew("text", 0, 0, "a\ud83d"),)
    assert second == (PartGrew("text", 0, 1, "😀b"),)


# What is told of which event


def test_an_answer_is_told_event_by_event():
    delta, *_ = s.text_block("It is 24 °C.", index=1)[1:]
    events = s.whole(
        *s.text_block("Hm.", kind="thinking"),
        s.content_start(1),
        delta,
        s.citation_start(6, 11, "24 °C", content_index=1),
        s.citation_end(),
        s.content_end(1),
    )

    *before, ended = told(events)

    assert before[:4] == [
        (MessageBegan("m-1", "assistant"),),
        (BlockOpened("thinking", 0, "thinking"),),
        (PartGrew("thinking", 0, 0, "Hm."),),
        (PartClosed("thinking", 0),),
    ]
    assert before[4:6] == [(BlockOpened("text", 1, "text"),), (PartGrew("text", 1, 0, "It is 24 °C."),)]
    [cited] = before[6]
    assert isinstance(cited, CitationOpened)
    assert cited.citation.target == Target("content", 1)
    assert before[7:] == [(PartClosed("citation", 0),), (PartClosed("text", 1),)]
    [end] = ended
    assert (type(end), end.id, end.finish_reason, end.error) == (MessageEnded, "m-1", "COMPLETE", None)
    assert end.usage.tokens.input_tokens == 30


def test_a_citation_that_ends_within_a_character_is_told_again_when_the_character_is_whole():
    halves = [s.citation_start(2, 3, "\ud83d"), s.citation_end(), s.content_delta("\ude00")]
    events = [s.message_start(), s.content_start(), s.content_delta("\U0001f600\ud83d\ud83d"), *halves]
    *_, old, new = accumulate(events, step, initial=State())

    assert [type(change) for change in changes(old, new)] == [PartGrew, CitationResolved]
    assert replay(changes(old, new), old.partial()) == new.partial()


def test_tool_calls_are_told_event_by_event():
    assert told(
        s.whole(s.plan_delta(""), s.plan_delta("Look."), *s.call('{"a"', ":1}"), end=s.message_end("TOOL_CALL"))
    )[1:-1] == [
        (PartGrew("plan", 0, 0, ""),),
        (PartGrew("plan", 0, 0, "Look."),),
        (CallOpened(0, "f_0", "f", "function"),),
        (PartGrew("call", 0, 0, '{"a"'),),
        (PartGrew("call", 0, 4, ":1}"),),
        (CallClosed(ToolCall("f_0", "f", {"a": 1}, '{"a":1}')),),
    ]


def test_a_call_that_cannot_be_made_is_told_so():
    *_, (closed, broken), ended = told(s.whole(*s.call("{"), end=s.message_end("TOOL_CALL")))

    assert closed == CallClosed(InvalidToolCall("f_0", "f", "{", "cut", "ends before a key or '}'"))
    assert (type(broken), broken.violation.code) == (RuleBroken, "arguments-cut")
    assert kinds(ended) == ["MessageEnded"]


def test_a_call_whose_start_comes_late_opens_twice():
    deltas = [s.call_delta("{"), s.call_start(), s.call_delta("}")]

    opened, named, grown = told(s.whole(*deltas))[1:4]

    assert opened[:2] == (CallOpened(0, None, None, None), PartGrew("call", 0, 0, "{"))
    assert named == (CallOpened(0, "f_0", "f", "function"),)
    assert grown == (PartGrew("call", 0, 1, "}"),)
    assert_views_match(s.whole(*deltas))


def test_many_events_are_told_at_once_in_the_order_of_the_parts():
    events = s.whole(*s.text_block("Hm.", kind="thinking"), *s.text_block("Hel", "lo", index=1))
    states = states_of(events)

    assert changes(states[0], states[-2]) == (
        MessageBegan("m-1", "assistant"),
        BlockOpened("thinking", 0, "thinking"),
        PartGrew("thinking", 0, 0, "Hm."),
        PartClosed("thinking", 0),
        BlockOpened("text", 1, "text"),
        PartGrew("text", 1, 0, "Hello"),
        PartClosed("text", 1),
    )


def test_logprobs_come_with_the_text_or_alone():
    logprobs = {"token_ids": [1], "text": "a", "logprobs": [-0.5]}
    deltas = [{**s.content_delta("a"), "logprobs": logprobs}, {**s.content_delta(""), "logprobs": logprobs}]

    first, second = told(s.whole(s.content_start(), *deltas))[2:4]

    assert first == (PartGrew("text", 0, 0, "a", (logprobs,)),)
    assert second == (PartGrew("text", 0, 1, "", (logprobs,)),)
    assert_views_match(s.whole(s.content_start(), *deltas, s.content_end()))


def test_a_block_of_an_unknown_type_has_that_type():
    opened, *_ = told(s.whole(s.content_start(0, "image"), s.content_delta("x"), s.content_end()))[1]

    assert opened == BlockOpened("other", 0, "image")


def test_what_is_kept_and_what_is_wrong_is_told():
    late = {"type": "new", "x": 1}

    kept, broken = told([late])[0]

    assert kept == EventKept(Kept("unknown-event", late, 0))
    assert (type(broken), broken.violation.code) == (RuleBroken, "unknown-event")


def test_nothing_is_told_of_a_delta_without_characters():
    assert told([s.message_start(), s.content_start(), s.content_delta("")])[2] == ()


def test_typed_events_change_what_mappings_change():
    begin = [s.message_start(), s.content_start()]

    assert told([*begin, ContentDelta(0, text="Hi")]) == told([*begin, s.content_delta("Hi")])


def test_the_message_may_get_its_id_in_the_end():
    events = [evolve_id(s.message_start(), None), s.content_start(), {**s.message_end(), "id": "late"}]

    *_, end = told(events)[-1]

    assert (type(end), end.id) == (MessageEnded, "late")
    assert_views_match(events)


def evolve_id(event, value):
    return {**event, "id": value}


def test_the_state_of_an_error_is_a_later_state():
    [*_, (_, last)] = scan([s.message_start(), s.content_start()])

    [broken] = changes(last, advance(last, s.content_end(7)))[-1:]

    assert broken.violation.code == "end-outside-part"


# Citations that came before their text


def test_a_citation_is_resolved_when_its_text_comes():
    cited = Citation(2, 4, "cd", target=Target("content"))
    early = [s.content_start(), s.citation_start(2, 4, "cd", sources=[], type="TEXT_CONTENT"), s.citation_end()]

    *before, resolved, after = told([s.message_start(), *early, *map(s.content_delta, ("ab", "cd", "ef"))])

    opened = evolve(cited, target=None, type="TEXT_CONTENT")
    assert before[2] == (CitationOpened(opened), *before[2][1:])
    assert resolved == (PartGrew("text", 0, 2, "cd"), CitationResolved(0, evolve(opened, target=Target("content"))))
    assert after == (PartGrew("text", 0, 4, "ef"),)


EARLY = {
    "two of one block, of which one waits longer": [
        s.content_start(),
        s.citation_start(1, 2, "b"),
        s.citation_end(),
        s.citation_start(3, 4, "d", 1),
        s.citation_end(1),
        *map(s.content_delta, "abcd"),
        s.content_end(),
    ],
    "one of a block that comes later": [
        s.citation_start(0, 2, "ab", content_index=1),
        s.citation_end(),
        *s.text_block("ab"),
        *s.text_block("ab", index=1),
    ],
    "one that counts in UTF-16 until its text fits as it is": [
        s.content_start(),
        s.citation_start(3, 4, "b"),
        s.citation_end(),
        *map(s.content_delta, ("😀a", "b", "b")),
        s.content_end(),
    ],
    "one of a block that begins anew": [
        s.content_start(),
        s.content_delta("ab"),
        s.citation_start(0, 2, "ab"),
        s.citation_end(),
        s.content_end(),
        *s.text_block("a", "b"),
    ],
    "one of a plan that goes on after a call": [
        s.plan_delta("a"),
        *s.call("{}"),
        s.citation_start(0, 2, "ab", type="PLAN"),
        s.citation_end(),
        s.plan_delta("b"),
        s.plan_delta("c"),
    ],
    "one that is open while its text comes": [s.content_start(), s.citation_start(0, 1, "a"), s.content_delta("a")],
}


@pytest.mark.parametrize("body", EARLY.values(), ids=EARLY)
def test_a_citation_reads_in_the_view_as_it_does_in_the_state(body):
    events = s.whole(*body)

    assert_views_match(events)
    assert "CitationResolved" in kinds(*told(events))


# What it costs


def test_telling_one_event_takes_as_much_work_after_many_as_after_few():
    deltas = [s.content_delta(" word") for _ in range(30_000)]
    states = list(accumulate([s.message_start(), s.content_start(), *deltas], step, initial=State()))

    # Texts keep deltas by 64, so states that are a multiple of that apart stand alike.
    few, many = work(states[130:194]), work(states[130 + 448 * 64 : 194 + 448 * 64])

    assert many["calls"] <= few["calls"] * 1.1
    assert many["bytes"] <= few["bytes"] * 1.1 + 1000
    assert sum(len(change.text) for each in pairwise(states[2:]) for change in changes(*each)) == 5 * 30_000


def work(states):
    """Count the calls that telling the changes from state to state takes, and the bytes that it holds at most."""
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1

    tracemalloc.start()
    sys.setprofile(count)
    try:
        for old, new in pairwise(states):
            changes(old, new)
    finally:
        sys.setprofile(None)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return {"calls": calls, "bytes": peak}


def test_telling_one_citation_takes_as_much_work_after_many_as_after_few():
    cited = [each for n in range(2000) for each in (s.citation_start(0, 1, "a", n), s.citation_end(n))]
    states = states_of([s.message_start(), s.content_start(), s.content_delta("a"), *cited])

    few, many = work(states[100:200]), work(states[3900:4000])

    assert many["calls"] <= few["calls"] * 1.1


# States that are of no one stream


START, HELLO = s.message_start(), [s.content_start(), s.content_delta("Hello")]
UNRELATED = {
    "an earlier state": ([START, *HELLO], [START]),
    "an earlier text": ([START, *HELLO, s.content_delta("")], [START, *HELLO, s.content_delta("")][:3]),
    "another message": ([START], [evolve_id(START, "m-2"), *HELLO]),
    "another part": ([START, *HELLO], [START, *s.call("{}")]),
    "another index": (
        [START, *HELLO],
        [START, s.content_start(1), s.content_delta("Hello", 1), s.content_delta("!", 1)],
    ),
    "no part": ([START, *HELLO], [START, START, START, START]),
    "another end of the text": ([START, *HELLO], [START, HELLO[0], s.content_delta("Jell")]),
    "a shorter text": ([START, *HELLO], [START, HELLO[0], s.content_delta("He")]),
    "another closed part": ([START, *s.text_block("a")], [START, *s.text_block("b")]),
    "fewer closed parts": ([START, *s.text_block("a")], [START, START, START, START, START]),
}


@pytest.mark.parametrize(("events", "others"), UNRELATED.values(), ids=UNRELATED)
def test_a_state_that_is_no_later_one_is_refused(events, others):
    old, new = states_of(events)[-1], states_of(others)[-1]

    with pytest.raises(ValueError, match="no later one") as caught:
        changes(old, new)

    assert str(caught.value) == "the second state is no later one of the first state's stream"


def test_the_state_before_an_error_is_no_later_one():
    state = states_of([START, *HELLO, {"type": "ping"}])[-1]
    with pytest.raises(StreamError) as caught:
        finish(state)

    with pytest.raises(ValueError, match="no later one"):
        changes(caught.value.state, state)
    assert kinds(changes(state, caught.value.state)) == ["RuleBroken"]


def test_two_branches_of_one_state_are_told_apart_by_their_last_character():
    state = states_of([START, *HELLO])[-1]
    one, other = (
        advance(state, s.content_delta("!")),
        advance(advance(state, s.content_delta("?")), s.content_delta("!")),
    )

    with pytest.raises(ValueError, match="no later one"):
        changes(one, other)


@given(strategies.any_streams(), strategies.any_streams(), st.data())
def test_any_two_states_have_changes_or_a_clear_error(events, others, data):
    old, new = data.draw(st.sampled_from(states_of(events))), data.draw(st.sampled_from(states_of(others)))

    try:
        assert isinstance(changes(old, new), tuple)
    except ValueError as error:
        assert "no later one" in str(error)


# Views


@pytest.mark.parametrize(
    "change",
    [
        PartGrew("text", 0, 0, "a"),
        PartGrew("call", 0, 0, "a"),
        PartGrew("plan", 0, 1, "a"),
        CallClosed(ToolCall("f_0", "f", {}, "{}")),
        CitationResolved(0, Citation(0, 1, "a")),
    ],
)
def test_a_change_of_what_is_not_in_the_view_is_refused(change):
    with pytest.raises(ValueError, match="the view has nothing for") as caught:
        apply(Partial(), change)

    assert str(caught.value).startswith(f"the view has nothing for {type(change).__name__}(")


def test_what_is_no_change_is_refused():
    with pytest.raises(TypeError) as caught:
        replay([s.content_start()])

    assert str(caught.value).startswith("expected a change, got {'delta': ")


def test_no_change_leaves_the_view_as_it_was():
    assert replay([]) == Partial()
    view = Partial(id="m")
    assert replay((), view) is view
