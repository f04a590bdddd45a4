"""The laws hold for the fold of this library and for a small one, and a wrong fold breaks just those that it should."""

import json
import tracemalloc
import unittest
from copy import deepcopy

import pytest
import streams as s
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from streamfold import StreamError, check, fold
from streamfold.conversation import from_response
from streamfold.testing import machine, strategies
from streamfold.testing._accumulator import Outcome
from streamfold.testing._facts import agree
from streamfold.testing._trial import told_apart
from streamfold.testing.laws import (
    LAWS,
    STREAMFOLD,
    Accumulator,
    Facts,
    as_tests,
    assert_laws,
    facts_of,
    told,
    verdicts,
)

FEW, SOME, MANY = 6, 25, 300
CHECKED = set(LAWS) - {"resume", "parity", "transport", "strictness", "first error", "logs"}


class SmallError(ValueError):
    """What the small fold raises about a stream."""


class Small:
    """A fold that keeps the laws. The wrong ones have another method."""

    def __init__(self):
        self.id, self.end = "", None
        self.blocks, self.calls = {}, {}
        self.plan, self.citations = [], []

    def take(self, event):
        index, message = event.get("index"), event.get("delta", {}).get("message", {})
        match event["type"]:
            case "message-start":
                self.id = event["id"]
            case "content-start":
                self.start(index, message["content"]["type"])
            case "content-delta":
                self.grow(index, message["content"], event.get("logprobs"))
            case "tool-plan-delta":
                self.plan.append(message["tool_plan"])
            case "tool-call-start":
                call = message["tool_calls"]
                self.calls[index] = {"id": call["id"], "name": call["function"]["name"], "deltas": [], "ended": False}
            case "tool-call-delta":
                self.call(index)["deltas"].append(message["tool_calls"]["function"]["arguments"])
            case "tool-call-end":
                self.call(index)["ended"] = True
            case "citation-start":
                cited = message["citations"]
                self.citations.append((cited["start"], cited["end"], cited["text"]))
            case "message-end":
                self.end = self.keep(event["delta"])

    def start(self, index, kind):
        self.blocks[index] = {"kind": kind, "deltas": [], "logprobs": []}

    def grow(self, index, content, logprobs):
        block = self.blocks[index]
        block["deltas"].append(content[block["kind"]] if block["kind"] in ("text", "thinking") else "")
        if logprobs:
            block["logprobs"].append(self.keep(logprobs))

    def call(self, index):
        return self.calls[index]

    def keep(self, value):
        return deepcopy(value)

    def joined(self, deltas):
        return "".join(deltas).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

    def parsed(self, call):
        raw = self.joined(call["deltas"])
        try:
            return json.loads(raw or "{}") if call["ended"] else None
        except ValueError:
            return None

    def text_of(self, kind):
        return "".join(self.joined(block["deltas"]) for block in self.blocks.values() if block["kind"] == kind)

    def result(self):
        if self.end is None:
            raise SmallError("there is no message-end")
        calls = [(call["id"], call["name"], self.parsed(call)) for call in self.calls.values()]
        return {
            "id": self.id,
            "text": self.text_of("text"),
            "thinking": self.text_of("thinking"),
            "tool_plan": self.joined(self.plan),
            "calls": [call for call in calls if isinstance(call[2], dict)],
            "citations": self.citations,
            "logprobs": [each for block in self.blocks.values() for each in block["logprobs"]],
            "finish_reason": self.end["finish_reason"],
            "usage": self.end.get("usage", {}),
        }


def folding(kind, **more):
    def fold_small(events):
        small = kind()
        try:
            for event in events:
                small.take(event)
            return small.result()
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise SmallError(str(error)) from error

    return Accumulator(fold=fold_small, view=lambda result: Facts(**result), errors=(SmallError,), **more)


class ForgetsCitations(Small):
    def result(self):
        return {**super().result(), "citations": []}


class JoinsByPosition(Small):
    def call(self, _):
        return list(self.calls.values())[-1]


class TakesCutAsFinished(Small):
    def result(self):
        self.end = self.end or {"finish_reason": "COMPLETE"}
        return super().result()


class CannotTellThatItIsCut(Small):
    def result(self):
        self.end = self.end or {"finish_reason": ""}
        return {**super().result(), "finish_reason": None}


class TakesFailureAsAnswer(Small):
    def result(self):
        result = super().result()
        return {**result, "finish_reason": result["finish_reason"].replace("ERROR", "COMPLETE")}


