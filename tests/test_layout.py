"""The rooms stand in one order, each imports only rooms below it, and each public thing says what it is."""

import ast
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "streamfold"
API = ROOT / "docs/reference/api.md"
ARCHITECTURE = ROOT / "docs/architecture.md"
sys.path.insert(0, str(ROOT / "docs"))

from pages._source import public  # noqa: E402 - docs is no package
from pages.architecture import ROOMS as DRAWN  # noqa: E402 - likewise
from pages.names import MODULES  # noqa: E402 - likewise

# From the ground up: a room may import those before it.
ROOMS = """
    _quick _frozen _log _text _segments _quote _visible _words limits
    _arguments events
    _plain _catalogue
    _leaves _to_wire _sent _input _wire _exact
    rules violations
    _seams parts message
    _book _entries _routes
    _usage _citations _held preview
    _event_rules
    _kinds _transitions _assemble
    _order _expected _grow _state
    _cited _whole _judge _advance errors
    _walk _fold _check
    _aio _many _jsonable
    __init__
    conversation live
    unfold checkpoint outputs
    recordings
    testing bulk report
    cli
    __main__
""".split()
CORE_ENDS = ROOMS.index("__init__")


def files():
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path):
    """Give the rooms that a file imports, whether it names them from where it stands or from the top."""
    package = ["streamfold", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, *(node.module.split(".") if node.module else [])]
            names = [[*module, alias.name] for alias in node.names]
            for full in names:
                if full[0] == "streamfold":
                    yield full[1] if len(full) > 1 and full[1] in ROOMS else "__init__"


def test_every_file_belongs_to_a_room_and_every_room_is_there():
    assert {room_of(path) for path in files()} == set(ROOMS)


def test_the_architecture_has_the_rooms_in_their_order():
    _, _, table = ARCHITECTURE.read_text(encoding="utf-8").partition("| room | what it is |\n")
    rows, _, _ = table.partition("\n\n")
    told = [room for row in rows.splitlines() for room in re.findall(r"`(\w+)`", row.split("|")[1])]

    assert told == [room for room in ROOMS if not room.startswith("__")]


def test_the_picture_of_the_architecture_names_rooms_that_are_there():
    assert {room for arrow in DRAWN for room in arrow.word.split(", ")} <= set(ROOMS)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_below_it(path):
    mine = ROOMS.index(room_of(path))

    above = {name for name in imported(path) if name != room_of(path) and ROOMS.index(name) > mine}

    assert above == set()


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_does_io_logs_or_reads_a_clock_but_the_command_line(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    # a StringIO is a string that grows, and no more
    modules |= {node.module for node in froms if [alias.name for alias in node.names] != ["StringIO"]}

    if room_of(path) not in ("cli", "__main__"):
        assert called.isdisjoint({"open", "print", "input"})
        assert modules.isdisjoint({"os", "io", "pathlib", "socket", "time", "datetime", "logging", "random"})


SOURCES = sorted(path for folder in ("streamfold", "docs", "examples") for path in (ROOT / folder).rglob("*.py"))
REASON = {"noqa": r"# noqa: [A-Z0-9, ]+ - \w", "type: ignore": r"# type: ignore\[[\w, -]+\]  # \w"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_ignore_has_its_reason_beside_it(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    for word, reason in REASON.items():
        ignores = [line for line in lines if f"# {word}" in line and not line.startswith("# ruff:")]
        assert [line for line in ignores if not re.search(reason, line)] == []


# What users may import


@pytest.mark.parametrize("name", MODULES)
def test_a_public_name_is_there_and_has_a_docstring_of_its_own(name):
    if name == "streamfold.bulk.spark":
        pytest.importorskip("pyspark")
    module = importlib.import_module(name)

    for defined in public(name):
        thing = getattr(module, defined.name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            inner = vars(thing) if inspect.isclass(thing) else {}
            methods = [it for name, it in inner.items() if not name.startswith("_")]
            described = [it for it in methods if inspect.isfunction(it) or isinstance(it, property)]
            assert all(it.__doc__ for it in (thing, *described)), defined.name


def test_every_room_without_an_underscore_is_on_the_page_of_names():
    rooms = {room for room in ROOMS if not room.startswith("_")}

    # parts is given to users by message, and the command line is a program
    assert {name.split(".")[1] for name in MODULES[1:]} == rooms - {"parts", "cli"}


def test_the_page_of_the_api_tells_of_every_public_module():
    text = API.read_text(encoding="utf-8")
    told = re.findall(r"automodule:: (\S+)|autofunction:: (\S+)\.", text)

    assert tuple(dict.fromkeys(module or of_function for module, of_function in told)) == MODULES
