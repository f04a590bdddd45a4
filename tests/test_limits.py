"""A limit ends the fold at the event that would pass it, under every preset, however the stream is cut, for good."""

import json
import pickle
from functools import reduce
from itertools import chain, count, repeat

import pytest
import streams as s
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, STANDARD, STRICT, Limits, State, StreamError, check, finish, fold, step
from streamfold import events as on
from streamfold._frozen import freeze, weight
from streamfold._wire import read
from streamfold.errors import LimitExceeded
from streamfold.limits import DEFAULT
from streamfold.testing import strategies

PRESETS = (STRICT, STANDARD, LENIENT)
RUN = 1024  # deltas that fold joins at most
STRANGER = {"type": "new", "x": ["é", 1]}

presets = st.sampled_from(PRESETS)
every_preset = pytest.mark.parametrize("rules", PRESETS, ids=[preset.name for preset in PRESETS])


def nested(levels):
    return {"z": nested(levels - 1)} if levels > 1 else []


strangers = st.one_of(
    st.sampled_from([STRANGER, {"type": "debug", "prompt": "é"}]),
    st.integers(1, 12).map(lambda levels: {"type": "debug", "prompt": "", "y": nested(levels)}),
)


ANSWERS = strategies.streams(additions=False, finish_reasons=["COMPLETE", "MAX_TOKENS", "STOP_SEQUENCE"])


@st.composite
def sound(draw, streams=None):
    """Streams that no preset refuses, with events and fields between that are not known."""
    events = draw(strategies.streams(additions=False) if streams is None else streams)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(1, len(events) - 1))
        events = [*events[:place], draw(strangers), *events[place:]]
    return events


# What each limit counts: a second reading


def depth(value):
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0) if isinstance(value, (dict, list)) else 0


def size(value):
    """One for each node, and the characters of all strings."""
    if isinstance(value, dict):
        return 1 + sum(len(key) + size(inner) for key, inner in value.items())
    if isinstance(value, list):
        return 1 + sum(map(size, value))
    return 1 + (len(value) if isinstance(value, str) else 0)


def joined(deltas):
    """Join deltas; two halves of a character that came apart are one."""
    return "".join(deltas).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def characters(events):
    texts = {}
    for event in events:
        texts.setdefault((event["type"], event.get("index")), []).extend(s.deltas_of(event))
    deltas = sum(len(joined(text)) for text in texts.values())
    extra = sum(size({"type": "debug", "y": event["y"]}) for event in events if "y" in event)
    extra += sum(size(event["logprobs"]) for event in events if "logprobs" in event)
    kept = sum(size(event) for event in events if event["type"] in ("new", "debug"))
    return deltas + kept + extra + sum(cited(event) for event in events if event["type"] == "citation-start")


def cited(event):
    citation = event["delta"]["message"]["citations"]
    return len(citation["text"]) + sum(map(held, citation["sources"]))


def held(source):
    """What a source holds, one for itself, and one for what else it might hold."""
    return 2 + sum(size(value) for key, value in source.items() if key != "type")


def parts(events):
    return sum(event["type"] in ("content-start", "tool-call-start", "citation-start") for event in events)


def raw_arguments(events):
    raw = {}
    for event in events:
        if event["type"] == "tool-call-delta":
            raw[event["index"]] = joined((raw.get(event["index"], ""), *s.deltas_of(event)))
    return raw


def arguments(events):
    return max(map(len, raw_arguments(events).values()), default=0)


def nesting(events):
    raw = raw_arguments(events)
    ended = [raw.get(event["index"], "") for event in events if event["type"] == "tool-call-end"]
    return max([*map(depth, events), *(depth(json.loads(each or "{}")) for each in ended)], default=0)


def violations(events):
    return sum(event["type"] == "new" or "y" in event for event in events)


COUNTS = {
    "characters": characters,
    "events": len,
    "parts": parts,
    "arguments": arguments,
    "nesting": nesting,
    "violations": violations,
}


LEAST = {"nesting": 8}  # Limits takes no less


