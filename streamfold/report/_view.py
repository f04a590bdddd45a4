"""One recording as the page sees it: what was found in it, and what its things are called there."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from attrs import evolve, frozen

from .. import Citation, Message, Partial, Report, Rules, Violation, check
from ..conversation import to_json
from ..recordings import Origin, Recording
from ..rules import Severity
from ._trace import Part, Trace, trace


@frozen
class View:
    """What the page shows of one recording.

    Attributes:
        number: of the recording in the page, from 0.
        told: the message, or what there is of one.
        wire: the same as JSON.
        citations: those of the message, numbered from 0.
        violations: those that the rules do not ignore.
        sources: of all citations, as they came, each once.
        cited: the numbers of the sources of each citation.
        arrived: the position from which each citation is there.
        trace: what each event did.
        times: how long after the one before each event came, in milliseconds; none where that is not known.
    """

    number: int
    origin: Origin
    report: Report
    told: Message | Partial
    wire: dict[str, Any]
    citations: tuple[Citation, ...]
    violations: tuple[Violation, ...]
    sources: tuple[dict[str, Any], ...]
    cited: tuple[tuple[int, ...], ...]
    arrived: tuple[int, ...]
    trace: Trace
    times: tuple[int, ...]

    def id(self, thing: str, name: object) -> str:
        """Give the name in the page of one thing of this recording."""
        return f"r{self.number}-{thing}-{name}"

    def after(self, position: int) -> int:
        """Give the position at which the event at *position* has come: the last one, where none came there."""
        return min(position + 1, len(self.trace.steps))

    def items(self) -> Iterator[tuple[int, Part, Any]]:
        """Give each part that has a text: the position of the event that began it, what it is, and all of it."""
        told: dict[str, Iterator[Any]] = {
            "content": iter(self.told.content),
            "call": iter(self.told.calls),
            "plan": iter((self.told.tool_plan,)),
        }
        for since, part in self.trace.parts.items():
            if part.kind in told:
                yield since, part, next(told[part.kind])

    def severity(self, violation: Violation) -> Severity:
        """Give what a breach is under the rules of the page."""
        return self.report.rules[violation.code]


def look(number: int, recording: Recording, rules: Rules) -> View:
    """Look at one recording."""
    report, traced = check(recording.events, rules), trace(recording)
    told = report.message or report.partial
    wire = to_json(told, violations=False)
    known: dict[str, tuple[int, dict[str, Any]]] = {}
    cited = tuple(tuple(_numbers(citation, known)) for citation in wire["message"].get("citations", ()))
    return View(
        number=number,
        origin=recording.source,
        report=report,
        told=told,
        wire=wire,
        citations=tuple(evolve(citation, index=place) for place, citation in enumerate(told.citations)),
        violations=tuple(each for each in report.violations if rules[each.code] is not Severity.IGNORE),
        sources=tuple(source for _, source in known.values()),
        cited=cited,
        arrived=tuple(since + 1 for since, part in traced.parts.items() if part.kind == "citation"),
        trace=traced,
        times=tuple(_waits(recording.times[: len(traced.steps)])),
    )


def _numbers(citation: dict[str, Any], known: dict[str, tuple[int, dict[str, Any]]]) -> Iterator[int]:
    for source in citation.get("sources", ()):
        number, _ = known.setdefault(json.dumps(source), (len(known), source))
        yield number


def _waits(times: Sequence[float]) -> Iterator[int]:
    for before, after in pairwise([*times[:1], *times]):
        # A clock may have been set back, and what is no time at all compares with nothing.
        yield round(1000 * (after - before)) if 0 < after - before < _LONGEST else 0


_LONGEST: Final = 1e6  # seconds between two events of one stream
