"""Every small change to a room, one at a time, and whether a test notices.

``python tests/evidence/mutation.py _order _citations --out mutants.jsonl`` copies the tree to a temporary folder, and
for each mutant of these rooms forks a process in which the room is imported changed, and its tests run, the quickest
first, up to the first that fails. One line of JSON for each mutant goes to the file; what stands there already is left
out, so that a run can be stopped and resumed. ``--sample`` draws some of all mutants. ``--again`` runs the survivors
once more, against all tests.

It prints the score of each room, and its survivors. Those of which ``argued.toml`` says why no test can notice them
are counted apart, and it is an error if one of them is no mutant any more, or a test notices it after all.
"""

import argparse
import ast
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import tomllib
from collections import Counter
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_file_location
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import cattrs  # noqa: F401 - what every test imports is imported once, before the forks
import hypothesis
import pytest
import sybil  # noqa: F401 - likewise

ROOT = Path(__file__).parents[2]
ARGUED = Path(__file__).with_name("argued.toml")

# The tests of each room, those first that tell soonest.
TESTS = {
    **dict.fromkeys("_order _routes _expected _judge".split(), "order repairs whole errors fold rules"),
    "_held": "held limits",
    **dict.fromkeys("_transitions _kinds _entries".split(), "repairs order citations whole errors fold rules limits"),
    **dict.fromkeys("_cited _whole".split(), "whole limits fold citations repairs"),
    "_input": "input whole decoded",
    **dict.fromkeys([f"recordings.{name}" for name in "_decoded _frames _rows".split()], "decoded frames stream"),
    "_arguments": "arguments",
    "_citations": "citations repairs whole order errors fold rules",
    "_advance": "repairs order errors fold rules limits",
    "_book": "repairs order citations fold rules limits",
    "_text": "text fold",
    "_grow": "grow fold",
    **dict.fromkeys([f"unfold.{name}" for name in "_bytes _deltas".split()], "unfold"),
    **dict.fromkeys([f"unfold.{name}" for name in "_kept _plan _splits _unfold _weave".split()], "unfold"),
}

# These look at each rule under each preset: only a survivor is worth their time.
REPETITIVE = """
    a_breach_raises_exactly_where_it_is_an_error what_a_spoilt_example_raises the_text_of_an_error_steers_no_terminal
    the_text_of_an_error_is_bounded no_preset_is_stricter a_rule_says_what_it_is an_error_survives_pickling
    goes_through_pickle
""".split()


# Mutants


class Mutant(NamedTuple):
    """A room in which another node stands for one.

    Attributes:
        name: what became of what, and which of its like this is; it holds however many lines stand before it.
    """

    name: str
    room: str
    line: int
    tree: ast.Module | None
    node: ast.AST | None
    other: ast.AST | None


def mutants(room, folder):
    """Yield the mutants of a room."""
    path = folder / "streamfold" / f"{room.replace('.', '/')}.py"
    tree, names = ast.parse(path.read_text(encoding="utf-8")), Counter()
    for node in living(tree):
        for other in (other for change in CHANGES.get(type(node), ()) for other in change(node)):
            name = f"{room}: {told_apart(unparsed(node), unparsed(other))}"
            names[name] += 1
            yield Mutant(f"{name} ({names[name]})", room, getattr(node, "lineno", 0), tree, node, other)


def unparsed(node):
    return " ".join(ast.unparse(node).split())


def told_apart(one, other, most=160):
    """Give two texts, of long ones only what is about the first place where they differ."""
    if len(one) <= most:
        return f"{one} -> {other}"
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    start = max(same - most // 4, 0)
    return " -> ".join(f"…{each[start : start + most]}…" for each in (one, other))


def living(node):
    """Yield the nodes below *node* that do something when a stream is folded."""
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in SILENT_FIELDS and not is_silent(child):
                yield child
                yield from living(child)


SILENT_FIELDS = {"annotation", "returns", "decorator_list", "bases"}
SILENT_NAMES = {"__all__", "__slots__"}


def is_silent(node):
    """Whether *node* is there for readers and type checkers only: an assertion says what a type cannot."""
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.annotation) == "TypeAlias"
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in SILENT_NAMES
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, (ast.Assert, ast.Import, ast.ImportFrom))


def copied(node, **fields):
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def without(items, place):
    return [item for at, item in enumerate(items) if at != place]


def swapped(items, place):
    return [*items[:place], items[place + 1], items[place], *items[place + 2 :]]


def are_unlike(items, place):
    """Whether two neighbours differ: to swap two of a kind changes nothing."""
    return ast.dump(items[place]) != ast.dump(items[place + 1])


OTHER = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.BitOr: ast.BitAnd,
}


