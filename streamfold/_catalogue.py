"""The catalogue: every rule that a legal stream keeps to, as data.

Everything that speaks of a rule reads this table: judging, errors, presets, the docs' page and the tests.
"""

from collections.abc import Mapping
from enum import Enum, IntEnum
from typing import Any, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from . import events as on
from ._frozen import FrozenDict, freeze


class Severity(IntEnum):
    """What a breach amounts to: only an error raises."""

    IGNORE = 0
    WARNING = 1
    ERROR = 2


class Moment(Enum):
    """When a rule is judged."""

    EVENT = "at its event"
    CALL_END = "when the tool call ends"
    TARGET_END = "at the citation, or when the cited text is complete"
    MESSAGE_END = "at message-end"
    INPUT_END = "when the input ends"


Group: TypeAlias = Literal["shape", "message", "part", "joint", "content", "citation", "call", "outcome", "input"]
Grades: TypeAlias = tuple[Severity, Severity, Severity]


@frozen
class Rule:
    """One thing that a legal stream keeps to.

    Attributes:
        code: stable; what programs compare.
        grades: what a breach is under STRICT, STANDARD and LENIENT.
        sentence: what a legal stream does.
        breach: completes "event 7: content-delta 0 …" in an error.
        repair: what the fold does so that it can go on.
        source: where the rule comes from.
        example: the shortest stream with a beginning that breaks this rule and no other; an exception in it is
            what the transport raises there.
        moment: when the rule is judged.
    """

    group: Group
    code: str
    grades: Grades
    sentence: str
    breach: str
    repair: str
    source: str
    example: tuple[Any, ...] = field(repr=False)
    moment: Moment = Moment.EVENT

    @property
    def strict(self) -> Severity:
        """The grade under STRICT."""
        return self.grades[0]

    @property
    def standard(self) -> Severity:
        """The grade under STANDARD."""
        return self.grades[1]

    @property
    def lenient(self) -> Severity:
        """The grade under LENIENT."""
        return self.grades[2]

    def excuses(self, other: "Rule") -> bool:
        """Whether a breach of *other* may be a mere consequence of a breach of this rule.

        A consequence is never graded above its root under any preset: so strictness stays monotone.
        """
        return all(mine >= its for mine, its in zip(self.grades, other.grades, strict=True))


E, W = Severity.ERROR, Severity.WARNING
FATAL: Final = (E, E, E)  # there is no message to return
FAULT: Final = (E, E, W)  # ambiguous, lossy or untrue
DEVIATION: Final = (E, W, W)  # unambiguous, but the API was not seen to send it
ADDITION: Final = (W, W, W)  # the API adds such things without notice

SEEN: Final = "162 of 162 recordings"
API: Final = 'Cohere API reference, "chat-stream"'
JSON: Final = "RFC 8259"
OURS: Final = "streamfold"
KEPT: Final = "the event is kept as it came"
FOLDED: Final = "it is folded as it came"

NONE: Final = freeze([], 1)
START: Final = on.MessageStart("m", "assistant", NONE, "", NONE, NONE)
END: Final = on.MessageEnd("COMPLETE", FrozenDict())
ACT: Final = on.MessageEnd("TOOL_CALL", FrozenDict())
HI: Final = on.ContentDelta(0, "Hi")
PLAN: Final = on.ToolPlanDelta("Look.")


def _text(*inner: Any, index: int = 0) -> tuple[Any, ...]:
    return on.ContentStart(index, "text", text=""), *inner, on.ContentEnd(index)


def _thought(*inner: Any, index: int = 0) -> tuple[Any, ...]:
    return on.ContentStart(index, "thinking", thinking=""), *inner, on.ContentEnd(index)


def _call(*deltas: str, **fields: Any) -> tuple[Any, ...]:
    start = evolve(on.ToolCallStart(0, "f_0", "function", "f", ""), **fields)
    return start, *(on.ToolCallDelta(start.index, delta) for delta in deltas), on.ToolCallEnd(start.index)


def _cite(**fields: Any) -> tuple[Any, ...]:
    start = evolve(on.CitationStart(0, 0, 2, "Hi", (on.DocumentSource("d"),), "TEXT_CONTENT"), **fields)
    return start, on.CitationEnd(start.index)


