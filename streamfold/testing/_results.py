"""What laws ask of the result of a fold: the breach that an example shows, or None."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from attrs import fields

from .._event_rules import FAILED
from .._quote import quote
from ._accumulator import Accumulator, attempt, converted, outcome
from ._bounds import whole
from ._facts import Facts, differences, strictly_parsed, told
from ._trial import Breach, named, said

Events: TypeAlias = list[Any]

ALL: Final = frozenset(each.name for each in fields(Facts))


def totality(accumulator: Accumulator, events: Events) -> Breach | None:
    """Fold whatever may come."""
    came = outcome(accumulator, events)
    if came.error is None or isinstance(came.error, accumulator.errors):
        return None
    return Breach(events, _allowed(accumulator), said(came))


def _allowed(accumulator: Accumulator) -> str:
    names = " or ".join(error.__name__ for error in accumulator.errors)
    return f"a result or {names}" if names else "a result"


def acceptance(accumulator: Accumulator, events: Events) -> Breach | None:
    """Look whether there is a result at all."""
    came = outcome(accumulator, events)
    return None if came.error is None else Breach(events, "a result", said(came))


def facts(names: frozenset[str], accumulator: Accumulator, events: Events) -> Breach | None:
    """Compare some facts with what the events of a legal stream say."""
    return agrees(accumulator, events, told(events), names)


def agrees(accumulator: Accumulator, events: Events, expected: Facts, names: frozenset[str] = ALL) -> Breach | None:
    """Look whether what a result claims of some facts is what is expected."""
    came = outcome(accumulator, events)
    if not isinstance(came.known, Facts):
        return None
    wrong = [name for name in differences(expected, came.known) if name in names]
    return Breach(events, named(expected, wrong), named(came.known, wrong)) if wrong else None


def halves(accumulator: Accumulator, events: Events) -> Breach | None:
    """Look for halves of characters in what is known of a stream that has only whole ones."""
    came = outcome(accumulator, events).known
    texts = {name: getattr(came, name, None) for name in ("text", "thinking", "tool_plan")}
    wrong = [name for name, text in texts.items() if text is not None and text != whole(text)]
    return Breach(events, named(told(events), wrong), named(came, wrong)) if wrong else None


def prefix(accumulator: Accumulator, events: Events) -> Breach | None:
    """Fold a stream that ends before its message-end."""
    came = outcome(accumulator, events)
    if not (isinstance(came.known, Facts) and came.known.is_finished):
        return None
    return Breach(events, "an error, or a result that says it is not finished", said(came))


def failure(accumulator: Accumulator, events: Events) -> Breach | None:
    """Fold a stream whose message-end says that the generation failed."""
    came = outcome(accumulator, events)
    if isinstance(came.error, accumulator.errors) or (isinstance(came.known, Facts) and _says_so(came.known)):
        return None
    return Breach(events, f"{_allowed(accumulator)} that says it failed", said(came))


def _says_so(known: Facts) -> bool:
    return known.finish_reason in FAILED or not known.is_finished


def cut_calls(accumulator: Accumulator, events: Events) -> Breach | None:
    """Look for calls that can be made among those of which not all has arrived."""
    came = outcome(accumulator, events)
    if not isinstance(came.known, Facts):
        return None
    cut = [(name, raw) for name, raw, is_whole in _arrived(events) if not is_whole]
    made = [
        call
        for call in came.known.calls or ()
        for name, raw in cut
        if call[0] in (None, name) and _can_be_made(call[2], raw)
    ]
    return (
        Breach(events, f"no call of which only {quote(cut[0][1])} came", named(came.known, ["calls"])) if made else None
    )


def _arrived(events: Events) -> Iterator[tuple[str, str, bool]]:
    """Yield the id and the arguments of each call, and whether they are whole."""
    ended = [event["index"] for event in events if event["type"] == "tool-call-end"]
    for index, (name, _, raw) in enumerate(told(events).calls or ()):
        yield name, raw, index in ended and strictly_parsed(raw) is not None


def _can_be_made(arguments: Any, raw: str) -> bool:
    """Whether arguments are an object, though nothing but *raw* came; the very characters that came are not."""
    return isinstance(arguments, Mapping) or (arguments != raw and strictly_parsed(arguments) is not None)


def first_error(accumulator: Accumulator, events: Events) -> Breach | None:
    """Compare what the fold raises with the first error of the check."""
    items = converted(accumulator, events)
    check: Any = accumulator.check
    came = attempt(accumulator, lambda: accumulator.whole(iter(items)))
    errors = [str(error) for error in check(iter(items))]
    expected = errors[0] if errors else ""
    raised = "" if came.error is None else str(came.error)
    return None if raised == expected else Breach(events, expected or "a result", raised or "a result")
