"""What is wrong with a recording: at its place in the message, and as a list."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from attrs import evolve

from .. import Violation
from ..rules import Rule
from ._html import NOTHING, Html, element, line, spaced
from ._trace import Step, Trace
from ._view import View


class Flag(NamedTuple):
    """A mark in the text of a part for the breaches there that no earlier one explains.

    Attributes:
        offset: in code points.
    """

    offset: int
    mark: Html


Flags: TypeAlias = Mapping[int | None, list[Flag]]


def flags(view: View) -> Flags:
    """Give the marks by the position of the event that began the part in which they stand, in their order there.

    Those under None stand before all parts.
    """
    steps = view.trace.steps
    growing = [position for position, step in enumerate(steps) if _has_text(view.trace, step)]
    places: dict[tuple[int | None, int], list[int]] = {}
    for number, violation in enumerate(view.violations):
        if violation.is_root:
            places.setdefault(_place(view.trace, growing, violation), []).append(number)
    flags: dict[int | None, list[Flag]] = {}
    for (part, offset), numbers in sorted(places.items(), key=_offset):
        flags.setdefault(part, []).append(Flag(offset, _mark(view, numbers)))
    return flags


def _offset(item: tuple[tuple[int | None, int], list[int]]) -> int:
    return item[0][1]


def _has_text(trace: Trace, step: Step) -> bool:
    return step.part is not None and trace.parts[step.part].kind != "citation"


def _place(trace: Trace, growing: list[int], violation: Violation) -> tuple[int | None, int]:
    """Give where the text stood when the event came that is at fault: its part, and the offset in it."""
    position = violation.position if violation.about is None else violation.about
    place = bisect_right(growing, position) - 1
    if place < 0:
        return None, 0
    step = trace.steps[growing[place]]
    return step.part, step.start if growing[place] == position else step.end


def _mark(view: View, numbers: list[int]) -> Html:
    broken = [view.violations[number] for number in numbers]
    codes = list(dict.fromkeys(violation.code for violation in broken[:_MOST]))
    notes = [view.id("violation", number) for number in numbers[:_MOST]]
    return element(
        "a",
        class_=f"flag {_severity(view, *broken)}",
        href=f"#{notes[0]}",
        data_show=" ".join([*notes, *(view.id("rule", code) for code in codes)]),
        data_at=view.after(broken[0].position),
        data_n=f"{numbers[0] + 1} +{len(numbers) - 1}".removesuffix(" +0"),
        aria_label=f"violations: {', '.join(codes)}",
    )


def _severity(view: View, *broken: Violation) -> str:
    return max(map(view.severity, broken)).name.lower()


_MOST: Final = 8  # breaches that a note tells of one place; the list has all


def violations(view: View) -> Html:
    """Give the list of all breaches, and the rules that they are of."""
    if not view.violations:
        return NOTHING
    rules = {each.code: each.rule for each in view.violations}
    return element(
        "section",
        element("h3", Html("Violations")),
        element("ol", *(_item(view, number, each) for number, each in enumerate(view.violations))),
        element("dl", *(_rule(view, rule) for rule in rules.values()), class_="rules"),
        class_="violations",
    )


def _item(view: View, number: int, violation: Violation) -> Html:
    severity = _severity(view, violation)
    # The place stands before the sentence, so that the sentence need not begin with it.
    _, _, sentence = str(evolve(violation, line=None)).partition(": ")
    return element(
        "li",
        element("p", spaced(_head(view, number, severity)), class_="head"),
        element("p", line(sentence)),
        id=view.id("violation", number),
        class_=severity if violation.is_root else f"{severity} consequence",
        data_at=view.after(violation.position),
    )


def _head(view: View, number: int, severity: str) -> Iterator[Html]:
    violation = view.violations[number]
    yield element("b", line(f"!{number + 1} {severity}"))
    yield element("code", line(violation.code))
    yield event_link(view, violation.position)
    if violation.line is not None:
        yield element("span", line(f"line {violation.line}"))
    if violation.caused_by is not None:
        yield element("span", Html("caused by "), event_link(view, violation.caused_by))


def event_link(view: View, position: int) -> Html:
    """Give a link to the message as it was after the event at *position*."""
    return element("a", line(f"event {position}"), href=f"#r{view.number}", data_to=view.after(position))


def _rule(view: View, rule: Rule) -> Html:
    return element(
        "div",
        element("dt", element("code", line(rule.code))),
        element("dd", element("b", Html("Rule: ")), line(rule.sentence)),
        element("dd", element("b", Html("Repair: ")), line(rule.repair)),
        id=view.id("rule", rule.code),
    )
