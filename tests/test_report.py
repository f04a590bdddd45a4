"""The page shows all of a recording at every position, from one copy of it, and nothing in it can become markup."""

import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st
from streams import (
    call,
    call_delta,
    call_end,
    call_start,
    citation_end,
    citation_start,
    content_delta,
    content_end,
    content_start,
    message_end,
    message_start,
    plan_delta,
    text_block,
    whole,
)

from streamfold import LENIENT, STANDARD, STRICT, check, rules, scan
from streamfold._visible import STEERING
from streamfold.events import Located
from streamfold.recordings import Origin, Recording, Skipped, load
from streamfold.report import report
from streamfold.report._html import element
from streamfold.rules import RULES, Rules, Severity
from streamfold.testing.strategies import any_streams

ROOT = Path(__file__).parents[1]
EXAMPLES = [ROOT / f"examples/{name}.sse" for name in ("weather_answer", "weather_calls", "broken")]
SILENT = Rules("silent", dict.fromkeys(RULES, Severity.IGNORE))
VOID = {"meta", "input"}


@frozen
class Node:
    """An element of a page; what is text among its children is a string."""

    tag: str
    attributes: dict = field(factory=dict)
    children: list = field(factory=list)

    def all(self, tag=None, **attributes):
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for child in self.children:
            if isinstance(child, Node):
                if tag in (None, child.tag) and all(child.has(*item) for item in wanted.items()):
                    yield child
                yield from child.all(tag, **attributes)

    def has(self, name, value):
        held = self.attributes.get(name)
        return held is not None if value is True else value in (held or "").split() or held == value

    @property
    def text(self):
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class Parser(HTMLParser):
    """Reads a page strictly: what is not closed, or closes what is not open, fails."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.open[-1].children.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_pi = unknown_decl = handle_comment


def parsed(page):
    parser = Parser()
    parser.feed(page)
    parser.close()
    assert parser.open == [parser.root]
    return parser.root


def recorded(*events, name="a.sse", number=0):
    located = tuple(
        event if isinstance(event, Located) else Located(event, line) for line, event in enumerate(events, 1)
    )
    return Recording(located, Origin(name, "jsonl", number))


def page_of(*recordings, **options):
    return "".join(report(recordings, **options))


def article_of(*events, **options):
    _, piece, _ = report([recorded(*events)], **options)
    [article] = parsed(piece).all("article")
    return article


def loaded(path):
    [recording] = load(path.read_bytes(), path.name)
    return recording


# What a reader sees without a script

SEEN = re.compile(f"(?![\n\t])[{STEERING}]")


def shown(text):
    return SEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def flows(article):
    return {int(flow.attributes["data-part"]): flow.text for flow in article.all("div", class_="flow")}


def texts(told):
    plan = [] if told.tool_plan is None else [told.tool_plan]
    return [*(block.text for block in told.content), *(call.raw_arguments for call in told.calls), *plan]


def test_parts_stand_in_the_order_in_which_they_began():
    article = article_of(*whole(plan_delta("Look."), *call("{}"), content_start(), plan_delta(" Now."), content_end()))

    assert [(part.attributes["class"], part.attributes["id"]) for part in article.all("section", class_="part")] == [
        ("part tool-plan", "r0-part-1"),
        ("part tool-call", "r0-part-2"),
        ("part text", "r0-part-5"),
    ]
    assert flows(article) == {1: "Look. Now.", 2: "{}", 5: ""}


def test_thinking_is_folded_and_text_is_not():
    article = article_of(*whole(*text_block("Hm.", kind="thinking"), *text_block("Hi", index=1)))
    [fold] = article.all("details")

    assert flows(fold) == {1: "Hm."}
    assert "open" not in fold.attributes
    assert [summary.text for summary in fold.all("summary")] == ["thinking block 0"]


def test_a_block_of_an_unknown_type_has_that_type_for_a_name():
    article = article_of(*whole(content_start(0, "image"), content_delta("x"), content_end(), *text_block(index=1)))

    assert [label.text for label in article.all("h3", class_="label")] == ["image block 0", "text block 1"]


def test_logprobs_are_counted():
    logprobs = {"text": "Hi", "token_ids": [1], "logprobs": [-1]}
    article = article_of(*whole(content_start(), content_delta("Hi") | {"logprobs": logprobs}, content_end()))

    assert [label.text for label in article.all("h3", class_="label")] == ["text block 0 logprobs of 1 delta"]


def test_a_call_has_its_arguments_as_an_object_and_as_they_arrived():
    article = article_of(*whole(*call('{"city":', '"Oslo"}', name="get_weather"), end=message_end("TOOL_CALL")))
    [part] = article.all("section", class_="tool-call")

    assert [name.text for name in part.all("p", class_="name")] == ["get_weather"]
    [pretty] = part.all("div", class_="pretty")
    assert (pretty.text, pretty.attributes["data-at"]) == ('{\n  "city": "Oslo"\n}', "5")
    assert flows(part) == {1: '{"city":"Oslo"}'}
    assert "get_weather_0" in part.text


@pytest.mark.parametrize(
    ("events", "why"),
    [
        (call('{"city":'), "it must not be made: cut, "),
        (call("{}", name=None), "it must not be made: no name"),
        (call("{}")[:-1], "it was still arriving"),
    ],
)
def test_a_call_that_must_not_be_made_says_why_and_has_no_object(events, why):
    [part] = article_of(message_start(), *events).all("section", class_="tool-call")

    assert [note.text.startswith(why) for note in part.all("p", class_="wrong")] == [True]
    assert list(part.all("div", class_="pretty")) == []
    assert list(part.all("details")) == []


def test_a_whole_message_says_so_and_a_partial_one_says_why():
    events = whole(*text_block("Hi"))
    [whole_one] = article_of(*events).all("p", class_="verdict")
    [partial] = article_of(*events[:-2]).all("p", class_="verdict")

    assert whole_one.text == "A whole message."
    assert partial.text.startswith("A partial message: event 3: the end of the input came before message-end")
    assert partial.text.endswith("; still open: content 0")


def test_the_outcome_is_told_in_the_words_of_the_api():
    usage = {"tokens": {"output_tokens": 7, "new_tokens": 1}, "cached_tokens": 3, "new": {}}
    end = message_end("ERROR", usage=usage, error="no valid response", error_type="bad")
    [outcome] = article_of(*whole(*text_block("Hi"), end=end), rules=LENIENT).all("section", class_="outcome")
    rows = [[cell.text for cell in row.all() if cell.tag in ("dt", "dd")] for row in outcome.all("div")]

    assert rows == [
        ["finish reason", "ERROR"],
        ["error", "no valid response"],
        ["error type", "bad"],
        ["tokens output_tokens", "7"],
        ["tokens new_tokens", "1"],
        ["cached_tokens", "3"],
        ["new", "{}"],
    ]


def test_what_has_no_other_place_is_there_as_it_came():
    events = whole({"type": "debug", "prompt": "<user>"}, {"type": "new", "x": [1]}, *text_block("Hi"))
    [kept] = article_of(*events).all("section", class_="kept")

    assert [item.text for item in kept.all("li")] == [
        'debug event 1{\n  "type": "debug",\n  "prompt": "<user>"\n}',
        'unknown-event event 2{\n  "type": "new",\n  "x": [\n    1\n  ]\n}',
    ]


def test_a_recording_has_the_name_of_its_file_and_its_number_there():
    names = [Origin("a.sse", "sse"), Origin("a.sse", "sse", 1), Origin("", "sse")]
    articles = parsed(page_of(*(Recording((), origin) for origin in names))).all("article")

    assert [[head.text for head in article.all("h2")] for article in articles] == [
        ["a.sse"],
        ["a.sse #1"],
        ["recording"],
    ]


def test_what_is_known_of_a_recording_is_told():
    origin = Origin("a.har", "har", 0, 7, stream_id="s", model="command-a", status=200)
    [bare] = parsed(page_of(Recording((), origin))).all("p", class_="facts")
    [held] = article_of(*whole(*text_block("Hi"))).all("p", class_="facts")

    assert bare.text == "model command-a stream s HTTP status 200 0 events har from line 7"
    assert held.text == "message m-1 role assistant 5 events jsonl from line 1"


def test_what_is_no_recording_is_told_and_why():
    skipped = Skipped((), Origin("a.har", "har"), why="it has <no> interactions")
    root = parsed(page_of(skipped, recorded()))
    article, _ = root.all("article")

    assert article.text == "a.harPassed over: it has <no> interactions"
    assert [item.text for item in next(root.all("nav")).all("li")] == ["a.har passed over", "a.sse 1 error"]
    assert "1 recording, 1 with violations, 1 passed over" in next(root.all("nav")).text


# Citations

SOURCES = [
    {"type": "document", "id": "d", "document": {"title": "Weather", "url": "https://example.com/"}, "new": 1},
    {"type": "map", "scale": 2},
]


def cited(*citations, text="It is 24 °C 🌧 there."):
    inner = (each for citation in citations for each in (citation, citation_end(citation["index"])))
    return whole(content_start(), content_delta(text), *inner, content_end())


def links(article):
    return [(link.text, link.attributes.get("data-n")) for link in article.all("a", class_="cite")]


def test_what_is_cited_is_a_link_to_its_citation():
    article = article_of(*cited(citation_start(6, 11, "24 °C"), citation_start(14, 19, "there", 1)))

    assert links(article) == [("24 °C", "1"), ("there", "2")]
    assert [link.attributes["data-at"] for link in article.all("a", class_="cite")] == ["4", "6"]
    assert [link.attributes["href"] for link in article.all("a", class_="cite")] == ["#r0-citation-0", "#r0-citation-1"]


def test_citations_that_overlap_share_a_link_and_each_has_its_number_at_its_end():
    article = article_of(*cited(citation_start(0, 11, "It is 24 °C"), citation_start(6, 11, "24 °C", 1)))

    assert links(article) == [("It is ", None), ("24 °C", "1 2")]
    assert next(article.all("a", class_="cite", data_n="1 2")).attributes["data-show"].split() == [
        "r0-citation-0",
        "r0-source-0",
        "r0-citation-1",
        "r0-source-0",
    ]


def test_a_citation_of_nothing_is_a_link_all_the_same():
    assert links(article_of(*cited(citation_start(3, 3, "")))) == [("", "1")]


def test_a_citation_names_its_span_and_its_sources():
    article = article_of(
        *cited(citation_start(6, 11, "24 °C", sources=SOURCES), citation_start(90, 91, "x", 1, sources=[]))
    )

    assert [item.text for item in article.all("li", class_="cited")] == [
        "1 24 °C characters 6 to 11 of the block d source 2",
        "2 x characters 90 to 91, which are not there",
    ]
    assert [link.attributes["href"] for item in article.all("li", class_="cited") for link in item.all("a")] == [
        "#r0-part-1",
        "#r0-source-0",
        "#r0-source-1",
    ]


def test_a_citation_of_the_plan_links_to_the_plan():
    article = article_of(
        message_start(), plan_delta("Look there."), citation_start(0, 4, "Look", type="PLAN"), citation_end(), *call()
    )
    [item] = article.all("li", class_="cited")

    assert [link.attributes["href"] for link in item.all("a")] == ["#r0-part-1", "#r0-source-0"]
    assert links(article) == [("Look", "1")]


def test_a_span_that_counted_other_units_says_so():
    [item] = article_of(*cited(citation_start(15, 20, "there"))).all("li", class_="cited")

    assert "characters 14 to 19 of the block counted in UTF-16 units on the wire" in item.text


def test_a_source_stands_once_with_all_it_holds():
    article = article_of(
        *cited(citation_start(0, 2, "It", sources=SOURCES[:1]), citation_start(6, 8, "24", 1, sources=SOURCES))
    )
    [sources] = article.all("section", class_="sources")
    items = list(sources.all("li"))

    assert [[cell.text for cell in item.all() if cell.tag in ("dt", "dd")] for item in items] == [
        ["title", "Weather", "url", "https://example.com/", "new", "1"],
        ["scale", "2"],
    ]
    assert [next(item.all("p", class_="head")).text for item in items] == ["document d", "map"]
    assert [item.attributes["data-at"] for item in items] == ["4", "6"]


# Violations


def example(rule):
    return [event for event in rule.example if not isinstance(event, Exception)]


HELD = [rule for rule in RULES.values() if len(example(rule)) == len(rule.example)]


@pytest.mark.parametrize("rule", HELD, ids=lambda rule: rule.code)
def test_a_breach_is_told_with_its_rule_and_its_repair(rule):
    report = check(recorded(*example(rule)).events, STRICT)
    article = article_of(*example(rule), rules=STRICT)
    [told] = article.all("section", class_="violations")
    told_rules = {item.attributes["id"]: item.text for item in told.all("div")}

    assert told_rules[f"r0-rule-{rule.code}"] == f"{rule.code}Rule: {rule.sentence}Repair: {rule.repair}"
    for number, (violation, item) in enumerate(zip(report.violations, told.all("li"), strict=True), 1):
        *head, rest = item.text.split(" ", 3)
        assert head == [f"!{number}", report.rules[violation.code].name.lower(), violation.code]
        assert rest.startswith(f"event {violation.position}")
        assert rest.endswith(shown(str(violation).partition(": ")[2]))


@pytest.mark.parametrize("rule", HELD, ids=lambda rule: rule.code)
def test_each_root_has_a_mark_that_leads_to_it(rule):
    report = check(recorded(*example(rule)).events, STRICT)
    marks = list(article_of(*example(rule), rules=STRICT).all("a", class_="flag"))
    roots = {f"r0-violation-{number}" for number, each in enumerate(report.violations) if each.is_root}

    assert {name for mark in marks for name in mark.attributes["data-show"].split() if "violation" in name} == roots


def test_a_mark_stands_where_the_text_was_when_its_event_came():
    events = whole(
        content_start(),
        content_delta("It is"),
        content_end(3),
        content_delta(" so"),
        content_delta("Hm", 0, "thinking"),
        content_end(),
        {"type": "new"},
    )
    [flow] = article_of(*events).all("div", class_="flow")

    assert [child if isinstance(child, str) else child.attributes["data-n"] for child in flow.children] == [
        "It is",
        "1",
        " so",
        "2 +1",
    ]


def test_a_mark_for_a_delta_stands_before_it():
    [flow] = article_of(*loaded(EXAMPLES[2]).events).all("div", class_="flow")

    assert [child if isinstance(child, str) else child.attributes["data-n"] for child in flow.children] == [
        "1",
        "It will be 4 °C",
        "2",
    ]


def test_a_mark_stands_at_the_event_that_is_at_fault_though_it_was_judged_later():
    article = article_of(
        *whole(*call("{}")[:-1], *call("[1]", index=1)[:-1], call_end(1), end=message_end("TOOL_CALL"))
    )
    first, second = article.all("section", class_="part")

    assert ["part-left-open" in mark.attributes["aria-label"] for mark in first.all("a", class_="flag")] == [True]
    assert ["part-left-open" in mark.attributes["aria-label"] for mark in second.all("a", class_="flag")] == [False] * 2


def test_marks_stand_in_the_order_of_the_text_in_whatever_order_they_were_judged():
    early = citation_start(0, 9, "It is now")
    inner = (early, citation_end(), content_delta("It is"), {"type": "new"}, content_delta(" now"))
    [flow] = article_of(*whole(content_start(), *inner, content_end())).all("div", class_="flow")

    assert [(child.text, child.attributes.get("data-n")) for child in flow.children] == [
        ("", "2"),
        ("It is", None),
        ("", "1"),
        (" now", "1"),
    ]


def test_a_mark_within_what_is_cited_parts_the_link():
    events = cited(citation_start(0, 11, "It is 24 °C"))
    article = article_of(*events[:2], content_delta("It is"), {"type": "new"}, content_delta(" 24 °C"), *events[3:])
    [flow] = article.all("div", class_="flow")

    assert [(child.text, child.attributes.get("data-n")) for child in flow.children] == [
        ("It is", None),
        ("", "1"),
        (" 24 °C", "1"),
    ]


def test_a_mark_at_the_edge_of_what_is_cited_leaves_no_empty_link():
    events = cited(citation_start(5, 11, " 24 °C"))
    article = article_of(*events[:2], content_delta("It is"), {"type": "new"}, content_delta(" 24 °C"), *events[3:])
    [flow] = article.all("div", class_="flow")

    assert [child if isinstance(child, str) else child.text for child in flow.children] == ["It is", "", " 24 °C"]


def test_marks_before_all_parts_stand_in_the_head():
    [head] = article_of({"type": "new"}).all("p", class_="verdict")
    [other] = article_of(*whole(*text_block("Hi"))[1:]).all("p", class_="verdict")

    assert [mark.attributes["data-n"] for mark in head.all("a", class_="flag")] == ["1 +1"]
    assert [mark.attributes["data-n"] for mark in other.all("a", class_="flag")] == []


def test_many_breaches_at_one_place_have_one_mark_of_the_worst_of_them():
    [mark] = article_of(*({"type": f"new-{number}"} for number in range(20))).all("a", class_="flag")

    assert mark.attributes["data-n"] == "1 +20"
    assert len(mark.attributes["data-show"].split()) == 9
    assert mark.attributes["class"] == "flag error"


def test_a_consequence_names_its_cause_and_has_no_mark():
    article = article_of(message_start(), content_delta("Hi"), content_start(), content_end(1), message_end())
    consequences = list(article.all("li", class_="consequence"))

    marked = {name for mark in article.all("a", class_="flag") for name in mark.attributes["data-show"].split()}

    assert ["caused by event" in item.text for item in consequences] == [True] * len(consequences) != []
    assert marked.isdisjoint(item.attributes["id"] for item in consequences)


def test_a_part_with_a_mark_is_not_folded():
    events = whole(*text_block("Hm.", kind="thinking"), *text_block("Hi", index=1), end=message_end())
    events.insert(2, {"type": "new"})
    [fold] = article_of(*events).all("details")

    assert "open" in fold.attributes


def test_what_the_rules_ignore_is_not_told():
    events = [message_start(), {"type": "new"}, *text_block("Hi"), message_end()]
    page = parsed(page_of(recorded(*events), rules=STANDARD.with_({"unknown-event": "ignore"})))

    assert list(page.all("section", class_="violations")) == []
    assert [article.attributes["class"] for article in page.all("article")] == ["well"]


# Positions


def table_of(article):
    [script] = article.all("script")
    return json.loads(script.text)


def cut(text, units):
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass")


def replayed(article):
    """Give for each position what the texts of a page are, as its script makes them, and what else is there."""
    table, whole_texts = table_of(article), flows(article)
    arriving = [(int(node.attributes["data-at"]), node) for node in article.all(data_at=True)]
    come = dict.fromkeys([*whole_texts, -1], 0)
    yield {}, []
    for position, (part, added) in enumerate(zip(table["part"], table["added"], strict=True), 1):
        come[part] = come.get(part, 0) + added
        held = [cut(text, come[since]) for since, text in whole_texts.items() if since < position]
        yield held, [node for at, node in arriving if at <= position]


def of(nodes, name):
    return sum(node.has("class", name) for node in nodes)


@given(any_streams() | st.just(whole(*text_block("a\x00\ud83d", "\ude00b\U000e0041", "\ud83d"))))
def test_at_every_position_the_page_can_show_what_the_state_held_and_without_a_script_it_shows_all(events):
    article = article_of(*events)
    last, positions = 0, replayed(article)
    next(positions)

    scanned = enumerate(scan(events, SILENT), 1)
    states = [state for count, (_, state) in scanned if state.position == count]  # up to a limit
    for state, (held, nodes) in zip(states, positions, strict=True):
        partial, last = state.partial(), state.position
        assert sorted(map(shown, held)) == sorted(map(shown, texts(partial)))
        assert of(nodes, "part") == len(texts(partial))
        assert of(nodes, "cited") == len(partial.citations)
        assert of(nodes, "error") + of(nodes, "warning") - of(nodes, "flag") >= len(state.violations)
        assert of(nodes, "outcome") == (partial.finish_reason is not None)

    assert sorted(flows(article).values()) == sorted(map(shown, texts(check(events).partial)))
    assert [scrubber.attributes["max"] for scrubber in article.all("input")] == [str(last)]
    assert all(int(node.attributes["data-at"]) <= last for node in article.all(data_at=True))


def test_a_call_whose_start_comes_late_is_one_part():
    article = article_of(message_start(), call_delta("{}"), call_start(), call_end(), message_end("TOOL_CALL"))

    assert list(flows(article).values()) == ["{}"]


def test_the_table_names_each_event_and_its_line():
    table = table_of(article_of(*loaded(EXAMPLES[2]).events))

    assert [table["names"][name] for name in table["name"]] == [
        "message-start",
        *["content-delta"] * 5,
        "unreadable event",
    ]
    assert list(accumulate(table["line"])) == [1, 4, 7, 10, 13, 16, 19]


@pytest.mark.parametrize(
    ("times", "waits"),
    [
        ((), []),
        ((5, 5.25, 5.5), [0, 250, 250]),
        ((5, 4, float("nan")), [0, 0, 0]),
        ((0, 1e9, float("inf")), [0, 0, 0]),
        ((1, 2, 3, 4, 5), [0, 1000, 1000]),
    ],
)
def test_the_table_has_the_time_before_each_event_where_it_is_known(times, waits):
    recording = Recording(
        recorded(message_start(), plan_delta("Look."), message_end()).events, Origin("", "sse"), times
    )
    [article] = parsed(page_of(recording)).all("article")

    assert table_of(article)["wait"] == waits


def test_what_is_no_event_has_a_name_too():
    assert table_of(article_of(5, {"type": 5}, {}))["names"] == ["event without a type"]


def test_events_after_a_limit_have_no_position():
    deep = {"a": 100 * [[]]}
    for _ in range(80):
        deep = {"a": deep}

    article = article_of(message_start(), deep, *text_block("Hi"))

    assert table_of(article)["name"] == [0]
    assert flows(article) == {}
    assert "exceeds a limit" in article.text


# The strip


def strip(article):
    return {path.attributes["class"]: path.attributes["d"] for path in article.all("path")}


def test_the_strip_has_a_run_for_each_kind_of_event():
    article = article_of(
        *whole(*text_block("Hm", kind="thinking"), *text_block("Hi", "", index=1), {"type": "new"}, *call())
    )

    assert strip(article) == {
        "text": "M4 1h4",
        "thinking": "M1 1h3",
        "tool-call": "M9 1h2",
        "message": "M0 1h1M11 1h1",
        "other": "M8 1h1",
        "mark": "M4.5 0v2M8.5 0v2M9.5 0v2M11.5 0v2",
    } | {"mark": strip(article)["mark"]}
    assert [item.text for item in article.all("ul", class_="legend") for item in item.all("li")] == [
        "text 4",
        "thinking 3",
        "tool-call 2",
        "message 2",
        "other 1",
    ]


def test_the_strip_marks_each_breach():
    assert strip(article_of(message_start(), *text_block("Hi"), {"type": "new"}, message_end()))["mark"] == "M4.5 0v2"


def test_a_single_event_can_be_seen_among_many():
    article = article_of(*whole(*text_block(*["x"] * 996)))

    assert strip(article)["message"] == "M0 1h2.5M999 1h2.5"


def test_an_empty_recording_is_told():
    article = article_of()

    assert strip(article) == {"mark": "M0.5 0v2"}
    assert [svg.attributes["viewbox"] for svg in article.all("svg")] == ["0 0 1 2"]
    assert "before message-end" in article.text


# Nothing of a recording becomes markup

PAYLOADS = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "--><svg onload=alert(1)>",
    "<!--",
    "]]>",
    "javascript:alert(1)",
    "\" onclick='alert(1)",
    "&lt;b&gt;&amp;",
    "$title ${policy}",
    "a\u2028b\u2029c",
    "a\x00b\r\nc",
    "\u202eabc\u2066",
    "a\ud83d",
    "a\U000e0041\ufeff",
]
TAGS = set(
    """
    html head meta title style script body a header h1 bdi p fieldset legend label input main nav ol li footer kbd aside
    article h2 b span div svg path button output ul section h3 small details summary dl dt dd code q i
