"""Save a state as JSON, load it, and go on where the transport begins anew."""

from ._codec import dump, load
from ._unseen import aunseen, unseen
from .errors import CheckpointError, ReplayError

__all__ = ["CheckpointError", "ReplayError", "aunseen", "dump", "load", "unseen"]
