"""What each event did to the message: the part that it began or grew, and by how much."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from attrs import define, field, frozen

from .. import State, live, scan
from .._citations import utf16_length
from ..events import Located
from ..recordings import Recording
from ..rules import SILENT


class Step(NamedTuple):
    """One event, and what it did.

    Attributes:
        name: of the event on the wire.
        line: of the recording.
        part: the position of the event that began the part which this one began or grew; None if it did neither.
        start, end: the length of that part before and after it, in code points.
        units: by which that part grew, UTF-16; half of a pair is one, whichever event brought it.
    """

    name: str
    line: int
    part: int | None = None
    start: int = 0
    end: int = 0
    units: int = 0


class Part(NamedTuple):
    """A block, the tool plan, a tool call or a citation.

    Attributes:
        kind: ``"content"``, ``"plan"``, ``"call"`` or ``"citation"``.
        symbol: the kind, and of content the type of the block.
        index: on the wire; 0 for the plan.
    """

    kind: str
    symbol: str
    index: int  # type: ignore[assignment]  # the wire's own word; nobody looks for a value in a part


@frozen
class Trace:
    """A recording event by event, up to a limit that it may come to.

    Attributes:
        parts: by the position of the event that began each.
        closed: the position of the event that closed a tool call, for each that was closed.
        ended: the position of message-end; None if none came.
    """

    steps: Sequence[Step]
    parts: Mapping[int, Part]
    closed: Mapping[int, int]
    ended: int | None


def trace(recording: Recording) -> Trace:
    """Follow *recording* event by event, whatever is wrong with it."""
    tracer, before = _Tracer(), State()
    for event, state in scan(recording.events, SILENT):
        if state.position == before.position:  # a limit ended the fold
            break
        tracer.take(event, live.changes(before, state))
        before = state
    return Trace(tracer.steps, tracer.parts, tracer.closed, tracer.ended)


@define
class _Tracer:
    """What is known of the parts so far.

    Attributes:
        latest: where the latest part of a kind and index began.
        lengths: of the parts, in code points.
    """

    steps: list[Step] = field(factory=list)
    parts: dict[int, Part] = field(factory=dict)
    closed: dict[int, int] = field(factory=dict)
    ended: int | None = None
    latest: dict[tuple[str, int], int] = field(factory=dict)
    lengths: dict[int, int] = field(factory=dict)

    def take(self, located: Located, changes: Sequence[live.Change]) -> None:
        step = Step(_name(located.event), located.line)
        for change in changes:
            if type(change) in _TAKE:
                step = _TAKE[type(change)](self, step, change)
        self.steps.append(step)

    def begin(self, step: Step, part: Part) -> Step:
        since = len(self.steps)
        self.parts[since] = part
        self.latest[part.kind, part.index] = since
        self.lengths[since] = 0
        return step._replace(part=since)

    def begin_call(self, step: Step, change: live.CallOpened) -> Step:
        since = self.latest.get(("call", change.index))
        if since is None or since in self.closed:
            return self.begin(step, Part("call", "call", change.index))
        return step  # it has its id and name now

    def grow(self, step: Step, change: live.PartGrew) -> Step:
        key = (_FAMILIES.get(change.kind, "content"), change.index)
        if key not in self.latest:
            step = self.begin(step, Part("plan", "plan", 0))
        since = self.latest[key]
        start, end = self.lengths[since], change.offset + len(change.text)
        self.lengths[since] = end
        # What stood after the offset was half of a pair.
        return step._replace(
            part=since, start=start, end=end, units=utf16_length(change.text) - (start - change.offset)
        )

    def close_call(self, step: Step, change: live.CallClosed) -> Step:
        self.closed[self.latest["call", change.index]] = len(self.steps)
        return step

    def end(self, step: Step, _: live.MessageEnded) -> Step:
        self.ended = len(self.steps)
        return step


_FAMILIES: Final = {"plan": "plan", "call": "call"}
_TAKE: Final[Mapping[type[Any], Callable[[_Tracer, Step, Any], Step]]] = {
    live.BlockOpened: lambda tracer, step, block: tracer.begin(step, Part("content", block.kind, block.index)),
    live.CallOpened: _Tracer.begin_call,
    live.CitationOpened: lambda tracer, step, change: tracer.begin(
        step, Part("citation", "citation", change.citation.index)
    ),
    live.PartGrew: _Tracer.grow,
    live.CallClosed: _Tracer.close_call,
    live.MessageEnded: _Tracer.end,
}


def _name(event: Any) -> str:
    named = event.get("type") if isinstance(event, Mapping) else getattr(event, "wire_type", None)
    return named if isinstance(named, str) else "event without a type"
