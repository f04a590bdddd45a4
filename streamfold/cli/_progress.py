"""How far long work has come, for a person who waits at a terminal."""

import sys
from importlib import import_module
from time import monotonic
from typing import Any, Final, Protocol

from .._words import counted
from ._terminal import is_terminal

_WAIT: Final = 0.5  # seconds before work is long
_PAUSE: Final = 0.1  # seconds between two looks


class _Drawing(Protocol):
    def show(self, done: int, text: str) -> None: ...
    def hide(self) -> None: ...


class Bar:
    """A line of progress on standard error, if that is a terminal; there is none before work is long."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._due = monotonic() + _WAIT
        self._drawing: _Drawing | None = None
        self._draws = is_terminal(sys.stderr)
        self._is_shown = False

    def show(self, files: int, streams: int) -> None:
        """Show how many files and streams are done."""
        if self._draws and monotonic() >= self._due:
            self._due = monotonic() + _PAUSE
            self._drawing = self._drawing or _drawing(self._total)
            self._is_shown = True
            self._drawing.show(files, f"{files} of {counted(self._total, 'file')}, {counted(streams, 'stream')}")

    def clear(self) -> None:
        """Make room for a line of something else."""
        if self._is_shown and self._drawing is not None:
            self._drawing.hide()
        self._is_shown = False


def _drawing(total: int) -> _Drawing:
    try:
        return _Rich(total, import_module("rich.progress"), import_module("rich.console"))
    except ImportError:
        return _Plain()


class _Plain:
    def show(self, _: int, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    def hide(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


class _Rich:
    def __init__(self, total: int, progress: Any, console: Any) -> None:
        self._progress = progress.Progress(
            progress.BarColumn(),
            progress.TextColumn("{task.description}", markup=False),
            progress.TimeRemainingColumn(),
            console=console.Console(stderr=True),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=total)

    def show(self, done: int, text: str) -> None:
        self._progress.start()
        self._progress.update(self._task, completed=done, description=text, refresh=True)

    def hide(self) -> None:
        self._progress.stop()
