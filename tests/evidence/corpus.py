"""Every single mutation and every cut of a folder of recordings, and what the fold makes of them.

``python tests/evidence/corpus.py FOLDER`` drops, doubles, swaps and re-numbers every event of every recording, cuts
each at every event, and with ``--bytes`` at every byte. It prints how many roots the violations have, and exits with 1
if a law does not hold: ``check`` returns, no character of a delta is lost, a message comes out under LENIENT exactly
where a message-end came, ``fold`` under STANDARD raises exactly where the catalogue says error, and no cut is a message
unless its last event is whole.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from streamfold import LENIENT, STANDARD, StreamError, check, fold
from streamfold.recordings import load
from streamfold.rules import Severity

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "corpus")]

import streams
from walk import events_of


def mutants(events):
    """Yield (kind, stream) for each event dropped, doubled, swapped with the next, and numbered otherwise."""
    for position, event in enumerate(events):
        before, after = events[:position], events[position + 1 :]
        yield "drop", [*before, *after]
        yield "double", [*before, event, event, *after]
        if after:
            yield "swap", [*before, after[0], event, *after[1:]]
        if "index" in event:
            yield "index", [*before, {**event, "index": event["index"] + 1}, *after]
            yield "index", [*before, {**event, "index": event["index"] - 1}, *after]
        yield "cut", before


def problems(events):
    """Give the roots of a mutant, and what it breaks of the laws."""
    report = check(events)
    message = report.state.message()
    told = message or report.partial
    parts = [
        *(block.text for block in told.content),
        told.tool_plan or "",
        *(call.raw_arguments for call in told.calls),
    ]
    kept = [text for kept in told.kept for text in streams.characters_of(kept.event)]
    arrived = [text for event in events for text in streams.characters_of(event)]
    ended = any(event["type"] == "message-end" for event in events)
    laws = {
        "conservation": Counter("".join([*parts, *kept])) == Counter("".join(arrived)),
        "lenient": returns(events, LENIENT) == ended,
        "standard": returns(events, STANDARD)
        == (not any(v.rule.standard is Severity.ERROR for v in report.violations)),
        "roots": len(report.roots) <= 3,
    }
    return len(report.roots), [law for law, holds in laws.items() if not holds]


def returns(events, rules):
    try:
        fold(events, rules)
    except StreamError:
        return False
    return True


def cut_everywhere(data):
    """Give how many cuts are partial and how many whole, and those that are neither as they should be."""
    counts, wrong = Counter(), []
    # the last byte of the message-end: of the blank line that dispatches it, or of its object
    whole = data.index(b"\n\n", data.index(b"message-end")) + 1 if data.startswith(b"event") else data.rindex(b"}")
    for size in range(len(data)):
        [recording] = load(data[:size])
        report = check(recording.events, LENIENT)
        counts["whole" if report.message else "partial"] += 1
        codes = {violation.code for violation in report.errors}
        if bool(report.message) != (size > whole) or not (report.message or codes <= {"event-cut", "no-message-end"}):
            wrong.append(size)
    return counts, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bytes", action="store_true", help="cut at every byte too, which takes many minutes")
    options = parser.parse_args()
    files = sorted(path for path in options.folder.iterdir() if path.suffix in (".sse", ".jsonl"))
    start, roots, kinds, failed = time.monotonic(), Counter(), Counter(), []
    for path in files:
        for kind, mutant in mutants(events_of(path)):
            count, broken = problems(mutant)
            roots[count] += 1
            kinds[kind] += 1
            failed += [(path.name, kind, law) for law in broken]
    print(f"{sum(kinds.values())} mutants of {len(files)} recordings in {time.monotonic() - start:.0f} s:", dict(kinds))
    print("roots:", dict(sorted(roots.items())), "laws broken:", json.dumps(failed[:9]), len(failed))
    if options.bytes:
        start, counts, wrong = time.monotonic(), Counter(), []
        for path in files:
            more, bad = cut_everywhere(path.read_bytes())
            counts += more
            wrong += [(path.name, size) for size in bad]
        print(f"cuts at every byte in {time.monotonic() - start:.0f} s:", dict(counts), "wrong:", wrong[:9], len(wrong))
        failed += wrong
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
