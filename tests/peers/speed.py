"""What published folds cost beside a thin walk, each in an environment of its own, and write the table of the page.

``python tests/peers/speed.py FOLDER`` makes the environments in a folder as ``compare.py`` does, uses those that are
there, and writes its table into ``docs/explanation/speed.md``. Every figure is a ratio to the thin walk over parsed
mappings, measured in turn with it in one process. A fold that takes the objects of the SDK is given them ready made:
what it costs to make them is the row of the SDK.
"""

import json
import sys
from copy import deepcopy
from functools import partial
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs/explanation/speed.md"
sys.path[:0] = [str(ROOT), str(HERE.parent / "benchmarks")]

import folds
from compare import environment, run
from measure import once, write_table
from peers import cohere_walk
from shapes import framed, text, tools
from walks import thin, thin_bytes

from streamfold import fold

SHAPES = {
    "text": text(3_000),
    "arguments": tools(4, 100),
    "ten times the text": text(30_000),
    "ten times the arguments": tools(4, 1_000),
}
ROUNDS, RUNS = 5, 4


SDK = "The SDK itself, from bytes to objects"
OURS, OURS_OF_SDK = "streamfold", "streamfold, of the SDK's objects"


def figures(name):
    """Give what an event costs in each stream, in walks over the same stream."""
    if name == OURS:
        return {shape: ratio(partial(thin, events), fold, events) for shape, events in SHAPES.items()}
    if name == SDK:
        return {shape: _of_sdk(framed(events, 4096)) for shape, events in SHAPES.items()}
    made = {shape: list(_made(name, events)) for shape, events in SHAPES.items()}
    folds.by_client, folds.by_client_async = iter, _asynchronously
    work = fold if name == OURS_OF_SDK else folds.PEERS[name].make().fold
    return {shape: ratio(partial(thin, events), work, made[shape]) for shape, events in SHAPES.items()}


def _made(name, events):
    return events if name == "LiteLLM" else folds.by_client(events)  # the one that takes mappings


async def _asynchronously(events):
    for event in events:
        yield event


def _of_sdk(chunks):
    return ratio(partial(thin_bytes, chunks), lambda walk: walk(), cohere_walk(b"".join(chunks)))


def ratio(floor, work, stream):
    pairs = []
    for _ in range(ROUNDS):
        # each run has a copy of its own: some of them write into what they are given
        copies = [stream if callable(stream) else deepcopy(stream) for _ in range(RUNS)]
        pairs.append((once(floor, RUNS), once(lambda copies=copies: work(copies.pop()), RUNS)))
    floors, times = zip(*pairs, strict=True)
    return median(times) / median(floors)


def told(folder, name):
    """Give a row of the table, measured in the environment of a fold."""
    of_sdk = ("cohere>=7",)
    own = {OURS: (), OURS_OF_SDK: of_sdk, SDK: of_sdk}
    requires = own[name] if name in own else folds.PEERS[name].requires
    python = environment(folder, requires) if requires else sys.executable
    found = json.loads(run(python, Path(__file__), "--fold", name).splitlines()[-1])
    return [name, *(f"{figure:.3g}" for figure in found.values())]


def main(option, name=None):
    if option == "--fold":
        print(json.dumps(figures(name)))
        return
    folder = Path(option).resolve()
    rows = [told(folder, name) for name in (OURS, OURS_OF_SDK, *folds.PEERS, SDK)]
    write_table(PAGE, ["fold", *SHAPES], rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
