# ruff: noqa: INP001 - docs is no package
"""Take the pictures of the report's page that stand in the documentation.

``python docs/pictures.py`` takes them with the browser that the tests of the page use.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
sys.path += [str(ROOT), str(ROOT / "tests")]

from browser.chromium import Browser, chromium  # noqa: E402 - it stands beside the tests

from streamfold.recordings import Recording, load  # noqa: E402 - likewise
from streamfold.report import report  # noqa: E402 - likewise

_SIZE: Final = (1240, 720)

_SHOW_SOURCES: Final = "document.querySelector('.cite').click()"
_MOVE: Final = """
    const scrubber = document.querySelector(".strip input");
    scrubber.value = 32;
    scrubber.dispatchEvent(new Event("input", { bubbles: true }));
"""

_PICTURES: Final = {
    "report-light": ("light", ("weather_answer", "weather_calls", "broken"), _SHOW_SOURCES),
    "report-dark": ("dark", ("weather_calls", "broken", "weather_answer"), _MOVE),
}


def _example(name: str) -> Recording:
    [recording] = load((ROOT / f"examples/{name}.sse").read_bytes(), f"{name}.sse")
    return recording


def _take(browser: Browser, name: str, scheme: str, names: tuple[str, ...], script: str) -> None:
    browser.prefer(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    browser.resize(*_SIZE)
    browser.open(report(map(_example, names), title="The weather on Friday"))
    browser.run(script)
    browser.driver.save_screenshot(str(ROOT / f"docs/pictures/{name}.png"))


def main() -> None:
    """Take all pictures."""
    with chromium() as driver, TemporaryDirectory() as folder:
        browser: Any = Browser(driver, Path(folder))
        for name, picture in _PICTURES.items():
            _take(browser, name, *picture)


if __name__ == "__main__":
    main()
