"""A law, and trying whether a fold keeps it."""

import json
from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import Any, Final, TypeAlias
from unittest import SkipTest

from attrs import evolve, field, fields, frozen
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.errors import Flaky, Unsatisfiable

from .._quote import quote
from ._accumulator import Accumulator, Outcome
from ._facts import Facts, differences

Strategy: TypeAlias = st.SearchStrategy[Any]

_MOST: Final = 160  # characters of a fact that is told


@frozen
class Breach:
    """A stream with which a fold breaks a law.

    Attributes:
        events: of the stream.
        expected, came: what should have come of it, and what did.
    """

    events: tuple[Any, ...] = field(converter=tuple)
    expected: str
    came: str

    def __str__(self) -> str:
        return f"expected {self.expected}; came {self.came}"

    @property
    def lines(self) -> str:
        """The events as lines of JSON, in ASCII."""
        return "\n".join(json.dumps(event, default=repr) for event in self.events)


def told_apart(events: Iterable[Any], expected: Outcome, came: Outcome) -> Breach:
    """Tell of two outcomes that differ; of facts, only of those that do."""
    mine, its = expected.known, came.known
    if isinstance(mine, Facts) and isinstance(its, Facts):
        names = dict.fromkeys((*differences(mine, its), *differences(its, mine)))
        if named(mine, names) == named(its, names):  # they differ where they are too long to be told
            mine, its = _without_beginning(mine, its, names)
        return Breach(events, named(mine, names), named(its, names))
    return Breach(events, said(expected), said(came))


def _without_beginning(one: Facts, other: Facts, names: Iterable[str]) -> tuple[Facts, Facts]:
    """Leave out of two facts of each name what they begin with alike."""
    for name in names:
        mine, its = getattr(one, name), getattr(other, name)
        if isinstance(mine, str | tuple) and isinstance(its, str | tuple):
            alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(mine, its, strict=False)))
            rests: tuple[dict[str, Any], ...] = ({name: mine[alike:]}, {name: its[alike:]})
            one, other = evolve(one, **rests[0]), evolve(other, **rests[1])
    return one, other


def named(facts: Facts, names: Iterable[str]) -> str:
    """Give some facts in words."""
    return ", ".join(f"{name} {quote(getattr(facts, name), _MOST)}" for name in names)


def said(outcome: Outcome) -> str:
    """Give an outcome in words."""
    if outcome.error is not None:
        return f"{type(outcome.error).__name__}: {quote(str(outcome.error), _MOST)[1:-1]}".rstrip(": ")
    if isinstance(outcome.known, Facts):
        kept = [each.name for each in fields(Facts) if getattr(outcome.known, each.name) is not None]
        return named(outcome.known, kept)
    return quote(outcome.known, _MOST)


def _nothing(_: Accumulator) -> str:
    return ""


def _as_they_are(streams: Strategy) -> Strategy:
    return streams


@frozen
class Law:
    """What any fold of such streams should keep to.

    Attributes:
        sentence: what it says.
        streams: gives the strategy of the streams that it is tried with.
        judge: gives the breach that an example shows, or None.
        lacks: gives what a fold lacks for the law to apply to it, or nothing.
        examples: makes of a strategy of streams that of what is judged.
    """

    name: str
    sentence: str
    streams: Callable[[], Strategy] = field(repr=False)
    judge: Callable[[Accumulator, Any], Breach | None] = field(repr=False)
    lacks: Callable[[Accumulator], str] = field(default=_nothing, repr=False)
    examples: Callable[[Strategy], Strategy] = field(default=_as_they_are, repr=False)

    def test(self, accumulator: Accumulator) -> Callable[[], None]:
        """Give a test of the law, for pytest or to be called; ``hypothesis.settings`` may decorate it.

        It is skipped if the law does not apply, and raises ``AssertionError`` with the breach if it does not hold.

        Examples:
            >>> from streamfold.testing.laws import LAWS, STREAMFOLD
            >>> test_purity = LAWS["purity"].test(STREAMFOLD)
            >>> test_purity()
        """

        @given(self.examples(self.streams()))
        def test(drawn: Any) -> None:
            if lack := self.lacks(accumulator):
                raise SkipTest(lack)
            found = self.judge(accumulator, drawn)
            assert found is None, f"{self.sentence}: {found}\n{found.lines}"  # noqa: S101 - it is a test

        return test


@frozen
class Verdict:
    """What came of trying a law.

    Attributes:
        law: its name.
        sentence: what it says.
        holds: whether no example broke it; None where it does not apply, or was never tried.
        reason: why it does not apply.
        breach: the smallest example that broke it.
    """

    law: str
    sentence: str
    holds: bool | None
    reason: str = ""
    breach: Breach | None = None

    def __str__(self) -> str:
        word = {True: "holds", False: "broken", None: "-"}[self.holds]
        return f"{self.law:<30}{word:<8}{self.breach or self.reason}".rstrip()

    @property
    def shown(self) -> str:
        """All of it, with the events of the breach as lines of JSON."""
        events = f"\n{self.breach.lines}" if self.breach else ""
        return f"{self}\n{self.sentence}{events}"


_QUIET: Final = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    print_blob=False,
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)


def tried(law: Law, accumulator: Accumulator, examples: int, seed: int, streams: Strategy | None = None) -> Verdict:
    """Try a law with so many examples, made of its own streams or of others."""
    if lack := law.lacks(accumulator):
        return Verdict(law.name, law.sentence, holds=None, reason=lack)
    found: list[Breach] = []

    @seeded(seed)
    @settings(_QUIET, max_examples=examples)
    @given(law.examples(law.streams() if streams is None else streams))
    def trial(drawn: Any) -> None:
        breach = law.judge(accumulator, drawn)
        if breach is not None:
            found.append(breach)
            raise _BrokenError

    try:
        trial()
    except _BrokenError:
        return Verdict(law.name, law.sentence, holds=False, breach=found[-1])  # the last one tried is the smallest
    except Flaky:
        return Verdict(law.name, law.sentence, holds=False, breach=min(found, key=lambda each: len(each.events)))
    except Unsatisfiable:
        return Verdict(law.name, law.sentence, holds=None, reason="no example could be converted")
    return Verdict(law.name, law.sentence, holds=True)


class _BrokenError(Exception):
    """An example breaks the law."""
