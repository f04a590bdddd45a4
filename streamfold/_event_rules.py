"""What an event may hold, looked at alone: the rules of each event class."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from . import events as on
from ._quote import quote
from ._usage import malformed
from ._wire import Finding

FAILED: Final = ("ERROR", "TIMEOUT")
REASONS: Final = ("COMPLETE", "MAX_TOKENS", "STOP_SEQUENCE", "TOOL_CALL", *FAILED)
PLACEHOLDERS: Final = ("content", "tool_plan", "tool_calls", "citations")


@frozen(eq=False, repr=False)
class Check:
    """A rule about what one event holds.

    Attributes:
        holds: whether an event keeps to it.
        detail: says of one that does not what is wrong.
    """

    code: str
    holds: Callable[[Any], object]
    detail: Callable[[Any], str]
    expected: str = ""

    def breach(self, event: Any) -> Finding:
        """Say what is wrong with an event that does not keep to it."""
        return Finding(self.code, self.detail(event), expected=self.expected)


def breaches(event: Any) -> list[Finding]:
    """Give every breach of a rule that *event* alone shows."""
    found = []
    for holds, check in _HOLDS.get(type(event), ()):
        if not holds(event):
            found.append(check.breach(event))
    return found


def filled(event: on.MessageStart) -> dict[str, Any]:
    """Give the placeholders of *event* that are not empty."""
    return {} if _is_as_ever(event) else _filled(event)


def _filled(event: on.MessageStart) -> dict[str, Any]:
    held = {name: getattr(event, name) for name in PLACEHOLDERS}
    return {name: value for name, value in held.items() if value is not None and value not in _EMPTY}


_EMPTY: Final[tuple[Any, ...]] = ("", [], {})  # 0 and False are none of them


def _is_as_ever(event: on.MessageStart) -> bool:
    """Whether all placeholders are there, and empty: as in every recording."""
    return (event.content, event.tool_plan, event.tool_calls, event.citations) == _AS_EVER


_AS_EVER: Final[tuple[Any, ...]] = ([], "", [], [])


def _missing(event: on.MessageStart) -> list[str]:
    return [] if _is_as_ever(event) else [name for name in PLACEHOLDERS if getattr(event, name) is None]


def _bare(word: str | None) -> str:
    return quote(word)[1:-1] if word else ""


def _nothing(_: Any) -> str:
    return ""


def _its(name: str) -> Callable[[Any], str]:
    return lambda event: f"it is {quote(getattr(event, name))}"


CHECKS: Final[Mapping[type[Any], tuple[Check, ...]]] = {
    on.MessageStart: (
        Check("message-id-missing", lambda it: it.id, _nothing, "an id"),
        Check("role-unexpected", lambda it: it.role == "assistant", _its("role"), "'assistant'"),
        Check("placeholder-missing", lambda it: not _missing(it), lambda it: ", ".join(_missing(it))),
        Check("placeholder-filled", lambda it: not filled(it), lambda it: quote(filled(it))),
    ),
    on.ContentStart: (
        Check("start-filled", lambda it: not (it.text or it.thinking), lambda it: quote(it.text or it.thinking)),
        Check(
            "content-type-unknown",
            lambda it: it.type in ("text", "thinking"),
            _its("type"),
            "'text' or 'thinking'",
        ),
    ),
    on.ToolCallStart: (
        Check("start-filled", lambda it: not it.arguments, _its("arguments")),
        Check("call-id-missing", lambda it: it.id, _nothing, "an id"),
        Check("call-name-missing", lambda it: it.name, _nothing, "a name"),
        Check("call-type-unexpected", lambda it: it.type == "function", _its("type"), "'function'"),
    ),
    on.CitationStart: (
        Check(
            "citation-source-count",
            lambda it: len(it.sources or ()) == 1,
            lambda it: f"it has {len(it.sources or ())}",
        ),
        Check("citation-of-thinking", lambda it: it.type != "THINKING_CONTENT", _nothing),
    ),
    on.MessageEnd: (
        Check(
            "generation-failed",
            lambda it: it.finish_reason not in FAILED,
            lambda it: ", ".join(
                filter(None, (it.finish_reason, _bare(it.error_type), it.error and quote(it.error, 400)))
            ),
        ),
        Check("finish-reason-missing", lambda it: it.finish_reason is not None, _nothing, "a finish_reason"),
        Check(
            "finish-reason-unknown",
            lambda it: it.finish_reason is None or it.finish_reason in REASONS,
            _its("finish_reason"),
            ", ".join(REASONS),
        ),
        Check(
            "error-disagrees",
            lambda it: (it.error is not None) == (it.finish_reason in FAILED),
            lambda it: f"finish_reason {quote(it.finish_reason)}, error {quote(it.error)}",
        ),
        Check("usage-missing", lambda it: it.usage is not None, _nothing),
        Check(
            "usage-malformed",
            lambda it: not malformed(it.usage),
            lambda it: ", ".join(f"{name} {quote(value)}" for name, value in malformed(it.usage).items()),
        ),
    ),
}
_HOLDS: Final = {kind: [(check.holds, check) for check in checks] for kind, checks in CHECKS.items()}
