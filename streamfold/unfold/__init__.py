"""From a message to a stream that folds into it, and from a stream to the bytes that a server would send."""

from ._bytes import to_jsonl, to_sse
from ._deltas import coalesce, rechunk
from ._dialect import COHERE, COHERE_2024, OCI, VLLM, Dialect
from ._splits import Split, every, seeded, whole, words
from ._unfold import unfold
from .errors import InexpressibleError

__all__ = [
    "COHERE",
    "COHERE_2024",
    "OCI",
    "VLLM",
    "Dialect",
    "InexpressibleError",
    "Split",
    "coalesce",
    "every",
    "rechunk",
    "seeded",
    "to_jsonl",
    "to_sse",
    "unfold",
    "whole",
    "words",
]
