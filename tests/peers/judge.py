"""Try the laws on one published fold, in an environment that has it, and print the verdicts as JSON.

``python tests/peers/judge.py NAME [examples]``; ``compare.py`` makes the environments and calls this in each.
"""

import json
import logging
import sys
import warnings
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from folds import PEERS

from streamfold.testing.laws import verdicts


def versions(distribution):
    """Give the version of a package, and of the SDK beside it."""
    told = f"{distribution} {version(distribution)}"
    with suppress(PackageNotFoundError):
        told += f", cohere {version('cohere')}" * (distribution != "cohere")
    return told


def told(verdict):
    breach = verdict.breach
    return {
        "law": verdict.law,
        "sentence": verdict.sentence,
        "holds": verdict.holds,
        "reason": verdict.reason,
        "breach": breach and {"lines": breach.lines, "expected": breach.expected, "came": breach.came},
    }


def main(name, examples="200"):
    peer = PEERS[name]
    warnings.simplefilter("ignore")
    logging.disable()  # what a fold logs about a stream that is made to be wrong is no result
    found = [told(verdict) for verdict in verdicts(peer.make(), examples=int(examples))]
    print(json.dumps({"name": name, "version": versions(peer.distribution), "verdicts": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
