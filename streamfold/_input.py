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
_BURST: Final = 32  # deltas that are taken at most before their characters are counted, unless all are there already
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


_AS_THEY_ARE: Final = frozenset({dict, Located, type(END)})
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

    def take(self, events: Iterator[Any], burst: list[Any]) -> Any:
        """Add plain deltas to *burst*, and give what is none; ``PAUSE`` where all are."""
        mould, place = self._event, cast("int", self._place)
        for event in events:
            try:
                # a kind of dict would be compared in the order of its own keys
                if (type(event) is dict or type(event := as_sent(event)) is dict) and (
                    mould == event or self.plain.read(event, place) == ""
                ):
                    burst.append(event)
                    continue
            except Exception:  # noqa: BLE001, S110 - what is no JSON may raise whatever it likes; it is judged
                pass
            return event
        return PAUSE

    def take_located(self, events: Iterator[Any], burst: list[Any]) -> Any:
        """Add plain deltas that are located to *burst*, and give what is none; ``PAUSE`` where all are."""
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

    __slots__ = ("_burst", "_located", "_longest", "_mould", "_rest", "cause", "ended")

    def __init__(self, events: Iterable[Any]) -> None:
        self.ended = False
        self.cause: Exception | None = None
        self._rest = iter(events)
        self._mould: _Mould | None = None
        self._burst = 8
        self._longest = RUN if type(events) in {list, tuple} else _BURST
        self._located = False

    def next(self) -> Any:
        """Give the next event, or ``END``."""
        try:
            item = next(self._rest, END)
        except Exception as cause:  # noqa: BLE001 - whatever the transport raises
            item, self.cause = END, cause
        return self.came(item)

    def came(self, item: Any) -> Any:
        """Note an *item* that came, and give it, as it stood on the wire."""
        self.ended = item is END
        self._located = type(item) is Located
        return item if type(item) in _AS_THEY_ARE else as_sent(item)

    def take(self, plain: Plain, place: int, events: int, characters: int) -> Run:
        """Take plain deltas, at most so many *events* and *characters*, and the event after them.

        All are located, or none is; and they end of themselves after a while.
        """
        if plain is NOTHING or events < 1:
            return alone(self.next())
        mould = self._mould
        if mould is None or mould.plain is not plain:
            mould = self._mould = _Mould(plain)
        take, written, rest = mould.take_located if self._located else mould.take, mould.empty(place), self._rest
        item, most, taken, size = PAUSE, min(events, RUN), 0, 0
        while taken < most and item is PAUSE:
            burst: list[Any] = []
            many = min(most - taken, self._burst)
            try:
                item = take(islice(rest, many), burst)
            except Exception as cause:  # noqa: BLE001 - whatever the transport raises
                item, self.cause = END, cause
            if len(burst) < many:
                item = self.came(END if item is PAUSE else item)
            grown = written.tell()
            if grown - size > _LONG * many:
                self._burst = 1
            elif self._burst < self._longest:
                self._burst = min(4 * self._burst, self._longest)
            if grown > characters:
                return Run(written.getvalue()[:size], taken, burst, item)
            taken += len(burst)
            size = grown
        return _make(Run, (written.getvalue(), taken, NONE, item))


class Rows:
    """Located events, of which the characters of plain deltas can be had without the events.

    Attributes:
        input: gives what takes these events.
    """

    input: Callable[[], Input]


def input_of(events: Iterable[Any]) -> Input:
    """Give what takes the events of an iterable."""
    return events.input() if isinstance(events, Rows) else Input(events)


def read_located(located: Located, plain: Plain, place: int) -> str | None:
    """Give the characters of a plain delta that is named as it is, or None."""
    return plain.read(located.event, place) if located.name in plain.names else None
