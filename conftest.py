"""Every example in the documentation and in a docstring is a test.

In Markdown, ``python`` blocks are run, with or without ``>>>``, and so are the ``streamfold`` commands of
``console`` blocks. pytest's own doctest is not for Markdown: it reads a closing fence as output.
"""

import shlex
import subprocess
import sys
from pathlib import Path

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parent


def run_console(example: Example) -> str | None:
    """Run the commands of a ``console`` block, and say where one prints something else than stands there."""
    shown = str(example.parsed)
    ran = "".join(f"$ {command}\n{_output(command)}" for command in _commands(shown))
    return None if ran == shown else f"expected:\n{shown}\ngot:\n{ran}"


def _commands(shown: str) -> list[str]:
    return [line.removeprefix("$ ") for line in shown.splitlines() if line.startswith("$ ")]


def _output(command: str) -> str:
    program, *arguments = shlex.split(command)
    if program != "streamfold":
        return f"{program} is not run here\n"
    call = [sys.executable, "-X", "utf8", "-m", program, *arguments]
    done = subprocess.run(  # noqa: S603 - the command stands in the documentation
        call, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout.decode()


documents = Sybil([PythonCodeBlockParser(), CodeBlockParser("console", run_console)], pattern="*.md")
docstrings = Sybil([DocTestParser()], pattern="*.py", path="streamfold")
pytest_collect_file = (documents + docstrings).pytest()
