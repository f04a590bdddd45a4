"""How things are measured: medians of interleaved rounds, instruction counts, and memory."""

import gc
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent


def seconds(works, rounds):
    """Give the median seconds of each of *works*, run in turn, each often enough to last a few milliseconds."""
    for work in works:
        work()  # what is done for the first time takes longer, and would then be done less often than it should
    often = [max(1, round(0.004 / max(once(work, 1), 1e-7))) for work in works]
    times = [[once(work, many) for work, many in zip(works, often, strict=True)] for _ in range(rounds)]
    return [median(mine) for mine in zip(*times, strict=True)]


def once(work, many):
    start = time.process_time()  # what others on the machine take is not ours
    for _ in range(many):
        work()
    return (time.process_time() - start) / many


def instructions(name, few=2, many=6):
    """Give the instructions of what `ratios.named` knows: the difference of more runs and fewer, under valgrind."""
    return (_counted(name, many) - _counted(name, few)) / (many - few)


def _counted(name, runs):
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    run = [sys.executable, str(HERE / "ratios.py"), "--run", name, "--times", str(runs)]
    told = subprocess.run(  # noqa: S603 - this script itself
        [*command, *run], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "0"}
    )
    return int(re.search(r"I +refs: +([0-9,]+)", told.stderr)[1].replace(",", ""))


def import_seconds(modules, rounds):
    """Give the median seconds of importing each of *modules*, which are statements, in interpreters of their own.

    Their bytecode is there: what compiles the sources at each import would measure that.
    """
    times = {each: [] for each in modules}
    with tempfile.TemporaryDirectory() as cache:
        for number in range(-1, rounds):  # the first round writes the bytecode
            for each in modules:
                seconds = _import_seconds(each, cache)
                times[each] += [seconds] if number >= 0 else []
    return [median(mine) for mine in times.values()]


def _import_seconds(statement, cache):
    code = f"import time; start = time.process_time(); {statement}; print(time.process_time() - start)"
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
    run = [sys.executable, "-c", code]
    told = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - likewise
    return float(told.stdout)


def held(make):
    """Give what *make* gives, and the bytes that are held for it."""
    gc.collect()
    tracemalloc.start()
    value = make()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return value, size


def save(path, figures):
    Path(path).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def write_figures(path, rows):
    """Write *rows* as the table of figures of a page."""
    counted = any(each["instructions"] for each in rows)
    names = ["work", "figure", *(["in instructions"] if counted else []), "target", "stretch", ""]
    lines = [
        [name, f"{figure} {unit}", *([instructions] if counted else []), *rest]
        for name, figure, unit, instructions, *rest in (each.values() for each in rows)
    ]
    write_table(path, names, lines)


def write_table(path, names, lines):
    """Write *lines* of cells in the place of the table of a page that has the same first name in its head."""
    before, _, rest = Path(path).read_text(encoding="utf-8").partition(f"| {names[0]} |")
    after = rest.partition("\n\n")[2]
    told = map(_line, [names, ["---"] * len(names), *lines])
    Path(path).write_text(before + "\n".join([*told, "", after]), encoding="utf-8")


def _line(cells):
    return f"| {' | '.join(cells)} |"
