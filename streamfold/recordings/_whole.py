"""Recordings out of a document that has to be read as a whole."""

from collections.abc import Iterable, Iterator
from json import JSONDecodeError
from typing import Any

from ..events import Located
from ._documents import exchanges_of
from ._exchange import read_exchanges
from ._file import File
from ._recording import Origin, Recording, RecordingError
from ._records import is_record, read_record
from ._yaml import parse


def read_yaml(chunks: Iterable[bytes], file: File) -> Iterator[Recording]:
    """Yield the recordings in a cassette."""
    document = parse(file.join(chunks), file.name)
    if exchanges_of(document) is None:
        raise RecordingError(file.name, "it is YAML, but no cassette: it has no list of interactions")
    return _read(document, file)


def read_json(chunks: Iterable[bytes], file: File) -> Iterator[Recording]:
    """Yield the recordings in a JSON document: a cassette, a HAR, a record, a list of events, or one event."""
    return _read(_parse(file.join(chunks), file), file)


def _parse(data: bytes, file: File) -> Any:
    try:
        return file.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RecordingError(file.name, f"not UTF-8: {error.reason}", data.count(b"\n", 0, error.start) + 1) from None
    except JSONDecodeError as error:
        raise RecordingError(file.name, f"not JSON: {error.msg}", error.lineno) from None
    except ValueError as error:
        raise RecordingError(file.name, f"not JSON: {error}") from None
    except RecursionError:
        raise RecordingError(file.name, "brackets are nested too deeply") from None


def _read(document: Any, file: File) -> Iterator[Recording]:
    found = exchanges_of(document)
    if found is not None:
        form, exchanges = found
        yield from read_exchanges(exchanges, form, file)
    elif is_record(document):
        yield from read_record(document, file)
    else:
        events = document if isinstance(document, list) else [document]
        yield Recording(tuple(Located(event, 1) for event in events), Origin(file.name, "jsonl"))
