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
from operator import is_, length_hint
from typing import Any, Final, NamedTuple, cast

from ._plain import NOTHING, Plain
from ._sent import as_sent
from .events import Located

END: Final = object()
PAUSE: Final = object()
RUN: Final = 1024  # deltas that are taken at most before they are taken in
_BURST: Final = 32  # deltas that are taken at most before their characters are counted
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
        """Take plain deltas, and give what is none; ``PAUSE`` where all are."""
        mould, place = self._event, cast("int", self._place)
        for event in events:
            try:
                # a kind of dict would be compared in the order of its own keys
                if (type(event) is dict or type(event := as_sent(event)) is dict) and (
                    mould == event or self.plain.read(event, place) == ""
                ):
                    continue
            except Exception:  # noqa: BLE001, S110 - what is no JSON may raise whatever it likes; it is judged
                pass
            return event
        return PAUSE

    def take(self, events: Iterator[Any], burst: list[Any]) -> Any:
        """Take plain deltas as `pass_over` does, and add them to *burst*."""
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
        """Take plain deltas that are located, and add them to *burst*."""
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

    __slots__ = ("_burst", "_located", "_mould", "_rest", "cause", "ended")

    def __init__(self, events: Iterable[Any]) -> None:
        self.ended = False
        self.cause: Exception | None = None
        self._rest = iter(events)
        self._mould: _Mould | None = None
        self._burst = 8
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
        if type(item) is dict:
            self._located = False
            return item
        self.ended = item is END
        self._located = type(item) is Located
        return item if self._located else as_sent(item)

    def _mould_of(self, plain: Plain) -> _Mould:
        mould = self._mould
        if mould is None or mould.plain is not plain:
            mould = self._mould = _Mould(plain)
        return mould

    def take(self, plain: Plain, place: int, events: int, characters: int) -> Run:
        """Take plain deltas, at most so many *events* and *characters*, and the event after them.

        All are located, or none is; and they end of themselves after a while.
        """
        if plain is NOTHING or events < 1:
            return alone(self.next())
        mould = self._mould_of(plain)
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
            elif self._burst < _BURST:
                self._burst = min(4 * self._burst, _BURST)
            if grown > characters:
                return Run(written.getvalue()[:size], taken, burst, item)
            taken += len(burst)
            size = grown
        return _make(Run, (written.getvalue(), taken, NONE, item))


class _Listed(Input):
    """Gives the events of a list: which of them a run has taken is told by their number."""

    __slots__ = ("_events",)

    def __init__(self, events: Iterable[Any]) -> None:
        self._events = [*events]  # it stays as it is
        super().__init__(self._events)

    def take(self, plain: Plain, place: int, events: int, characters: int) -> Run:
        """Take plain deltas, as `Input` does, but as many at once as may come."""
        if plain is NOTHING or events < 1 or self._located:
            return super().take(plain, place, events, characters)
        mould, rest = self._mould_of(plain), self._rest
        written, most, left = mould.empty(place), min(events, RUN), length_hint(rest)
        item = mould.pass_over(islice(rest, most))
        taken = left - length_hint(rest) - (item is not PAUSE)
        if taken < most:
            item = self.came(END if item is PAUSE else item)
        text = written.getvalue()
        if len(text) > characters:
            start = len(self._events) - left
            return Run("", 0, self._events[start : start + taken], item)
        return _make(Run, (text, taken, NONE, item))


class Rows:
    """Located events, of which the characters of plain deltas can be had without the events.

    Attributes:
        input: gives what takes these events.
    """

    input: Callable[[], Input]


def input_of(events: Iterable[Any]) -> Input:
    """Give what takes the events of an iterable."""
    if isinstance(events, Rows):
        return events.input()
    return _Listed(events) if type(events) in _LISTS else Input(events)


_LISTS: Final = frozenset({list, tuple})


def read_located(located: Located, plain: Plain, place: int) -> str | None:
    """Give the characters of a plain delta that is named as it is, or None."""
    return plain.read(located.event, place) if located.name in plain.names else None
