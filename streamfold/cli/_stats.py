"""``streamfold stats``: what many streams together amount to."""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from attrs import fields, has

from streamfold import Report, Rules, check
from streamfold.message import Told
from streamfold.recordings import Recording

from . import _options as options
from ._command import Command
from ._streams import count, told
from ._tables import aligned
from ._terminal import tell
from ._work import Tally, run, status

_HELP: Final = f"""\
{options.FILES}
Counts the streams, their events and characters, why they finished, what they used, which rules
they broke, and of cassettes and HAR files the models that were asked. Where the times of events
were recorded, it tells how many deltas came in a second.

examples:
  streamfold stats recordings/
  streamfold stats --jobs 4 --json 'recordings/**/*.jsonl.gz'
"""

_MOST: Final = 2**63  # a number beyond it counts no tokens


def _add(parser: ArgumentParser) -> None:
    options.add_files(parser)
    options.add_rules(parser)
    options.add_jobs(parser)
    options.add_json(parser, "print one object of JSON")


def _run(given: Namespace) -> int:
    total = run(given.files, partial(tally, rules=options.rules_of(given)), given.jobs)
    found = summed(total)
    for line in [json.dumps(found)] if given.json else lines_of(found):
        tell(line)
    return status(total)


# One stream


def tally(recording: Recording, rules: Rules) -> Iterator[Tally]:
    """Count what a stream holds: under a name, or a group and a name."""
    report = check(recording.events, rules)
    partial_message = report.state.partial()
    deltas = sum(_is_delta(located.event) for located in recording.events)
    yield count(report)
    yield Counter({"events": len(recording.events), "deltas": deltas, "characters": _characters(partial_message)})
    yield Counter({("finish_reasons", partial_message.finish_reason or "(none)"): 1})
    yield Counter({("usage", name): number for name, number in _numbers(partial_message.usage, "")})
    yield Counter(_graded(report))
    if recording.source.model is not None:
        yield Counter({("models", recording.source.model): 1})
    if recording.times:
        yield Counter({"timed deltas": deltas, "seconds": max(recording.times) - min(recording.times)})


def _is_delta(event: Any) -> bool:
    return isinstance(event, Mapping) and str(event.get("type")).endswith("-delta")


def _characters(message: Told) -> int:
    texts = (message.tool_plan or "", *(block.text for block in message.content))
    return sum(map(len, (*texts, *(call.raw_arguments for call in message.calls))))


def _numbers(usage: Any, path: str) -> Iterator[tuple[str, float]]:
    for each in fields(type(usage)) if has(type(usage)) else ():
        value = getattr(usage, each.name)
        if type(value) in (int, float) and abs(value) < _MOST:
            yield path + each.name, value
        yield from _numbers(value, f"{path}{each.name}.")


def _graded(report: Report) -> Iterator[tuple[str, str]]:
    for violation in told(report):
        yield report.rules[violation.code].name.lower() + "s", violation.code


# All of them


def summed(total: Tally) -> dict[str, Any]:
    """Give what all streams amount to, as a JSON object."""
    names = ("files", "unread", "skipped", "streams", "well", "not well", "events", "deltas", "characters")
    groups = ("finish_reasons", "usage", "models", "errors", "warnings")
    seconds = total["seconds"]
    return {
        **{name.replace(" ", "_"): total[name] for name in names},
        **{group: _group(total, group) for group in groups},
        "deltas_per_second": round(total["timed deltas"] / seconds, 3) if seconds else None,
    }


def _group(total: Tally, group: str) -> dict[str, float]:
    found = {key[1]: number for key, number in total.items() if isinstance(key, tuple) and key[0] == group}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def lines_of(found: Mapping[str, Any]) -> list[str]:
    """Give the same for people: without what is empty."""
    rows = []
    for name, value in found.items():
        if isinstance(value, Mapping):
            rows += [(name.replace("_", " "), "")] if value else []
            rows += [(f"  {inner}", f"{number:,}") for inner, number in value.items()]
        elif value:
            rows.append((name.replace("_", " "), f"{value:,}"))
    return aligned(rows, right=[1])


STATS: Final = Command("stats", "Print what all streams together amount to.", _HELP, _add, _run)
