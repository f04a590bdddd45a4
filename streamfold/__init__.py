"""Fold Cohere v2 chat stream events into one validated message."""

from . import errors, events, rules
from ._fold import Report, check, finish, fold, scan, step
from ._state import State
from .errors import GenerationFailed, StreamError, StreamInterrupted
from .limits import Limits
from .message import (
    Citation,
    InvalidToolCall,
    Message,
    Partial,
    TextBlock,
    ThinkingBlock,
    ToolCall,
    Usage,
)
from .rules import LENIENT, STANDARD, STRICT, Rules
from .violations import Kept, Violation

__all__ = [
    "LENIENT",
    "STANDARD",
    "STRICT",
    "Citation",
    "GenerationFailed",
    "InvalidToolCall",
    "Kept",
    "Limits",
    "Message",
    "Partial",
    "Report",
    "Rules",
    "State",
    "StreamError",
    "StreamInterrupted",
    "TextBlock",
    "ThinkingBlock",
    "ToolCall",
    "Usage",
    "Violation",
    "check",
    "errors",
    "events",
    "finish",
    "fold",
    "rules",
    "scan",
    "step",
]