def compare(node):
    for place, op in enumerate(node.ops):
        yield copied(node, ops=[*node.ops[:place], OTHER[type(op)](), *node.ops[place + 1 :]])


def operator(node):
    yield copied(node, op=OTHER[type(node.op)]())


def operand(node):
    for place in range(len(node.values)):
        yield copied(node, values=without(node.values, place)) if len(node.values) > 2 else node.values[1 - place]


def sign(node):
    yield node.operand


def constant(node):
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))
    elif isinstance(node.value, (str, bytes)):
        # One character less, not one more: Python reads the name of a codec without a mark behind it, and where a
        # character is looked for among some, another one makes no difference.
        more = b"~" if isinstance(node.value, bytes) else "~"
        yield ast.Constant(node.value[:-1] or more)


def negated(node):
    yield copied(node, test=ast.UnaryOp(ast.Not(), node.test))


def unconditional(node):
    for place in range(len(node.ifs)):
        yield copied(node, ifs=without(node.ifs, place))


def nothing(node):
    if not isinstance(node.value, ast.Constant) or node.value.value is not None:
        yield copied(node, value=ast.Constant(None))


def deleted(_):
    yield ast.Pass()


def entries(node):
    for place in range(len(node.keys)):
        yield copied(node, keys=without(node.keys, place), values=without(node.values, place))
    for place, (one, other) in enumerate(pairwise(node.keys)):
        if one is not None and other is not None and are_unlike(node.values, place):
            yield copied(node, values=swapped(node.values, place))


def elements(node):
    if isinstance(getattr(node, "ctx", None), ast.Store):
        return
    for place in range(len(node.elts)):
        yield copied(node, elts=without(node.elts, place))
    for place in range(0 if isinstance(node, ast.Set) else len(node.elts) - 1):
        if are_unlike(node.elts, place):
            yield copied(node, elts=swapped(node.elts, place))


def keywords(node):
    for place in range(len(node.keywords)):
        yield copied(node, keywords=without(node.keywords, place))


CHANGES = {
    ast.Compare: [compare],
    ast.BoolOp: [operator, operand],
    ast.BinOp: [operator],
    ast.UnaryOp: [sign],
    ast.Constant: [constant],
    ast.If: [negated],
    ast.While: [negated],
    ast.IfExp: [negated],
    ast.comprehension: [unconditional],
    ast.Return: [nothing],
    ast.Expr: [deleted],
    ast.Assign: [deleted],
    ast.AugAssign: [deleted],
    ast.Raise: [deleted],
    ast.Continue: [deleted],
    ast.Dict: [entries],
    ast.Tuple: [elements],
    ast.List: [elements],
    ast.Set: [elements],
    ast.Call: [keywords],
}


class Replace(ast.NodeTransformer):
    def __init__(self, node, other):
        self.node = node
        self.other = other

    def visit(self, node):
        return self.other if node is self.node else self.generic_visit(node)


# One run


class Changed(MetaPathFinder, Loader):
    """Imports a room from another syntax tree than that of its file."""

    def __init__(self, mutant, folder):
        self.name = f"streamfold.{mutant.room}"
        self.path = folder / f"{self.name.replace('.', '/')}.py"
        self.tree = ast.fix_missing_locations(Replace(mutant.node, mutant.other).visit(mutant.tree))

    def find_spec(self, name, *_):
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def create_module(self, _):
        return None

    def exec_module(self, module):
        exec(compile(self.tree, str(self.path), "exec"), vars(module))  # noqa: S102 - it is the room, changed


class Examples:
    """Lets Hypothesis try the same few examples each time, and shrink none."""

    def __init__(self, most):
        self.most = most

    def pytest_configure(self):
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        given: Any = {"derandomize": True, "database": None, "deadline": None, "phases": phases}
        every = list(hypothesis.HealthCheck)
        hypothesis.settings.register_profile("few", max_examples=self.most, suppress_health_check=every, **given)
        hypothesis.settings.load_profile("few")


class Quickest:
    """Runs the quickest tests first: they took so long when nothing was changed."""

    def __init__(self, path):
        self.path = path
        self.seconds = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def pytest_collection_modifyitems(self, items):
        items.sort(key=lambda item: self.seconds.get(item.nodeid, 0))

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration

    def keep(self):
        self.path.write_text(json.dumps(self.seconds), encoding="utf-8")


def outcomes(due, folder, options):
    """Run the tests of each mutant in a fork, a few at a time, and yield what became of them."""
    queue, running = iter(due), {}
    while True:
        while len(running) < options.jobs and (mutant := next(queue, None)):
            running[forked(mutant, folder, options)] = mutant
        if not running:
            return
        child, status, used = os.wait3(0)
        kind = {0: "survived", -signal.SIGXCPU: "timeout"}.get(os.waitstatus_to_exitcode(status), "killed")
        yield {"name": running.pop(child).name, "status": kind, "seconds": round(used.ru_utime, 1)}