def first_beyond(counted, limit, events):
    """The position of the first event with which there is more than allowed, or None."""
    return next((at for at in range(len(events)) if counted(events[: at + 1]) > limit), None)


# What happens at a limit


def raised_by(call, *arguments):
    with pytest.raises(LimitExceeded) as raised:
        call(*arguments)
    return raised.value


def stepped(events, rules, limits):
    return reduce(lambda state, event: step(state, event, rules), events, State(limits))


def ends_at(position, events, rules, limits):
    """See that all ways to fold end at *position*, and give the error."""
    events = list(events)
    error = raised_by(fold, iter(events), rules, limits)
    by_step = raised_by(stepped, events, rules, limits)
    report = check(iter(events), rules, limits)
    before = stepped(events[:position], rules, limits)

    assert error.violation.code == "limit-exceeded"
    assert error.violation.position == error.state.position == position
    assert error.violation == by_step.violation == report.violations[-1]
    assert error.state == by_step.state == report.state
    assert error.violations == (*before.violations, error.violation)
    assert report.errors == (error.violation,)
    assert report.message is None
    assert error.partial.why == str(error)
    assert evolve(error.partial, why=before.partial().why) == before.partial()
    return error


def stays_ended(error, events, rules):
    """See that nothing that comes later is taken."""
    for event in events:
        again = raised_by(step, error.state, event, rules)

        assert again.violation == error.violation
        assert again.state == error.state
    assert raised_by(finish, error.state, rules).violation == error.violation


@given(st.data(), st.sampled_from(sorted(COUNTS)), presets)
def test_a_limit_ends_the_fold_at_the_event_that_would_pass_it(data, name, rules):
    # The tool plan has no start: whether it is a part is told below.
    events = data.draw(sound(ANSWERS if name == "parts" else None))
    least = LEAST.get(name, 0)
    limit = data.draw(st.integers(least, max(COUNTS[name](events) + 1, least)))
    limits = Limits(**{name: limit})
    position = first_beyond(COUNTS[name], limit, events)
    if position is None:
        assert fold(events, rules, limits) == fold(events, rules)
        assert finish(stepped(events, rules, limits), rules) == fold(events, rules)
        return
    error = ends_at(position, events, rules, limits)

    stays_ended(error, [*events[position:], events[0], 5, STRANGER], rules)


@given(strategies.any_streams(), st.sampled_from(sorted(COUNTS)), st.integers(0, 12))
def test_whatever_comes_a_limit_ends_all_folds_alike(events, name, limit):
    limits = Limits(**{name: max(limit, LEAST.get(name, 0))})
    report = check(events, LENIENT, limits)
    try:
        state = stepped(events, LENIENT, limits)
    except LimitExceeded as error:
        assert report.violations[-1] == error.violation
        assert report.state == error.state
    else:
        assert report.state.violations[: len(state.violations)] == state.violations
        assert "limit-exceeded" not in {violation.code for violation in report.violations}


@given(st.text("ab\N{OCTOPUS}", max_size=30), st.lists(st.integers(0, 30), max_size=6), st.integers(0, 31), presets)
def test_a_limit_of_characters_holds_however_they_are_cut_into_deltas(text, cuts, limit, rules):
    deltas = s.split(text, cuts)
    events = s.whole(*s.text_block(*deltas))
    limits = Limits(characters=limit)
    if len(text) <= limit:
        assert fold(events, rules, limits).text == text
        return
    fitting = [end for end in range(len(deltas) + 1) if len("".join(deltas[:end])) <= limit]
    error = ends_at(2 + fitting[-1], events, rules, limits)

    assert error.partial.text == "".join(deltas[: fitting[-1]])


@every_preset
@pytest.mark.parametrize("limit", [8, 64, 200])
@pytest.mark.parametrize("beyond", [0, 1])
def test_a_limit_of_nesting_holds_for_events_and_for_arguments(rules, limit, beyond):
    limits = Limits(nesting=limit)
    deep = [s.message_start(), {"type": "debug", "prompt": "", "y": nested(limit - 1 + beyond)}]
    call = [s.message_start(), *s.call(*json.dumps(nested(limit + beyond)))]
    for events in (deep, call):
        if beyond:
            ends_at(len(events) - 1, events, rules, limits)
        else:
            assert stepped(events, rules, limits).position == len(events)


