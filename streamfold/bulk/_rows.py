"""One recorded stream in, one row out: the same on every engine."""

import json
from collections.abc import Callable, Iterable, Mapping
from operator import index
from typing import Any, Final, NamedTuple, TypedDict, get_args

from .. import Limits, Report, Rules, check
from .._quote import quote
from .._words import counted
from ..conversation import to_json
from ..events import Unreadable
from ..limits import DEFAULT
from ..recordings import Recording, RecordingError, Skipped, load
from ..recordings._sequence import Sequence, restore
from ..recordings._stream import loads_strictly, parsed
from ..rules import STANDARD


class Row(TypedDict):
    """What became of one record: plain values, a column each.

    Attributes:
        stream_id: of the record, as text.
        ok: whether there is a message and no error; false in every row that has an ``error_code``.
        message: the message as JSON text, see ``streamfold.conversation.to_json``; of a stream that is not well what
            arrived, as a partial message; None where the record could not be read.
        finish_reason: the API's own word.
        events: how many there were, doubles left out.
        violations: how many breaches of rules were found, warnings too.
        error_code: of the first error: a key of ``streamfold.rules.RULES``, or ``"record-unreadable"``,
            ``"sequence-gap"`` or ``"sequence-conflict"``.
        error_position: the position of the event at which that error was judged.
        error_path: of the field that is wrong, in the event's JSON.
        error: the whole sentence.
        missing: how many sequence numbers did not come.
        doubled: how many events came again under their number.
    """

    stream_id: str | None
    ok: bool
    message: str | None
    finish_reason: str | None
    events: int
    violations: int
    error_code: str | None
    error_position: int | None
    error_path: str | None
    error: str | None
    missing: int
    doubled: int


class _Error(NamedTuple):
    code: str
    text: str
    position: int | None = None
    path: str | None = None


class _UnreadableError(ValueError):
    """A record is none."""


