"""Recordings as one page of HTML: what each message reads like, how it came, and what is wrong with it."""

from ._page import report

__all__ = ["report"]