ANSWER: Final = _text()
DEEP: Final = '{"a": ' + 64 * "[" + 64 * "]" + "}"

# fmt: off
# A table reads in rows: code and grades, what a legal stream does, how a breach reads, repair, source, example.
_SHAPE: Final = (
    Rule("shape", "event-unreadable", FAULT, "an event is JSON", "is no JSON", "its text is kept", SEEN,
         (START, on.Unreadable("{", "expected a key"), *ANSWER, END)),
    Rule("shape", "not-an-object", FAULT, "an event is a JSON object", "is no JSON object", "it is kept as it came", SEEN,
         (START, 5, *ANSWER, END)),
    Rule("shape", "type-missing", FAULT, "an event has a type", "has no type that is a string", KEPT, SEEN,
         (START, FrozenDict(index=0), *ANSWER, END)),
    Rule("shape", "api-error", FAULT, "an error of the API comes instead of a stream", "is an error of the API", KEPT, API,
         (START, FrozenDict(message="internal error"), *ANSWER, END)),
    Rule("shape", "foreign-api", FAULT, "events are those of Cohere's chat API version 2",
         "is an event of another API", KEPT, API,
         (START, FrozenDict(event_type="text-generation", text="Hi"), *ANSWER, END)),
    Rule("shape", "field-missing", FAULT, "an event has the fields that place it", "lacks a field", KEPT, SEEN,
         (START, *ANSWER, FrozenDict(type="tool-plan-delta"), END)),
    Rule("shape", "field-wrong-type", FAULT, "a field has its type", "has a field of the wrong type", KEPT, SEEN,
         (START, *ANSWER, FrozenDict(type="content-end", index="0"), END)),
    Rule("shape", "list-shape", DEVIATION, "content, tool_calls and citations of an event are one object",
         "has a list where one object is expected", "its one object is taken", "10 034 of 10 034 events",
         (START, freeze({"type": "content-start", "index": 0,
                         "delta": {"message": {"content": [{"type": "text", "text": ""}]}}}, 9),
          on.ContentEnd(0), END)),
    Rule("shape", "unknown-event", ADDITION, "an event has a known type", "has a type that is not known", KEPT, API,
         (START, FrozenDict(type="citation-note"), *ANSWER, END)),
    Rule("shape", "unknown-field", ADDITION, "an event has known fields", "has a field that is not known",
         "the field is kept as it came", API,
         (START, *_text(on.ContentDelta(0, "Hi", extra=FrozenDict(note=1))), END)),
    Rule("shape", "sse-name-differs", DEVIATION, "the name of a server-sent event is the event's type",
         "came under another name", FOLDED, "11 844 of 11 844 events",
         (START, *_text(on.Located(HI, 1, "content-start")), END)),
)

_MESSAGE: Final = (
    Rule("message", "no-message-start", FAULT, "message-start comes first", "came before message-start",
         "the message begins without it; a message-start that comes later is taken", SEEN,
         (*ANSWER, END)),
    Rule("message", "message-start-repeated", FAULT, "message-start comes once", "came a second time", KEPT, SEEN,
         (START, START, *ANSWER, END)),
    Rule("message", "after-message-end", FAULT, "nothing follows message-end", "came after message-end", KEPT, SEEN,
         (START, *ANSWER, END, END)),
    Rule("message", "message-id-missing", DEVIATION, "message-start has an id", "has no id",
         "the id of message-end is taken, or none", SEEN,
         (evolve(START, id=None), *ANSWER, END)),
    Rule("message", "role-unexpected", DEVIATION, "message-start has the role assistant", "has another role",
         FOLDED, SEEN,
         (evolve(START, role="user"), *ANSWER, END)),
    Rule("message", "placeholder-missing", DEVIATION,
         "message-start has the placeholders content, tool_plan, tool_calls and citations", "lacks a placeholder",
         FOLDED, SEEN,
         (on.MessageStart("m", "assistant"), *ANSWER, END)),
    Rule("message", "placeholder-filled", FAULT, "the placeholders of message-start are empty",
         "has a placeholder that is not empty", KEPT, SEEN,
         (evolve(START, tool_plan="Look."), *ANSWER, END)),
)

