"""Every law of ``streamfold.testing`` over the fold of this library, with many streams, and with what they are worth.

Run it from the root of the repository::

    PYTHONPATH=. python tests/evidence/laws.py [--examples 4000] [--jobs 2] [--seed 0] [--law NAME ...] [FOLDER]

For each law it prints how many examples were tried, how many of them were different, how many were trivial (the law
could not have been broken by them, or hardly), and the processor time. With a FOLDER of recordings it makes examples
of each of these instead, ``--examples`` of each. It exits with 1 if a law does not hold.
"""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from attrs import evolve
from hypothesis import strategies as st

from streamfold import check
from streamfold.recordings import load
from streamfold.testing._facts import strictly_parsed
from streamfold.testing._trial import tried
from streamfold.testing.laws import LAWS, STREAMFOLD, told

# Which examples are trivial


def is_of_one_form(drawn):
    one, other = drawn
    return one == other


def is_silent(events):
    """Whether no text, plan or arguments came, nor a citation."""
    known = told(events)
    return not (known.text or known.thinking or known.tool_plan or any(raw for _, _, raw in known.calls))


def is_at_an_end(drawn):
    events, place = drawn
    return place % (len(events) + 1) in (0, len(events))


def is_in_sequence(events):
    kinds = [(event["type"].rpartition("-")[0], event.get("index")) for event in events[1:-1]]
    changes = [each for each, before in zip(kinds, [None, *kinds], strict=False) if each != before]
    return len(changes) == len(set(changes))


def has_no_half(events):
    return not any("\ud800" <= character <= "\udfff" for event in events for character in characters(event))


def characters(value):
    if isinstance(value, str):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (character for each in inner for character in characters(each))


def is_without_cut_call(events):
    ended = {event["index"] for event in events if event["type"] == "tool-call-end"}
    calls = [event["index"] for event in events if event["type"] == "tool-call-start"]
    raws = [raw for _, _, raw in told(events).calls]
    return all(index in ended and strictly_parsed(raw) is not None for index, raw in zip(calls, raws, strict=True))


def is_one_chunk(chunked):
    return sum(map(bool, chunked.chunks)) < 2


def is_clean(events):
    return not check(events).violations


def is_empty(events):
    return not events


def is_never(_):
    return False


def is_with_nothing(drawn):
    return any(not events for events in drawn)


def lacks(name):
    def is_trivial(events):
        return not getattr(told(events), name)

    return is_trivial


TRIVIAL = {
    "purity": is_at_an_end,
    "acceptance": is_silent,
    "totality": is_clean,
    "chunking": is_of_one_form,
    **{law: lacks(law.removeprefix("conservation of ")) for law in LAWS if law.startswith("conservation of ")},
    "interleaving": is_in_sequence,
    "additions": is_of_one_form,
    "halves": has_no_half,
    "prefix": is_empty,
    "failure": is_never,
    "cut calls": is_without_cut_call,
    "round trip": is_of_one_form,
    "parity": lambda drawn: is_silent(drawn[0]),
    "copies": is_silent,
    "isolation": is_with_nothing,
    "resume": is_at_an_end,
    "transport": is_one_chunk,
    "strictness": is_clean,
    "first error": is_clean,
    "linear cost": is_never,
    "logs": is_with_nothing,
}

# Trying them

UNLIKE_RECORDINGS = {"linear cost", "interleaving"}  # the one has streams of its own; the other, none was recorded


class Row(NamedTuple):
    """What came of a law.

    Attributes:
        different: how many examples were like no other.
        trivial: how many could hardly have broken the law.
        seconds: of the processor.
        broken: verdicts with their breaches.
    """

    law: str
    tried: int
    different: int
    trivial: int
    seconds: float
    broken: list[str]

    def __str__(self):
        share = 100 * self.trivial / max(self.tried, 1)
        counts = f"{self.tried:>8} {self.different:>10} {share:>8.1f} % {self.seconds:>9.1f}"
        return "\n\n".join([f"{self.law:<30}{counts}", *self.broken])


HEAD = f"{'law':<30}{'tried':>8} {'different':>10} {'trivial':>10} {'seconds':>9}"


def row(name, options):
    counts, seen = Counter(), set()
    law, is_trivial = LAWS[name], TRIVIAL[name]

    def judge(accumulator, drawn):
        counts["tried"] += 1
        counts["trivial"] += is_trivial(drawn)
        seen.add(hash(repr(drawn)))
        return law.judge(accumulator, drawn)

    begin = time.process_time()
    counted = evolve(law, judge=judge)
    found = [
        tried(counted, STREAMFOLD, options.examples, options.seed, streams) for streams in sources(options.folder, name)
    ]
    broken = [verdict.shown for verdict in found if not verdict.holds]
    return Row(name, counts["tried"], len(seen), counts["trivial"], time.process_time() - begin, broken)


def sources(folder, name):
    """Give what a law is tried with: None for its own streams, or each recording, if it is one that can be folded."""
    if folder is None:
        return [None]
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".sse", ".jsonl"))
    streams = map(events_of, paths)
    return [st.just(events) for events in streams if name != "acceptance" or check(events).ok]


def events_of(path):
    [recording] = load(path.read_bytes(), path.name)
    return [located.event for located in recording.events]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--examples", type=int, default=4_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--law", action="append", choices=LAWS, metavar="NAME")
    options = parser.parse_args()
    names = options.law or [name for name in LAWS if options.folder is None or name not in UNLIKE_RECORDINGS]
    rows = []
    print(HEAD)
    with ProcessPoolExecutor(options.jobs) as pool:
        for each in pool.map(row, names, [options] * len(names)):
            rows.append(each)
            print(each, flush=True)
    print(Row("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:5]), []))
    return int(any(each.broken for each in rows))


if __name__ == "__main__":
    sys.exit(main())
