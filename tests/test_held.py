"""What a start holds is every character that is not just a name, and each node of a source."""

import pytest

from streamfold import events as on
from streamfold._frozen import FrozenDict
from streamfold._held import HELD

LONG = "n" * 257
DOCUMENT = FrozenDict(id="d", text="Oslo")  # 2 keys of 2 and 4 characters, 2 values of 1 and 4, and 3 nodes

STARTS = {
    "a block of a known type": ("content", on.ContentStart(0, "text"), 0),
    "a block of a type that is as long as a name may be": ("content", on.ContentStart(0, LONG[1:]), 0),
    "a block of a longer type": ("content", on.ContentStart(0, LONG), 257),
    "a call without a name": ("call", on.ToolCallStart(0, None, None, None), 0),
    "a call with nothing but an id that is just a name": ("call", on.ToolCallStart(0, LONG[1:], None, None), 0),
    "a call whose names are as long as one may be": ("call", on.ToolCallStart(0, LONG[3:], "f", "f"), 0),
    "a call whose names are longer together": ("call", on.ToolCallStart(0, LONG[2:], "f", "f"), 257),
    "a call with a long name alone": ("call", on.ToolCallStart(0, None, None, LONG), 257),
    "a citation without a source": ("citation", on.CitationStart(0, 0, 4, "Oslo"), 4),
    "a citation whose sources did not come": ("citation", on.CitationStart(0, 0, 4, "Oslo", None), 4),
    "a citation of a long type": ("citation", on.CitationStart(0, 0, 4, "Oslo", type=LONG), 261),
    "a document": (
        "citation",
        on.CitationStart(0, 0, 1, "a", (on.DocumentSource("d", DOCUMENT),), "TEXT_CONTENT"),
        1 + 3 + 1 + 14,
    ),
    "a tool's output": ("citation", on.CitationStart(0, 0, 1, "a", (on.ToolSource("t:0", DOCUMENT),)), 1 + 3 + 3 + 14),
    "a source with more": (
        "citation",
        on.CitationStart(0, 0, 0, "", (on.ToolSource(None, None, FrozenDict(a="b")),)),
        3 + 1 + 4,
    ),
    "a source of an unknown kind": ("citation", on.CitationStart(0, 0, 0, "", (on.OtherSource(DOCUMENT),)), 1 + 14),
}


@pytest.mark.parametrize(("kind", "start", "held"), STARTS.values(), ids=STARTS)
def test_a_start_holds(kind, start, held):
    assert HELD[kind](start) == held
