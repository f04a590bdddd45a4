"""The example of a rule: as lines of a recording, and what is told about it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from streamfold import STRICT, Report, Violation, check
from streamfold import events as on
from streamfold._to_wire import to_wire
from streamfold.rules import Rule

from ._markdown import fenced


def _lines(item: Any) -> list[str]:
    """Give what *item* of an example looks like in a recording."""
    if isinstance(item, on.Located):
        return [f"event: {item.name}", f"data: {_lines(item.event)[0]}"]
    if isinstance(item, on.Unreadable):
        return [item.text]
    if isinstance(item, Exception):
        return [f"({type(item).__name__}: {item})"]
    wire = to_wire(item) if isinstance(item, on.EVENTS) else item
    return [json.dumps(wire, ensure_ascii=False, separators=(",", ":"))]


def _numbered(example: Iterable[Any]) -> Iterator[Any]:
    """Give the events of an example, with the line at which each stands here where a line is told at all."""
    line = 1
    for item in example:
        yield item._replace(line=line) if isinstance(item, on.Located) else item
        line += len(_lines(item))


def _transported(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, Exception):
            raise item
        yield item


def report(rule: Rule) -> Report:
    return check(_transported(_numbered(rule.example)), STRICT)


def breach(rule: Rule) -> Violation:
    return next(violation for violation in report(rule).violations if violation.code == rule.code)


def stream(rule: Rule) -> str:
    return fenced("text", "\n".join(line for item in rule.example for line in _lines(item)))
