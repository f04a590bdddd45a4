"""Delete each cell of the tables in turn, and show which test turns red.

Run it from the root of the repository::

    PYTHONPATH=. python tests/evidence/cells.py [--jobs 2] [--only TEXT] [--without TEST ...]

A mutation leaves out one cell of ``MESSAGE`` or ``PARTS``, one row of ``JOINT`` or one symbol of such a row, one entry
of ``ROUTES``, ``TRANSPARENT`` or ``SYMBOLS``, or one rule of the catalogue; or it changes one grade of a rule under one
preset where strictness stays monotone. It is a line behind the definition of the table, before anything is derived
from it, in a copy of the library and its tests in a temporary folder. The tests that are nearest run first, and the
rest only if they stay green; not those of rooms that know nothing of the tables, nor those of the pages that are
generated from them.

It prints a line for each mutation: the first test that turned red, ``IMPORT`` with the file that could not even be
collected, or ``SURVIVED``; then how many there were of each. Tests that are red before any mutation are named first and
left out, and so are those that ``--without`` names, by file or node id. It exits with 1 if a mutation survived.
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from streamfold import _catalogue
from streamfold._catalogue import RULES, Rule, Severity
from streamfold._expected import SYMBOLS
from streamfold._order import JOINT, MESSAGE, PART, PARTS, TRANSPARENT
from streamfold._routes import ROUTES

ROOT = Path(__file__).parents[2]
NEEDED = ("streamfold", "tests", "examples", "docs", "pyproject.toml", "README.md")
NOT_COPIED = ("__pycache__", ".hypothesis", ".pytest_cache")

ORDER = "streamfold/_order.py"
CATALOGUE = "streamfold/_catalogue.py"
NEAREST = {
    ORDER: ("tests/test_order.py", "tests/test_rules.py", "tests/test_repairs.py", "tests/test_citations.py"),
    CATALOGUE: ("tests/test_rules.py", "tests/test_order.py", "tests/test_repairs.py", "tests/test_citations.py"),
}
FAR = (
    "test_sse.py",
    "test_frozen.py",
    "test_arguments.py",
    "test_text.py",
    "test_log.py",
    "test_docs.py",
)
MOST_SECONDS = 300


class Mutation(NamedTuple):
    """Something that is left out of a table, or changed in it.

    Attributes:
        table: the name of the table.
        patch: what comes behind its definition.
    """

    name: str
    table: str
    patch: str

    @property
    def module(self) -> str:
        """The file of the table."""
        return CATALOGUE if self.table in CATALOGUED else ORDER


# What is left out


def mutations() -> Iterator[Mutation]:
    yield from message_cells()
    yield from part_cells()
    yield from joint_rows()
    yield from entries()
    yield from rules()
    yield from grades()


def message_cells() -> Iterator[Mutation]:
    for phase, row in MESSAGE.items():
        for event in row:
            name = "PART" if event is PART else f"on.{event.__name__}"
            yield _deletion("MESSAGE", f"[Phase.{phase.name}][{name}]")


def part_cells() -> Iterator[Mutation]:
    for kind, stages in PARTS.items():
        # Kinds share their rows, so each gets rows of its own first.
        own = f"PARTS[{kind!r}] = {{stage: dict(row) for stage, row in PARTS[{kind!r}].items()}}\n"
        for stage, row in stages.items():
            for act in row:
                yield _deletion("PARTS", f"[{kind!r}][Stage.{stage.name}][Act.{act.name}]", first=own)


def _deletion(table: str, cell: str, first: str = "") -> Mutation:
    return Mutation(f"del {table}{cell}", table, f"{first}del {table}{cell}")


def joint_rows() -> Iterator[Mutation]:
    for place, rule in enumerate(JOINT):
        yield _without("JOINT", place, rule.code)
        for name in ("acts", "open", "seen"):
            for symbol in sorted(getattr(rule, name), key=str):
                yield _narrowed(place, rule.code, name, symbol)


def _without(table: str, place: int, name: str) -> Mutation:
    patch = f"{table} = (*{table}[:{place}], *{table}[{place} + 1 :])"
    return Mutation(f"del {table}[{place}] ({name})", table, patch)


def _narrowed(place: int, code: str, name: str, symbol: Any) -> Mutation:
    shown = symbol if isinstance(symbol, str) else f"{symbol[0]} {symbol[1].value}"
    held = f"{symbol!r}" if isinstance(symbol, str) else f"({symbol[0]!r}, Act.{symbol[1].name})"
    row = f"JOINT[{place}]._replace({name}=JOINT[{place}].{name} - {{{held}}})"
    patch = f"JOINT = (*JOINT[:{place}], {row}, *JOINT[{place} + 1 :])"
    return Mutation(f"JOINT[{place}] ({code}): {name} without {shown}", "JOINT", patch)


def entries() -> Iterator[Mutation]:
    for event in ROUTES:
        yield _deletion("ROUTES", f"[on.{event.__name__}]")
    for event in TRANSPARENT:
        yield _deletion("TRANSPARENT", f"[on.{event.__name__}]")
    for place, each in enumerate(SYMBOLS):
        yield _without("SYMBOLS", place, f"{each.event.__name__} {each.symbol}")


# The catalogue is made of one table for each group of rules.
CATALOGUED = {name for name, held in vars(_catalogue).items() if isinstance(held, tuple) and isinstance(held[0], Rule)}


def rules() -> Iterator[Mutation]:
    for code in RULES:
        table = _table_of(code)
        patch = f"{table} = tuple(rule for rule in {table} if rule.code != {code!r})"
        yield Mutation(f"del RULES[{code!r}]", table, patch)


def _table_of(code: str) -> str:
    return next(name for name in CATALOGUED if RULES[code] in vars(_catalogue)[name])


def grades() -> Iterator[Mutation]:
    for code, rule in RULES.items():
        for changed in _neighbours(rule.grades):
            names = ", ".join(f"Severity.{grade.name}" for grade in changed)
            table = _table_of(code)
            changed_row = f"evolve(rule, grades=({names})) if rule.code == {code!r} else rule"
            patch = f"{table} = tuple({changed_row} for rule in {table})"
            yield Mutation(f"{code}: {_letters(rule.grades)} -> {_letters(changed)}", table, patch)


def _neighbours(held: tuple[Severity, ...]) -> Iterator[tuple[Severity, ...]]:
    """Give the grades that differ under one preset, none of them laxer than the next."""
    for place, grade in enumerate(held):
        for other in Severity:
            changed = (*held[:place], other, *held[place + 1 :])
            if other is not grade and list(changed) == sorted(changed, reverse=True):
                yield changed


def _letters(held: tuple[Severity, ...]) -> str:
    return "".join(grade.name[0] for grade in held)


# The tests


class Result(NamedTuple):
    """What the tests say.

    Attributes:
        red: the first test, or the first file that could not be collected.
    """

    kind: str
    red: str = ""


_RED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


def tried(folder: Path, mutation: Mutation, spared: tuple[str, ...]) -> Result:
    """Run the tests over one mutation, and undo it."""
    module = folder / mutation.module
    source = module.read_text(encoding="utf-8")
    forget(folder, module)
    module.write_text(mutated(source, mutation), encoding="utf-8")
    try:
        nearest = NEAREST[mutation.module]
        rest = [name for name in suite(folder, spared) if name not in nearest]
        return outcome(folder, (*nearest,), spared) or outcome(folder, rest, spared) or Result("SURVIVED")
    finally:
        forget(folder, module)
        module.write_text(source, encoding="utf-8")


def mutated(source: str, mutation: Mutation) -> str:
    """Give the source of a module in which the patch stands right behind the table."""
    [end] = (
        statement.end_lineno
        for statement in ast.parse(source).body
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == mutation.table
    )
    lines = source.splitlines()
    return "\n".join([*lines[:end], mutation.patch, *lines[end:], ""])


def forget(folder: Path, module: Path) -> None:
    """Remove what was compiled, which Python tells apart by size and second only, and what Hypothesis remembers."""
    for compiled in module.parent.joinpath("__pycache__").glob(f"{module.stem}.*"):
        compiled.unlink()
    shutil.rmtree(folder / ".hypothesis", ignore_errors=True)


def outcome(folder: Path, files: Any, spared: tuple[str, ...]) -> Result | None:
    try:
        code, output = pytest(folder, "-x", *files, *(f"--deselect={name}" for name in spared))
    except subprocess.TimeoutExpired:
        return Result("red", f"no end after {MOST_SECONDS} s")
    if code == 0:
        return None
    red = _RED.search(output)
    name = red[1] if red else output.strip().rpartition("\n")[2]
    return Result("red" if "::" in name else "IMPORT", name)


def pytest(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(folder / "tests")))}
    done = subprocess.run(  # noqa: S603 - the command stands here
        [*command, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout


def suite(folder: Path, spared: Collection[str]) -> list[str]:
    near = [f"tests/{path.name}" for path in sorted(folder.glob("tests/test_*.py")) if path.name not in FAR]
    return [name for name in near if name not in spared]


def copied(folder: Path) -> Path:
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(*NOT_COPIED))
        elif source.exists():
            shutil.copy2(source, folder / name)
    return folder


# All of it


def main() -> int:
    given = parsed()
    chosen = [mutation for mutation in mutations() if given.only in mutation.name]
    with TemporaryDirectory() as place:
        first = Path(place, "0")
        first.mkdir()
        _, output = pytest(copied(first), "--continue-on-collection-errors", *suite(first, given.without))
        before = tuple(_RED.findall(output))
        print(output.strip().rpartition("\n")[2], "before any mutation", *before, sep="\n  ", flush=True)
        others = [shutil.copytree(first, Path(place, str(number))) for number in range(1, given.jobs)]
        survived = show(chosen, [first, *others], (*before, *given.without))
    return int(survived > 0)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="only mutations with this text in their name")
    parser.add_argument("--without", action="append", default=[], metavar="TEST", help="a test that is left out")
    return parser.parse_args()


def show(chosen: list[Mutation], folders: list[Path], spared: tuple[str, ...]) -> int:
    """Try the mutations, two or more at once; print each, and how many survived."""
    free: SimpleQueue[Path] = SimpleQueue()
    for folder in folders:
        free.put(folder)

    def work(mutation: Mutation) -> Result:
        folder = free.get()
        try:
            return tried(folder, mutation, spared)
        finally:
            free.put(folder)

    kinds: Counter[str] = Counter()
    listed: list[str] = []
    with ThreadPoolExecutor(len(folders)) as pool:
        for mutation, result in zip(chosen, pool.map(work, chosen), strict=True):
            kinds[result.kind] += 1
            line = f"{mutation.name:<64} {result.kind if result.kind != 'red' else ''} {result.red}".rstrip()
            print(line, flush=True)
            listed += [line] if result.kind != "red" else []
    print(f"\n{len(chosen)} mutations: {kinds['red']} red by a test, {kinds['IMPORT']} red at import,", end=" ")
    print(f"{kinds['SURVIVED']} survived", *listed, sep="\n  ")
    return kinds["SURVIVED"]


if __name__ == "__main__":
    sys.exit(main())
