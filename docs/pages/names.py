"""The page of public names: what may be imported, what it takes, and what it gives."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Final

from ._markdown import fenced, page
from ._source import Definition, Function, Value, public, tree

_NAMES: Final = """\
# Names

All public names, with what they take and what they give; [API](api.md) tells more of each.
What is not on this page is machinery, and may change without notice.
What is on it changes only with a note in the changelog.

A name that several modules have stands where it is at home.
A class is shown with its fields and properties, and above each name stands what it is.
`FrozenDict` is a `dict` that refuses to be changed."""

MODULES: Final = (
    "streamfold",
    "streamfold.message",
    "streamfold.events",
    "streamfold.rules",
    "streamfold.violations",
    "streamfold.limits",
    "streamfold.errors",
    "streamfold.conversation",
    "streamfold.live",
    "streamfold.checkpoint",
    "streamfold.unfold",
    "streamfold.outputs",
    "streamfold.preview",
    "streamfold.recordings",
    "streamfold.report",
    "streamfold.bulk",
    "streamfold.bulk.arrow",
    "streamfold.bulk.spark",
    "streamfold.testing",
    "streamfold.testing.strategies",
    "streamfold.testing.laws",
)


def names_page() -> str:
    """Give the page of all public names."""
    return page(_NAMES, *map(_section, MODULES))


def _section(module: str) -> str:
    defined = public(module)
    mine = [_written(each) for each in defined if _home(each) == module]
    others = sorted((_origin(each), each.name) for each in defined if _home(each) != module)
    borrowed = [
        f"{origin}: {', '.join(f'`{name}`' for _, name in names)}."
        for origin, names in groupby(others, lambda each: each[0])
    ]
    shown = [fenced("text", "\n\n".join(mine))] if mine else []
    return "\n\n".join((f"## {module}", _line(tree(module)), *borrowed, *shown))


def _origin(it: Definition) -> str:
    return "The modules" if isinstance(it.node, ast.Module) else f"From `{_home(it)}`"


def _home(it: Definition) -> str:
    """Give the module that shows a definition: the one that has it, or else the first that gives it to users."""
    return it.module if it.module in MODULES else _givers()[it.module, it.name]


@cache
def _givers() -> dict[tuple[str, str], str]:
    front, *rooms = MODULES
    given = [(each.module, each.name, module) for module in (*rooms, front) for each in public(module)]
    return {(module, name): giver for module, name, giver in reversed(given)}


# How a definition is written


def _written(it: Definition) -> str:
    match it.node:
        case ast.ClassDef():
            return "\n    ".join((f"# {_line(it.node)}\n{_head(it.node)}", *_members(it.module, it.node)))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return f"# {_line(it.node)}\n{_called(it.node)}"
        case ast.AnnAssign() | ast.Assign():
            return _value(it.node)
    raise TypeError(it.name)


def _line(node: Function | ast.ClassDef | ast.Module) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0]


def _head(node: ast.ClassDef) -> str:
    bases = ", ".join(map(ast.unparse, node.bases))
    return f"class {node.name}({bases})" if bases else f"class {node.name}"


def _called(node: Function) -> str:
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    gives = ast.unparse(node.returns) if node.returns else "None"
    return f"{word} {node.name}({ast.unparse(node.args)}) -> {gives}"


def _value(node: Value) -> str:
    """Write a constant with its type, where the source says or shows it, or an alias with what it stands for."""
    name = ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])
    match node:
        case ast.AnnAssign(annotation=ast.Name("TypeAlias"), value=ast.expr() as value):
            return f"{name} = {ast.unparse(value)}"
        case ast.AnnAssign(annotation=ast.Subscript(slice=kind)):
            return f"{name}: {ast.unparse(kind)}"
        case ast.AnnAssign(value=ast.Call(func=ast.Name(kind))) | ast.Assign(value=ast.Call(func=ast.Name(kind))):
            return f"{name}: {kind}"
    return name


# What a class has


def _members(module: str, node: ast.ClassDef) -> list[str]:
    """Give the public members of a class, with those that it has from classes that are not shown themselves."""
    shown = {each.name for each in public(module)}
    bases = {each.name: each for each in tree(module).body if isinstance(each, ast.ClassDef)}
    hidden = [bases[name] for name in map(ast.unparse, node.bases) if name in bases and name not in shown]
    return [*(line for base in hidden for line in _members(module, base)), *_own(node)]


def _own(node: ast.ClassDef) -> Iterator[str]:
    """Give the members of a class; those that its ``__init__`` sets are what its docstring says that it has."""
    by_hand = any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body)
    told = _attributes(node)
    for each in node.body:
        match each:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if each.name == "__init__" or each.name[0] != "_":
                yield _method(each)
                told.discard(each.name)
            case ast.AnnAssign(target=ast.Name(name)) if name[0] != "_" and (not by_hand or name in told):
                yield _field(name, each)
                told.discard(name)
            case ast.Assign(targets=[ast.Name(name)], value=value) if name[0] != "_":
                yield f"{name} = {ast.unparse(value)}"
    yield from sorted(told) if by_hand else ()


def _attributes(node: ast.ClassDef) -> set[str]:
    _, _, listed = (ast.get_docstring(node) or "").partition("Attributes:\n")
    lines = re.findall(r"^ {4}(\w+(?:, \w+)*): ", listed.partition("\n\n")[0], re.MULTILINE)
    return {name for line in lines for name in line.split(", ")}


def _method(node: Function) -> str:
    if any(ast.unparse(each) == "property" for each in node.decorator_list):
        return f"{node.name}: {ast.unparse(node.returns) if node.returns else 'Any'}"
    return _called(node)


def _field(name: str, node: ast.AnnAssign) -> str:
    shown = f"{name}: {ast.unparse(node.annotation)}"
    match node.value:
        case None:
            return shown
        case ast.Call(func=ast.Name("field"), keywords=words):
            said = {word.arg: ast.unparse(word.value) for word in words}
            default = said.get("default") or ("factory" in said and f"{said['factory']}()")
            return f"{shown} = {default}" if default and said.get("init") != "False" else shown
        case ast.Call(func=ast.Name("_choice"), args=[default]):
            return f"{shown} = {ast.unparse(default)}"
        case value:
            return f"{shown} = {ast.unparse(value)}"
