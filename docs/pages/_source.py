"""Public names and their definitions, read from the source: nothing is imported, so nothing need be installed."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

_ROOT: Final = Path(__file__).parents[2]

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Value: TypeAlias = ast.AnnAssign | ast.Assign
Node: TypeAlias = Function | Value | ast.ClassDef | ast.Module


class Definition(NamedTuple):
    """What a name stands for, and where that is defined."""

    module: str
    name: str
    node: Node


def public(module: str) -> list[Definition]:
    """Give what the public names of a module stand for: those of its ``__all__``, or else all that it defines."""
    mine = {name: node for node in tree(module).body for name in _named(node)}
    match mine.get("__all__"):
        case ast.Assign(value=listed):
            return [found(module, name) for name in ast.literal_eval(listed)]
        case _:
            return [found(module, name) for name in mine if not name.startswith("_")]


@cache
def tree(module: str) -> ast.Module:
    """Give the source of a module."""
    return ast.parse(_file(module).read_text(encoding="utf-8"))


def _file(module: str) -> Path:
    path = _ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _named(node: ast.stmt) -> Iterator[str]:
    """Give the names that a statement of a module defines."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.AnnAssign(target=ast.Name(name)) | ast.Assign(targets=[ast.Name(name)]):
            yield name


def found(module: str, name: str) -> Definition:
    """Give what *name* stands for in *module*, which may have it from another one."""
    for node in tree(module).body:
        if name in _named(node):
            return Definition(module, name, node)  # type: ignore[arg-type]  # what has a name is one of these
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            if name == (alias.asname or alias.name):
                return _imported(_origin(module, node), alias.name)
    raise LookupError(f"{module} has no {name}")


def _origin(module: str, node: ast.ImportFrom) -> str:
    """Give the full name of what *node* imports from."""
    package = module.split(".") if _file(module).name == "__init__.py" else module.split(".")[:-1]
    above = package[: len(package) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def _imported(module: str, name: str) -> Definition:
    inner = f"{module}.{name}"
    return Definition(inner, name, tree(inner)) if _file(inner).exists() else found(module, name)
