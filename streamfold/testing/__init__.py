"""Strategies and laws for folds of such streams, yours included. They need Hypothesis."""

try:
    import hypothesis as _  # noqa: F401 - to say what is missing before anything else does
except ImportError as error:
    raise ImportError("streamfold.testing needs hypothesis: install streamfold[testing]") from error

from . import laws, strategies
from ._machine import machine

__all__ = ["laws", "machine", "strategies"]
