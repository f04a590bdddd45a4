"""What each command shows of a stream, and what all streams together amount to."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from attrs import evolve

from streamfold import Message, Partial, Report, Rules, Violation, check
from streamfold.conversation import to_json
from streamfold.recordings import Recording

from ._files import CannotRead, recordings
from ._terminal import complain, tell

Show: TypeAlias = Callable[[Recording, Report], None]


def run(names: Iterable[str], rules: Rules, show: Show) -> Counter[str]:
    """Show every stream of the files, in order; count streams, breaches, and files that cannot be read."""
    return sum((counts for name in names for counts in _file(name, rules, show)), Counter())


def _file(name: str, rules: Rules, show: Show) -> Iterator[Counter[str]]:
    try:
        for recording in recordings(name):
            report = check(recording.events, rules)
            show(recording, report)
            yield _count(report)
    except CannotRead as error:
        complain(f"streamfold: {error}")
        yield Counter(unread=1)


def _count(report: Report) -> Counter[str]:
    outcome = "well" if report.ok else "not well"
    return Counter({outcome: 1, "error": len(report.errors), "warning": len(report.warnings)})


def status(counts: Counter[str]) -> int:
    """Give the exit status: 2 if a file could not be read, else 1 if a stream is not well, else 0."""
    return 2 if counts["unread"] else min(counts["not well"], 1)


def summary(counts: Counter[str]) -> str:
    """Say what all streams together amount to.

    Examples:
        >>> summary(Counter({"well": 2, "not well": 1, "error": 1}))
        '3 streams: 2 well, 1 not; 1 error, 0 warnings'
    """
    well, unwell = counts["well"], counts["not well"]
    breaches = ", ".join(_number(counts[severity], severity) for severity in ("error", "warning"))
    return f"{_number(well + unwell, 'stream')}: {well} well, {unwell} not; {breaches}"


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


# fold


def show_message(recording: Recording, report: Report) -> None:
    """Show the message as one line of JSON, or why there is none."""
    if (message := report.message) is None:
        complain(_line(recording, report, report.errors[0]))
    else:
        _tell_json(message)


def show_whatever(recording: Recording, report: Report) -> None:
    """Show the message as one line of JSON, or why there is none, and the partial message."""
    show_message(recording, report)
    if not report.ok:
        _tell_json(report.partial)


def _tell_json(message: Message | Partial) -> None:
    tell(json.dumps(to_json(message), allow_nan=False))


# check


def show_violations(recording: Recording, report: Report) -> None:
    """Show every breach that is not to be ignored."""
    for violation in report.violations:
        if report.rules[violation.code]:
            tell(_line(recording, report, violation))


def _line(recording: Recording, report: Report, violation: Violation) -> str:
    line = _last_line(recording) if violation.line is None else violation.line
    severity = report.rules[violation.code].name.lower()
    sentence = evolve(violation, line=None)
    cause = "" if violation.caused_by is None else f" (caused by event {violation.caused_by})"
    return f"{recording.source.name}:{line}: {severity} {violation.code}: {sentence}{cause}"


def _last_line(recording: Recording) -> int:
    return recording.events[-1].line if recording.events else recording.source.line
