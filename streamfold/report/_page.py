"""The frame of the page: what stands around the recordings, and what may run there."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from .._visible import visible
from .._words import counted
from ..recordings import Recording
from ..rules import STANDARD, Rules
from ._html import Html, join
from ._recording import show


def report(recordings: Iterable[Recording], rules: Rules = STANDARD, title: str = "Recorded streams") -> Iterator[str]:
    """Yield a page of HTML that shows *recordings*, one after the other, under the name *title*.

    The pieces together are the page, to be written as UTF-8. It holds all that it needs and asks no network for
    anything; equal arguments give equal pages. *rules* say what is an error, and what they ignore is not told.
    Whatever a recording holds stays text there: it can make no element, no link and nothing that runs.

    Examples:
        >>> from streamfold.recordings import load
        >>> page = "".join(report(load(b'data: {"type": "<script>"}', "cut.sse")))
        >>> page.startswith("<!doctype html>"), "&lt;script&gt;" in page
        (True, True)
    """
    frame, style, script = (files("streamfold.report").joinpath(name).read_text("utf-8") for name in _FILES)
    head, _, foot = frame.partition("$recordings")
    yield Template(head).substitute(
        title=escape(visible(title)),
        rules=escape(visible(rules.name)),
        policy=_policy(style, script),
        style=style,
        script=script,
    )
    entries: list[Html] = []
    states: Counter[str] = Counter()
    for number, recording in enumerate(recordings):
        shown = show(number, recording, rules)
        entries.append(shown.entry)
        states[shown.state] += 1
        yield f"{shown.article}\n"
    kind = "single" if len(entries) == 1 else "several"
    yield Template(foot).substitute(kind=kind, summary=_summary(states), entries=join(entries))


def _summary(states: Counter[str]) -> str:
    skipped = states["skipped"]
    told = [
        counted(states.total() - skipped, "recording"),
        f"{states['broken'] + states['warned']} with violations",
        *([f"{skipped} passed over"] if skipped else []),
    ]
    return ", ".join(told)


_FILES = ("page.html", "page.css", "page.js")


def _policy(style: str, script: str) -> str:
    """Give what a browser lets the page do: run its own script, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _digest(source: str) -> str:
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"
