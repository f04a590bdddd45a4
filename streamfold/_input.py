"""Events as they come from an iterable, and plain deltas in a row as one string.

A delta of a row is recognised by comparing it with a *mould*: the only event that holds some characters, with a hole in
their place. What equals the mould is that event, and the hole has written the characters down. Python compares
dictionaries down to the leaves without running any code of ours, which costs less than to look at each of them, and
what is compared last is the hole: nothing is written of an event that differs in anything else.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from io import StringIO
from itertools import islice
from operator import is_
from typing import Any, Final, NamedTuple

from ._plain import NOTHING, Plain
from .events import Located

END: Final = object()
PAUSE: Final = object()
_RUN: Final = 1024  # deltas that are taken at most before they are taken in
_BURST: Final = 64  # deltas that are taken at most before their characters are counted
_NONE: Final = ()
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


class Row(NamedTuple):
    """Plain deltas that came one after another, by their characters alone.

    Attributes:
        plain, place: how they are recognised, and for the part with which index.
        name: of the server-sent event of each: its type, or None.
        line, lines: on which the first one stands, and how many further each other one does.
    """

    plain: Plain
    place: int
    name: str | None
    line: int
    lines: int
    texts: list[str]

    def located(self) -> list[Located]:
        """Give them as the events that they are."""
        plain, place, name, line, lines, texts = self
        new: Any = tuple.__new__  # a named tuple's own way costs twice as much
        numbered = enumerate(texts)
        return [new(Located, (plain.write(place, text), line + number * lines, name)) for number, text in numbered]


class Rows(Iterator[Located]):
    """Located events, of which plain deltas can be had in rows."""

    def __init__(self, items: Iterator[Located | Row]) -> None:
        self._items = items
        self._waiting: deque[Located] = deque()

    def __next__(self) -> Located:
        item = self.next_row()
        return self.first_of(item) if isinstance(item, Row) else item

    def next_row(self) -> Located | Row:
        """Give the next event, or a row of them."""
        return self._waiting.popleft() if self._waiting else next(self._items)

    def first_of(self, row: Row) -> Located:
        """Give the first event of a row; the others come next."""
        self._waiting.extend(row.located())
        return self._waiting.popleft()


class _Hole:
    """What equals whatever its function says."""

    __slots__ = ("__eq__",)

    def __init__(self, equals: Callable[[Any], Any]) -> None:
        self.equals(equals)

    def equals(self, equals: Callable[[Any], Any]) -> None:
        """Let a function say what it equals."""
        self.__eq__ = equals  # type: ignore[method-assign]  # a slot of its own


class _Mould:
    """How the plain deltas of a part are recognised, and where their characters are written down."""

    __slots__ = ("_event", "_hole", "_names", "place", "plain")

    def __init__(self, plain: Plain, place: int) -> None:
        self.plain = plain
        self.place = place
        self._hole = _Hole(id)
        # The index has to be the same object, since True equals 1: one too large for that is merely judged.
        self._event = plain.write(_Hole(partial(is_, place)), self._hole)
        self._names = (None, self._event["type"])

    def empty(self) -> StringIO:
        """Give what characters are written to from now on."""
        written = StringIO()
        self._hole.equals(written.write)
        return written

    def take(self, events: Iterator[Any], add: Callable[[Any], None]) -> Any:
        """Take plain deltas, and give what is none; ``PAUSE`` where all are."""
        mould = self._event
        for event in events:
            try:
                if mould == event or self.plain.read(event, self.place) == "":  # no characters look like none written
                    add(event)
                    continue
            except Exception:  # noqa: BLE001, S110 - what is no JSON may raise whatever it likes; it is judged
                pass
            return event
        return PAUSE

    def take_located(self, events: Iterator[Any], add: Callable[[Any], None]) -> Any:
        """Take plain deltas that are located, and give what is none; ``PAUSE`` where all are."""
        mould, names = self._event, self._names
        for located in events:
            if type(located) is Located:
                event, _, name = located
                try:
                    if name in names and (mould == event or self.plain.read(event, self.place) == ""):
                        add(located)
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
        return self._came(item)

    def _came(self, item: Any) -> Any:
        self.ended = item is END
        self._located = type(item) is Located
        return item

    def take(self, plain: Plain, place: int, events: int, characters: int) -> Run:
        """Take plain deltas, at most so many *events* and *characters*, and the event after them.

        All are located, or none is; and they end of themselves after a while.
        """
        if plain is NOTHING or events < 1:
            return Run("", 0, _NONE, self.next())
        mould = self._mould
        if mould is None or mould.plain is not plain or mould.place != place:
            mould = self._mould = _Mould(plain, place)
        take, written, rest = mould.take_located if self._located else mould.take, mould.empty(), self._rest
        count, size, most, item = 0, 0, min(events, _RUN), PAUSE
        while count < most and item is PAUSE:
            burst: list[Any] = []
            many = min(self._burst, most - count)
            try:
                item = take(islice(rest, many), burst.append)
            except Exception as cause:  # noqa: BLE001 - whatever the transport raises
                item, self.cause = END, cause
            if len(burst) < many:
                item = self._came(END if item is PAUSE else item)
            grown = written.tell()
            self._burst = 1 if grown - size > _LONG * many else min(2 * many, _BURST)
            if grown > characters:
                return Run(written.getvalue()[:size], count, burst, item)
            count, size = count + len(burst), grown
        return Run(written.getvalue(), count, _NONE, item)


class RowInput(Input):
    """Gives the events of `Rows`."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._rows = rows

    def take(self, plain: Plain, place: int, events: int, characters: int) -> Run:
        """Take plain deltas, as `Input` does, but a row at a time."""
        if plain is NOTHING or events < 1:
            return Run("", 0, _NONE, self.next())
        runs: list[str] = []
        count = size = 0
        while count < min(events, _RUN):
            item = self._next_row()
            texts = _texts(item, plain, place)
            if texts is None:
                return Run("".join(runs), count, _NONE, self._rows.first_of(item) if type(item) is Row else item)
            run = "".join(texts)
            count, size = count + len(texts), size + len(run)
            if count > events or size > characters:
                late = item.located() if type(item) is Row else [item]
                return Run("".join(runs), count - len(texts), late, PAUSE)
            runs.append(run)
        return Run("".join(runs), count, _NONE, PAUSE)

    def _next_row(self) -> Any:
        try:
            return self._rows.next_row()
        except StopIteration:
            self.ended = True
        except Exception as cause:  # noqa: BLE001 - whatever the transport raises
            self.ended, self.cause = True, cause
        return END


def _texts(item: Any, plain: Plain, place: int) -> Sequence[str] | None:
    """Give the characters of plain deltas: of all in a row, or of an event; None where it is anything else."""
    if type(item) is Row:
        return item.texts if item.plain is plain and item.place == place else None
    text = read_located(item, plain, place) if type(item) is Located else None
    return None if text is None else (text,)


def read_located(located: Located, plain: Plain, place: int) -> str | None:
    """Give the characters of a plain delta that is named as it is, or None."""
    text = plain.read(located.event, place)
    return text if text is not None and located.name in (None, located.event["type"]) else None


def input_of(events: Iterable[Any]) -> Input:
    """Give what takes the events of an iterable."""
    return RowInput(events) if isinstance(events, Rows) else Input(events)
