"""What a fold costs beside a walk that checks nothing: ratios of medians of interleaved rounds, in one run.

``python tests/benchmarks/ratios.py`` prints a row for each kind of work, with its target and whether it keeps to it.
``--json FILE`` saves the rows, and ``--page FILE`` writes them into a page. ``--growth FILE`` draws how the cost of an
event grows with the length of the stream. ``--instructions`` counts instructions as well, with valgrind: no neighbour
on the machine disturbs them. ``--peers`` folds the same bytes with the Cohere SDK, if that is installed.

The floor is a thin walk: if and elif over the parsed mappings, ``list.append`` and one ``join``; for bytes, the decoder
and ``json.loads`` before it. The checked walk is the same with the checks that a fold makes, written by hand.
Times are of the processor, so what others on the machine take is left out, but not that they make it slower.
"""

import argparse
import sys
from functools import partial, reduce

import growth
import measure
import peers
from shapes import SHAPES, framed, shaped, shared, text, tools, typed_text
from walks import checked, folded_bytes, folded_recording, live, stepped, thin, thin_bytes, thin_typed

from streamfold import State, fold, scan, step

# A row of the table: what is done, what it should come to at most, and what would be better still.
TARGETS = {
    "fold text": (2.5, 1.5),
    "fold mixed": (3, 2),
    "fold RAG": (7, 4.5),
    "step text": (6, 4),
    "step RAG": (9, 6.5),
    "bytes text": (1.15, 0.18),
    "bytes mixed": (1.15, 0.4),
    "bytes RAG": (1.15, 0.55),
    "bytes text, an event a chunk": (1.15, 0.25),
    "recording text": (1.15, 0.18),
    "recording mixed": (1.15, 0.4),
    "recording RAG": (1.15, 0.55),
    "growth of step, text": (1.15, None),
    "growth of step, arguments": (1.15, None),
    "growth of step, text in the cache": (1.15, None),
    "growth of step, arguments in the cache": (1.15, None),
    "text after every event": (30, 10),
    "memory while streaming": (25, 12),
    "every state kept": (320, 150),
    "branch in the middle": (2, None),
    "import": (2, None),
    "Cohere SDK": (30, 100),
}
AT_LEAST = {"Cohere SDK"}
WALKS = {"thin walk": thin, "fold": fold, "step": stepped}
GROWING = {"text": text, "arguments": partial(tools, 1)}
SHORT, LONG = 3_000, 300_000


def named(name):
    """Give what a name is of: a work, its floor where '-' stands before it, or ``step of 300000 text``."""
    walk, _, stream = name.partition(" of ")
    if stream:
        count, kind = stream.split()
        return partial(WALKS[walk], GROWING[kind](int(count)))
    floor, work = works()[name.removeprefix("-")]
    return floor if name.startswith("-") else work


def works():
    """Give the works that have a floor, by name: the floor and the work."""
    every = {}
    for name in SHAPES:
        events = shaped(name)
        floor = partial(thin, events)
        every[f"fold {name}"] = floor, partial(fold, events)
        every[f"step {name}"] = floor, partial(stepped, events)
        every[f"checked walk {name}"] = floor, partial(checked, events)
    for name in SHAPES:
        chunks = framed(shaped(name), 4096)
        every[f"bytes {name}"] = partial(thin_bytes, chunks), partial(folded_bytes, chunks)
        every[f"recording {name}"] = partial(thin_bytes, chunks), partial(folded_recording, chunks)
    chunks = framed(shaped("text"), 0)
    every["bytes text, an event a chunk"] = partial(thin_bytes, chunks), partial(folded_bytes, chunks)
    whole = framed(shaped("text"), 4096)
    for loads in faster_loads():
        read = partial(folded_bytes, whole, loads=loads)
        every[f"bytes text, loads={loads.__module__.split('.')[0]}"] = partial(thin_bytes, whole), read
    typed = typed_text(3000)
    every["fold text, typed events"] = partial(thin_typed, typed), partial(fold, typed)
    return every


def works_of_sdk():
    """Give the works on objects of the Cohere SDK, if it is installed; to make these takes longer than all the rest."""
    events = peers.cohere_events(b"".join(framed(shaped("text"), 4096)))
    if events is None:
        return {}
    objects = [*events()]
    return {"fold text, objects of the SDK": (partial(peers.loop, objects), partial(fold, objects))}


def faster_loads():
    """Give the readers of JSON that are installed beside the library's own."""
    for name in ("orjson", "msgspec.json"):
        try:
            module = __import__(name, fromlist=["loads"])
        except ImportError:
            continue
        yield getattr(module, "loads", None) or partial_named(module.decode, name)


def partial_named(function, name):
    def loads(data):
        return function(data)

    loads.__module__ = name
    return loads


def ratios(rounds, *, counts):
    for name, (floor, work) in works().items():
        least, mine = measure.seconds([floor, work], rounds)
        counted = measure.instructions(name) / measure.instructions(f"-{name}") if counts else None
        yield row(name, mine / least, "x its floor", counted)
    for name, (floor, work) in works_of_sdk().items():
        least, mine = measure.seconds([floor, work], rounds)
        yield row(name, mine / least, "x its floor")


