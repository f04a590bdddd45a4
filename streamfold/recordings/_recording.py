"""What is found in a file: recordings, and what is none."""

from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias

from attrs import define, field, fields, frozen

from ..events import Located

Form: TypeAlias = Literal["sse", "jsonl", "vcr", "har"]

MAX_SIZE: Final = 128 * 1024 * 1024  # bytes


@frozen(repr=False)
class Origin:
    """Where a recording was found.

    Attributes:
        name: of the file, as it was given.
        form: ``"sse"``, ``"jsonl"``, ``"vcr"`` or ``"har"``.
        number: of the recording in the file, from 0.
        line: of its first event, from 1; 1 where it has none.
        interaction: where a cassette or a HAR holds several, which of them it is, from 0. Lines then count within
            the body of its response.
        stream_id: what the records of a log call the stream.
        model: which one the request asked for.
        status: of the HTTP response.
    """

    name: str
    form: Form
    number: int = 0
    line: int = 1
    interaction: int | None = None
    stream_id: str | None = None
    model: str | None = None
    status: int | None = None

    @property
    def place(self) -> str:
        """The name of the file, and the interaction in brackets if it is one of several."""
        return self.name if self.interaction is None else f"{self.name}[{self.interaction}]"

    @property
    def title(self) -> str:
        """The place, and which stream of it this is, by its id or by its number if others came before."""
        number = f"#{self.number}" if self.number and self.interaction is None else ""
        return " ".join(filter(None, (self.place, self.stream_id or number)))

    def _known(self) -> Iterator[str]:
        for each in fields(type(self)):
            if (value := getattr(self, each.name)) is not None:
                yield f"{each.name}={value!r}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._known())})"


def _count(events: tuple[Any, ...]) -> str:
    return f"<{len(events)} events>"


@frozen
class Recording:
    """One recorded stream.

    Attributes:
        events: each with its line and the name of its server-sent event; what is no JSON, and what the end of the
            input cut off, is an ``Unreadable`` among them.
        times: when each event came, in seconds from any beginning; none where they were not recorded.
    """

    events: tuple[Located, ...] = field(repr=_count)
    source: Origin
    times: tuple[float, ...] = field(default=(), repr=False)


@frozen
class Skipped(Recording):
    """Something in a file that is passed over: no stream, so it has no events.

    Attributes:
        why: as the end of a sentence.
    """

    why: str = field(default="", kw_only=True)


@define
class RecordingError(ValueError):
    """A file, or the rest of it, cannot be read.

    Attributes:
        name: of the file, as it was given.
        why: what is wrong with it.
        line: where, from 1; None where it has no place.
    """

    name: str
    why: str
    line: int | None = None

    def __str__(self) -> str:
        places = (self.name, "" if self.line is None else str(self.line))
        return ": ".join(filter(None, (":".join(filter(None, places)), self.why)))
