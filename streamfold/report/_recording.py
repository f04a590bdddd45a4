"""One recording of the page, and its place in the list of them."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from .. import Partial
from .._words import counted
from ..recordings import Origin, Recording, Skipped
from ..rules import Rules
from ._html import Html, element, line, spaced
from ._notes import citations, kept, outcome, sources
from ._parts import parts
from ._timeline import positions, timeline
from ._view import View, look
from ._violations import flags, violations


class Shown(NamedTuple):
    """What the page shows of one recording.

    Attributes:
        entry: its place in the list.
        state: ``"well"``, ``"warned"`` where it broke rules and folds all the same, ``"broken"`` or ``"skipped"``.
    """

    article: Html
    entry: Html
    state: str


def show(number: int, recording: Recording, rules: Rules) -> Shown:
    """Give what the page shows of the recording of a *number*."""
    if isinstance(recording, Skipped):
        why = element("p", line(f"Passed over: {recording.why}"), class_="verdict")
        return _shown(number, recording.source, "skipped", "passed over", why)
    view = look(number, recording, rules)
    state = "broken" if not view.report.ok else "warned" if view.violations else "well"
    marks = flags(view)
    return _shown(
        number,
        recording.source,
        state,
        _short(view),
        element("p", *_verdict(view), *(flag.mark for flag in marks.get(None, [])), class_="verdict"),
        element("p", spaced(element("span", line(fact)) for fact in _facts(view)), class_="facts"),
        timeline(view),
        element("div", *parts(view, marks), outcome(view), class_="told"),
        violations(view),
        citations(view),
        sources(view),
        kept(view),
        positions(view),
    )


def _shown(number: int, origin: Origin, state: str, short: str, *inner: Html) -> Shown:
    name, place = origin.title or "recording", f"r{number}"
    link = element("a", line(name), href=f"#{place}")
    article = element("article", element("h2", link), *inner, id=place, class_=state, aria_label=name, tabindex=-1)
    return Shown(article, element("li", spaced((link, element("small", line(short)))), class_=state), state)


def _short(view: View) -> str:
    found = Counter(view.severity(each) for each in view.violations)
    counts = [counted(found[each], each.name.lower()) for each in sorted(found, reverse=True)]
    return ", ".join([*counts, *filter(None, [view.told.finish_reason])]) or "partial"


def _verdict(view: View) -> Iterator[Html]:
    told = view.told
    if not isinstance(told, Partial):
        yield element("b", Html("A whole message."))
        return
    yield element("b", Html("A partial message: "))
    yield line(told.why)
    if told.open:
        yield line("; still open: " + ", ".join(f"{kind} {index}" for kind, index in told.open))


def _facts(view: View) -> Iterator[str]:
    told, origin = view.told, view.origin
    named = {
        "message": told.id,
        "role": told.role,
        "model": origin.model,
        "stream": origin.stream_id,
        "HTTP status": origin.status,
    }
    yield from (f"{name} {fact}" for name, fact in named.items() if fact is not None)
    yield counted(len(view.trace.steps), "event")
    yield f"{origin.form} from line {origin.line}"