_PART: Final = (
    Rule("part", "part-restarted", FAULT, "a part starts once", "starts a part that has started",
         "the event is kept as it came while that part is open; else another part begins under the same index", SEEN,
         (START, on.ContentStart(0, "text", text=""), *ANSWER, END)),
    Rule("part", "delta-outside-part", FAULT, "a delta goes to an open part", "is outside an open part",
         "a part that never began begins with it; for a part that is closed the event is kept as it came", SEEN,
         (START, HI, on.ContentEnd(0), END)),
    Rule("part", "end-outside-part", FAULT, "an end closes an open part", "is outside an open part", KEPT, SEEN,
         (START, *ANSWER, on.ContentEnd(0), END)),
    Rule("part", "part-left-open", FAULT, "every part is closed before message-end, unless the generation failed",
         "came while a part was open", "the part is closed; a tool call that was open is invalid", SEEN,
         (START, on.ContentStart(0, "text", text=""), END), Moment.MESSAGE_END),
    Rule("part", "index-skipped", DEVIATION, "parts of a kind start with the indexes 0, 1, 2 and so on",
         "does not have the next index", FOLDED, SEEN,
         (START, *_text(index=1), END)),
    Rule("part", "index-missing", DEVIATION, "an event of a part has the part's index", "has no index",
         "a start takes the next index, another event the one part of its kind that is open", SEEN,
         (START, on.ContentStart(None, "text", text=""), on.ContentEnd(0), END)),
)

_JOINT: Final = (
    Rule("joint", "parts-interleaved", DEVIATION, "a content block or tool call starts when the one before is closed",
         "starts while another part is open", FOLDED, SEEN,
         (START, *_call()[:-1], *_call(index=1, id="f_1"), on.ToolCallEnd(0), ACT)),
    Rule("joint", "content-repeated", DEVIATION, "a message has one thinking block and one text block at most",
         "starts a second block of its type", FOLDED, SEEN,
         (START, *ANSWER, *_text(index=1), END)),
    Rule("joint", "thinking-late", DEVIATION, "thinking comes before text and calls", "starts thinking too late",
         FOLDED, SEEN,
         (START, *ANSWER, *_thought(index=1), END)),
    Rule("joint", "text-with-calls", DEVIATION, "a message has text or tool calls, not both",
         "joins text and tool calls in one message", FOLDED, SEEN,
         (START, *ANSWER, *_call(), ACT)),
    Rule("joint", "plan-with-content", DEVIATION, "a message has a tool plan or content, not both",
         "joins a tool plan and content in one message", FOLDED, SEEN,
         (START, PLAN, *_thought(), *_call(), ACT)),
    Rule("joint", "plan-after-call", DEVIATION, "the tool plan comes before the tool calls", "came after a tool call",
         FOLDED, SEEN,
         (START, *_call(), PLAN, ACT)),
    Rule("joint", "citation-interrupted", DEVIATION, "citation-end follows its citation-start at once",
         "came between citation-start and citation-end", FOLDED, "45 of 45 citations",
         (START, on.ContentStart(0, "text", text=""), HI, _cite()[0], on.ContentEnd(0), _cite()[1], END)),
)

_CONTENT: Final = (
    Rule("content", "start-filled", DEVIATION, "a part starts empty", "has text in its start", FOLDED, SEEN,
         (START, on.ContentStart(0, "text", text="Hi"), on.ContentEnd(0), END)),
    Rule("content", "content-type-unknown", ADDITION, "a content block has the type text or thinking",
         "has a type that is not known", FOLDED, API,
         (START, on.ContentStart(0, "image"), on.ContentEnd(0), *_text(index=1), END)),
    Rule("content", "content-kind-mismatch", FAULT, "a content delta has the one key of its block's type",
         "has the key of another type than its block", "what the block cannot take is kept as it came", SEEN,
         (START, *_text(on.ContentDelta(0, None, "Hm")), END)),
)

