# ruff: noqa: INP001 - docs is no package
"""Write the pages of the reference that are drawn from the tables and the catalogue.

``python docs/generate.py`` writes them; with ``--check`` it only names the stale ones, and exits 1 if there are any.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from inspect import getdoc
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeVar

from streamfold import LENIENT, STRICT, Report, State, Violation, _order, check, errors, step
from streamfold import events as on
from streamfold._book import Kind, Phase, Stage
from streamfold._wire import to_wire
from streamfold.rules import RULES, Rule

DOCS: Final = Path(__file__).parent
T = TypeVar("T")

_HEAD: Final = "<!-- Written by docs/generate.py: change that, or what it reads. -->"


def _page(*parts: str) -> str:
    return "\n\n".join((_HEAD, *parts)) + "\n"


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (heads, ["---"] * len(heads), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


# The example of a rule


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


def _report(rule: Rule) -> Report:
    return check(_transported(_numbered(rule.example)), STRICT)


def _breach(rule: Rule) -> Violation:
    return next(violation for violation in _report(rule).violations if violation.code == rule.code)


def _stream(rule: Rule) -> str:
    return _fenced("text", "\n".join(line for item in rule.example for line in _lines(item)))


# rules.md

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
Under each table stands, for each rule, the shortest stream that breaks it and no other, and what is told about it.
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

_RULE_HEADS: Final = ("code", "a legal stream", "judged", "strict", "standard", "lenient", "repair", "source")


def rules_page() -> str:
    """Give the page of all rules."""
    groups = groupby(RULES.values(), lambda rule: rule.group)
    return _page(_RULES, *(_group(name, list(rules)) for name, rules in groups))


def _group(name: str, rules: Sequence[Rule]) -> str:
    table = _table(_RULE_HEADS, map(_rule_row, rules))
    return "\n\n".join((f"## {_TITLES[name]}", table, *map(_rule_section, rules)))


def _rule_row(rule: Rule) -> tuple[str, ...]:
    grades = (grade.name.lower() for grade in rule.grades)
    return f"[`{rule.code}`](#{rule.code})", rule.sentence, rule.moment.value, *grades, rule.repair, rule.source


def _rule_section(rule: Rule) -> str:
    return "\n\n".join((f"### {rule.code}", _stream(rule), _fenced("text", str(_breach(rule)))))


# order.md

_ORDER: Final = """\
# Order

The order of a stream is written down once, as tables in `streamfold/_order.py`.
The fold, the words after "expected" in an error, and this page read them.

## The language

This is what the API was seen to send, in EBNF."""

_MACHINES: Final = """\
## The machines

A message moves through the first diagram, and each part, by its kind and index, through one of the others.
An arrow is what an event does.
An arrow with a code in brackets breaks that rule; the page of [rules](rules.md) says what the fold then does.
Events of type `debug`, and those of a type that is not known, may come anywhere and move nothing."""

_TOGETHER: Final = """\
## The rules that couple the machines

Each row forbids some events while other parts are open, or once they have begun.
No row makes a stream ambiguous, so what breaks one is folded as it came."""

_KINDS: Final[Mapping[str, str]] = {
    "content": "A content block",
    "call": "A tool call",
    "citation": "A citation",
    "plan": "The tool plan",
}
_SYMBOLS: Final[Mapping[str, str]] = {
    "text": "text block",
    "thinking": "thinking block",
    "other": "block of unknown type",
    "call": "tool call",
    "plan": "tool plan",
    "citation": "citation",
}

_EMPTY: Final = on.MessageStart("m", "assistant")
_PART: Final = on.ToolPlanDelta("Look.")
_END: Final = on.MessageEnd("COMPLETE")
_MESSAGE_EVENTS: Final[Mapping[Any, Any]] = {on.MessageStart: _EMPTY, _order.PART: _PART, on.MessageEnd: _END}
_PART_EVENTS: Final = (
    on.ContentStart(0, "text", text=""),
    on.ContentDelta(0, "Hi"),
    on.ContentEnd(0),
    _PART,
    on.ToolCallStart(0, "f_0", "function", "f", ""),
    on.ToolCallDelta(0, "{}"),
    on.ToolCallEnd(0),
    on.CitationStart(0, 0, 2, "Hi"),
    on.CitationEnd(0),
)


def order_page() -> str:
    """Give the page of the order of events."""
    machines = (f"### {title}\n\n{_part_diagram(kind)}" for kind, title in _KINDS.items())  # type: ignore[arg-type]  # its keys are kinds
    return _page(
        _ORDER,
        _fenced("ebnf", _ebnf()),
        _MACHINES,
        f"### The message\n\n{_message_diagram()}",
        *machines,
        _TOGETHER,
        _table(("code", "what must not come", "while this is open", "once this has begun"), map(_joint_row, _joint())),
    )


def _ebnf() -> str:
    _, _, rest = (getdoc(_order) or "").partition("::\n\n")
    grammar, _, _ = rest.partition("\n\n")
    return "\n".join(line.removeprefix("    ") for line in grammar.splitlines())


def _message_diagram() -> str:
    reached = _reached(State(), _MESSAGE_EVENTS.values(), _phase)
    arrows = (
        _arrow(phase, _message_word(key), cell, _phase(step(reached[phase], _MESSAGE_EVENTS[key], LENIENT)))
        for phase, row in _order.MESSAGE.items()
        for key, cell in row.items()
    )
    return _diagram(_order.MESSAGE, arrows)


def _message_word(key: Any) -> str:
    return "event of a part" if key is _order.PART else str(key.wire_type)


def _phase(state: State) -> Phase:
    return state.book.phase


def _part_diagram(kind: Kind) -> str:
    samples = {
        route.act: event for event in _PART_EVENTS for route in [_order.ROUTES[type(event)]] if route.kind == kind
    }

    def stage(state: State) -> Stage:
        return _order.stage_of(state.book, kind, 0)

    reached = _reached(step(State(), _EMPTY), samples.values(), stage)
    arrows = (
        _arrow(before, samples[act].wire_type, cell, stage(step(reached[before], samples[act], LENIENT)))
        for before, row in _order.PARTS[kind].items()
        for act, cell in row.items()
    )
    return _diagram(_order.PARTS[kind], arrows)


def _reached(first: State, samples: Iterable[Any], where: Callable[[State], T]) -> dict[T, State]:
    """Give a state for each place that the sample events lead to."""
    found = {where(first): first}
    events, unseen = list(samples), [first]
    while unseen:
        state = unseen.pop(0)
        for after in (step(state, event, LENIENT) for event in events):
            if where(after) not in found:
                found[where(after)] = after
                unseen.append(after)
    return found


def _arrow(before: Phase | Stage, word: str, cell: _order.Cell, after: Phase | Stage) -> str:
    return f"    {before.name} --> {after.name} : {word}{f' [{cell.code}]' if cell.code else ''}"


def _diagram(places: Iterable[Phase | Stage], arrows: Iterable[str]) -> str:
    known = list(places)
    names = (f'    state "{place.value}" as {place.name}' for place in known)
    return _fenced("mermaid", "\n".join(("stateDiagram-v2", *names, f"    [*] --> {known[0].name}", *arrows)))


def _joint() -> Iterable[_order.Joint]:
    return _order.JOINT


def _joint_row(row: _order.Joint) -> tuple[str, ...]:
    return f"[`{row.code}`](rules.md#{row.code})", _acts(row.acts), _words(row.open), _words(row.seen)


def _acts(acts: Iterable[tuple[str, _order.Act]]) -> str:
    of: dict[str, frozenset[_order.Act]] = {}
    for symbol, act in acts:
        of[symbol] = of.get(symbol, frozenset()) | {act}
    same = {each: [symbol for symbol in of if of[symbol] == each] for each in of.values()}
    told = (f"{_either(act.value for act in _order.Act if act in each)} of {_words(same[each])}" for each in same)
    return "; ".join(sorted(told, key=len, reverse=True))


def _words(symbols: Iterable[str]) -> str:
    known = set(symbols)
    return _either(name for symbol, name in _SYMBOLS.items() if symbol in known)


def _either(words: Iterable[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)} or {last}" if most else last


# errors.md

_ERRORS: Final = """\
# Errors

