"""What `ratios` measures in turn, for pytest-benchmark: each work beside its floor, with all its statistics.

``python -m pytest tests/benchmarks/suite.py`` prints a table for each floor, with every time as so many of the least.
``--benchmark-autosave`` keeps a run and ``--benchmark-compare`` shows what has become of it; ``--benchmark-disable``
only looks whether every work tells what its floor does.
"""

import pytest
from ratios import works, works_of_sdk
from shapes import SHAPES
from walks import thin, thin_bytes

from streamfold import Message

FORMS = {thin: "parsed", thin_bytes: "bytes"}
CASES = {}
for name, (floor, work) in (works() | works_of_sdk()).items():
    shape = next(each for each in ("event a chunk", "typed", "SDK", *SHAPES) if each in name)
    group = f"{FORMS.get(floor.func, 'objects')}, {shape}"
    CASES.setdefault(f"floor of {group}", (group, floor, floor))
    CASES[name] = group, floor, work


def told(result):
    """Give what a floor and a work both tell: the text, the plan, and how many calls and citations there are."""
    if isinstance(result, Message):
        return result.text, result.tool_plan or "", len(result.calls), len(result.citations)
    if isinstance(result, str):
        return result, "", 0, 0
    texts, plan, calls, _, citations, _ = result
    return "".join(texts), plan, len(calls), len(citations)


@pytest.mark.parametrize("name", CASES)
def test_a_work_tells_what_its_floor_does(benchmark, name):
    benchmark.group, floor, work = CASES[name]

    assert told(benchmark(work)) == told(floor())
