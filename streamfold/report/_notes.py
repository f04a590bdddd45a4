"""What stands beside a message: its outcome, citations and their sources, and what has no other place."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final

from .. import Citation
from ._html import NOTHING, Html, element, line, spaced, text
from ._view import View
from ._violations import event_link


def outcome(view: View) -> Html:
    """Give how the message ended, in the API's own words, and what it cost."""
    told = view.told
    said = {"finish reason": told.finish_reason, "error": told.error, "error type": told.error_type}
    rows = [(name, value) for name, value in said.items() if value is not None]
    at = None if view.trace.ended is None else view.after(view.trace.ended)
    return _section("Outcome", _rows([*rows, *_flat(view.wire.get("usage", {}))]), at)


def citations(view: View) -> Html:
    """Give each citation, with links to what it cites and to its sources."""
    cited: dict[tuple[str, int], int] = {(part.kind, part.index): since for since, part in view.trace.parts.items()}
    items = (_citation(view, citation, cited) for citation in view.citations)
    return _section("Citations", _list(items), min(view.arrived, default=None))


def _citation(view: View, citation: Citation, cited: Mapping[tuple[str, int], int]) -> Html:
    number = citation.index
    quoted = [element("b", line(number + 1)), element("q", line(citation.text))]
    links = (_source_link(view, source) for source in view.cited[number])
    inner = spaced([*quoted, *_facts(view, citation, cited), *links])
    return element("li", inner, id=view.id("citation", number), class_="cited", data_at=view.arrived[number])


def _facts(view: View, citation: Citation, cited: Mapping[tuple[str, int], int]) -> Iterator[Html]:
    span = f"characters {citation.start} to {citation.end}"
    if citation.target is None:
        yield element("b", line(f"{span}, which are not there"))
    else:
        kind, name = _TARGETS[citation.target.kind]
        since = cited[kind, citation.target.index]
        yield element("a", line(f"{span} of {name}"), href=f"#{view.id('part', since)}")
    if citation.units == "UTF-16":
        yield line("counted in UTF-16 units on the wire")


_TARGETS: Final = {"content": ("content", "the block"), "tool_plan": ("plan", "the tool plan")}


def _source_link(view: View, number: int) -> Html:
    name = view.sources[number].get("id") or f"source {number + 1}"
    return element("a", line(name), href=f"#{view.id('source', number)}")


def sources(view: View) -> Html:
    """Give each source of a citation once."""
    at = {
        number: arrived
        for arrived, cited in reversed(list(zip(view.arrived, view.cited, strict=True)))
        for number in cited
    }
    items = (_source(view, number, source, at[number]) for number, source in enumerate(view.sources))
    return _section("Sources", _list(items), min(view.arrived, default=None))


def _source(view: View, number: int, source: dict[str, Any], at: int) -> Html:
    named = [line(source[key]) for key in ("type", "id") if key in source]
    rest = {key: value for key, value in source.items() if key not in ("type", "id")}
    rows = _rows(_flat(rest, {"document", "tool_output"}))
    return element("li", element("p", spaced(named), class_="head"), rows, id=view.id("source", number), data_at=at)


def kept(view: View) -> Html:
    """Give what arrived and has no other place in the message."""
    items = (_kept(view, **each) for each in view.wire.get("streamfold", {}).get("kept", []))
    return _section("Kept as it came", _list(items))


def _kept(view: View, code: str, event: Any, position: int) -> Html:
    head = element("p", spaced((element("code", line(code)), event_link(view, position))), class_="head")
    return element("li", head, element("div", _value(event), class_="pretty"), data_at=view.after(position))


# Any section


def _section(title: str, inner: Html, at: int | None = None) -> Html:
    if not inner:
        return NOTHING
    return element("section", element("h3", line(title)), inner, class_=title.split(maxsplit=1)[0].lower(), data_at=at)


def _list(items: Iterable[Html]) -> Html:
    shown = list(items)
    return element("ol", *shown) if shown else NOTHING


def _rows(rows: Iterable[tuple[str, Any]]) -> Html:
    shown = [
        element("div", element("dt", line(name)), element("dd", _value(value), dir="auto")) for name, value in rows
    ]
    return element("dl", *shown) if shown else NOTHING


def _value(value: Any) -> Html:
    return text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2))


def _flat(value: dict[str, Any], silent: Container[str] = ()) -> Iterator[tuple[str, Any]]:
    """Give the fields of an object, and in their place those of an object in it."""
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from ((key if name in silent else f"{name} {key}", each) for key, each in inner.items())
        else:
            yield name, inner
