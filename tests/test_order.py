"""The tables of order say all: every cell is filled, every cell is meant, and what they call legal is legal."""

from functools import reduce

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, State, check, events
from streamfold._advance import advance
from streamfold._book import BLOCKS, Book, Phase, Stage, is_planning
from streamfold._expected import expected
from streamfold._order import JOINT, MESSAGE, PART, PARTS, TRANSPARENT, joint_breaches, lawful, may_begin, stage_of
from streamfold._routes import ROUTES, Act
from streamfold._state import settled
from streamfold.rules import RULES
from streamfold.testing import strategies

ORDER = {"message", "part", "joint"}


def state_after(*given_events):
    return reduce(advance, given_events, State())


def order_codes(state):
    return [violation.code for violation in state.violations if violation.rule.group in ORDER]


def test_every_event_class_has_one_place():
    placed = [*ROUTES, *TRANSPARENT, events.MessageStart, events.MessageEnd]

    assert sorted(kind.__name__ for kind in placed) == sorted(
        kind.__name__ for kind in (*events.EVENTS, events.Unknown)
    )


def test_every_phase_and_stage_has_a_full_row():
    assert set(MESSAGE) == set(Phase) - {Phase.STOPPED}
    assert all(set(row) == {events.MessageStart, PART, events.MessageEnd} for row in MESSAGE.values())
    acts = {kind: {route.act for route in ROUTES.values() if route.kind == kind} for kind in PARTS}
    assert all(set(row) == acts[kind] for kind, stages in PARTS.items() for row in stages.values())
    assert all(set(PARTS[kind]) == set(Stage) for kind in ("content", "call"))


PHASES = {
    Phase.WAITING: [],
    Phase.IMPLIED: [s.content_end()],
    Phase.STREAMING: [s.message_start()],
    Phase.ENDED: [s.message_start(), *s.text_block("Hi"), s.message_end()],
}
MESSAGE_CELLS = [
    (Phase.WAITING, s.message_start(), [], Phase.STREAMING),
    (Phase.WAITING, s.plan_delta("x"), ["no-message-start"], Phase.IMPLIED),
    (Phase.WAITING, s.message_end("ERROR", error="x"), ["no-message-start"], Phase.ENDED),
    (Phase.IMPLIED, s.message_start(), [], Phase.STREAMING),
    (Phase.IMPLIED, s.plan_delta("x"), [], Phase.IMPLIED),
    (Phase.IMPLIED, s.message_end("ERROR", error="x"), [], Phase.ENDED),
    (Phase.STREAMING, s.message_start(), ["message-start-repeated"], Phase.STREAMING),
    (Phase.STREAMING, s.plan_delta("x"), [], Phase.STREAMING),
    (Phase.STREAMING, s.message_end("ERROR", error="x"), [], Phase.ENDED),
    (Phase.ENDED, s.message_start(), ["after-message-end"], Phase.ENDED),
    (Phase.ENDED, s.plan_delta("x"), ["after-message-end"], Phase.ENDED),
    (Phase.ENDED, s.message_end("ERROR", error="x"), ["after-message-end"], Phase.ENDED),
]


def test_the_cells_of_the_message_are_all_tried():
    assert len(MESSAGE_CELLS) == sum(map(len, MESSAGE.values()))


@pytest.mark.parametrize(("phase", "event", "codes", "after"), MESSAGE_CELLS)
def test_a_cell_of_the_message_breaks_its_rule_and_leads_on(phase, event, codes, after):
    state = state_after(*PHASES[phase])
    assert state.book.phase is phase

    new = advance(state, event)

    assert order_codes(new)[len(order_codes(state)) :] == codes
    assert new.book.phase is after
    assert bool(new.book.kept.since(len(state.book.kept))) == (codes not in ([], ["no-message-start"]))


