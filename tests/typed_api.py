"""What a type checker makes of the public names. Nobody runs this: mypy reads it.

An ignore stands where a mistake must be refused; mypy tells of one that has nothing to ignore.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, assert_never, assert_type

from streamfold import (
    STANDARD,
    Citation,
    GenerationFailed,
    InvalidToolCall,
    Kept,
    Limits,
    Message,
    Partial,
    Report,
    Rules,
    State,
    StreamError,
    TextBlock,
    ThinkingBlock,
    ToolCall,
    Usage,
    Violation,
    afold,
    ascan,
    check,
    finish,
    fold,
    fold_keyed,
    fold_many,
    scan,
    step,
)
from streamfold.bulk import Row, fold_batch, fold_record
from streamfold.checkpoint import dump, load, unseen
from streamfold.conversation import (
    Difference,
    Sending,
    diff,
    from_json,
    from_response,
    to_json,
    to_request,
    to_response,
    tool_results,
)
from streamfold.events import ContentDelta, DocumentSource, Event, Located, OtherSource, ToolSource
from streamfold.live import Change, changes, replay
from streamfold.message import OpenToolCall, OtherBlock, Segment, Target
from streamfold.outputs import to_ag_ui, to_langchain, to_opentelemetry
from streamfold.preview import preview
from streamfold.recordings import EventDecoder, Recording, decode
from streamfold.recordings import load as load_recordings
from streamfold.report import report
from streamfold.rules import RULES, Rule, Severity
from streamfold.testing.laws import LAWS, Accumulator, Facts, Law, Verdict, verdicts
from streamfold.unfold import coalesce, every, to_sse, unfold


def folding(events: Iterable[Event], wire: list[dict[str, Any]]) -> None:
    state = step(State(), ContentDelta(0, "Hi"))

    assert_type(fold(events), Message)
    assert_type(fold(wire, STANDARD.with_({"parts-interleaved": "error"}), Limits(events=9)), Message)
    assert_type(state, State)
    assert_type(finish(state), Message)
    assert_type(state.partial(), Partial)
    assert_type(state.message(), Message | None)
    assert_type((state.text, state.thinking, state.tool_plan), tuple[str, str, str | None])
    assert_type(scan(wire), Iterator[tuple[Any, State]])
    assert_type(fold_many(wire), Iterator[Message | StreamError])
    assert_type(fold_keyed(("a", event) for event in wire), Iterator[tuple[str, Message | StreamError]])


async def folding_asynchronously(events: AsyncIterator[Any]) -> None:
    assert_type(await afold(events), Message)
    assert_type(ascan(events), AsyncGenerator[tuple[Any, State], None])


def checking(found: Report) -> None:
    assert_type(check([]), Report)
    assert_type(found.violations, tuple[Violation, ...])
    assert_type(found.message, Message | None)
    assert_type(found.partial, Partial)
    assert_type(RULES, Mapping[str, Rule])
    assert_type(STANDARD, Rules)
    assert_type(STANDARD["parts-interleaved"], Severity)


def what_is_raised(error: StreamError, failed: GenerationFailed) -> None:
    assert_type(error.violation, Violation)
    assert_type(error.state, State)
    assert_type(error.partial, Partial)
    assert_type(failed.message, Message)


def a_message(message: Message) -> None:
    assert_type((message.text, message.thinking, message.tool_plan), tuple[str, str, str | None])
    assert_type(message.tool_calls, tuple[ToolCall, ...])
    assert_type(message.invalid_tool_calls, tuple[InvalidToolCall, ...])
    assert_type(message.usage, Usage | None)
    assert_type(message.kept, tuple[Kept, ...])
    assert_type(message.segments(), tuple[Segment, ...])
    arguments: Mapping[str, Any] = message.tool_calls[0].arguments
    assert_type(arguments["city"], Any)


def all_that_a_message_is_made_of(message: Message, citation: Citation) -> None:
    for block in message.content:
        match block:
            case TextBlock() | ThinkingBlock() | OtherBlock():
                assert_type(block.text, str)
            case _:
                assert_never(block)
    for call in message.calls:
        match call:
            case ToolCall() | InvalidToolCall() | OpenToolCall():
                assert_type(call.raw_arguments, str)
            case _:
                assert_never(call)
    for source in citation.sources:
        match source:
            case DocumentSource() | ToolSource() | OtherSource():
                pass
            case _:
                assert_never(source)
    assert_type(citation.target, Target | None)


def what_is_refused(message: Message, partial: Partial, call: InvalidToolCall, state: State) -> None:
    to_request(partial)  # type: ignore[arg-type]  # it is not finished
    to_request(partial.salvage())
    calls: tuple[ToolCall, ...] = (call,)  # type: ignore[assignment]  # it must not be made
    message.id = "m"  # type: ignore[misc]  # nothing changes a message
    state.position = 0  # type: ignore[misc]  # nor a state
    message.content.append(TextBlock(""))  # type: ignore[attr-defined]  # nor what is in one
    partial.salvage("repair")  # type: ignore[arg-type]  # there is no such choice
    Sending(citations="refuse")  # type: ignore[arg-type]  # likewise
    fold(5)  # type: ignore[arg-type]  # events are many
    print(calls)


def a_conversation(message: Message, response: dict[str, Any]) -> None:
    assert_type(to_request(message, Sending(thinking="leave out")), dict[str, Any])
    assert_type(tool_results(message, {"f_0": {"temperature": 4}}), list[dict[str, Any]])
    assert_type(to_response(message), dict[str, Any])
    assert_type(from_response(response), Message)
    assert_type(from_json(to_json(message)), Message | Partial)
    assert_type(diff(message, message), tuple[Difference, ...])


def what_is_shown(old: State, new: State, message: Message) -> None:
    assert_type(changes(old, new), tuple[Change, ...])
    assert_type(replay(changes(old, new)), Partial)
    assert_type(to_langchain(message), dict[str, Any])
    assert_type(to_opentelemetry(message), dict[str, Any])
    for event in to_ag_ui(changes(old, new), "m"):
        assert_type(event["type"], Any)
    arguments: Mapping[str, Any] | None = preview('{"a": ').arguments
    print(arguments)


def what_is_saved(state: State, events: Iterable[Any]) -> None:
    assert_type(dump(state), dict[str, Any])
    assert_type(load(dump(state)), State)
    assert_type(unseen(state, events), Iterator[Any])


def recordings(chunks: Iterable[bytes], decoder: EventDecoder) -> None:
    assert_type(load_recordings(b""), Iterator[Recording])
    assert_type(decode(chunks), Iterator[Located])
    assert_type(decoder.feed(b""), list[Located])
    assert_type(report(load_recordings(chunks)), Iterator[str])
    assert_type(fold_record({"recording": b""}), Row)
    assert_type(fold_batch({"recording": [b""]}), dict[str, list[Any]])


def streams_that_are_made(message: Message) -> None:
    assert_type(unfold(message, every(4)), list[Any])
    assert_type(coalesce(unfold(message, typed=True)), list[Any])
    assert_type(to_sse(unfold(message)), bytes)


def laws() -> None:
    mine = Accumulator(fold=fold, view=lambda message: Facts(text=message.text), errors=(StreamError,))
    assert_type(LAWS, Mapping[str, Law])
    assert_type(verdicts(mine, ["purity"], examples=1), tuple[Verdict, ...])
