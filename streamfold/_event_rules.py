"""What an event may hold, looked at alone: the rules of each event class."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from . import events as on
from ._quote import quote
from ._usage import malformed
from ._wire import Finding

FAILED: Final = ("ERROR", "TIMEOUT")
REASONS: Final = ("COMPLETE", "MAX_TOKENS", "STOP_SEQUENCE", "TOOL_CALL", *FAILED)
PLACEHOLDERS: Final = ("content", "tool_plan", "tool_calls", "citations")

Check: TypeAlias = Callable[[Any], Finding | None]


def breaches(event: Any) -> list[Finding]:
    """Give every breach of a rule that *event* alone shows."""
    return [breach for check in CHECKS.get(type(event), ()) if (breach := check(event))]


def _check(code: str, holds: Callable[[Any], object], detail: Callable[[Any], str], expected: str = "") -> Check:
    def check(event: Any) -> Finding | None:
        return None if holds(event) else Finding(code, detail(event), expected=expected)

    return check


def filled(event: on.MessageStart) -> dict[str, Any]:
    """Give the placeholders of *event* that are not empty."""
    held = {name: getattr(event, name) for name in PLACEHOLDERS}
    return {name: value for name, value in held.items() if value is not None and value not in _EMPTY}


_EMPTY: Final[tuple[Any, ...]] = ("", [], {})  # 0 and False are none of them


def _missing(event: on.MessageStart) -> list[str]:
    return [name for name in PLACEHOLDERS if getattr(event, name) is None]


def _bare(word: str | None) -> str:
    return quote(word)[1:-1] if word else ""


def _nothing(_: Any) -> str:
    return ""


def _its(name: str) -> Callable[[Any], str]:
    return lambda event: f"it is {quote(getattr(event, name))}"


CHECKS: Final[Mapping[type[Any], tuple[Check, ...]]] = {
    on.MessageStart: (
        _check("message-id-missing", lambda it: it.id, _nothing, "an id"),
        _check("role-unexpected", lambda it: it.role == "assistant", _its("role"), "'assistant'"),
        _check("placeholder-missing", lambda it: not _missing(it), lambda it: ", ".join(_missing(it))),
        _check("placeholder-filled", lambda it: not filled(it), lambda it: quote(filled(it))),
    ),
    on.ContentStart: (
        _check("start-filled", lambda it: not (it.text or it.thinking), lambda it: quote(it.text or it.thinking)),
        _check(
            "content-type-unknown",
            lambda it: it.type in ("text", "thinking"),
            _its("type"),
            "'text' or 'thinking'",
        ),
    ),
    on.ToolCallStart: (
        _check("start-filled", lambda it: not it.arguments, _its("arguments")),
        _check("call-id-missing", lambda it: it.id, _nothing, "an id"),
        _check("call-name-missing", lambda it: it.name, _nothing, "a name"),
        _check("call-type-unexpected", lambda it: it.type == "function", _its("type"), "'function'"),
    ),
    on.CitationStart: (
        _check(
            "citation-source-count",
            lambda it: len(it.sources or ()) == 1,
            lambda it: f"it has {len(it.sources or ())}",
        ),
        _check("citation-of-thinking", lambda it: it.type != "THINKING_CONTENT", _nothing),
    ),
    on.MessageEnd: (
        _check(
            "generation-failed",
            lambda it: it.finish_reason not in FAILED,
            lambda it: ", ".join(
                filter(None, (it.finish_reason, _bare(it.error_type), it.error and quote(it.error, 400)))
            ),
        ),
        _check("finish-reason-missing", lambda it: it.finish_reason is not None, _nothing, "a finish_reason"),
        _check(
            "finish-reason-unknown",
            lambda it: it.finish_reason is None or it.finish_reason in REASONS,
            _its("finish_reason"),
            ", ".join(REASONS),
        ),
        _check(
            "error-disagrees",
            lambda it: (it.error is not None) == (it.finish_reason in FAILED),
            lambda it: f"finish_reason {quote(it.finish_reason)}, error {quote(it.error)}",
        ),
        _check("usage-missing", lambda it: it.usage is not None, _nothing),
        _check(
            "usage-malformed",
            lambda it: not malformed(it.usage),
            lambda it: ", ".join(f"{name} {quote(value)}" for name, value in malformed(it.usage).items()),
        ),
    ),
}