def fold_record(record: Any, rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Row:
    r"""Fold one record into a row; never raise on what the record holds.

    *record* is a mapping, or the JSON text of one, with a ``stream_id`` and the events of one stream: under ``events``
    a list of them, each a mapping or its JSON text, or the JSON text of that list; or under ``recording`` the text or
    bytes of server-sent events or JSON lines. ``seqs`` beside ``events`` are their sequence numbers: they restore the
    order, and tell what is missing or came twice.

    Examples:
        >>> row = fold_record({"stream_id": "s-1", "recording": b'data: {"type": "message-start", "id": "m"}\n\n'})
        >>> row["ok"], row["error_code"], row["error_position"]
        (False, 'no-message-end', 1)
        >>> fold_record({"stream_id": "s-2", "seqs": [1, 2]})["error"]
        "a record has events or a recording: it has 'seqs', 'stream_id'"
    """
    known: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
    try:
        known = _mapping(record)
        sequence = _sequence(known)
        report = check(sequence.events, rules, limits)
    except _UnreadableError as unreadable:
        return _row(known, Sequence(), _Error("record-unreadable", str(unreadable)))
    return _row(known, sequence, _first_error(report, sequence), report)


def fold_batch(
    batch: Mapping[str, Iterable[Any]], rules: Rules = STANDARD, limits: Limits = DEFAULT
) -> dict[str, list[Any]]:
    """Fold a batch of records: columns in, columns out, and a row for each record.

    The columns of *batch* are the fields of the records, see `fold_record`; other columns are not looked at.

    Raises:
        ValueError: the columns are not of one length.

    Examples:
        >>> fold_batch({"stream_id": ["a", "b"], "events": ["[]", "no list"]})["error_code"]
        ['no-message-end', 'record-unreadable']
    """
    columns = {name: list(batch[name]) for name in FIELDS if name in batch}
    records = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    rows = [fold_record(record, rules, limits) for record in records]
    return {name: [row[name] for row in rows] for name in COLUMNS}  # type: ignore[literal-required]  # its own keys


FIELDS: Final = ("stream_id", "events", "seqs", "recording")
COLUMNS: Final[Mapping[str, type[Any]]] = {
    name: next(iter(get_args(kind)), kind) for name, kind in Row.__annotations__.items()
}


# Reading a record


def _mapping(record: Any) -> Mapping[str, Any]:
    read = _readable(record)
    if isinstance(read, Mapping):
        return read
    raise _UnreadableError(f"a record is a JSON object: it is {quote(read)}")


def _sequence(record: Mapping[str, Any]) -> Sequence:
    given = [name for name in _READERS if record.get(name) is not None]
    if len(given) == 1:
        return _READERS[given[0]](record)
    names = ", ".join(sorted(quote(name) for name in record if record[name] is not None)) or "nothing"
    raise _UnreadableError(f"a record has events or a recording: it has {names}")


def _recorded(record: Mapping[str, Any]) -> Sequence:
    held = record["recording"]
    data = held.encode(errors="surrogatepass") if isinstance(held, str) else held
    if not isinstance(data, bytes):
        raise _UnreadableError(f"a recording is text or bytes: it is {quote(held)}")
    found = _recordings(data)
    if len(found) != 1:
        raise _UnreadableError(f"a record has one stream: its recording has {len(found)}")
    return Sequence(found[0].events)


def _recordings(data: bytes) -> list[Recording]:
    try:
        return [each for each in load(data, "its recording") if not isinstance(each, Skipped)]
    except RecordingError as error:
        raise _UnreadableError(str(error)) from error


def _listed(record: Mapping[str, Any]) -> Sequence:
    events = list(map(_read, _list(record, "events")))
    if record.get("seqs") is None:
        return Sequence(tuple(events))
    numbers = [_number(each) for each in _list(record, "seqs")]
    if len(numbers) != len(events):
        raise _UnreadableError(f"each event has a number: {len(events)} events have {len(numbers)}")
    return restore(zip(numbers, events, strict=True))


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    read = _readable(record[name])
    # an engine's lists are sequences of its own, such as arrays
    if isinstance(read, Mapping | str) or not isinstance(read, Iterable):
        raise _UnreadableError(f"{name} are a list: they are {quote(read)}")
    return list(read)


def _number(held: Any) -> int:
    try:
        return index(held)
    except TypeError:
        raise _UnreadableError(f"a sequence number is an integer: it is {quote(held)}") from None


def _readable(held: Any) -> Any:
    read = _read(held)
    if isinstance(read, Unreadable):
        raise _UnreadableError(f"{quote(read.text)} is {read.why}")
    return read


def _read(held: Any) -> Any:
    """Read JSON text; what is no text was read before."""
    if isinstance(held, str):
        return parsed(held, loads_strictly)
    if not isinstance(held, bytes):
        return held
    try:
        return parsed(held.decode(), loads_strictly)
    except UnicodeDecodeError as error:
        return Unreadable(held.decode(errors="replace"), f"not UTF-8: {error.reason}")


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Sequence]]] = {"events": _listed, "recording": _recorded}


# Writing a row


def _first_error(report: Report, sequence: Sequence) -> _Error | None:
    if report.errors:
        first = report.errors[0]
        return _Error(first.code, str(first), first.position, first.path)
    if sequence.conflicting:
        return _Error("sequence-conflict", f"different events have the number {sequence.conflicting[0]}")
    if sequence.missing:
        return _Error("sequence-gap", _gap(sequence.missing))
    return None


def _gap(missing: int) -> str:
    return f"{counted(missing, 'sequence number')} did not come"


def _row(known: Mapping[str, Any], sequence: Sequence, error: _Error | None, report: Report | None = None) -> Row:
    told = None if report is None else report.message or report.partial
    code, text, position, path = error or (None, None, None, None)
    name = known.get("stream_id")
    return Row(
        stream_id=None if name is None else _writable(str(name)),
        ok=error is None,
        message=None if told is None else json.dumps(to_json(told)),
        finish_reason=None if told is None else _writable(told.finish_reason),
        events=len(sequence.events),
        violations=0 if report is None else len(report.violations),
        error_code=code,
        error_position=position,
        error_path=_writable(path),
        error=_writable(text),
        missing=sequence.missing,
        doubled=sequence.doubled,
    )


def _writable(text: str | None) -> str | None:
    """Give text that every engine can store: a lone surrogate becomes its escape."""
    return text and text.encode(errors="backslashreplace").decode()
