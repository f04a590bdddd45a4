"""The laws hold for the fold of this library and for a small one, and a wrong fold breaks just those that it should."""

import json
import pickle
import sys
import unittest
from copy import deepcopy
from functools import partial

import pytest
import streams as s
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings

from streamfold import StreamError, check, fold
from streamfold.testing import laws, machine, strategies
from streamfold.testing._facts import agree
from streamfold.testing._trial import Breach, Law, Verdict
from streamfold.testing.laws import LAWS, STREAMFOLD, Accumulator, Facts, as_tests, assert_laws, facts_of, told, verdicts

FEW, MANY = 10, 100
CHECKED = set(LAWS) - {"resume", "transport", "strictness", "first error", "logs"}


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
    CannotTellThatItIsCut: {"prefix"},
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
    assert_laws(STREAMFOLD, [law], examples=MANY // 2)


@pytest.mark.parametrize("law", set(LAWS) - {"additions"})
def test_its_messages_are_equal_where_their_facts_are(law):
    assert_laws(evolve(STREAMFOLD, view=None), [law], examples=MANY // 4)


# Small folds


def test_a_small_fold_keeps_each_law_that_applies_to_it():
    assert {each.law: each.holds for each in verdicts(folding(Small), examples=FEW)} == {
        name: True if name in CHECKED else None for name in LAWS
    }


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_a_wrong_fold_breaks_just_the_laws_that_it_should(kind):
    assert broken(folding(kind), WRONG[kind], MANY) == WRONG[kind]
    assert broken(folding(kind), CHECKED - WRONG[kind], FEW) == set()
