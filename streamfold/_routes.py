"""Which machine an event moves, and how."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

from . import events as on
from ._book import Kind


class Act(Enum):
    """What an event does to a part, or to the message."""

    __hash__ = object.__hash__

    START = "start"
    DELTA = "delta"
    END = "end"


START, DELTA, END = Act.START, Act.DELTA, Act.END  # for Python 3.11, as in the book


class Route(NamedTuple):
    """Which machine an event class moves, and how."""

    kind: Kind
    act: Act


ROUTES: Final[Mapping[type[Any], Route]] = {
    on.ContentStart: Route("content", START),
    on.ContentDelta: Route("content", DELTA),
    on.ContentEnd: Route("content", END),
    on.ToolPlanDelta: Route("plan", DELTA),
    on.ToolCallStart: Route("call", START),
    on.ToolCallDelta: Route("call", DELTA),
    on.ToolCallEnd: Route("call", END),
    on.CitationStart: Route("citation", START),
    on.CitationEnd: Route("citation", END),
}
ENDS: Final[Mapping[str, type[Any]]] = {route.kind: event for event, route in ROUTES.items() if route.act is END}
