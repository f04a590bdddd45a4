"""``streamfold show``: what happened in each stream, event by event."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from attrs import frozen

from streamfold import Report, Rules, ToolCall, Violation, check, live
from streamfold.events import Located
from streamfold.recordings import Recording

from .._quote import quote
from . import _options as options
from ._command import Command
from ._streams import as_json, count, sentence, steps, title_of, told_by_position
from ._tables import aligned, fitted
from ._terminal import columns
from ._work import Item, Told, run, status

_HELP: Final = f"""\
{options.FILES}
Each row is an event: its position, from 0; its line, from 1; what came; and what it did to the
message. Below it stands what is wrong with it. On a terminal, rows are cut to its width.

examples:
  streamfold show broken.sse
  streamfold show --json broken.sse           an object of JSON for each event
"""


def _add(parser: ArgumentParser) -> None:
    options.add_files(parser)
    options.add_rules(parser)
    options.add_json(parser, "print an object of JSON for each event")


def _run(given: Namespace) -> int:
    show = show_objects if given.json else partial(show_rows, columns=columns())
    return status(run(given.files, partial(show, rules=options.rules_of(given))))


@frozen
class Row:
    """One event, or the end of the input, which has no event.

    Attributes:
        did: what it did to the message.
    """

    position: int
    located: Located | None
    did: tuple[str, ...]
    violations: list[Violation]

    @property
    def came(self) -> str:
        """The type and the index of the event."""
        if self.located is None:
            return "end of the input"
        event = self.located.event
        name = getattr(event, "wire_type", None) or (event.get("type") if isinstance(event, Mapping) else None)
        index = event.get("index") if isinstance(event, Mapping) else None
        return f"{name if isinstance(name, str) else 'event without a type'}{f' {index}' if type(index) is int else ''}"


def rows_of(recording: Recording, report: Report) -> Iterator[Row]:
    """Yield a row for each event, and one for the end of the input if anything is wrong with it."""
    wrong = told_by_position(recording, report)
    for position, (located, changes) in enumerate(steps(recording)):
        did = tuple(text for change in changes for text in [_DID[type(change)](change)] if text)
        yield Row(position, located, did, wrong[position])
    if wrong[-1]:
        yield Row(len(recording.events), None, (), wrong[-1])


def show_rows(recording: Recording, rules: Rules, columns: int) -> Iterator[Item]:
    """Tell the rows as a table."""
    report = check(recording.events, rules)
    yield Told(title_of(recording))
    rows = list(rows_of(recording, report))
    heads = ("event", "line", "what came", "what it did")
    table = aligned([heads, *map(_cells, rows)], right=[0, 1])
    yield Told(fitted(table[0], columns))
    for row, text in zip(rows, table[1:], strict=True):
        yield Told(fitted(text, columns))
        yield from (Told(f"  {sentence(recording, report, violation)}") for violation in row.violations)
    yield count(report)


def _cells(row: Row) -> tuple[str, str, str, str]:
    line = "" if row.located is None else str(row.located.line)
    return str(row.position), line, row.came, "; ".join(row.did)


def show_objects(recording: Recording, rules: Rules) -> Iterator[Item]:
    """Tell the rows as JSON."""
    report = check(recording.events, rules)
    for row in rows_of(recording, report):
        facts = {
            "file": recording.source.name,
            "number": recording.source.number,
            "position": row.position,
            "line": row.located and row.located.line,
            "came": row.came,
            "did": row.did,
            "violations": [as_json(recording, report, violation) for violation in row.violations],
        }
        yield Told(json.dumps({name: fact for name, fact in facts.items() if fact is not None}))
    yield count(report)


def _grew(change: live.PartGrew) -> str:
    part = "the plan" if change.kind == "plan" else f"{change.kind} {change.index}"
    return f"{part} at {change.offset}: {quote(change.text)}"


def _cites(citation: Any) -> str:
    target = citation.target
    place = "nothing yet" if target is None else "the plan" if target.kind == "tool_plan" else f"content {target.index}"
    return f"cites {place} from {citation.start} to {citation.end}: {quote(citation.text)}"


def _closed(change: live.CallClosed) -> str:
    call = change.call
    return f"closes call {call.index}" + ("" if isinstance(call, ToolCall) else f", which is invalid: {call.reason}")


_DID: Final[Mapping[type[Any], Callable[[Any], str]]] = {
    live.MessageBegan: lambda change: f"begins the message {quote(change.id)}",
    live.BlockOpened: lambda change: f"opens {change.kind} {change.index}",
    live.CallOpened: lambda change: f"opens call {change.index}: {quote(change.name)}",
    live.PartGrew: _grew,
    live.PartClosed: lambda change: f"closes {change.kind} {change.index}",
    live.CallClosed: _closed,
    live.CitationOpened: lambda change: _cites(change.citation),
    live.CitationResolved: lambda change: f"citation {change.citation.index} {_cites(change.citation)}",
    live.EventKept: lambda change: f"is kept: {change.kept.code}",
    live.RuleBroken: lambda _: "",  # it has a line of its own
    live.MessageEnded: lambda change: f"ends the message: {quote(change.finish_reason)}",
}

SHOW: Final = Command("show", "Print what happened in each stream, event by event.", _HELP, _add, _run)