def test_the_deepest_that_is_allowed_can_be_compared_printed_and_pickled():
    limits = Limits(nesting=200)
    events = [s.message_start(), {"type": "debug", "prompt": "", "y": nested(199)}]
    state = check(events, LENIENT, limits).state

    assert state == check(events, LENIENT, limits).state
    assert pickle.loads(pickle.dumps(state)) == state
    assert "{'z': {'z': " in repr(state)


# Runs of deltas, which fold joins


def run_of(symbol, delta, times):
    """A stream whose run of deltas begins at position 2."""
    inner = repeat(delta, times)
    if symbol == "plan":
        return [s.message_start(), s.plan_delta(delta), *map(s.plan_delta, inner)]
    if symbol == "call":
        return [s.message_start(), s.call_start(), *map(s.call_delta, inner)]
    return [s.message_start(), s.content_start(kind=symbol), *(s.content_delta(each, kind=symbol) for each in inner)]


@pytest.mark.parametrize(
    ("rules", "symbol"),
    [(STRICT, "text"), (STANDARD, "text"), (LENIENT, "text"), (STRICT, "thinking"), (STRICT, "call"), (STRICT, "plan")],
)
@pytest.mark.parametrize("fitting", [0, 1, RUN - 1, RUN, RUN + 1, 2 * RUN + 7])
def test_a_limit_ends_a_run_of_deltas_at_its_very_event(rules, symbol, fitting):
    events = run_of(symbol, "abc", 2 * RUN + 9)
    planned = 3 * (symbol == "plan")
    for limits in (
        Limits(events=2 + fitting),
        Limits(characters=3 * fitting + planned),
        Limits(characters=3 * fitting + planned + 2),
        Limits(characters=3 * fitting + planned, events=2 + fitting),
        *([Limits(arguments=3 * fitting), Limits(arguments=3 * fitting + 2)] if symbol == "call" else []),
    ):
        ends_at(2 + fitting, events, rules, limits)


FORMS = {
    "mappings": lambda event, _: event,
    "located": lambda event, _: on.Located(event, 1),
    "typed": lambda event, _: read(event, 64).event,
    "mixed": lambda event, at: on.Located(event, 1) if at % 3 else event,
}


@every_preset
@pytest.mark.parametrize("form", FORMS)
def test_a_limit_ends_a_run_of_any_form_of_deltas_at_its_very_event(rules, form):
    events = [FORMS[form](event, at) for at, event in enumerate(run_of("text", "abc", RUN + 9))]
    for call in (fold, stepped):
        assert raised_by(call, events, rules, Limits(characters=60)).violation.position == 22
        assert raised_by(call, events, rules, Limits(events=RUN + 3)).violation.position == RUN + 3


# Streams without end


def counted(events, taken):
    for event in events:
        taken.append(None)
        yield event


ENDLESS = {
    "a run of deltas": ([s.message_start(), s.content_start()], repeat(s.content_delta("word ")), "characters"),
    "empty deltas": ([s.message_start(), s.content_start()], repeat(s.content_delta("")), "events"),
    "a tool plan": ([s.message_start()], repeat(s.plan_delta("word ")), "characters"),
    "arguments": ([s.message_start(), s.call_start()], repeat(s.call_delta("[")), "arguments"),
    "located deltas": (
        [s.message_start(), s.content_start()],
        repeat(on.Located(s.content_delta("word "), 1)),
        "characters",
    ),
    "typed deltas": ([s.message_start(), s.content_start()], repeat(on.ContentDelta(0, "word ")), "characters"),
    "unknown events": ([s.message_start()], repeat(STRANGER), "violations"),
    "debug events": ([s.message_start()], repeat({"type": "debug", "prompt": ""}), "events"),
    "kept events": ([s.message_start()], repeat({"type": "debug", "prompt": "word"}), "characters"),
    "calls": ([s.message_start()], (event for index in count() for event in s.call(index=index)), "parts"),
}


