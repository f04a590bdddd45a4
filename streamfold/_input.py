"""Events as they come from an iterable, and plain deltas in a row as one string.

A delta of a row is recognised by comparing it with a *mould*: the only event that holds some characters, with a hole in
their place. What equals the mould is that event, and the hole has written the characters down. Python compares
dictionaries down to the leaves without running any code of ours, which costs less than to look at each of them, and
what is compared last is the hole: nothing is written of an event that differs in anything else. What stands in an
event and says of itself that it equals the mould is believed; nothing that comes of JSON does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from io import StringIO
from itertools import islice
from operator import is_
from typing import Any, Final, NamedTuple, cast

from ._plain import NOTHING, Plain
from ._sent import as_sent
from .events import Located

END: Final = object()
PAUSE: Final = object()
RUN: Final = 1024  # deltas that are taken at most before they are taken in
NONE: Final = ()
_LONG: Final = 1024  # characters of a delta of which few are taken before they are counted


class Run(NamedTuple):
    """Plain deltas in a row, and what came after them.

    Attributes:
        text: what the first of them add up to.
        size: how many these are.
        late: those after them, as they came: they may pass a limit, and have to be judged.
        item: the event that came then; ``END`` where none did, ``PAUSE`` where the run has ended of itself.
    """

    text: str
    size: int
    late: Sequence[Any]
    item: Any


_make: Final[Callable[..., Run]] = tuple.__new__  # a named tuple's own way costs twice as much


def alone(item: Any) -> Run:
    """Give an event that came behind no deltas."""
    return _make(Run, ("", 0, NONE, item))


class _Hole:
    """What equals whatever its function says."""

    __slots__ = ("__eq__",)

    __eq__: Callable[[Any], Any]  # type: ignore[assignment]  # a slot: each hole has a function of its own
    __hash__ = None  # type: ignore[assignment]  # likewise nothing looks it up


class _Mould:
    """How the plain deltas of a part are recognised, and where their characters are written down."""

    __slots__ = ("_event", "_index", "_names", "_place", "_text", "plain")

    def __init__(self, plain: Plain) -> None:
        self.plain = plain
        self._place: int | None = None
        self._index, self._text = _Hole(), _Hole()
        self._event = plain.write(self._index, self._text)
        self._names = plain.names

    def empty(self, place: int) -> StringIO:
        """Give what the characters for the part with index *place* are written to from now on."""
        if place is not self._place:
            self._place = place
            # The index has to be the same object, since True equals 1: one too large for that is merely judged.
            self._index.__eq__ = partial(is_, place)
        written = StringIO()
        self._text.__eq__ = written.write
        return written

    def pass_over(self, events: Iterator[Any]) -> Any:
        """Take plain deltas that are dicts, and give what is none; ``PAUSE`` where all are.

        It is `take` without its notes, as a function of its own, since a look for each event would cost what they do.
        """
        mould, place = self._event, cast("int", self._place)
        for event in events:
            try:
                # a kind of dict would be compared in the order of its own keys
                if type(event) is dict and (mould == event or self.plain.read(event, place) == ""):
                    continue
            except Exception:  # noqa: BLE001, S110 - what is no JSON may raise whatever it likes; it is judged
                pass
            return event
        return PAUSE

    def take(self, events: Iterator[Any], burst: list[Any]) -> Any:
        """Take plain deltas, add them to *burst* as they stood on the wire, and give what is none, or ``PAUSE``."""
        mould, place = self._event, cast("int", self._place)
        for event in events:
            try:
                if (type(event) is dict or type(event := as_sent(event)) is dict) and (
                    mould == event or self.plain.read(event, place) == ""
                ):
                    burst.append(event)
                    continue
            except Exception:  # noqa: BLE001, S110 - likewise
                pass
            return event
        return PAUSE

    def take_located(self, events: Iterator[Any], burst: list[Any]) -> Any:
        """Take plain deltas that are located, likewise."""
        mould, names, place = self._event, self._names, cast("int", self._place)
        for located in events:
            if type(located) is Located:
                event, _, name = located
                try:
                    alike = type(event) is dict and name in names
                    if alike and (mould == event or self.plain.read(event, place) == ""):
                        burst.append(located)
                        continue
                except Exception:  # noqa: BLE001, S110 - likewise
                    pass
            return located
        return PAUSE


class Input:
    """Gives the events of an iterable; what that raises ends it.

    Attributes:
        ended: whether no event will come.
        cause: what the iterable raised, if anything. ``KeyboardInterrupt`` and its like pass.
    """

    __slots__ = ("_burst", "_located", "_many", "_most", "_mould", "_rest", "cause", "ended")

    def __init__(self, events: Iterable[Any]) -> None:
        self.ended = False
        self.cause: Exception | None = None
        self._rest = iter(events)
        self._mould: _Mould | None = None
        self._many, self._most = 8, 32  # deltas that are taken before their characters are counted: now, and at most
        self._located = False
        self._burst: list[Any] = []

    def next(self) -> Any:
        """Give the next event, or ``END``."""
        try:
            item = next(self._rest, END)
        except Exception as cause:  # noqa: BLE001 - whatever the transport raises
            item, self.cause = END, cause
        return self.came(item)

    def came(self, item: Any) -> Any:
        """Note an *item* that came, and give it, as it stood on the wire."""
        if type(item) is dict:
            self._located = False
            return item
        self.ended = item is END
        self._located = type(item) is Located
        return item if self._located else as_sent(item)

    def take(self, plain: Plain, place: int, events: int, characters: int) -> Run:
        """Take plain deltas, at most so many *events* and *characters*, and the event after them.

        All are located, or none is; and they end of themselves after a while.
        """
        if plain is NOTHING or events < 1:
            return alone(self.next())
        mould = self._mould
        if mould is None or mould.plain is not plain:
            mould = self._mould = _Mould(plain)
        written = mould.empty(place)
        item, most, taken, size = PAUSE, min(events, RUN), 0, 0
        while taken < most and item is PAUSE:
            many = min(most - taken, self._many)
            item, count = self._take(mould, many)
            if count < many:
                item = self.came(END if item is PAUSE else item)
            grown = written.tell()
            if grown - size > _LONG * many:
                self._many = 1
            elif self._many < self._most:
                self._many = min(4 * self._many, self._most)
            if grown > characters:
                return Run(written.getvalue()[:size], taken, self._late(count), item)
            taken += count
            size = grown
        return _make(Run, (written.getvalue(), taken, NONE, item))

    def _take(self, mould: _Mould, many: int) -> tuple[Any, int]:
        """Take at most so *many* plain deltas; give what is none, or ``PAUSE``, and how many were taken."""
        self._burst = burst = list[Any]()
        take = mould.take_located if self._located else mould.take
        try:
            item = take(islice(self._rest, many), burst)
        except Exception as cause:  # noqa: BLE001 - whatever the transport raises
            item, self.cause = END, cause
        return item, len(burst)

    def _late(self, _count: int) -> Sequence[Any]:
        """Give the last deltas that were taken, so many."""
        return self._burst


class _Listed(Input):
    """Gives the events of a list of mappings: what has been taken need not be noted, since it stands there."""

    __slots__ = ("_events", "_left", "_mixed")

    def __init__(self, events: Iterable[Any]) -> None:
        self._events = [*events]  # of a list that nobody changes, an iterator knows how many are left
        super().__init__(self._events)
        self._many, self._most = 64, 256
        self._mixed = False  # whether a form of events has come that is noted as it stood on the wire
        self._left: int | None = None

    def _take(self, mould: _Mould, many: int) -> tuple[Any, int]:
        if self._mixed:
            self._left = None
            return super()._take(mould, many)
        rest = self._rest
        self._left = left = _left_of(rest)
        item = mould.pass_over(islice(rest, many))
        self._mixed = item is not PAUSE and type(item) is not dict
        return item, left - _left_of(rest) - (item is not PAUSE)

    def _late(self, count: int) -> Sequence[Any]:
        if self._left is None:
            return super()._late(count)
        start = len(self._events) - self._left
        return self._events[start : start + count]


# What operator has for it takes twice as long.
_left_of: Final[Callable[[Any], int]] = type(iter([])).__length_hint__  # type: ignore[attr-defined]  # of a list it is there


class Rows:
    """Located events, of which the characters of plain deltas can be had without the events.

    Attributes:
        input: gives what takes these events.
    """

    input: Callable[[], Input]


def input_of(events: Iterable[Any]) -> Input:
    """Give what takes the events of an iterable; a list is taken as it is now."""
    if isinstance(events, Rows):
        return events.input()
    is_listed = type(events) in _LISTS and type(next(iter(events), None)) is dict
    return _Listed(events) if is_listed else Input(events)


_LISTS: Final = frozenset({list, tuple})


def read_located(located: Located, plain: Plain, place: int) -> str | None:
    """Give the characters of a plain delta that is named as it is, or None."""
    return plain.read(located.event, place) if located.name in plain.names else None