MAKERS = {
    "content": (s.content_start(), s.content_delta("x"), s.content_end()),
    "call": (s.call_start(), s.call_delta("{"), s.call_end()),
    "citation": (s.citation_start(0, 0, ""), None, s.citation_end()),
    "plan": (None, s.plan_delta("x"), None),
}
BEFORE = {
    Stage.ABSENT: lambda _start, _delta, _end: [],
    Stage.IMPLIED: lambda _start, delta, _end: [delta],
    Stage.OPEN: lambda start, delta, _end: [start or delta],
    Stage.CLOSED: lambda start, _delta, end: [start, end],
}
PART_CELLS = {
    (Stage.ABSENT, Act.START): ([], Stage.OPEN, 0),
    (Stage.ABSENT, Act.DELTA): (["delta-outside-part"], Stage.IMPLIED, 0),
    (Stage.ABSENT, Act.END): (["end-outside-part"], Stage.ABSENT, 1),
    (Stage.IMPLIED, Act.START): ([], Stage.OPEN, 0),
    (Stage.IMPLIED, Act.DELTA): ([], Stage.IMPLIED, 0),
    (Stage.IMPLIED, Act.END): ([], Stage.CLOSED, 0),
    (Stage.OPEN, Act.START): (["part-restarted"], Stage.OPEN, 1),
    (Stage.OPEN, Act.DELTA): ([], Stage.OPEN, 0),
    (Stage.OPEN, Act.END): ([], Stage.CLOSED, 0),
    (Stage.CLOSED, Act.START): (["part-restarted"], Stage.OPEN, 0),
    (Stage.CLOSED, Act.DELTA): (["delta-outside-part"], Stage.CLOSED, 1),
    (Stage.CLOSED, Act.END): (["end-outside-part"], Stage.CLOSED, 1),
}
PLAN_CELLS = {(Stage.ABSENT, Act.DELTA): ([], Stage.OPEN, 0), (Stage.OPEN, Act.DELTA): ([], Stage.OPEN, 0)}
CELLS = [
    *[(kind, stage, act) for kind in ("content", "call") for stage in Stage for act in Act],
    *[("citation", stage, act) for stage in (Stage.ABSENT, Stage.OPEN, Stage.CLOSED) for act in (Act.START, Act.END)],
    *[("plan", stage, Act.DELTA) for stage in (Stage.ABSENT, Stage.OPEN)],
]


@pytest.mark.parametrize(("kind", "stage", "act"), CELLS)
def test_a_cell_of_a_part_breaks_its_rule_and_leads_on(kind, stage, act):
    state = state_after(s.message_start(), *BEFORE[stage](*MAKERS[kind]))
    assert stage_of(settled(state), kind, 0) is stage
    codes, after, kept = (PLAN_CELLS if kind == "plan" else PART_CELLS)[stage, act]

    new = advance(state, MAKERS[kind][list(Act).index(act)])

    assert order_codes(new)[len(order_codes(state)) :] == codes
    assert stage_of(settled(new), kind, 0) is after
    assert len(new.book.kept) - len(state.book.kept) == kept


BEGUN = {
    "text": s.text_block("Hi"),
    "thinking": s.text_block("Hi", kind="thinking"),
    "other": [s.content_start(0, "image"), s.content_end()],
    "call": s.call("{}"),
    "plan": [s.plan_delta("x")],
    "citation": [s.citation_start(0, 0, "", type="PLAN"), s.citation_end()],
}
ACTS = {
    "text": (s.content_start(1), s.content_delta("x"), s.content_end()),
    "thinking": (s.content_start(1, "thinking"), s.content_delta("x", 0, "thinking"), s.content_end()),
    "other": (s.content_start(1, "image"), s.content_delta("x"), s.content_end()),
    "call": (s.call_start(1), s.call_delta("{}"), s.call_end()),
    "plan": (None, s.plan_delta("x"), None),
    "citation": (s.citation_start(0, 0, "", 1, type="PLAN"), None, None),
}
COUPLINGS = [
    (rule.code, symbol, act, other, relation)
    for rule in JOINT
    for relation in ("open", "seen")
    for other in getattr(rule, relation)
    for symbol, act in rule.acts
]


@pytest.mark.parametrize(("code", "symbol", "act", "other", "relation"), COUPLINGS)
def test_a_joint_rule_is_broken_by_each_of_its_acts(code, symbol, act, other, relation):
    before = BEGUN[other] if relation == "seen" else BEGUN[other][:-1]
    opened = [] if act is Act.START or symbol in (other, "plan") else BEGUN[symbol][:1]
    state = state_after(s.message_start(), *opened, *before)

    new = advance(state, ACTS[symbol][list(Act).index(act)])

    assert code in order_codes(new)[len(order_codes(state)) :]


def test_the_joint_rules_stand_in_the_order_of_the_catalogue():
    codes = [rule.code for rule in JOINT]

    assert codes == sorted(codes, key=list(RULES).index)


ALL_AT_ONCE = [event for symbol in ("plan", "thinking", "text", "call") for event in BEGUN[symbol][:1]]