@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("way", [fold, check])
def test_a_stream_without_end_ends(name, way):
    begun, rest, limit = ENDLESS[name]
    taken = []
    limits = Limits(**{limit: 500})
    events = counted(chain(begun, rest), taken)
    error = raised_by(fold, events, LENIENT, limits) if way is fold else check(events, LENIENT, limits)

    assert error.violations[-1].code == "limit-exceeded"
    assert len(taken) <= error.state.position + 1 + RUN


def test_nothing_more_is_taken_once_a_limit_has_ended_the_fold():
    taken = []
    raised_by(fold, counted([s.message_start(), *repeat(STRANGER, 9)], taken), LENIENT, Limits(events=3))

    assert len(taken) == 4


# What is told


@pytest.mark.parametrize(
    ("events", "limits", "text"),
    [
        (
            [s.message_start(), s.plan_delta("Look"), s.plan_delta(" up")],
            Limits(characters=6),
            "event 2: tool-plan-delta exceeds a limit: 7 characters of 6 allowed",
        ),
        (
            [s.message_start(), {"type": "debug", "prompt": "long"}],
            Limits(characters=6),
            "event 1: debug exceeds a limit: 22 characters of 6 allowed",
        ),
        (
            [s.message_start(), s.content_start(), s.content_end()],
            Limits(events=2),
            "event 2: content-end 0 exceeds a limit: there are more than 2 events",
        ),
        (
            [s.message_start(), *s.call(), *s.call(index=1)],
            Limits(parts=1),
            "event 3: tool-call-start 1 exceeds a limit: more than 1 parts",
        ),
        (
            [s.message_start(), *s.call("{", '"a":1')],
            Limits(arguments=5),
            "event 3: tool-call-delta 0 exceeds a limit: 6 characters of arguments of 5 allowed",
        ),
        (
            [s.message_start(), {"type": "debug", "x": [[[[[[[[]]]]]]]]}],
            Limits(nesting=8),
            "event 1: the event exceeds a limit: brackets are nested deeper than 8",
        ),
        (
            [s.message_start(), *s.call('{"a": [[[[[[[[]]]]]]]]}')],
            Limits(nesting=8),
            "event 3: tool-call-end 0 exceeds a limit: arguments nested deeper than 8",
        ),
        (
            [s.message_start(), STRANGER, STRANGER],
            Limits(violations=1),
            "event 2: new exceeds a limit: there are more than 1 violations",
        ),
    ],
)
def test_an_exceeded_limit_says_which(events, limits, text):
    assert str(raised_by(fold, events, LENIENT, limits)) == text


def test_limits_are_a_value():
    limits = Limits(characters=1)

    assert Limits() == DEFAULT
    assert limits == Limits(characters=1)
    assert limits != DEFAULT
    assert hash(limits) == hash(Limits(characters=1))
    assert pickle.loads(pickle.dumps(limits)) == limits
    assert sorted(each.name for each in fields(Limits)) == sorted(COUNTS)


@given(s.JSON)
def test_what_is_kept_counts_as_it_is_read_here(value):
    assert weight(freeze(value, 64)) == size(value)


# What else holds at a limit


def test_a_run_that_passes_a_limit_is_told_with_the_line_of_its_event():
    events = [on.Located(event, line) for line, event in enumerate(run_of("text", "abc", 9), 1)]
    error = ends_at(5, events, LENIENT, Limits(characters=10))

    assert error.violation.line == 6


@pytest.mark.parametrize("deltas", [["\ud83d", "\udc19"], ["a", "\ud83d", "\udc19"], ["a", "\ud83d", "\udc19", "b"]])
@pytest.mark.parametrize("kind", ["text", "thinking"])
def test_two_halves_count_as_the_one_character_that_they_are(deltas, kind):
    events = s.whole(*s.text_block(*deltas, kind=kind))
    room = len(deltas) - 1

    assert fold(events, limits=Limits(characters=room)) == fold(events)
    for end in range(len(events)):
        ends_at(end, events, STANDARD, Limits(characters=room, events=end))