_CITATION: Final = (
    Rule("citation", "citation-source-count", DEVIATION, "a citation has one source", "has none or several sources",
         FOLDED, "45 of 45 citations",
         (START, *_text(HI, *_cite(sources=())), END)),
    Rule("citation", "citation-of-thinking", DEVIATION, "a citation cites text or the tool plan",
         "cites thinking", FOLDED, "45 of 45 citations",
         (START, *_thought(on.ContentDelta(0, None, "Hi"), *_cite(type="THINKING_CONTENT")),
          *_text(index=1), END)),
    Rule("citation", "citation-kind-differs", DEVIATION,
         "a citation's type is that of the block at content_index; one of the plan has no content_index",
         "has a type that its target does not have",
         "content_index holds, but for PLAN; where there is none, the type does", "45 of 45 citations",
         (START, *_thought(on.ContentDelta(0, None, "Hi"), *_cite()), *_text(index=1), END)),
    Rule("citation", "citation-early", DEVIATION, "a citation comes after the text that it cites",
         "cited text that came later", "the citation is resolved once its text is there", "45 of 45 citations",
         (START, *_text(*_cite(), HI), END), Moment.TARGET_END),
    Rule("citation", "citation-late", DEVIATION, "a citation comes before the end of what it cites",
         "cites what is closed", FOLDED, "45 of 45 citations",
         (START, *_text(HI), *_cite(), END)),
    Rule("citation", "citation-target-missing", FAULT, "what a citation cites is in the message",
         "cites a block that never came", "the citation is kept without a target", "45 of 45 citations",
         (START, *_text(*_cite(content_index=1)), END), Moment.MESSAGE_END),
    Rule("citation", "citation-outside", FAULT, "a citation's span lies inside what it cites",
         "has a span outside what it cites", "the citation is kept without a target", "45 of 45 citations",
         (START, *_text(*_cite()), END), Moment.TARGET_END),
    Rule("citation", "citation-text-differs", FAULT, "a citation's text is the text of its span",
         "has another text than its span; perhaps a delta was lost", "the citation keeps its span and its text",
         "45 of 45 citations",
         (START, *_text(HI, *_cite(text="Ho")), END), Moment.TARGET_END),
    Rule("citation", "citation-utf16", DEVIATION, "a citation's span counts code points", "counts UTF-16 units",
         "the span is turned into code points", "45 of 45 citations; documentation",
         (START, *_text(on.ContentDelta(0, "\N{OCTOPUS}Hi"), *_cite(start=2, end=4)), END), Moment.TARGET_END),
)

_CALL: Final = (
    Rule("call", "call-id-missing", FAULT, "a tool call has an id", "has no id", "the call is invalid", API,
         (START, *_call(id=None), ACT)),
    Rule("call", "call-name-missing", FAULT, "a tool call has a name", "has no name", "the call is invalid", API,
         (START, *_call(name=None), ACT)),
    Rule("call", "call-id-repeated", FAULT, "a tool call's id is its own", "has the id of an earlier call", FOLDED, API,
         (START, *_call(), *_call(index=1), ACT)),
    Rule("call", "call-type-unexpected", DEVIATION, "a tool call has the type function", "has another type", FOLDED, API,
         (START, *_call(type="custom"), ACT)),
    Rule("call", "arguments-null", DEVIATION, "tool arguments are empty or an object", "closed arguments that are null",
         "the arguments are {}", "71 of 71 tool calls",
         (START, *_call("null"), ACT), Moment.CALL_END),
    Rule("call", "arguments-cut", FAULT, "tool arguments are whole when their call ends",
         "closed arguments that are cut short", "the call is invalid", JSON,
         (START, *_call('{"a": '), ACT), Moment.CALL_END),
    Rule("call", "arguments-malformed", FAULT, "tool arguments are JSON", "closed arguments that are not JSON",
         "the call is invalid", JSON,
         (START, *_call("{]"), ACT), Moment.CALL_END),
    Rule("call", "arguments-not-object", FAULT, "tool arguments are a JSON object",
         "closed arguments that are not an object", "the call is invalid", "67 of 67 tool calls with arguments",
         (START, *_call("[]"), ACT), Moment.CALL_END),
    Rule("call", "arguments-duplicate-key", FAULT, "a key stands once in an object",
         "closed arguments in which a key stands twice", "the call is invalid", f"{JSON}, section 4",
         (START, *_call('{"a": 1, "a": 2}'), ACT), Moment.CALL_END),
    Rule("call", "arguments-number", FAULT, "a number is one that can be read exactly enough",
         "closed arguments with a number out of range", "the call is invalid", f"{JSON}, section 6",
         (START, *_call('{"a": 1e400}'), ACT), Moment.CALL_END),
)

