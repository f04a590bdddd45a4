"""The rooms stand in one order, each imports only rooms below it, and each public thing says what it is."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "streamfold"

# From the ground up: a room may import those before it.
ROOMS = """
    _quick _frozen _log _text _segments _quote _visible limits
    _arguments events
    _plain _catalogue
    _leaves _to_wire _sent _wire _exact
    rules violations
    _seams parts message
    _book _entries _routes
    _usage _citations preview
    _event_rules
    _kinds _transitions _assemble
    _order _expected _state
    _whole _judge _advance errors
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
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}

    if room_of(path) not in ("cli", "__main__"):
        assert called.isdisjoint({"open", "print", "input"})
        assert modules.isdisjoint({"os", "io", "pathlib", "socket", "time", "datetime", "logging", "random"})


NAMES = """
    afold ascan check Citation errors events finish fold fold_keyed fold_many GenerationFailed InvalidToolCall Kept
    LENIENT Limits Message Partial Report rules Rules scan STANDARD State step StreamError StreamInterrupted STRICT
    TextBlock ThinkingBlock ToolCall Usage Violation
"""


def test_the_public_names_are_these():
    streamfold = importlib.import_module("streamfold")

    assert set(streamfold.__all__) == set(NAMES.split())
    assert all(hasattr(streamfold, name) for name in streamfold.__all__)


PUBLIC = """
    events errors rules parts message limits violations preview _fold _check _aio _many _state conversation
    conversation.errors live unfold checkpoint outputs recordings testing.strategies testing.laws bulk bulk.arrow report
""".split()


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_thing_has_a_docstring_of_its_own(name):
    module = importlib.import_module(f"streamfold.{name}")
    own = [
        key for key, it in vars(module).items() if getattr(it, "__module__", "") == module.__name__ and key[0] != "_"
    ]
    mine = {key: getattr(module, key) for key in getattr(module, "__all__", own)}

    for key, thing in mine.items():
        if inspect.isclass(thing) or inspect.isfunction(thing):
            inner = vars(thing) if inspect.isclass(thing) else {}
            methods = [it for name, it in inner.items() if not name.startswith("_")]
            described = [it for it in methods if inspect.isfunction(it) or isinstance(it, property)]
            assert all(it.__doc__ for it in (thing, *described)), key