@pytest.mark.parametrize(
    ("event", "codes"),
    [
        (ACTS["text"][0], "parts-interleaved content-repeated text-with-calls plan-with-content citation-interrupted"),
        (
            ACTS["thinking"][0],
            "parts-interleaved content-repeated thinking-late plan-with-content citation-interrupted",
        ),
        (ACTS["call"][0], "parts-interleaved text-with-calls citation-interrupted"),
        (ACTS["plan"][1], "plan-with-content plan-after-call citation-interrupted"),
    ],
)
def test_an_event_tells_the_joint_rules_that_it_breaks_in_the_order_of_the_catalogue(event, codes):
    started = [{**each, "index": place} if "index" in each else each for place, each in enumerate(ALL_AT_ONCE, -1)]
    state = state_after(s.message_start(), *started, s.citation_start(0, 0, "", type="PLAN"))
    new = advance(state, {**event, "index": 5} if "index" in event else event)

    found = [code for code in order_codes(new)[len(order_codes(state)) :] if code != "index-skipped"]
    assert found == codes.split()


AFTER = {
    ("text", "text"): ["content-repeated"],
    ("text", "thinking"): ["thinking-late"],
    ("text", "call"): ["text-with-calls"],
    ("text", "plan"): ["plan-with-content"],
    ("thinking", "text"): [],
    ("thinking", "thinking"): ["content-repeated"],
    ("thinking", "call"): [],
    ("thinking", "plan"): ["plan-with-content"],
    ("other", "text"): [],
    ("other", "thinking"): [],
    ("other", "call"): [],
    ("other", "plan"): [],
    ("call", "text"): ["text-with-calls"],
    ("call", "thinking"): ["thinking-late"],
    ("call", "call"): [],
    ("call", "plan"): ["plan-after-call"],
    ("plan", "text"): ["plan-with-content"],
    ("plan", "thinking"): ["plan-with-content"],
    ("plan", "call"): [],
    ("plan", "plan"): [],
}


@pytest.mark.parametrize(("other", "symbol"), AFTER)
def test_what_follows_a_closed_part_breaks_just_these_joint_rules(other, symbol):
    follows = ACTS[symbol][list(Act).index(Act.DELTA if symbol == "plan" else Act.START)]
    kinds = {"text": "content", "thinking": "content", "other": "content"}
    index = int(kinds.get(other, other) == kinds.get(symbol, symbol))
    follows = follows if symbol == "plan" else {**follows, "index": index}

    new = state_after(s.message_start(), *BEGUN[other], follows)

    assert order_codes(new) == AFTER[other, symbol]


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("symbol", [*sorted(BLOCKS), "plan", "citation"])
def test_whatever_comes_between_citation_start_and_citation_end_interrupts_it(symbol, act):
    event = ACTS[symbol][list(Act).index(act)]
    if event is None:
        return
    opened = [] if symbol in ("plan", "citation") or act is Act.START else BEGUN[symbol][:1]
    cited = s.citation_start(0, 0, "", type="PLAN")

    new = state_after(s.message_start(), s.plan_delta("x"), *opened, cited, event)

    assert "citation-interrupted" in order_codes(new)


@pytest.mark.parametrize("other", sorted(BLOCKS))
@pytest.mark.parametrize("symbol", ["text", "thinking", "other", "call"])
def test_whatever_starts_while_a_part_is_open_interleaves_with_it(other, symbol):
    new = state_after(s.message_start(), BEGUN[other][0], ACTS[symbol][0])

    assert "parts-interleaved" in order_codes(new)


SYMBOLS = {"content": ["text", "thinking", "other"], "call": ["call"], "citation": ["citation"], "plan": ["plan"]}
symbols = st.frozensets(st.sampled_from([*sorted(BLOCKS), "citation", "plan"]))
stances = st.tuples(symbols, symbols)


@given(st.sampled_from(list(Phase)), st.sampled_from(sorted(PARTS)), stances, st.data())
def test_what_the_tables_call_lawful_breaks_no_rule_of_order(phase, kind, stance, data):
    symbol = data.draw(st.sampled_from(SYMBOLS[kind]))
    stage = data.draw(st.sampled_from(list(PARTS[kind])))
    act = data.draw(st.sampled_from(list(PARTS[kind][stage])))
    counts, seen = tuple(stance[0]), stance[1]
    cell = PARTS[kind][stage][act]
    is_broken = cell.code or joint_breaches(Book(counts=dict.fromkeys(counts, 1), seen=seen), symbol, act)

    known = lawful(phase, kind, act, stage, symbol, counts, seen)

    assert known is (None if is_broken or phase not in (Phase.IMPLIED, Phase.STREAMING) else cell.do)


