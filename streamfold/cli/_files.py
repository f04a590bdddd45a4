"""The files that names stand for, and the recordings in them."""

import os
from collections.abc import Iterable, Iterator
from glob import glob, has_magic
from io import FileIO
from itertools import chain
from pathlib import Path
from typing import Final

from streamfold.recordings import Recording, RecordingError, load

STDIN: Final = "-"
SUFFIXES: Final = (".sse", ".jsonl", ".ndjson", ".yaml", ".yml", ".json", ".har")
_CHUNK: Final = 64 * 1024


class CannotRead(Exception):  # noqa: N818 - it says what happened
    """A file cannot be opened or read. It is no ``OSError``: that is one of writing."""


def expand(names: Iterable[str]) -> list[str]:
    """Give the files that *names* stand for: those of a pattern, and those in a folder that a suffix tells.

    A folder that a pattern matches stands for its files. What is neither stands for itself, and so does a folder or
    pattern that holds nothing.
    """
    return [file for name in names for file in _expanded(name) or [name]]


def _expanded(name: str) -> list[str]:
    if os.path.isdir(name):  # noqa: PTH112 - any text may be given, and some is no path
        return _in_folder(name)
    matches = sorted(glob(name, recursive=True)) if has_magic(name) and not os.path.exists(name) else []  # noqa: PTH110, PTH207 - likewise
    files = (_in_folder(match) if os.path.isdir(match) else [match] for match in matches)  # noqa: PTH112 - likewise
    return list(dict.fromkeys(chain.from_iterable(files)))


def _in_folder(name: str) -> list[str]:
    """Give the recordings in a folder, and the folders in it that cannot be read: whoever reads those is told why."""
    found: list[Path] = []
    unread: list[OSError] = []
    for folder, inner, names in os.walk(name, onerror=unread.append):
        inner[:] = [each for each in inner if not each.startswith(".")]
        found += [Path(folder, each) for each in names if _is_named_as_one(each)]
    return sorted([*(str(path) for path in found if path.is_file()), *(str(error.filename) for error in unread)])


def _is_named_as_one(name: str) -> bool:
    return not name.startswith(".") and name.lower().removesuffix(".gz").endswith(SUFFIXES)


def recordings(name: str) -> Iterator[Recording]:
    """Yield the recordings of the file *name*, each as soon as it is complete; ``-`` is standard input.

    Raises:
        CannotRead: the system says so, or the file does; what came before is yielded first.
    """
    shown = "<stdin>" if name == STDIN else name
    try:
        yield from load(_chunks(name), shown)
    except IsADirectoryError:
        raise CannotRead(f"{shown}: a folder without recordings; expected files in {', '.join(SUFFIXES)}") from None
    except OSError as error:
        raise CannotRead(f"{shown}: {error.strerror}") from error
    except RecordingError as error:
        raise CannotRead(str(error)) from error


def _chunks(name: str) -> Iterator[bytes]:
    # unbuffered, so that a stream that is still being written is read as it comes
    with FileIO(0 if name == STDIN else name, closefd=name != STDIN) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