class CrashesOnFailure(Small):
    def result(self):
        if self.end and "error" in self.end:
            raise NotImplementedError
        return super().result()


class ParsesTolerantly(Small):
    def parsed(self, call):
        return super().parsed(call) or {}


class MendsArguments(Small):
    def parsed(self, call):
        return super().parsed(call) or {"mended": '{"a": 1}'}

    def result(self):
        result = super().result()
        return {**result, "calls": [(*call[:2], call[2].get("mended", call[2])) for call in result["calls"]]}


class StripsDeltas(Small):
    def grow(self, index, content, logprobs):
        super().grow(index, {kind: delta.strip() for kind, delta in content.items()}, logprobs)


class LeavesHalves(Small):
    def joined(self, deltas):
        return "".join(deltas)


class RefusesThinking(Small):
    def start(self, index, kind):
        if kind == "thinking":
            raise SmallError(kind)
        super().start(index, kind)


class CrashesOnNews(Small):
    def take(self, event):
        if isinstance(event, dict) and event.get("type") in ("debug", "later"):
            raise NotImplementedError
        super().take(event)


class KeepsReferences(Small):
    def keep(self, value):
        return value


class ChangesEvents(Small):
    def take(self, event):
        super().take(event)
        event.pop("index", None)


class CopiesAllEachTime(Small):
    def grow(self, index, content, logprobs):
        super().grow(index, content, logprobs)
        self.blocks[index]["deltas"] = ["".join(self.blocks[index]["deltas"])]


WRONG = {
    ForgetsCitations: {"conservation of citations"},
    JoinsByPosition: {"interleaving"},
    TakesCutAsFinished: {"prefix"},
    CannotTellThatItIsCut: {"prefix", "failure"},
    TakesFailureAsAnswer: {"failure"},
    CrashesOnFailure: {"failure", "totality"},
    ParsesTolerantly: {"cut calls"},
    MendsArguments: {"cut calls", "conservation of calls"},
    StripsDeltas: {"chunking", "conservation of text", "conservation of thinking", "round trip"},
    LeavesHalves: {"halves"},
    RefusesThinking: {"acceptance"},
    CrashesOnNews: {"additions", "totality"},
    KeepsReferences: {"copies"},
    ChangesEvents: {"purity"},
    CopiesAllEachTime: {"linear cost"},
}


def broken(accumulator, names, examples):
    return {verdict.law for verdict in verdicts(accumulator, names, examples=examples) if verdict.holds is False}


# The fold of this library


@pytest.mark.parametrize("law", LAWS)
def test_the_fold_of_this_library_keeps_each_law(law):
    assert_laws(STREAMFOLD, [law], examples=SOME)


# A message has what was added, too, and an answer without streaming does not say which block its logprobs are of.
@pytest.mark.parametrize("law", [name for name in LAWS if name not in ("additions", "parity")])
def test_its_messages_are_equal_where_their_facts_are(law):
    assert_laws(evolve(STREAMFOLD, view=None), [law], examples=SOME)


# Small folds


def test_a_small_fold_keeps_each_law_that_applies_to_it():
    assert {each.law: each.holds for each in verdicts(folding(Small), examples=FEW)} == {
        name: True if name in CHECKED else None for name in LAWS
    }


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_a_wrong_fold_breaks_just_the_laws_that_it_should(kind):
    assert broken(folding(kind), WRONG[kind], MANY) == WRONG[kind]
    assert broken(folding(kind), CHECKED - WRONG[kind], FEW) == set()


LOSES = {
    "text": "",
    "thinking": "",
    "tool_plan": "",
    "calls": [],
    "logprobs": [],
    "usage": {},
    "id": "",
    "finish_reason": "?",
}


@pytest.mark.parametrize("name", LOSES)
def test_a_fold_that_loses_a_fact_does_not_conserve_it(name):
    class Loses(Small):
        def result(self):
            return {**super().result(), name: LOSES[name]}

    others = {law for law in LAWS if law.startswith("conservation")} - {f"conservation of {name}"}

    assert broken(folding(Loses), [f"conservation of {name}"], MANY) != set()
    assert broken(folding(Loses), others, FEW) == set()


# Folds that go one event at a time


