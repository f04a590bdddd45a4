"""Try the laws on published folds, each in an environment of its own, and write the page that compares them.

``python tests/peers/compare.py [folder for the environments]`` installs what is not there yet, and writes
``docs/explanation/comparison.md``. It needs the package index, some gigabytes, and some minutes.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from folds import PEERS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs/explanation/comparison.md"
MINE = ("attrs>=25.4", "cattrs>=25.3", "hypothesis>=6.150")
MARKS = {True: "keeps", False: "breaks", None: "-"}

HEAD = """\
<!-- Written by tests/peers/compare.py: change that, or what it reads. -->

# Comparison

These are the laws of `streamfold.testing.laws`, tried on published folds of Cohere's v2 chat stream in {month}.
Each fold ran in an environment of its own, as its own library calls it, with {examples} examples for each law.
Those that take the objects of the SDK got what its own client makes of each event.
`python tests/peers/compare.py` does it again.

None of them was written to keep these laws.
Tracers want a summary for a log, and frameworks fill the message type that they have.
A dash stands where a law does not apply: a fold that does not claim to keep thinking is not asked for it.
So a dash is no merit, and "breaks" is no verdict on a library.
It says that a stream exists, printed below, of which this fold makes something else than was sent.
Where a law compares two streams that say the same, the second is shown, and what was expected came of the first.
"""


def environment(folder, requires):
    """Give the Python of an environment with these packages, made if it is not there."""
    home = folder / "-".join(sorted(each.partition(">")[0] for each in requires))
    python = home / "bin/python"
    if not python.exists():
        run(sys.executable, "-m", "venv", home)
        run(python, "-m", "pip", "install", "--quiet", *MINE, *requires)
    return python


def judged(folder, name, examples):
    python = environment(folder, PEERS[name].requires)
    return json.loads(run(python, HERE / "judge.py", name, str(examples)).splitlines()[-1])


def run(*command):
    """Run a program of our own, and give what it printed."""
    # one of the folds asks the network for prices when it is imported, unless it is told not to
    settings = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=settings).stdout  # noqa: S603


def page(results, examples, month):
    names = [verdict["law"] for verdict in results[0]["verdicts"]]
    sentences = {verdict["law"]: verdict["sentence"] for verdict in results[0]["verdicts"]}
    of = {(result["name"], verdict["law"]): verdict for result in results for verdict in result["verdicts"]}
    laws = [law for law in names if any(of[result["name"], law]["holds"] is not None for result in results)]
    others = ", ".join(law for law in names if law not in laws)
    rows = [[law, *(MARKS[of[result["name"], law]["holds"]] for result in results)] for law in laws]
    told = {}  # the fold of each breach that is shown already
    calls = [
        [result["name"], result["version"], PEERS[result["name"]].called, PEERS[result["name"]].good]
        for result in results
    ]
    return (
        "\n".join(
            [
                HEAD.format(month=month, examples=examples),
                *table(["fold", "version", "how it was called", "what it does well"], calls),
                "\nstreamfold keeps every one of these laws: its own tests try them.\n",
                "## The laws\n",
                *(f"- {law}: {sentences[law]}" for law in laws),
                f"\nNone of these folds offers what the other laws ask about: {others}.",
                "\n## The verdicts\n",
                *table(["law", *(result["name"] for result in results)], rows),
                "\n## The smallest streams",
                *(line for result in results for line in breaches(result, told)),
            ]
        ).rstrip()
        + "\n"
    )


def table(heads, rows):
    lines = (heads, ["---"] * len(heads), *rows)
    return [f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines]


def breaches(result, told):
    """Give a section with the smallest stream for the laws that are broken; what is told already is not told again."""
    yield f"\n### {result['name']}\n"
    broken = [verdict for verdict in result["verdicts"] if verdict["holds"] is False]
    if not broken:
        yield "No example broke a law that applies."
    found = {}  # the verdicts of each breach
    for verdict in broken:
        found.setdefault((verdict["breach"]["lines"], verdict["breach"]["came"]), []).append(verdict)
    for (lines, came), verdicts in found.items():
        laws = f"**{', '.join(verdict['law'] for verdict in verdicts)}**"
        if (lines, came) in told:
            yield f"{laws}: as {told[lines, came]}.\n"
            continue
        told[lines, came] = result["name"]
        yield f"{laws}\n\n```text\n{shortened(lines)}\n```\n"
        yield f"Expected: `{code(verdicts[0]['breach']['expected'])}`\nCame: `{code(came)}`\n"


def code(text):
    return text.replace("`", "'") or " "


def shortened(lines, most=40):
    """Leave out the middle of a stream that is long because it must be."""
    known = [line if len(line) <= 400 else f"{line[:200]} … {line[-100:]}" for line in lines.splitlines()]
    return "\n".join(known if len(known) <= most else [*known[:4], f"… {len(known) - 8} more …", *known[-4:]])


def main(folder=None, examples=200):
    home = Path(folder or tempfile.mkdtemp()).resolve()
    results = [judged(home, name, examples) for name in PEERS]
    month = datetime.now(UTC).strftime("%B %Y")
    PAGE.write_text(page(results, examples, month), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