def memory():
    events = text(30_000)
    length = sum(len(each["delta"]["message"]["content"]["text"]) for each in events[2:-2])
    _, size = measure.held(lambda: reduce(step, events[:-2], State()))
    yield row("memory while streaming", (size - length) / 30_000, "bytes a delta")
    states, size = measure.held(lambda: [state for _, state in scan(events)])
    yield row("every state kept", size / len(states), "bytes a state")


def others(rounds):
    events = text(30_000)
    [shown] = measure.seconds([partial(live, events)], 3)
    yield row("text after every event", shown / len(events) * 1e6, "microseconds an event")
    middle = reduce(step, events[:15_000], State())
    step(middle, events[15_000])
    [branch] = measure.seconds([partial(step, middle, events[15_001])], rounds)
    yield row("branch in the middle", branch * 1e6, "microseconds")
    ours, theirs = measure.import_seconds(["import streamfold", "import attrs, cattrs"], max(rounds // 2, 5))
    yield row("import", ours / theirs, "x attrs and cattrs")


def against_peers(rounds):
    chunks = framed(shaped("text"), 4096)
    walk = peers.cohere_walk(b"".join(chunks))
    if walk is None:
        return
    theirs, ours = measure.seconds([walk, partial(folded_bytes, chunks)], max(rounds // 4, 3))
    yield row("Cohere SDK", theirs / ours, "x as long")


def growths(rounds, *, counts):
    for name, make in GROWING.items():
        yield from growth_of(name, make(SHORT), make(LONG), rounds, counts=counts)
        yield from growth_of(f"{name} in the cache", shared(make(SHORT)), shared(make(LONG)), rounds, counts=False)


def growth_of(name, short, long, rounds, *, counts):
    small = measure.seconds([partial(walk, short) for walk in WALKS.values()], rounds)
    large = measure.seconds([partial(walk, long) for walk in WALKS.values()], max(rounds // 7, 3))
    grown = {walk: many / len(long) / (few / len(short)) for walk, few, many in zip(WALKS, small, large, strict=True)}
    for walk, figure in grown.items():
        # A long list of mappings is slower to walk over at all: a fold may grow as the thin walk does.
        most = max(1.15, grown["thin walk"]) if walk == "fold" else None
        counted = grown_instructions(walk, name) if counts else None
        yield row(f"growth of {walk}, {name}", figure, "x an event of 3 000", counted, most=most)


def grown_instructions(walk, name):
    """Give how many times the instructions a walk takes for an event of a long stream, which no cache changes."""
    few, many = (measure.instructions(f"{walk} of {count} {name}", 1, 2) / count for count in (SHORT, LONG))
    return many / few


def row(name, figure, unit, counted=None, most=None):
    target, best = TARGETS.get(name, (None, None)) if most is None else (round(most, 2), None)
    least = name in AT_LEAST
    verdict = "" if target is None else ("kept" if reaches(figure, target, least=least) else "missed")
    verdict = "kept, and the stretch" if best is not None and reaches(figure, best, least=least) else verdict
    told, stretch = ("" if most is None else f"{'at least' if least else 'at most'} {most}" for most in (target, best))
    instructions = "" if counted is None else f"{counted:.2f} x"
    print(f"{name:<38} {figure:9.2f} {unit:<24} {instructions:<8} {told:<14} {verdict}", flush=True)
    return {
        "name": name,
        "figure": round(figure, 2),
        "unit": unit,
        "instructions": instructions,
        "target": told,
        "stretch": stretch.rpartition(" ")[2],
        "verdict": verdict,
    }


def reaches(figure, most, *, least):
    return figure >= most if least else figure <= most


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", metavar="FILE", help="save the rows")
    parser.add_argument("--page", metavar="FILE", help="write the rows as the table of a page")
    parser.add_argument("--growth", metavar="FILE", help="draw the growth")
    parser.add_argument("--instructions", action="store_true", help="count instructions, too")
    parser.add_argument("--peers", action="store_true", help="fold with the Cohere SDK, too")
    parser.add_argument("--run", metavar="NAME", help="only run what has this name, as `named` knows it")
    parser.add_argument("--times", type=int, default=1)
    given = parser.parse_args()
    if given.run:
        work = named(given.run)
        for _ in range(given.times):
            work()
        return
    print(f"Python {sys.version.split()[0]}")
    rows = list(all_rows(given))
    if given.json:
        measure.save(given.json, {"python": sys.version.split()[0], "rows": rows})
    if given.page:
        measure.write_figures(given.page, rows)
    if given.growth:
        growth.draw(given.growth, WALKS, text, given.rounds)


def all_rows(given):
    yield from ratios(given.rounds, counts=given.instructions)
    yield from growths(given.rounds, counts=given.instructions)
    yield from others(given.rounds)
    yield from memory()
    if given.peers:
        yield from against_peers(given.rounds)


if __name__ == "__main__":
    main()
