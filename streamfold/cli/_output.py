"""Where a command writes what it makes: standard output, or a file that is there once all of it is."""

import zlib
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

from ._terminal import tell_bytes

Write: TypeAlias = Callable[[bytes], object]

_GZIP: Final = 31  # how zlib calls the format


def add_output(parser: ArgumentParser) -> None:
    """Add the file to write."""
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write FILE, packed by gzip if it ends in .gz (default: standard output)"
    )


@contextmanager
def output(name: str | None, inputs: Iterable[str]) -> Iterator[Write]:
    """Give a function that writes bytes to *name*, or to standard output; nothing stays of what fails.

    Raises:
        OSError: it cannot be written, or is among *inputs*.
    """
    if name is None:
        yield tell_bytes
        return
    if any(_is_same(name, each) for each in inputs):
        raise FileExistsError(None, "it is what is read", name)
    packs = name.endswith(".gz")
    with _replaced(Path(name)) as path, path.open("wb") as file, _packed(file.write, packs=packs) as write:
        yield write


@contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """Give the path of a file that takes the place of *path* in the end; a device or a pipe is written as it is."""
    if path.exists() and not path.is_file():
        yield path
        return
    unfinished = Path(f"{path}.unfinished")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _is_same(name: str, other: str) -> bool:
    with suppress(OSError):
        return Path(name).samefile(other)
    return False


@contextmanager
def _packed(write: Write, *, packs: bool) -> Iterator[Write]:
    if not packs:
        yield write
        return
    packer = zlib.compressobj(wbits=_GZIP)  # it tells neither name nor time, so that equal input gives equal files
    yield lambda data: write(packer.compress(data))
    write(packer.flush())
