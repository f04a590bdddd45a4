"""Many files, one after the other or several at once: what is told of each, in order, and what all amount to."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from signal import SIG_DFL, SIGINT, signal
from typing import Any, Final, NamedTuple, TypeAlias

from streamfold.recordings import Recording, Skipped

from .._words import counted
from ._files import STDIN, CannotRead, expand, recordings
from ._progress import Bar
from ._terminal import complain, tell


class Told(NamedTuple):
    """A line that is told: to standard error where it is a complaint."""

    line: str
    is_complaint: bool = False


Tally: TypeAlias = Counter[Any]
Item: TypeAlias = Any  # a line, a tally, or what the caller of `walk` wants
Work: TypeAlias = Callable[[Recording], Iterable[Item]]


def _itself(recording: Recording) -> Iterable[Any]:
    return [recording]


_BATCH: Final = 16  # files that a process is given at once, at most
_AHEAD: Final = 4  # batches for each process that wait to be told


def run(names: Iterable[str], work: Work, jobs: int = 1) -> Tally:
    """Tell what *work* makes of every recording, in the order of the files, and give the sum of its tallies.

    *work* has to be a function of a module, or a partial one, for several processes to share it.
    """
    with walk(names, work, jobs) as (items, total):
        deque(items, maxlen=0)
    return total


@contextmanager
def walk(names: Iterable[str], work: Work = _itself, jobs: int = 1) -> Iterator[tuple[Iterator[Any], Tally]]:
    """Give what *work* makes of every recording, but what is told and summed up as it comes, and that sum.

    Raises:
        KeyboardInterrupt: after it was told how far the work came.
    """
    files = expand(names)
    total: Tally = Counter()
    bar = Bar(len(files))
    try:
        yield _walked(_items(files, work, 1 if STDIN in files else jobs or os.cpu_count() or 1), total, bar), total
    except KeyboardInterrupt:
        bar.clear()
        done = f"{total['files']} of {counted(len(files), 'file')}, {counted(total['streams'], 'stream')}"
        complain(f"streamfold: interrupted after {done}")
        raise
    finally:
        bar.clear()


def _walked(items: Iterable[Any], total: Tally, bar: Bar) -> Iterator[Any]:
    for item in items:
        if isinstance(item, Told):
            bar.clear()
            (complain if item.is_complaint else tell)(item.line)
        elif isinstance(item, Counter):
            total.update(item)
            bar.show(total["files"], total["streams"])
        else:
            yield item


def status(total: Tally) -> int:
    """Give the exit status: 2 if a file could not be read, else 1 if a stream is not well, else 0."""
    return 2 if total["unread"] else min(total["not well"], 1)


def _items(files: Sequence[str], work: Work, jobs: int) -> Iterator[Item]:
    if jobs == 1 or len(files) == 1:
        return (item for file in files for item in visit(work, file))
    return _shared(files, partial(_visit_all, work), jobs)


def visit(work: Work, name: str) -> Iterator[Item]:
    """Yield what *work* makes of the recordings of a file, and what is passed over and cannot be read there."""
    try:
        for recording in recordings(name):
            if isinstance(recording, Skipped):
                yield from _skip(recording)
            else:
                yield Counter(streams=1)
                yield from work(recording)
    except CannotRead as error:
        yield Told(f"streamfold: {error}", is_complaint=True)
        yield Counter(unread=1)
    yield Counter(files=1)


def _skip(skipped: Skipped) -> Iterator[Item]:
    place = (
        skipped.source.place if skipped.source.stream_id is None else f"{skipped.source.place}:{skipped.source.line}"
    )
    yield Told(f"streamfold: {place}: skipped: {skipped.why}", is_complaint=True)
    yield Counter(skipped=1)


def _visit_all(work: Work, names: Sequence[str]) -> list[Item]:
    return [item for name in names for item in visit(work, name)]


def batches(files: Sequence[str], jobs: int) -> Iterator[Sequence[str]]:
    """Part *files* so that each of few has a process that is free, and many are not sent one by one."""
    size = max(1, min(_BATCH, len(files) // (_AHEAD * jobs)))
    return (files[start : start + size] for start in range(0, len(files), size))


def _shared(files: Sequence[str], visits: Callable[[Sequence[str]], list[Item]], jobs: int) -> Iterator[Item]:
    # an interrupt reaches the whole group of processes, and only this one has something to say
    with ProcessPoolExecutor(jobs, get_context("spawn"), signal, (SIGINT, SIG_DFL)) as pool:
        waiting: deque[Future[list[Item]]] = deque()
        try:
            for batch in batches(files, jobs):
                waiting.append(pool.submit(visits, batch))
                if len(waiting) > _AHEAD * jobs:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool:
            yield Told("streamfold: a process that shared the work has died; try --jobs 1", is_complaint=True)
            yield Counter(unread=1)
        finally:
            pool.shutdown(cancel_futures=True)