def steps(**changes):
    """Give a fold whose state is the events so far, as pairs, which nothing changes."""

    def finish(state):
        events = []
        while state:
            state, event = state
            events.append(event)
        return folding(Small).fold(reversed(events))

    parts = {"start": tuple, "step": lambda state, event: (state, event), "finish": finish}
    return Accumulator(**{**parts, **changes}, view=lambda result: Facts(**result), errors=(SmallError,))


def grown(state, event):
    state.append(event)
    return state


def test_a_fold_of_steps_keeps_the_laws_of_states():
    assert [verdict.holds for verdict in verdicts(steps(), ["purity", "resume"], examples=MANY)] == [True, True]


def test_a_step_that_changes_its_state_is_not_pure():
    mutable = steps(start=list, step=grown, finish=folding(Small).fold)

    assert broken(mutable, ["purity", "resume"], MANY) == {"purity"}


def test_a_state_that_cannot_be_written_cannot_be_resumed():
    locked = steps(start=lambda: lambda: None, step=lambda _state, _event: lambda: None, finish=lambda _: {})

    assert broken(locked, ["purity", "resume"], MANY) == {"resume"}


def test_how_a_state_is_written_may_be_given():
    written = steps(dump=json.dumps, load=json.loads)

    assert broken(written, ["resume"], SOME) == set()


# Folds that offer more


def folding_nothing(_):
    return fold([])


@pytest.mark.parametrize(
    ("law", "change"),
    [
        ("transport", {"fold_sse": lambda _: fold([]), "fold_jsonl": None, "fold_typed": None}),
        ("transport", {"fold_sse": None, "fold_jsonl": lambda _: fold([]), "fold_typed": None}),
        ("transport", {"fold_sse": None, "fold_jsonl": None, "fold_typed": lambda events: fold([*events][:-1])}),
        ("parity", {"from_response": lambda response: from_response({**response, "finish_reason": "MAX_TOKENS"})}),
        ("parity", {"from_response": lambda response: from_response({**response, "message": {}})}),
        ("strictness", {"presets": STREAMFOLD.presets[::-1]}),
        ("first error", {"check": lambda events: check(events).errors[1:]}),
        ("first error", {"check": lambda _: ()}),
        ("logs", {"fold_many": lambda events: [fold(events)]}),
        ("logs", {"fold_many": lambda events: [StreamError, *STREAMFOLD.fold_many(events)][len(list(events)) :]}),
    ],
)
def test_a_wrong_offer_breaks_its_law(law, change):
    assert broken(evolve(STREAMFOLD, **change), [law], MANY) == {law}


def test_a_stream_leaves_something_behind_where_a_fold_remembers():
    left = []

    def remembering(events):
        left.extend(event["type"] for event in events)
        taken = [*left]
        if taken[-1:] == ["message-end"]:
            left.clear()
        return taken

    assert broken(Accumulator(fold=remembering), ["purity", "isolation"], MANY) == {"isolation"}


def test_a_fold_that_begins_anew_only_where_a_stream_begins_leaves_something_behind():
    text = []

    def leaking(events):
        for event in events:
            match event.get("type") if isinstance(event, dict) else None:
                case "message-start":
                    text.clear()
                case "content-delta":
                    text.append(event)
        return [*text]

    assert broken(Accumulator(fold=leaking), ["isolation"], MANY) == {"isolation"}


def test_a_fold_that_is_not_the_same_twice_is_broken_all_the_same():
    calls = []

    def every_third(events):
        calls.append(events)
        if len(calls) % 3 == 0:
            raise SmallError
        return 1

    [verdict] = verdicts(Accumulator(fold=every_third), ["acceptance"], examples=MANY)

    assert verdict.holds is False
    assert str(verdict.breach) == "expected a result; came SmallError"


def test_what_no_converter_takes_could_not_have_come():
    def refuse(_):
        raise SmallError

    taken = {each.law: (each.holds, each.reason) for each in verdicts(folding(Small, convert=refuse), ["purity"])}

    assert taken == {"purity": (None, "no example could be converted")}


def test_a_fold_may_take_other_objects_than_mappings():
    class Event:
        __hash__ = None

        def __init__(self, wire):
            self.wire = wire

        def __eq__(self, other):
            return self.wire == other.wire

    converted = evolve(folding(Small), fold=lambda events: folding(Small).fold(e.wire for e in events), convert=Event)

    assert broken(converted, ["purity", "chunking", "conservation of text", "totality", "linear cost"], FEW) == set()


# What is told


