"""From typed events to what comes off a wire: plain mappings that share nothing."""

import json
from typing import Any

from .. import events as on
from .._to_wire import to_wire
from .._wire import read
from ..limits import DEFAULT


def read_typed(event: Any) -> Any:
    """Give an event of ``streamfold.events`` for a JSON object; None where it holds none."""
    return read(event, DEFAULT.nesting).event


def written(item: Any) -> Any:
    """Give an event as ``json.loads`` gives it; what is no JSON stays as it is."""
    if isinstance(item, on.Located):
        return item._replace(event=written(item.event))
    if isinstance(item, on.Unreadable | Exception):
        return item
    wire = to_wire(item) if isinstance(item, (*on.EVENTS, on.Unknown)) else item
    return json.loads(json.dumps(wire))
