"""Messages to test with: what streams of every sort amount to, whole, partial and salvaged."""

import streams as s
from attrs import evolve
from hypothesis import strategies as st

from streamfold import LENIENT, STRICT, check, events, fold
from streamfold.testing import strategies

DOCUMENT = {"type": "document", "id": "d", "document": {"title": "T", "data": {"pages": [1, 2]}}}
TOOL = {"type": "tool", "id": "f_0:0", "tool_output": {"content": "15"}, "note": "n"}
WEB = {"type": "web", "url": "https://example.org"}


def spelt(delta, **logprobs):
    return delta | {"logprobs": logprobs}


# Events of streams of which much has to be kept, whatever their order is.
EVENTS = [
    s.message_start(),
    s.plan_delta("Look."),
    s.content_start(),
    spelt(s.content_delta("🐙 Hi"), text="🐙 Hi", token_ids=[1]),
    s.citation_start(0, 1, "🐙", sources=[DOCUMENT, TOOL, WEB]),
    s.citation_end(),
    s.content_end(),
    s.content_start(1, "thinking"),
    spelt(s.content_delta("Hm", 1, "thinking"), n=2),
    s.citation_start(3, 5, "Hi", 1, type=None),
    s.citation_end(1),
    s.content_end(1),
    s.content_start(2, "image"),
    s.content_end(2),
    *s.call('{"a": [1, {}]}'),
    *s.call('{"a": ', index=1),
    s.call_start(2, type=None),
    s.call_delta("null", 2),
    s.call_end(2),
    s.call_start(3, id=None),
    s.call_end(3),
    events.Debug("p"),
    {"type": "note"},
    5,
    s.message_end("TOOL_CALL"),
    s.message_end("ERROR", error="e", error_type="E"),
    s.message_end("BORED", usage={"cached_tokens": "3", "tokens": {"input_tokens": 1.0, "odd": [1]}, "more": None}),
]


def reports():
    """What checks find in streams of every sort."""
    some = st.lists(st.sampled_from(EVENTS)).map(lambda rest: [s.message_start(), *rest])
    return (strategies.any_streams() | some | st.permutations(EVENTS)).map(lambda stream: check(stream, LENIENT))


def partials():
    """Partial messages of every sort."""
    return reports().map(lambda report: report.partial)


def messages():
    """Messages of every sort: those of streams that ended, and salvaged ones."""
    ways = st.sampled_from(["keep raw", "leave out"])
    salvaged = st.builds(lambda partial, way: partial.salvage(way), partials(), ways)
    return reports().map(lambda report: report.message).filter(lambda message: message is not None) | salvaged


WHOLE = "".join(character for character in strategies.ALPHABET if not "\ud800" <= character <= "\udfff")


def sound():
    """Messages that the API could send, and of which a response or a request can say all.

    Neither says to which block logprobs belong, nor cites no text; and no UTF-8 says half of a character.
    """
    folded = strategies.streams(additions=False, alphabet=WHOLE).map(lambda stream: fold(stream, STRICT))
    return folded.filter(lambda message: all(each.text for each in message.citations)).map(without_logprobs)


def without_logprobs(message):
    return evolve(message, content=tuple(evolve(block, logprobs=()) for block in message.content))
