"""What a legal stream keeps to: the catalogue of rules, and which breaches raise.

A rule's grades say what its breach is under the three presets; they never say how the fold goes on.
"""

from collections.abc import Mapping
from typing import Final, Self

from attrs import evolve, field, frozen

from ._catalogue import FATAL, RULES, Moment, Rule, Severity
from ._frozen import FrozenDict

__all__ = ["CLOSED", "LENIENT", "RULES", "STANDARD", "STRICT", "Moment", "Rule", "Rules", "Severity"]


def _frozen_copy(severities: Mapping[str, Severity]) -> FrozenDict:
    return FrozenDict(severities)


@frozen
class Rules:
    """Which breaches are errors, warnings, or nothing: a map from code to severity.

    Rules only say what raises. What is judged and how it is repaired is the same under all of them.

    Examples:
        >>> from streamfold.rules import STANDARD, Severity
        >>> STANDARD["parts-interleaved"].name
        'WARNING'
        >>> STANDARD.with_({"parts-interleaved": "error"})["parts-interleaved"].name
        'ERROR'
        >>> STANDARD.with_({"parts-entangled": "error"})
        Traceback (most recent call last):
            ...
        ValueError: no rule has the code 'parts-entangled'
    """

    name: str
    severities: Mapping[str, Severity] = field(repr=False, converter=_frozen_copy)

    def __getitem__(self, code: str) -> Severity:
        return self.severities[code]

    def with_(self, changes: Mapping[str, Severity | str], *, name: str = "") -> Self:
        """Give these rules with some severities changed.

        Severities are ``Severity`` values or their names in any case. What is an error even under LENIENT
        stays one: there is no message to return.

        Raises:
            ValueError: a code or a severity is not known, or the grade is fixed.
        """
        changed = {code: _changed(code, severity) for code, severity in changes.items()}
        after = f"{self.name} with changes" if changed else self.name
        return evolve(self, name=name or after, severities={**self.severities, **changed})


def _changed(code: str, severity: Severity | str) -> Severity:
    if code not in RULES:
        raise ValueError(f"no rule has the code {code!r}")
    if RULES[code].grades == FATAL:
        raise ValueError(f"{code} is an error under all rules")
    if isinstance(severity, Severity):
        return severity
    name = str(severity).upper()
    if name not in Severity.__members__:
        raise ValueError(f"{severity!r} is no severity; expected error, warning or ignore")
    return Severity[name]


STRICT: Final = Rules("strict", {code: rule.strict for code, rule in RULES.items()})
STANDARD: Final = Rules("standard", {code: rule.standard for code, rule in RULES.items()})
LENIENT: Final = Rules("lenient", {code: rule.lenient for code, rule in RULES.items()})

# The API adds event types, fields and values without notice: only a test of conformance forbids them.
CLOSED: Final = STRICT.with_(
    {code: Severity.ERROR for code, severity in STRICT.severities.items() if severity is Severity.WARNING},
    name="closed",
)

# Nothing raises under these: for who looks at the violations of each state.
SILENT: Final = Rules("silent", dict.fromkeys(RULES, Severity.IGNORE))
