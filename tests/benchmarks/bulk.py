"""What a stream costs on engines that fold many: each takes the same files, and has to give the same messages.

``python tests/benchmarks/bulk.py`` writes streams into a temporary folder, as JSON lines with a stream each, and gives
them to each engine in a process of its own: Spark where PySpark and Java are installed. It prints a table: the seconds
from nothing to the messages of the first 100 streams, and for each number of them the milliseconds that one costs: as
the clock goes, and of all processors together, which a busy machine changes less.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from itertools import chain
from pathlib import Path
from statistics import median

from shapes import rag, text, tools

sys.path.insert(0, str(Path(__file__).parents[1]))

from spark.cluster import MISSING, ROOT, children, cluster_in, fields_of, session_of

from streamfold.bulk import fold_record

EVENTS = 300
FEW = 100
IN_A_FILE = 50
SHAPES = [json.dumps(each) for each in (text(EVENTS - 4), tools(2, EVENTS // 2 - 3), rag(EVENTS - 20, 8))]
SCHEMA = "stream_id string, events string"


# Streams


def record(number):
    """Give a stream of its own, as a line: a text, two calls or an answer with citations; each hundredth is cut."""
    events = SHAPES[number % len(SHAPES)].replace('"id": "m"', f'"id": "m-{number}"', 1)
    if number % 100 == 99:
        events = json.dumps(json.loads(events)[:-40])
    return f'{{"stream_id": "{number}", "events": {events}}}\n'


def write(folder, count):
    folder.mkdir()
    for first in range(0, count, IN_A_FILE):
        lines = map(record, range(first, min(first + IN_A_FILE, count)))
        (folder / f"{first:07}.jsonl").write_text("".join(lines))


# Engines: each gives a function from a folder to the messages of its streams, as JSON


def lines_of(folder):
    return chain.from_iterable(path.open("rb") for path in sorted(folder.iterdir()))


@contextmanager
def one_core():
    yield lambda folder: [fold_record(line)["message"] for line in lines_of(folder)]


@contextmanager
def two_processes():
    with ProcessPoolExecutor(2) as pool:
        yield lambda folder: [row["message"] for row in pool.map(fold_record, lines_of(folder), chunksize=64)]


@contextmanager
def command_line(jobs):
    command = [sys.executable, "-m", "streamfold", "fold", "--partial", "--jobs", jobs]
    quiet = {"stderr": subprocess.DEVNULL, "text": True}
    yield lambda folder: subprocess.run(  # noqa: S603 - our own command
        [*command, str(folder)], stdout=subprocess.PIPE, check=False, **quiet
    ).stdout.splitlines()


@contextmanager
def spark_at(master, **settings):
    from streamfold.bulk import spark  # noqa: PLC0415 - not every machine has it

    with session_of(master, **settings) as session:
        session.sparkContext.setLogLevel("ERROR")
        yield lambda folder: [
            row.message for row in spark.fold_recordings(session.read.json(str(folder), SCHEMA)).collect()
        ]


@contextmanager
def spark_cluster():
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster_in(Path(folder)) as cluster,
        spark_at(cluster.url, **{"executor.memory": "768m"}) as fold,
    ):
        yield fold


ENGINES = {
    "a plain loop": one_core,
    "two processes": two_processes,
    "`streamfold fold`": lambda: command_line("1"),
    "`streamfold fold --jobs 2`": lambda: command_line("2"),
    "Spark, `local[2]`": lambda: spark_at("local[2]"),
    "Spark, a master and two workers": spark_cluster,
}


# Measuring


def measure(engine, folders):
    """Give for each folder the seconds and the processors' seconds of an engine, and the digest of its messages.

    Those of the first hold its start.
    """
    begin = spent()
    with ENGINES[engine]() as fold:
        for folder in folders:
            messages = fold(folder)
            yield *(after - before for before, after in zip(begin, spent(), strict=True)), digest(messages)
            begin = spent()


def spent():
    """Give the seconds since any beginning, and those that this process and all below it had of a processor."""
    seconds, me = time.perf_counter(), os.getpid()
    ticks = (int(ticks) for pid in (me, *children(me)) for ticks in fields_of(pid)[11:15])
    return seconds, sum(ticks) / os.sysconf("SC_CLK_TCK")


def digest(messages):
    return sha256("\n".join(sorted(messages)).encode()).hexdigest()[:12]


def measured(engine, folders):
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--engine", engine, *map(str, folders)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)  # noqa: S603 - this script itself
    return json.loads(done.stdout.splitlines()[-1])


def table(results, counts):
    heads = [f"{count:,} streams, {what}" for count in counts for what in ("clock", "processors")]
    yield f"| engine | first {FEW} streams | {' | '.join(heads)} |"
    yield f"| --- |{' --- |' * (1 + len(heads))}"
    for engine, rounds in results.items():
        (start, _), *rest = (
            [median(each[place][of] for each in rounds) for of in (0, 1)] for place in range(1 + len(counts))
        )
        costs = [f"{each / count * 1e3:.2f} ms" for both, count in zip(rest, counts, strict=True) for each in both]
        yield f"| {' | '.join([engine, f'{start:.1f} s', *costs])} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=ENGINES, help="only measure one, on folders that are there")
    parser.add_argument("folders", type=Path, nargs="*")
    given = parser.parse_args()
    if given.engine:
        print(json.dumps(list(measure(given.engine, given.folders))))
        return
    engines = [name for name in ENGINES if not (MISSING and "Spark" in name)]
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder, str(count)) for count in (FEW, *given.streams)]
        for each in folders:
            write(each, int(each.name))
        rounds = [{name: measured(name, folders) for name in engines} for _ in range(given.rounds)]
    results = {name: [each[name] for each in rounds] for name in engines}
    print("\n".join(table(results, given.streams)))
    digests = [{each[place][-1] for them in results.values() for each in them} for place in range(len(folders))]
    print(f"messages: {digests[-1]}" if all(len(each) == 1 for each in digests) else f"they differ: {digests}")
    if MISSING:
        print(f"Spark was not measured: {MISSING}")


if __name__ == "__main__":
    main()