""".split()
)
NAMES = set(
    """
    lang charset http-equiv content name type class id href tabindex aria-label  for autocomplete checked
    popover data-at data-n data-part data-show data-to dir open min max value viewbox preserveaspectratio role d
""".split()
)


def poisoned(poison):
    """Give events that hold *poison* wherever a stream can hold a string."""
    source = {"type": "document", "id": poison, "document": {poison: poison, "url": poison, "a": {poison: [poison]}}}
    other = {"type": poison, "id": [poison], poison: poison}
    arguments = json.dumps({poison: poison})
    return [
        message_start(id=poison, **{poison: poison}),
        Located(5, 2, poison),
        content_start(0, poison),
        content_delta(poison) | {"logprobs": {poison: poison}},
        content_end(),
        *text_block(poison, kind="thinking", index=1),
        content_start(2),
        content_delta(poison, 2),
        citation_start(0, len(poison), poison, sources=[source, other, {}], content_index=2, type=poison),
        citation_end(),
        citation_start(-1, 9, poison, 1, sources=[source], content_index=7),
        citation_end(1),
        content_end(2),
        plan_delta(poison),
        call_start(0, poison, type=poison, id=poison),
        {
            "type": "tool-call-delta",
            "index": 0,
            "delta": {"message": {"tool_calls": {"function": {"arguments": arguments}}}},
        },
        call_end(0),
        *call(poison, index=1, name=poison),
        {"type": "debug", "prompt": poison},
        {"type": poison, poison: poison},
        {"message": poison},
        poison,
        message_end(poison, error=poison, error_type=poison, usage={poison: poison, "tokens": {poison: poison}}),
    ]


@pytest.mark.parametrize("poison", PAYLOADS)
@pytest.mark.parametrize("rules", [STANDARD, LENIENT], ids=lambda rules: rules.name)
def test_nothing_that_a_recording_holds_is_markup(poison, rules):
    page = page_of(recorded(*poisoned(poison), name=poison), rules=rules, title=poison)
    root = parsed(page)

    assert {node.tag for node in root.all()} <= TAGS
    assert {name for node in root.all() for name in node.attributes} <= NAMES
    assert {node.attributes["href"][0] for node in root.all(href=True)} == {"#"}
    assert [script.attributes["type"] for script in root.all("script")] == ["module", "application/json"]
    assert ("alert(1)>" in page) == ("<script>alert(1)>" in page) is False
    assert not SEEN.search(page)
    assert page.encode().decode() == page


@pytest.mark.parametrize("poison", PAYLOADS)
def test_nothing_that_a_recording_holds_is_lost(poison):
    root = parsed(page_of(recorded(*poisoned(poison), name=poison), rules=LENIENT, title=poison))
    [article] = root.all("article")
    one_line = on_one_line(shown(poison))
    as_json = shown(json.dumps(poison, ensure_ascii=False))
    told = {name: on_one_line("".join(node.text for node in article.all(class_=name))) for name in PLACES}

    assert [node.text for tag in ("title", "h1", "h2") for node in root.all(tag)] == [one_line] * 3
    assert article.attributes["aria-label"] == one_line
    assert [flow == shown(poison) for flow in flows(article).values()] == [True, True, True, True, False, True]
    assert [
        name for name, text in told.items() if (as_json if name in ("pretty", "kept") else one_line) not in text
    ] == []


def on_one_line(text):
    return text.replace("\n", "\\n")


PLACES = "facts name label outcome citations sources pretty kept".split()


@given(any_streams())
def test_every_link_of_a_recording_leads_into_it(events):
    article = article_of(*events)
    ids = [article.attributes["id"], *(node.attributes["id"] for node in article.all(id=True))]

    assert len(ids) == len(set(ids))
    assert all(name.startswith("r0") for name in ids)
    assert {node.attributes["href"] for node in article.all(href=True)} <= {f"#{name}" for name in ids}
    assert {name for node in article.all(data_show=True) for name in node.attributes["data-show"].split()} <= set(ids)


@given(st.text(st.characters() | st.sampled_from("<>&\x00\r\u202e\ud800")))
def test_text_that_no_reader_could_see_is_an_escape(text):
    article = article_of(*whole(content_start(), content_delta(text), content_end()))
    [flow] = article.all("div", class_="flow")

    assert flow.text == shown(check(whole(*text_block(text))).partial.text)
    assert all(child.tag == "i" for child in flow.children if isinstance(child, Node))


def test_an_attribute_holds_what_it_is_given():
    assert element("a", title="\"'<>\x00\n", data_n=0) == '<a title="&quot;&#x27;&lt;&gt;\\x00\\n" data-n="0"></a>'


# The frame


def policy(root):
    [meta] = root.all("meta", http_equiv="Content-Security-Policy")
    return dict(each.split(" ", 1) for each in meta.attributes["content"].split("; "))


def digest(node):
    return f"'sha256-{b64encode(sha256(node.text.encode()).digest()).decode()}'"


def test_only_the_style_and_the_script_of_the_page_are_let_in():
    root = parsed(page_of(loaded(EXAMPLES[0])))
    [style] = root.all("style")
    [script] = root.all("script", type="module")

    assert policy(root) == {
        "default-src": "'none'",
        "style-src": digest(style),
        "script-src": digest(script),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_the_page_asks_no_network_for_anything():
    root = parsed(page_of(*map(loaded, EXAMPLES)))
    [style] = root.all("style")
    [script] = root.all("script", type="module")

    assert [node for node in root.all() if not node.attributes.keys().isdisjoint({"src", "srcset", "action"})] == []
    assert not re.search(r"url\(|@import|@font-face", style.text)
    assert not re.search(r"fetch|XMLHttpRequest|WebSocket|import|innerHTML|outerHTML|document\.write|eval", script.text)


def test_the_page_says_under_which_rules_and_title():
    root = parsed(page_of(rules=rules.CLOSED, title="A & B"))

    assert [node.text for node in root.all("title")] == ["A & B"]
    assert "Rules: closed." in next(root.all("header", class_="top")).text


def test_the_list_leads_to_each_recording_and_says_how_it_is():
    failed = whole(*text_block("Hi"), end=message_end("ERROR", error="no"))
    page = parsed(
        page_of(
            loaded(EXAMPLES[0]),
            loaded(EXAMPLES[2]),
            recorded(*failed),
            recorded(failed[0], {"type": "new"}, *failed[1:]),
        )
    )
    [listed] = page.all("nav")
    items = list(listed.all("li"))

    assert [item.text for item in items] == [
        "weather_answer.sse COMPLETE",
        "broken.sse 2 errors",
        "a.sse 1 error, ERROR",
        "a.sse 1 error, 1 warning, ERROR",
    ]
    assert [next(item.all("a")).attributes["href"] for item in items] == ["#r0", "#r1", "#r2", "#r3"]
    assert [item.attributes["class"] for item in items] == ["well", "broken", "broken", "broken"]
    assert "4 recordings, 3 with violations" in listed.text


def test_a_recording_with_warnings_only_is_whole_and_has_violations():
    page = parsed(page_of(recorded(*whole(*text_block("Hi"), {"type": "new"}))))

    assert [item.text for item in page.all("li", class_="warned")] == ["a.sse 1 warning, COMPLETE"]
    assert [article.attributes["class"] for article in page.all("article")] == ["warned"]
    assert "1 recording, 1 with violations" in next(page.all("nav")).text


def test_what_is_ignored_to_the_last_is_a_partial_message_in_the_list():
    page = parsed(page_of(recorded(), rules=SILENT))

    assert [item.text for item in next(page.all("nav")).all("li")] == ["a.sse partial"]


def test_a_page_of_no_recordings_is_a_page():
    assert "0 recordings, 0 with violations" in next(parsed(page_of()).all("nav")).text


def test_recordings_are_taken_one_at_a_time():
    taken = []

    def some():
        for number in range(3):
            taken.append(number)
            yield recorded(number=number)

    page = report(some())

    assert [(len(taken), piece.count("<article")) for piece in page] == [(0, 0), (1, 1), (2, 1), (3, 1), (3, 0)]


def test_equal_recordings_give_equal_pages_in_any_process():
    made = "import sys; from streamfold.report import report; from streamfold.recordings import load\n"
    made += "sys.stdout.buffer.write(''.join(report(load(sys.stdin.buffer.read(), 'a'))).encode())"
    data = b"".join(path.read_bytes() for path in EXAMPLES)
    call = [sys.executable, "-c", made]
    runs = (
        subprocess.run(call, input=data, capture_output=True, check=True, env={"PYTHONHASHSEED": seed}, cwd=ROOT)  # noqa: S603 - it is this page
        for seed in ("1", "2")
    )
    pages = {run.stdout for run in runs}

    assert pages == {"".join(report(load(data, "a"))).encode()}


# Size


def bytes_of(events):
    return b"".join(b"event: %s\ndata: %s\n\n" % (each["type"].encode(), json.dumps(each).encode()) for each in events)


def test_a_page_of_thirty_thousand_deltas_is_far_smaller_than_its_recording():
    data = bytes_of(whole(*text_block(*[" word"] * 30_000)))
    size = sum(len(piece.encode()) for piece in report(load(data)))

    assert size < len(data) / 5


@pytest.mark.parametrize("delta", ["word", "<&>", "\x00a", "°😀"])
def test_each_more_delta_adds_its_characters_and_a_row_of_the_table(delta):
    def size(count):
        return len(page_of(recorded(*whole(*text_block(*[delta] * count)))))

    assert (size(1200) - size(1000)) / 200 <= len(TEXT_OF.get(delta, delta)) + 10


TEXT_OF = {"<&>": "&lt;&amp;&gt;", "\x00a": "<i>\\x00</i>a"}