@given(st.sampled_from(["content", "call", "citation"]), stances, st.data())
def test_what_may_begin_may_grow_and_end(kind, stance, data):
    symbol = data.draw(st.sampled_from(SYMBOLS[kind]))
    counts, seen = tuple(stance[0]), stance[1]
    begins = lawful(Phase.STREAMING, kind, Act.START, Stage.ABSENT, symbol, counts, seen)
    begun = (*counts, symbol), seen | {symbol}

    for act in PARTS[kind][Stage.OPEN].keys() - {Act.START}:
        assert begins is None or lawful(Phase.STREAMING, kind, act, Stage.OPEN, symbol, *begun) is not None


def test_what_is_remembered_of_the_tables_is_bounded():
    assert lawful.cache_parameters()["maxsize"] <= 1024


@given(stances, st.sampled_from(sorted(SYMBOLS)), st.sampled_from(Act), st.data())
def test_no_rule_of_order_remembers_that_there_was_a_citation(stance, kind, act, data):
    counts, seen = stance
    symbol = data.draw(st.sampled_from(SYMBOLS[kind]))
    breaches = [joint_breaches(Book(counts=counts, seen=known), symbol, act) for known in (seen, seen | {"citation"})]

    assert breaches[0] == breaches[1]


@given(strategies.streams(additions=False), st.data())
def test_what_is_expected_breaks_no_rule_of_order_and_nothing_else_is_expected(stream, data):
    size = data.draw(st.integers(0, len(stream) - 1))
    state = state_after(*stream[:size])
    named = set(expected(settled(state)).split(", "))

    for kind in events.EVENTS:
        if kind is not events.Debug:
            broken = [order_codes(advance(state, event)) for event in candidates(state, kind)]
            assert (kind.wire_type in named) == ([] in broken), kind.wire_type


def candidates(state, kind):
    """Give an event of *kind* for each part that it could be about; a citation only where there is what it cites."""
    book = settled(state)
    opened = {symbol: [part.index for part in book.open.values() if part.symbol == symbol] for symbol in CITABLE}
    content = [(part.index, part.symbol) for part in book.open.values() if part.kind == "content"]
    following = book.following.get
    cited = [{}] * len(opened["text"]) + [{"type": "PLAN"}] * is_planning(book)
    return {
        events.MessageStart: [s.message_start()],
        events.ContentStart: [s.content_start(following("content", 0), symbol) for symbol in ("text", "thinking")],
        events.ContentDelta: [s.content_delta("x", index, symbol) for index, symbol in content],
        events.ContentEnd: [s.content_end(index) for index, _ in content],
        events.ToolPlanDelta: [s.plan_delta("x")],
        events.ToolCallStart: [s.call_start(following("call", 0))],
        events.ToolCallDelta: [s.call_delta("x", index) for index in opened["call"]],
        events.ToolCallEnd: [s.call_end(index) for index in opened["call"]],
        events.CitationStart: [s.citation_start(0, 0, "", following("citation", 0), **each) for each in cited],
        events.CitationEnd: [s.citation_end(index) for index in opened["citation"]],
        events.MessageEnd: [s.message_end()],
    }[kind]


CITABLE = ("text", "call", "citation")


def test_debug_events_and_unknown_types_are_transparent_to_the_order():
    body = s.text_block("Hi")
    strangers = [{"type": "debug", "prompt": "p"}, {"type": "later", "index": 7}]
    mixed = [each for event in s.whole(*body) for each in (event, *strangers)]

    report = check([*strangers, *mixed], LENIENT)

    assert {violation.code for violation in report.violations} == {"unknown-event"}
    assert report.message.text == "Hi"
    assert report.message.prompts == ("p",) * 6
    assert report.message.unknown_events == ({"type": "later", "index": 7},) * 6


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("kind", ["text", "thinking", ""])
def test_a_start_may_begin_where_judging_it_finds_nothing(index, kind):
    before = state_after(s.message_start())
    start = events.ContentStart(index, kind)
    after = advance(before, s.content_start(index, kind))

    may = may_begin(before.book, start, "content", kind)

    assert may is (len(after.violations) == 0)
