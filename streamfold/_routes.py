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


class Route(NamedTuple):
    """Which machine an event class moves, and how."""

    kind: Kind
    act: Act


ROUTES: Final[Mapping[type[Any], Route]] = {
    on.ContentStart: Route("content", Act.START),
    on.ContentDelta: Route("content", Act.DELTA),
    on.ContentEnd: Route("content", Act.END),
    on.ToolPlanDelta: Route("plan", Act.DELTA),
    on.ToolCallStart: Route("call", Act.START),
    on.ToolCallDelta: Route("call", Act.DELTA),
    on.ToolCallEnd: Route("call", Act.END),
    on.CitationStart: Route("citation", Act.START),
    on.CitationEnd: Route("citation", Act.END),
}
