"""Test a fold that was written by hand: pytest examples/test_my_fold.py, with what the extra "test" installs."""

import pytest

from streamfold.testing.laws import LAWS, Accumulator, Facts, assert_laws


class Collector:
    """Collects text, tool calls and finish reason out of the JSON objects of one stream."""

    def __init__(self):
        self.texts = []
        self.calls = {}
        self.finish_reason = None

    def feed(self, event):
        match event:
            case {"type": "content-delta", "delta": {"message": {"content": {"text": str(text)}}}}:
                self.texts.append(text)
            case {"type": "tool-call-start", "index": int(index), "delta": {"message": {"tool_calls": dict(call)}}}:
                self.calls[index] = (call.get("id"), call.get("function", {}).get("name"), [])
            case {
                "type": "tool-call-delta",
                "index": int(index),
                "delta": {"message": {"tool_calls": {"function": {"arguments": str(text)}}}},
            }:
                self.arguments_of(index).append(text)
            case {"type": "message-end", "delta": {"finish_reason": str(reason)}}:
                self.finish_reason = reason

    def arguments_of(self, index):
        if index not in self.calls:
            raise ValueError(f"there is no call {index}")
        return self.calls[index][2]

    def answer(self):
        if self.finish_reason is None:
            raise ValueError("the stream broke off")
        return Facts(
            text=joined(self.texts),
            calls=[(id_, name, joined(texts)) for id_, name, texts in self.calls.values()],
            finish_reason=self.finish_reason,
        )


def joined(texts):
    """Join texts; two halves of a surrogate pair that came apart become one character."""
    return "".join(texts).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


class HastyCollector(Collector):
    """Gives what comes to the last call, as one does who has never seen two of them open at once."""

    def arguments_of(self, index):
        return super().arguments_of(max(self.calls, default=index))


def accumulator(collector):
    def fold(events):
        mine = collector()
        for event in events:
            mine.feed(event)
        return mine.answer()

    return Accumulator(fold=fold, view=lambda facts: facts, errors=(ValueError,))


@pytest.mark.parametrize("law", LAWS)
def test_my_fold_keeps_each_law_that_applies_to_it(law):
    assert_laws(accumulator(Collector), [law], examples=100)


def test_that_a_delta_goes_to_another_call_than_its_own_is_found():
    with pytest.raises(AssertionError, match=r"^interleaving +broken +expected calls"):
        assert_laws(accumulator(HastyCollector), ["interleaving"])
