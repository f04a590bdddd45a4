"""What changed between two states: for what shows or sends an answer while it arrives."""

from ._change import (
    BlockOpened,
    CallClosed,
    CallOpened,
    Change,
    CitationOpened,
    CitationResolved,
    EventKept,
    MessageBegan,
    MessageEnded,
    PartClosed,
    PartGrew,
    RuleBroken,
)
from ._compare import changes
from ._replay import apply, replay

__all__ = [
    "BlockOpened",
    "CallClosed",
    "CallOpened",
    "Change",
    "CitationOpened",
    "CitationResolved",
    "EventKept",
    "MessageBegan",
    "MessageEnded",
    "PartClosed",
    "PartGrew",
    "RuleBroken",
    "apply",
    "changes",
    "replay",
]