USAGE = {"billed_units": {"input_tokens": 3, "output_tokens": 1}, "tokens": {"input_tokens": 30, "output_tokens": 2}}


def last_text(events):
    texts = [event["delta"]["message"]["content"] for event in events if event["type"] == "content-delta"]
    return texts[-1].get("text", "") if texts else ""


FORGETFUL = Accumulator(fold=last_text, view=lambda text: Facts(text=text))


def test_a_verdict_is_a_row_and_shows_the_smallest_stream_that_breaks_its_law():
    [verdict] = verdicts(FORGETFUL, ["conservation of text"])

    assert str(verdict) == "conservation of text          broken  expected text 'aa'; came text 'a'"
    assert verdict.shown.splitlines() == [
        "conservation of text          broken  expected text 'aa'; came text 'a'",
        "text is what the events of a legal stream say",
        *(json.dumps(event) for event in verdict.breach.events),
    ]
    assert list(verdict.breach.events) == s.whole(
        *s.text_block("a", "a"), start=s.message_start(id="m"), end=s.message_end(usage=USAGE)
    )


CALL = ("f_0", "f", "{}")


@pytest.mark.parametrize(
    ("expected", "came", "told"),
    [
        (Facts(text="ab"), Facts(text="ac"), ("text 'ab'", "text 'ac'")),
        (Facts(text="a" * 400 + "b" * 400), Facts(text="a" * 401 + "b" * 400), ("text 'b", "text 'ab")),
        (Facts(calls=[CALL] * 8), Facts(calls=[CALL] * 9), ("calls ()", f"calls ({CALL},)")),
        (Facts(usage={"a": [1] * 9}), Facts(usage={"a": [1] * 10}), ("usage {'a': [1, 1, 1, 1, ...]}",) * 2),
    ],
)
def test_facts_that_differ_beyond_what_is_told_are_told_from_there_on(expected, came, told):
    breach = told_apart([], Outcome(expected), Outcome(came))

    assert (breach.expected.startswith(told[0]), breach.came.startswith(told[1])) == (True, True)


def test_a_verdict_says_why_a_law_does_not_apply():
    rows = [str(each) for each in verdicts(Accumulator(fold=list), examples=1) if each.holds is None]

    assert [row.split(maxsplit=1)[0] for row in rows[:2]] == ["conservation", "conservation"]
    assert rows[-5:] == [
        "resume                        -       it has no start, step and finish",
        "transport                     -       it has no fold_sse or fold_jsonl or fold_typed",
        "strictness                    -       it has no presets",
        "first error                   -       it has no check",
        "logs                          -       it has no fold_many",
    ]


def test_laws_are_tried_on_streams_of_ones_own():
    mine = s.whole(*s.text_block("two", "deltas"))

    [text, chunking] = verdicts(FORGETFUL, ["conservation of text", "chunking"], streams=st.just(mine), examples=FEW)
    [still] = verdicts(FORGETFUL, ["acceptance"], streams=st.just(mine), examples=FEW)

    assert (text.breach.events, str(text.breach)) == (tuple(mine), "expected text 'twodeltas'; came text 'deltas'")
    assert chunking.breach.expected == "text 'deltas'"
    assert still.holds


@pytest.mark.parametrize(("kind", "holds"), [(Small, True), (TakesFailureAsAnswer, False)])
@pytest.mark.parametrize("end", [s.message_end(), s.message_end("ERROR", error="out of memory")])
def test_an_answer_of_ones_own_is_tried_as_one_that_failed(kind, holds, end):
    mine = s.whole(*s.text_block("Hi"), end=end)

    [verdict] = verdicts(folding(kind), ["failure"], streams=st.just(mine), examples=FEW)

    assert verdict.holds is holds


def test_the_same_seed_gives_the_same_verdicts():
    once, again = (verdicts(FORGETFUL, ["chunking", "prefix"], examples=MANY, seed=7) for _ in range(2))

    assert once == again


def test_broken_laws_are_asserted_with_all_that_is_known_of_them():
    with pytest.raises(AssertionError) as raised:
        assert_laws(FORGETFUL, ["purity", "conservation of text", "chunking"], examples=MANY)

    found = verdicts(FORGETFUL, ["conservation of text", "chunking"], examples=MANY)
    assert str(raised.value) == "\n\n".join(verdict.shown for verdict in found)


class RefusesInterleaving(Small):
    def start(self, index, kind):
        if any(not call["ended"] for call in self.calls.values()):
            raise SmallError("a call is open")
        super().start(index, kind)


