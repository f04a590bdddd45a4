"""Where the work goes: how many instructions of Python each function executes, which no machine makes more or fewer.

``python tests/benchmarks/opcodes.py fold RAG`` folds one stream under a tracer, and prints the functions that executed
most, with how often each was called; ``thin`` in place of ``fold`` is the floor, and ``step`` goes event by event.
"""

import sys
from collections import Counter
from pathlib import Path

from shapes import shaped
from walks import stepped, thin

from streamfold import fold

WORKS = {"fold": fold, "step": stepped, "thin": thin}


def executed(work, events):
    """Give the instructions that each function executed, and how often it was called."""
    work(events)  # what is made once is made now
    counts, calls = Counter(), Counter()

    def enter(frame, *_):
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        name = f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"
        calls[name] += 1

        def look(_, what, __):
            counts[name] += what == "opcode"
            return look

        return look

    sys.settrace(enter)
    work(events)
    sys.settrace(None)
    return counts, calls


def main():
    work, shape = sys.argv[1:]
    events = shaped(shape)
    counts, calls = executed(WORKS[work], events)
    print(f"{work} {shape}: {counts.total()} instructions, {counts.total() / len(events):.0f} an event")
    for name, count in counts.most_common(25):
        print(f"{count:8} {calls[name]:6} calls  {name}")


if __name__ == "__main__":
    main()
