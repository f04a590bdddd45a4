# ruff: noqa: INP001 - docs is no package
"""Write the pages and pictures that are drawn from the tables and the catalogue.

``python docs/generate.py`` writes them; with ``--check`` it only names the stale ones, and exits 1 if there are any.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from pages import architecture, cli, errors, events, names, order, rules, testing

DOCS: Final = Path(__file__).parent

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "reference/names.md": names.names_page,
    "reference/events.md": events.events_page,
    "reference/rules.md": rules.rules_page,
    "reference/order.md": order.order_page,
    "reference/errors.md": errors.errors_page,
    "reference/testing.md": testing.testing_page,
    "reference/cli.md": cli.cli_page,
    "pictures/architecture.svg": architecture.picture,
    **{f"pictures/order-{name}.svg": partial(order.picture, name) for name in order.MACHINES},
}


def stale(docs: Path) -> list[str]:
    """Give the names of the pages under *docs* that are not what they should be."""
    return [name for name, page in PAGES.items() if not _is_written(docs / name, page())]


def _is_written(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def main(arguments: Sequence[str], docs: Path = DOCS) -> int:
    """Write the stale pages under *docs*, or with ``--check`` name them; give the exit status."""
    names = stale(docs)
    if "--check" not in arguments:
        for name in names:
            (docs / name).write_text(PAGES[name](), encoding="utf-8")
        return 0
    for name in names:
        sys.stderr.write(f"{docs / name} is stale; run python docs/generate.py\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