def test_who_refuses_parts_that_are_open_at_once_keeps_the_law_of_interleaving():
    refusing = folding(RefusesInterleaving)
    both = [s.call_start(), s.content_start(), s.content_end(), s.call_end()]

    [verdict] = verdicts(refusing, ["interleaving"], streams=st.just(s.whole(*both)), examples=FEW)

    assert verdict.holds


def test_memory_that_is_traced_already_is_traced_on():
    tracemalloc.start()
    try:
        assert_laws(STREAMFOLD, ["linear cost"], examples=FEW)
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


def test_an_unknown_law_is_refused():
    with pytest.raises(ValueError) as raised:
        verdicts(FORGETFUL, ["purity", "gravity"])

    assert str(raised.value).startswith("there is no law called gravity; there are purity, acceptance, totality, ")


def test_an_accumulator_can_fold():
    with pytest.raises(ValueError) as raised:
        Accumulator(start=list, step=grown)

    assert str(raised.value) == "an accumulator has a fold, or all of start, step and finish"


def test_a_law_is_a_test_for_pytest():
    tests = as_tests(FORGETFUL, ["purity", "chunking", "resume"])

    shortly = settings(max_examples=MANY, database=None, phases=[Phase.generate, Phase.shrink])

    tests["test_purity"]()
    with pytest.raises(AssertionError) as raised:
        shortly(LAWS["chunking"].test(FORGETFUL))()
    with pytest.raises(unittest.SkipTest) as skipped:
        tests["test_resume"]()

    assert str(raised.value).startswith("how a text is cut into deltas makes no difference: expected text")
    assert str(skipped.value) == "it has no start, step and finish"


# Facts


@given(strategies.streams(additions=False, finish_reasons=strategies.FINISH_REASONS))
def test_a_plain_look_and_the_fold_know_the_same_of_a_stream_that_ended(events):
    message = check(events).state.message()
    executable = [call for call in told(events).calls if call[0] in {call.id for call in message.tool_calls}]

    assert evolve(told(events), calls=executable) == facts_of(message)


@pytest.mark.parametrize(
    ("expected", "came", "same"),
    [
        ("a", None, True),
        ("a", "a", True),
        ("a", "b", False),
        ("\U0001f600", "\ud83d\ude00", True),
        ('{"a": 1}', {"a": 1}, True),
        ('{"a": 1}', {"a": 2}, False),
        ('{"a": ', {}, False),
        ("", {}, True),
        ((("f", "g", ""),), [("f", None, "")], True),
        ((("f", "g", ""),), [], False),
        (({"a": ["\U0001f600"]},), ({"a": ["\ud83d\ude00"]},), True),
        ({"tokens": 1}, {"tokens": 1.0}, True),
    ],
)
def test_facts_agree_where_they_say_the_same(expected, came, same):
    assert agree(expected, came) is same


@pytest.mark.parametrize(
    ("facts", "finished"),
    [
        (Facts(), True),
        (Facts(finish_reason=""), False),
        (Facts(finish_reason="COMPLETE"), True),
        (Facts(finish_reason="COMPLETE", finished=False), False),
        (Facts(finish_reason="", finished=True), True),
    ],
)
def test_a_result_passes_for_finished_unless_something_tells_otherwise(facts, finished):
    assert facts.is_finished is finished


# The machine


def run(accumulator, examples):
    case = machine(accumulator).TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=15,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    case("runTest").runTest()


def test_the_machine_finds_nothing_wrong_with_the_fold_of_this_library():
    run(STREAMFOLD, 20)


def test_the_machine_finds_a_fold_that_takes_a_cut_stream_as_finished():
    with pytest.raises(AssertionError) as raised:
        run(folding(TakesCutAsFinished), MANY)

    assert str(raised.value).startswith("expected an error, or a result that says it is not finished; came ")


def test_the_machine_finds_a_fold_that_forgets():
    with pytest.raises(AssertionError) as raised:
        run(folding(ForgetsCitations), 4 * MANY)

    assert "citations" in str(raised.value)


def test_the_machine_finds_steps_that_do_not_agree_with_the_fold():
    with pytest.raises(AssertionError) as raised:
        run(evolve(folding(Small), start=int, step=lambda _, event: event, finish=lambda _: {}), MANY)

    assert str(raised.value).startswith("expected SmallError: ")
