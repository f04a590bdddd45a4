"""A Chromium without a window, where the machine has one."""

import shutil
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec

import pytest

OPTIONS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars
""".split()


def what_is_missing():
    """Say what a machine lacks to open pages, or nothing."""
    found = {
        "the package selenium": find_spec("selenium"),
        "the program chromium": shutil.which("chromium"),
        "the program chromedriver": shutil.which("chromedriver"),
    }
    return " and ".join(name for name, it in found.items() if it is None)


@contextmanager
def chromium():
    """Give a driver of a Chromium that knows nothing yet."""
    from selenium import webdriver  # noqa: PLC0415 - not every machine has it
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415 - likewise

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        for option in [*OPTIONS, f"--user-data-dir={home}"]:
            options.add_argument(option)
        driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        try:
            yield driver
        finally:
            driver.quit()


class Browser:
    """What a test does with a page; whatever the page complains about in the console fails it."""

    def __init__(self, driver, folder):
        self.driver = driver
        self.folder = folder
        self.reset()

    def reset(self):
        """Forget what a test has set."""
        self.emulate("setScriptExecutionDisabled", value=False)
        self.emulate("setEmulatedMedia", media="", features=[])
        self.resize(1280, 900)
        self.complaints()

    def emulate(self, what, **how):
        """Pretend to be another browser."""
        self.driver.execute_cdp_cmd(f"Emulation.{what}", how)

    def prefer(self, **features):
        """Pretend that the reader prefers something: ``prefers_color_scheme="dark"``."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.emulate("setEmulatedMedia", media="", features=named)

    def resize(self, width, height):
        """Pretend to have a screen of another size."""
        self.emulate("setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)

    def open(self, pieces):
        """Open a page."""
        path = self.folder / "page.html"
        path.write_text("".join(pieces), encoding="utf-8")
        self.driver.get("about:blank")
        self.driver.get(path.as_uri())
        for _ in range(1_000):  # on a busy machine, the driver may be back before the page is whole
            if self.run("return document.URL === arguments[0] && document.readyState", path.as_uri()) == "complete":
                return
            time.sleep(0.03)
        raise AssertionError(path)

    def run(self, script, *arguments):
        """Run JavaScript in the page, and give what it returns."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        """Give the first element of a CSS selector."""
        return self.driver.find_element("css selector", selector)

    def find_all(self, selector):
        """Give all elements of a CSS selector."""
        return self.driver.find_elements("css selector", selector)

    def style(self, selector, name, pseudo=None):
        """Give what a property of the first element of a selector comes to."""
        script = "return getComputedStyle(document.querySelector(arguments[0]), arguments[2])[arguments[1]]"
        return self.run(script, selector, name, pseudo)

    def complaints(self):
        """Give what was written to the console since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="session")
def driver():
    """One Chromium for all tests; where there is none, each is skipped and says what is missing."""
    if missing := what_is_missing():
        pytest.skip(f"no page was opened: {missing} is not here")
    with chromium() as driver:
        yield driver


@pytest.fixture
def browser(driver, tmp_path):
    """A browser that has forgotten the test before."""
    browser = Browser(driver, tmp_path)
    yield browser
    assert browser.complaints() == []