@pytest.mark.parametrize("body", [[s.plan_delta("Look."), *s.call()], [*s.call(), s.plan_delta("Look.")]])
def test_the_tool_plan_is_no_part_that_is_counted(body):
    events = s.whole(*body, end=s.message_end("TOOL_CALL"))

    assert fold(events, LENIENT, limits=Limits(parts=1)) == fold(events, LENIENT)


def test_the_least_nesting_takes_every_event_of_the_api():
    start = {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": {"id": "f_0"}}}}
    for delta in (s.call_delta("{"), on.ToolCallDelta(0, "{")):
        report = check([{"type": "message-start"}, start, delta], limits=Limits(nesting=8))

        assert report.partial.calls[0].raw_arguments == "{"


def test_a_fold_that_a_limit_has_ended_raises_that_whatever_was_forgiven_before():
    with pytest.raises(StreamError) as forgiven:
        step(State(Limits(events=1)), s.content_end())
    error = raised_by(step, forgiven.value.state, s.content_end())

    stays_ended(error, [s.content_end()], LENIENT)
    assert raised_by(step, error.state, s.content_end(), STANDARD).violation == error.violation


def test_a_limit_of_nesting_is_one_that_python_can_hold():
    with pytest.raises(ValueError) as low:
        Limits(nesting=7)
    with pytest.raises(ValueError) as high:
        Limits(nesting=201)

    assert (str(low.value), str(high.value)) == ("'nesting' must be >= 8: 7", "'nesting' must be <= 200: 201")


def test_long_names_of_parts_count_as_characters():
    events = s.whole(*[s.call_start(index, "f" * 1_000) for index in range(50)])

    report = check(events, limits=Limits(characters=10_000))

    assert str(report.violations[-1]) == "event 5: tool-call-start 4 exceeds a limit: 10050 characters of 10000 allowed"


@pytest.mark.parametrize(("length", "held"), [(256, 0), (257, 257)])
def test_what_a_part_is_called_counts_only_where_it_is_more_than_a_name(length, held):
    events = s.whole(s.content_start(0, "i" * length), s.content_delta("Hi"), s.content_end())

    codes = [
        {each.code for each in check(events, limits=Limits(characters=limit)).violations}
        for limit in (held + 1, held + 2)
    ]

    assert ["limit-exceeded" in each for each in codes] == [True, False]


def test_a_located_event_that_passes_a_limit_after_plain_ones_keeps_its_line():
    late = on.Located(s.call_delta("location"), 63, "tool-call-delta")
    events = [s.message_start(), s.call_start(), s.call_delta("{\n "), late]

    error = raised_by(fold, events, LENIENT, Limits(arguments=10))

    assert error.violation.line == 63
    assert error.violation == raised_by(stepped, events, LENIENT, Limits(arguments=10)).violation


@pytest.mark.parametrize(
    ("source", "characters"),
    [
        ({"type": "document", "id": "d", "document": {"a": "b"}}, 8),
        ({"type": "tool", "id": "t", "tool_output": {"c": [1]}}, 8),
        ({"type": "web", "url": "u"}, 15),
        ({"type": "document", "id": "d", "document": {"a": "b"}, "note": "n"}, 15),
        ({"type": "document"}, 4),
    ],
)
@pytest.mark.parametrize("count", [1, 2])
def test_a_citation_counts_as_its_text_and_its_sources(source, characters, count):
    cites = s.citation_start(0, 4, "word", sources=[source] * count)
    events = [s.message_start(), s.content_start(), s.content_delta("word"), cites, s.citation_end()]
    whole = len("word") + len("word") + characters * count

    codes = [
        {each.code for each in check(events, limits=Limits(characters=limit)).violations}
        for limit in (whole - 1, whole)
    ]

    assert ["limit-exceeded" in each for each in codes] == [True, False]
