"""A message as other libraries want it: plain mappings, made without importing any of them."""

from ._ag_ui import to_ag_ui
from ._langchain import to_langchain
from ._opentelemetry import to_opentelemetry

__all__ = ["to_ag_ui", "to_langchain", "to_opentelemetry"]
