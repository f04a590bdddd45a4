"""The page of errors."""

from collections.abc import Iterator
from inspect import getdoc
from typing import Final

from streamfold import errors
from streamfold.rules import RULES, Rule

from ._examples import breach, report
from ._markdown import fenced, page, rule_link

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
    return page(
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
    return errors.error_of(breach(rule), report(rule).state)


def _raised() -> Iterator[str]:
    codes: dict[str, list[str]] = {}
    for rule in RULES.values():
        codes.setdefault(type(_error(rule)).__name__, []).append(rule_link(rule.code))
    return (f"- `{name}`: {', '.join(raising)}" for name, raising in codes.items())


def _text(rule: Rule) -> str:
    error = _error(rule)
    repair = f"{rule.repair[0].upper()}{rule.repair[1:]}."
    return "\n\n".join((f"### {rule.code}", f"`{type(error).__name__}`", fenced("text", str(error)), repair))
