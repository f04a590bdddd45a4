"""What the tests here have in common: a browser."""

from browser.chromium import browser, driver

__all__ = ["browser", "driver"]
