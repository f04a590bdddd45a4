"""The page of all rules."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from streamfold.rules import RULES, Rule

from ._examples import breach, stream
from ._markdown import fenced, page, table

_RULES: Final = """\
# Rules

A rule is one thing that a legal stream keeps to.
Its code is stable, and it is what programs compare.
A breach of a rule is a violation, and each violation has a repair, so that the fold can go on.

The three grades say what a breach amounts to under `STRICT`, `STANDARD` and `LENIENT`.
Only an error raises.
What is judged, and how it is repaired, is the same under all presets.
`CLOSED` is `STRICT` with an error in place of every warning.

A source that counts recordings speaks of those that are described in [the design](../explanation/design.md).
Under each table stands, for each rule, when it is judged and what its repair is.
Then come the shortest stream that breaks it and no other, and what is told about that.
There, an event is a line of JSON as it came off the wire."""

_TITLES: Final = {
    "shape": "The shape of an event",
    "message": "The message",
    "part": "One part",
    "joint": "Parts together",
    "content": "Content blocks",
    "citation": "Citations",
    "call": "Tool calls",
    "outcome": "The outcome",
    "input": "The end of the input",
}

_RULE_HEADS: Final = ("code", "a legal stream", "strict", "standard", "lenient")


def rules_page() -> str:
    """Give the page of all rules."""
    groups = groupby(RULES.values(), lambda rule: rule.group)
    return page(_RULES, *(_group(name, list(rules)) for name, rules in groups))


def _group(name: str, rules: Sequence[Rule]) -> str:
    all_rules = table(_RULE_HEADS, map(_rule_row, rules))
    return "\n\n".join((f"## {_TITLES[name]}", all_rules, *map(_rule_section, rules)))


def _rule_row(rule: Rule) -> tuple[str, ...]:
    return f"[`{rule.code}`](#{rule.code})", rule.sentence, *(grade.name.lower() for grade in rule.grades)


def _rule_section(rule: Rule) -> str:
    facts = f"Judged: {rule.moment.value}.\nRepair: {rule.repair}.\nSource: {rule.source}."
    return "\n\n".join((f"### {rule.code}", facts, stream(rule), fenced("text", str(breach(rule)))))
