"""The memory of endless streams: each is folded until a limit ends it.

``python tests/evidence/memory.py`` prints, for each sort of stream, where it ended, the peak of the memory that Python
allocated, and that peak over what the limit of characters allows, at the width that Python gives these characters.
"""

import sys
import tracemalloc
from itertools import chain, count
from pathlib import Path

from streamfold import Limits, check

sys.path.insert(0, str(Path(__file__).parents[1]))

import streams as s

TEXT = [s.message_start(), s.content_start()]
SORTS = {
    "text": (1, lambda: chain(TEXT, (s.content_delta(f" word{n % 10}") for n in count()))),
    "text in long deltas": (1, lambda: chain(TEXT, (s.content_delta("x" * 1000) for _ in count()))),
    "text in very long deltas": (1, lambda: chain(TEXT, (s.content_delta("x" * 1_000_000 + str(n)) for n in count()))),
    "such deltas behind short ones": (
        1,
        lambda: chain(TEXT, (s.content_delta("x" * (1 if n < 872 else 1_000_000) + str(n)) for n in count())),
    ),
    "emoji": (4, lambda: chain(TEXT, (s.content_delta("😀 a") for _ in count()))),
    "empty deltas": (1, lambda: chain(TEXT, (s.content_delta("") for _ in count()))),
    "arguments": (1, lambda: chain([s.message_start(), s.call_start()], (s.call_delta("abc") for _ in count()))),
    "events of no known type": (1, lambda: ({"type": "later", "x": "y" * 100, "n": n} for n in count())),
    "deltas of a closed block": (
        1,
        lambda: chain([s.message_start(), *s.text_block("Hi")], (s.content_delta("x" * 500) for _ in count())),
    ),
    "blocks": (1, lambda: (event for n in count() for event in s.text_block("x" * 100, index=n))),
    "citations": (
        1,
        lambda: chain(
            [*TEXT, s.content_delta("Hi")],
            (event for n in count() for event in (s.citation_start(0, 2, "Hi", n), s.citation_end(n))),
        ),
    ),
    "citations of another text": (
        1,
        lambda: chain(
            [*TEXT, s.content_delta("Hi")],
            (event for n in count() for event in (s.citation_start(0, 2, "Ho", n), s.citation_end(n))),
        ),
    ),
}


def main():
    limits = Limits()
    print(f"limits: {limits}")
    for name, (width, stream) in SORTS.items():
        tracemalloc.start()
        report = check(stream(), limits=limits)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        share = peak / limits.characters / width
        print(f"{name:<29} ended at {report.state.position:>8}, peak {peak / 1e6:6.1f} MB, {share:.2f} x", end="  ")
        print(report.errors[-1].detail)


if __name__ == "__main__":
    main()
