"""The parts of a message, in the order in which they began."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .. import InvalidToolCall, Message, TextBlock, ToolCall
from .._words import counted
from ..message import Block, Call, OpenToolCall
from ._flow import flow
from ._html import Html, element, line, spaced, text
from ._view import View
from ._violations import Flag, Flags


def parts(view: View, flags: Flags) -> Iterator[Html]:
    """Give each part that has a text."""
    for since, part, item in view.items():
        inner = _INSIDE[part.kind](view, since, item, flags.get(since, []))
        place = view.id("part", since)
        yield element(
            "section", *inner, class_=f"part {_CLASSES.get(part.symbol, part.symbol)}", id=place, data_at=since + 1
        )


def _block(view: View, since: int, block: Block, flags: list[Flag]) -> Iterator[Html]:
    logprobs = [f"logprobs of {counted(len(block.logprobs), 'delta')}"] if block.logprobs else []
    label = _label(block.type, f"block {block.index}", *logprobs)
    shown = flow(view, since, Message(content=(block,), citations=view.citations), flags)
    yield from [_folded(label, shown, flags)] if block.type == "thinking" else [label, shown]


def _plan(view: View, since: int, plan: str, flags: list[Flag]) -> Iterator[Html]:
    yield _label("tool plan")
    yield flow(view, since, Message(tool_plan=plan, citations=view.citations), flags)


def _call(view: View, since: int, call: Call, flags: list[Flag]) -> Iterator[Html]:
    raw = flow(view, since, Message(content=(TextBlock(call.raw_arguments),)), flags)
    yield _label("tool call", str(call.index), *filter(None, [call.id]))
    yield element("p", line(call.name or "no name"), class_="name")
    if isinstance(call, ToolCall):
        pretty = json.dumps(call.arguments, ensure_ascii=False, indent=2)
        yield element("div", text(pretty), class_="pretty", data_at=view.after(view.trace.closed[since]))
        yield _folded(Html("as it arrived"), raw, flags)
    else:
        at = view.trace.closed.get(since)
        yield element("p", line(_reason(call)), class_="wrong", data_at=None if at is None else view.after(at))
        yield raw


def _reason(call: InvalidToolCall | OpenToolCall) -> str:
    if isinstance(call, OpenToolCall):
        return "it was still arriving"
    return f"it must not be made: {call.reason}{call.detail and f', {call.detail}'}"


_INSIDE: Final[Mapping[str, Callable[[View, int, Any, list[Flag]], Iterator[Html]]]] = {
    "content": _block,
    "plan": _plan,
    "call": _call,
}

# A part has the colour of its events, whose names on the wire are these.
_CLASSES: Final = {"plan": "tool-plan", "call": "tool-call"}


def _label(name: str, *facts: str) -> Html:
    return element("h3", spaced([line(name), *(element("small", line(fact)) for fact in facts)]), class_="label")


def _folded(summary: Html, inner: Html, flags: list[Flag]) -> Html:
    return element("details", element("summary", summary), inner, open="" if flags else None)