Every error about a stream is a `StreamError`, which is a `ValueError`.
It says at which position the stream is at fault, what came there, and what was expected.
Positions count from 0, and lines of a recording from 1.

It has `.violation`, which raised it, and `.violations`, which are all so far.
Its `.state` and `.partial` hold what arrived.
It pickles, and what it quotes is bounded.

## The tree

All of them are in `streamfold.errors`.
Three are in `streamfold` too: `StreamError`, `GenerationFailed` and `StreamInterrupted`."""

_RAISED: Final = """\
## What raises which

The code of the rule decides the class of the error."""

_TEXTS: Final = """\
## Twenty texts

Each is what the example of [its rule](rules.md) raises under `STRICT`.
Below it stands what the fold did so that it could go on."""

_COMMON: Final = (
    "no-message-end",
    "interrupted",
    "event-cut",
    "generation-failed",
    "api-error",
    "foreign-api",
    "event-unreadable",
    "type-missing",
    "field-missing",
    "field-wrong-type",
    "no-message-start",
    "message-start-repeated",
    "after-message-end",
    "delta-outside-part",
    "end-outside-part",
    "part-left-open",
    "arguments-cut",
    "arguments-malformed",
    "citation-text-differs",
    "limit-exceeded",
)


def errors_page() -> str:
    """Give the page of errors."""
    return _page(
        _ERRORS,
        _tree(),
        _RAISED,
        "\n".join(_raised()),
        _TEXTS,
        *(_text(RULES[code]) for code in _COMMON),
    )


def _tree() -> str:
    _, _, tree = (getdoc(errors) or "").partition("\n\n")
    return tree.replace("``", "`")


def _error(rule: Rule) -> errors.StreamError:
    return errors.error_of(_breach(rule), _report(rule).state)


def _raised() -> Iterator[str]:
    codes: dict[str, list[str]] = {}
    for rule in RULES.values():
        codes.setdefault(type(_error(rule)).__name__, []).append(f"`{rule.code}`")
    return (f"- `{name}`: {', '.join(raising)}" for name, raising in codes.items())


def _text(rule: Rule) -> str:
    error = _error(rule)
    repair = f"{rule.repair[0].upper()}{rule.repair[1:]}."
    return "\n\n".join((f"### {rule.code}", f"`{type(error).__name__}`", _fenced("text", str(error)), repair))


# The command

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "reference/rules.md": rules_page,
    "reference/order.md": order_page,
    "reference/errors.md": errors_page,
}


def stale(docs: Path) -> list[str]:
    """Give the names of the pages under *docs* that are not what they should be."""
    return [name for name, page in PAGES.items() if not _is_written(docs / name, page())]


def _is_written(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def main(arguments: Sequence[str], docs: Path = DOCS) -> int:
    """Write the stale pages under *docs*, or with ``--check`` name them; give the exit status."""
    names = stale(docs)
    if "--check" not in arguments:
        for name in names:
            (docs / name).write_text(PAGES[name](), encoding="utf-8")
        return 0
    for name in names:
        sys.stderr.write(f"{docs / name} is stale; run python docs/generate.py\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
