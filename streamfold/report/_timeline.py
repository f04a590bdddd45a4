"""The events of a recording: a strip that is coloured by their kind, and the table that a script moves along."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, pairwise
from typing import Any, Final

from .._visible import visible
from .._words import counted
from ..events import EVENTS
from ._html import Html, element, line, offsets, tag
from ._trace import Trace
from ._view import View

_FAMILIES: Final = {kind.wire_type: kind.wire_type.rpartition("-")[0] for kind in EVENTS}
_KINDS: Final = ("text", "thinking", "tool-plan", "tool-call", "citation", "message", "other")
_LEAST: Final = 400  # an event takes at least one of so many shares of the strip, so that it can be seen


def timeline(view: View) -> Html:
    """Give the strip, and what moves along it where there is a script."""
    total = len(view.trace.steps)
    kinds = list(_kinds(view.trace))
    told = Counter(kinds)
    legend = [element("li", line(f"{kind} {told[kind]}"), class_=kind) for kind in _KINDS if kind in told]
    scrubber = tag("input", type="range", min=0, max=total, value=total, autocomplete="off", aria_label="position")
    button = element("button", Html("Play"), type="button")
    where = element("output", line(f"all of {counted(total, 'event')}"))
    return element(
        "div",
        element("div", _strip(view, kinds), scrubber, class_="strip"),
        element("div", element("p", button, where, class_="move"), element("ul", *legend, class_="legend")),
        class_="time",
    )


def _kinds(trace: Trace) -> Iterator[str]:
    """Give the kind of each event; one of a content block has the type of the block."""
    block = "text"
    for step in trace.steps:
        part = None if step.part is None else trace.parts[step.part]
        if part is not None and part.kind == "content":
            block = part.symbol
        family = _FAMILIES.get(step.name) or "other"
        yield block if family == "content" else family


def _strip(view: View, kinds: list[str]) -> Html:
    runs = [(kind, len(list(run))) for kind, run in groupby(kinds)]
    drawn: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    at, least = 0, len(kinds) / _LEAST
    for kind, length in runs:
        drawn[kind].append(f"M{at} 1h{max(length, least):g}")
        at += length
    marks = (f"M{each.position + 0.5:g} 0v2" for each in view.violations)
    lines = {**{kind: "".join(each) for kind, each in drawn.items() if each}, "mark": "".join(marks)}
    return element(
        "svg",
        *(element("path", d=path, class_=name) for name, path in lines.items()),
        viewBox=f"0 0 {max(len(kinds), 1)} 2",
        preserveAspectRatio="none",
        role="img",
        aria_label="timeline of the events",
    )


def positions(view: View) -> Html:
    """Give the table that says what each event did, for a script to read.

    It has a list for each column: ``name``, a place in ``names``; ``line``, how far it is below that of the event
    before; ``part``, or -1; ``added``, the UTF-16 units that this part shows more of; and ``wait``, as in `View.times`.
    """
    steps = view.trace.steps
    names = {name: place for place, name in enumerate(dict.fromkeys(step.name for step in steps))}
    lines = [0, *(step.line for step in steps)]
    table = {
        "names": list(map(visible, names)),
        "name": [names[step.name] for step in steps],
        "line": [after - before for before, after in pairwise(lines)],
        "part": [-1 if step.part is None else step.part for step in steps],
        "added": list(_added(view)),
        "wait": view.times,
    }
    return element("script", _data(table), type="application/json")


def _added(view: View) -> Iterator[int]:
    shown = {since: offsets(_TEXTS[part.kind](item)) for since, part, item in view.items()}
    come = dict.fromkeys(shown, 0)
    for step in view.trace.steps:
        if step.part in shown:
            before, come[step.part] = come[step.part], come[step.part] + step.units
            yield shown[step.part][come[step.part]] - shown[step.part][before]
        else:
            yield 0


_TEXTS: Final[Mapping[str, Callable[[Any], str]]] = {
    "content": lambda block: block.text,
    "call": lambda call: call.raw_arguments,
    "plan": lambda plan: plan,
}


def _data(value: Any) -> Html:
    """Give JSON that ends no script."""
    written = json.dumps(value, separators=(",", ":"))
    return Html(written.translate({ord(each): f"\\u{ord(each):04x}" for each in "<>&"}))
