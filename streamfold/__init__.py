"""Fold Cohere v2 chat stream events into one validated message."""

from . import errors, events, rules
from ._aio import afold, ascan
from ._check import Report, check
from ._fold import finish, fold, scan, step
from ._many import fold_keyed, fold_many
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
    "afold",
    "ascan",
    "check",
    "errors",
    "events",
    "finish",
    "fold",
    "fold_keyed",
    "fold_many",
    "rules",
    "scan",
    "step",
]
