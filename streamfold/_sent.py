"""What stood on the wire, of what a transport may give: mappings, typed events, objects of the Cohere SDK."""

from typing import Any, Final

from . import events as on
from ._to_wire import to_wire


def as_sent(item: Any) -> Any:
    """Give what stood on the wire; *item* itself where that cannot be had, which is told when it is read."""
    try:
        return sent_by(item)
    except Exception:  # noqa: BLE001 - an object that is no JSON may raise whatever it likes
        return item


def sent_by(item: Any) -> Any:
    """Give what stood on the wire, or that it is unreadable."""
    wire = dumped(item)
    if wire is not item:
        return _unspoilt(wire)
    if isinstance(item, on.EVENTS):
        return to_wire(item)
    return item.fields if isinstance(item, on.Unknown) else item


def dumped(item: Any) -> Any:
    """Give what an object of the Cohere SDK had on the wire, under its wire names; anything else as it is."""
    dump = getattr(item, "model_dump", None)
    return item if not callable(dump) or isinstance(item, type) else dump(exclude_unset=True, by_alias=True)


def _unspoilt(wire: Any) -> Any:
    # Of what is no JSON, the Cohere SDK makes a message-start with the fields of the server-sent event.
    spoilt = isinstance(wire, dict) and wire.keys() == _SSE_FIELDS and isinstance(wire["data"], str)
    return on.Unreadable(wire["data"], "the SDK could not read it") if spoilt else wire


_SSE_FIELDS: Final = {"id", "event", "data", "retry"}