def forked(mutant, folder, options):
    child = os.fork()
    if not child:
        code = -1
        resource.setrlimit(resource.RLIMIT_CPU, (options.timeout, options.timeout))
        try:
            code = test(mutant, folder, options)
        finally:
            os._exit(code)
    return child


def test(mutant, folder, options):
    """Give pytest's exit code for the tests of a mutant's room, which are collected file by file."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os.chdir(folder)
    sys.path[:0] = [str(folder), str(folder / "tests")]
    if mutant.node is not None:
        sys.meta_path.insert(0, Changed(mutant, folder))
    files = [f"tests/test_{name}.py" for name in TESTS[mutant.room].split()]
    chosen = [] if options.again else ["-k", " and ".join(f"not {name}" for name in REPETITIVE)]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = [Examples(options.examples), quickest := Quickest(folder / "seconds.json")]
    arguments = ["-x", "-q", "-p", "no:cacheprovider", *chosen]
    code = next(filter(None, (int(pytest.main([*arguments, file], plugins=plugins)) for file in files)), 0)
    if mutant.node is None:
        quickest.keep()
    return code


# All of them


def told_before(path):
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {told["name"]: told for told in map(json.loads, lines)}


def argued(rooms):
    """Give why no test can notice some mutants of these rooms, by their names."""
    table = tomllib.loads(ARGUED.read_text(encoding="utf-8"))
    return {f"{room}: {name}": why for room in rooms for why, names in table.get(room, {}).items() for name in names}


def report(rooms, folder, told, reasons):
    """Print what became of the mutants, and give what is wrong with the arguments."""
    print(f"{'room':<20}{'mutants':>8}{'noticed':>9}{'argued':>8}{'survived':>10}{'score':>9}{'without argued':>16}")
    known = [mutant for room in rooms for mutant in mutants(room, folder)]
    survivors = []
    for room in [*rooms, "all"]:
        tried = [each for each in known if room in (each.room, "all") and each.name in told]
        survived = [each for each in tried if told[each.name]["status"] == "survived"]
        unargued = [each for each in survived if each.name not in reasons]
        noticed, least = len(tried) - len(survived), len(survived) - len(unargued)
        scores = f"{share(noticed, len(tried)):>9}{share(noticed, len(tried) - least):>16}"
        print(f"{room:<20}{len(tried):>8}{noticed:>9}{least:>8}{len(unargued):>10}{scores}")
        survivors = unargued
    for each in survivors:
        print(f"survived: line {each.line} of {each.name}")
    names = {mutant.name for mutant in known}
    gone = [f"argued, but no mutant: {name}" for name in reasons if name not in names]
    return gone + [f"argued, but noticed: {name}" for name in reasons if told.get(name, {}).get("status") == "killed"]


def share(some, whole):
    return f"{100 * some / max(whole, 1):.1f} %"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="+", choices=TESTS, metavar="ROOM", help=", ".join(TESTS))
    parser.add_argument("--out", type=Path, required=True, help="the file with a line for each mutant")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--examples", type=int, default=25, help="that Hypothesis tries for each test")
    parser.add_argument("--timeout", type=int, default=60, help="processor seconds after which a mutant is noticed")
    parser.add_argument("--sample", type=int, help="only so many mutants of all, drawn at random but always the same")
    parser.add_argument("--again", action="store_true", help="run the survivors once more")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git", "__pycache__", ".*cache"))
    sys.dont_write_bytecode = False  # the tests are compiled once
    try:
        return work(options, folder)
    finally:
        shutil.rmtree(folder)


def work(options, folder):
    whole = [Mutant(f"{room} as it is", room, 0, None, None, None) for room in options.rooms]
    for told in outcomes(whole, folder, options):
        assert told["status"] == "survived", told
    told = told_before(options.out)
    all_of_them = [mutant for room in options.rooms for mutant in mutants(room, folder)]
    drawn = all_of_them if options.sample is None else random.Random(0).sample(all_of_them, options.sample)
    due = [mutant for mutant in drawn if is_due(told.get(mutant.name), options)]
    with options.out.open("a", encoding="utf-8") as out:
        for outcome in outcomes(due, folder, options):
            told[outcome["name"]] = outcome
            print(json.dumps(outcome, ensure_ascii=False), file=out, flush=True)
    wrong = report(options.rooms, folder, told, argued(options.rooms))
    print(*wrong, sep="\n", end="\n" * bool(wrong))
    return int(bool(wrong))


def is_due(told, options):
    return told is None or (options.again and told["status"] == "survived")


if __name__ == "__main__":
    sys.exit(main())
