"""What is told of one stream: where it stands, what is wrong with it, what happened in it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from attrs import evolve, fields

from streamfold import Report, State, Violation, scan
from streamfold.live import Change, changes
from streamfold.recordings import Recording

from ..rules import SILENT

_FAILED = 400


def count(report: Report) -> Counter[str]:
    """Count a stream, and its breaches."""
    outcome = "well" if report.ok else "not well"
    return Counter({outcome: 1, "error": len(report.errors), "warning": len(report.warnings)})


def title_of(recording: Recording) -> str:
    """Give the line above what is shown of a recording."""
    return f"==> {recording.source.title} <=="


def place_of(recording: Recording, violation: Violation) -> str:
    """Give the file and the line of a violation: where it has none, that of the last event."""
    last = recording.events[-1].line if recording.events else recording.source.line
    return f"{recording.source.place}:{last if violation.line is None else violation.line}"


def describe(recording: Recording, report: Report, violation: Violation) -> str:
    """Give the line that tells of a violation."""
    return f"{place_of(recording, violation)}: {sentence(recording, report, violation)}"


def sentence(recording: Recording, report: Report, violation: Violation) -> str:
    """Give severity, code and what is wrong."""
    severity = report.rules[violation.code].name.lower()
    cause = "" if violation.caused_by is None else f" (caused by event {violation.caused_by})"
    return f"{severity} {violation.code}: {evolve(violation, line=None)}{cause}{_failure(recording)}"


def _failure(recording: Recording) -> str:
    status = recording.source.status or 0
    return f" (HTTP {status})" if status >= _FAILED else ""


def told(report: Report) -> list[Violation]:
    """Give the violations that are not to be ignored."""
    return [violation for violation in report.violations if report.rules[violation.code]]


def told_by_position(recording: Recording, report: Report) -> list[list[Violation]]:
    """Give the violations that are not to be ignored: for each event, and at last for the end of the input."""
    wrong: list[list[Violation]] = [[] for _ in (*recording.events, None)]
    for violation in told(report):
        wrong[min(violation.position, len(recording.events))].append(violation)
    return wrong


def as_json(recording: Recording, report: Report, violation: Violation) -> dict[str, Any]:
    """Give all that is known of a violation, as a JSON object without what is empty."""
    source = {each.name: getattr(recording.source, each.name) for each in fields(type(recording.source))}
    facts = {each.name: getattr(violation, each.name) for each in fields(Violation)}
    severity = report.rules[violation.code].name.lower()
    known = {"file": source.pop("name"), **source, "severity": severity, **facts, "text": str(violation)}
    return {name: value for name, value in known.items() if value not in (None, "")}


def steps(recording: Recording) -> Iterator[tuple[Any, tuple[Change, ...]]]:
    """Yield each located event with what it changed, whatever is wrong with it."""
    before = State()
    for located, after in scan(recording.events, SILENT):
        yield located, changes(before, after)
        before = after