_OUTCOME: Final = (
    Rule("outcome", "generation-failed", FAULT, "a message is generated to its end", "reports a failed generation",
         "the message is what arrived", API,
         (START, on.MessageEnd("ERROR", FrozenDict(), "no valid response"))),
    Rule("outcome", "finish-reason-missing", FAULT, "message-end has a finish_reason", "has no finish_reason",
         FOLDED, SEEN,
         (START, *ANSWER, evolve(END, finish_reason=None)), Moment.MESSAGE_END),
    Rule("outcome", "finish-reason-unknown", DEVIATION, "a finish_reason is known", "has a finish_reason that is not known",
         FOLDED, API,
         (START, *ANSWER, evolve(END, finish_reason="BORED")), Moment.MESSAGE_END),
    Rule("outcome", "finish-reason-disagrees", FAULT, "finish_reason is TOOL_CALL exactly when there is a tool call",
         "has a finish_reason that disagrees with the tool calls", FOLDED, SEEN,
         (START, *ANSWER, ACT), Moment.MESSAGE_END),
    Rule("outcome", "error-disagrees", DEVIATION, "message-end has an error exactly when the generation failed",
         "has an error without a failure, or a failure without an error", FOLDED, SEEN,
         (START, *ANSWER, evolve(END, error="no valid response")), Moment.MESSAGE_END),
    Rule("outcome", "answer-missing", DEVIATION, "a message that did not fail has text or a tool call",
         "ended a message without text or tool call", FOLDED, SEEN,
         (START, END), Moment.MESSAGE_END),
    Rule("outcome", "usage-missing", DEVIATION, "message-end has usage", "has no usage", FOLDED, SEEN,
         (START, *ANSWER, evolve(END, usage=None)), Moment.MESSAGE_END),
    Rule("outcome", "usage-malformed", DEVIATION, "usage counts in numbers", "has usage that is not in numbers",
         "what is not a number is kept as it came", SEEN,
         (START, *ANSWER, evolve(END, usage=FrozenDict(cached_tokens="3"))), Moment.MESSAGE_END),
    Rule("outcome", "message-end-id", DEVIATION, "message-end has no id", "has an id", FOLDED, SEEN,
         (START, *ANSWER, evolve(END, id="m")), Moment.MESSAGE_END),
    Rule("outcome", "message-id-differs", FAULT, "a message has one id", "has another id than message-start",
         "the id of message-start holds, the other is kept", SEEN,
         (START, *ANSWER, evolve(END, id="n")), Moment.MESSAGE_END),
)

_INPUT: Final = (
    Rule("input", "no-message-end", FATAL, "message-end comes before the input ends", "came before message-end",
         "what arrived is a partial message", SEEN,
         (START,), Moment.INPUT_END),
    Rule("input", "event-cut", FATAL, "the input ends between events", "is cut off by the end of the input",
         "its text is kept; what arrived is a partial message", SEEN,
         (START, on.Unreadable("data: {", "cut", cut=True))),
    Rule("input", "sentinel-cut", ADDITION, "nothing is cut off after message-end",
         "is cut off by the end of the input, after message-end", "its text is kept; the message is whole", OURS,
         (START, *ANSWER, END, on.Unreadable("data: [DO", "cut", cut=True))),
    Rule("input", "interrupted", FATAL, "the transport does not break", "was interrupted by the transport",
         "what arrived is a partial message", OURS,
         (START, ConnectionResetError("reset by peer")), Moment.INPUT_END),
    Rule("input", "limit-exceeded", FATAL, "a stream keeps within the limits", "exceeds a limit",
         "the fold ends before the event; what arrived is a partial message", OURS,
         (START, *_call(DEEP))),
)
# fmt: on

RULES: Final[Mapping[str, Rule]] = {
    rule.code: rule for rule in (*_SHAPE, *_MESSAGE, *_PART, *_JOINT, *_CONTENT, *_CITATION, *_CALL, *_OUTCOME, *_INPUT)
}
