"""The text of one part: what is cited is a link to its sources, and what is wrong has a mark at its place."""

from collections import deque
from collections.abc import Iterable, Iterator

from .. import Message
from ..message import Segment
from ._html import Html, element, text
from ._view import View
from ._violations import Flag


def flow(view: View, since: int, message: Message, flags: Iterable[Flag]) -> Html:
    """Give the one text of *message*, which is of the part that began with the event at *since*."""
    inner = _flow(view, message.segments(), deque(flags))
    return element("div", *inner, class_="flow", dir="auto", data_part=since)


def _flow(view: View, segments: Iterable[Segment], waiting: deque[Flag]) -> Iterator[Html]:
    for segment in segments:
        start = segment.start
        while waiting and waiting[0].offset < segment.end:
            flag = waiting.popleft()
            yield _run(view, segment, start, flag.offset)
            yield flag.mark
            start = flag.offset
        yield _run(view, segment, start, segment.end)
    yield from (flag.mark for flag in waiting)


def _run(view: View, segment: Segment, start: int, end: int) -> Html:
    shown = text(segment.text[start - segment.start : end - segment.start])
    if not segment.citations or (start == end and segment.text):
        return shown
    numbers = [citation.index for citation in segment.citations]
    return element(
        "a",
        shown,
        class_="cite",
        href=f"#{view.id('citation', numbers[0])}",
        data_show=" ".join(_beside(view, numbers)),
        data_at=min(view.arrived[number] for number in numbers),
        data_n=" ".join(str(citation.index + 1) for citation in segment.citations if citation.end == end) or None,
    )


def _beside(view: View, numbers: Iterable[int]) -> Iterator[str]:
    for number in numbers:
        yield view.id("citation", number)
        yield from (view.id("source", source) for source in view.cited[number])
