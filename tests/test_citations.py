"""A citation is resolved to what it cites, in code points, whenever it comes and however it counts."""

from itertools import groupby

import pytest
import streams as s
from hypothesis import example, given
from hypothesis import strategies as st

from streamfold import LENIENT, Citation, TextBlock, check
from streamfold._citations import resolve
from streamfold._text import Text
from streamfold.message import Message, Target


def report_of(*inner, index=0, kind="text", end=None):
    return check(s.whole(s.content_start(index, kind), *inner, s.content_end(index), end=end), LENIENT)


def codes_of(report):
    return [violation.code for violation in report.violations]


def cite(start, end, text, index=0, **fields):
    return s.citation_start(start, end, text, index, **fields), s.citation_end(index)


@given(st.text(max_size=12), st.integers(-2, 14), st.integers(-2, 14))
def test_a_span_in_code_points_is_found(whole, start, end):
    found = resolve(Text(whole), start, end, whole[max(start, 0) : max(end, 0)])

    if 0 <= start <= end <= len(whole):
        assert found == ("fits", start, end)
    else:
        assert found.verdict in ("outside", "UTF-16")


@given(st.text("ab🐙😀é", min_size=1, max_size=12), st.data())
def test_a_span_in_utf_16_units_is_turned_into_code_points(whole, data):
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start + 1, len(whole)))

    def units(text):
        return len(text.encode("utf-16-le")) // 2

    found = resolve(Text(whole), units(whole[:start]), units(whole[:end]), whole[start:end])

    assert whole[found.start : found.end] == whole[start:end]
    assert found.verdict in ("fits", "UTF-16")


@given(st.text("ab🐙", max_size=5), st.integers(-3, 9), st.integers(-3, 9), st.text("ab🐙", max_size=3))
@example("a🐙🐙🐙", 6, 6, "")
def test_a_span_is_in_code_points_or_else_in_utf_16_units_or_nowhere(whole, start, end, cited):
    ends = [len(whole[:place].encode("utf-16-le")) // 2 for place in range(len(whole) + 1)]
    inside = 0 <= start <= end <= len(whole)
    at_units = start in ends and end in ends and start <= end
    units = (ends.index(start), ends.index(end)) if at_units else None

    if inside and whole[start:end] == cited:
        expected = ("fits", start, end)
    elif units and whole[slice(*units)] == cited:
        expected = ("UTF-16", *units)
    else:
        expected = ("differs" if inside else "outside", start, end)
    assert resolve(Text(whole), start, end, cited) == expected


@pytest.mark.parametrize(
    ("start", "end", "cited", "verdict"),
    [
        (1, 1, "a", "differs"),
        (-1, -1, "", "outside"),
        (-2, -1, "b", "outside"),
        (3, 3, "", "UTF-16"),
        (4, 4, "", "outside"),
    ],
)
def test_the_edges_of_a_text_are_where_it_begins_and_ends(start, end, cited, verdict):
    assert resolve(Text("🐙b"), start, end, cited).verdict == verdict


def test_units_that_cut_a_surrogate_pair_are_no_span():
    assert resolve(Text("a😀b"), 2, 4, "b").verdict == "outside"
    assert resolve(Text("a😀b"), 2, 4, "?b").verdict == "outside"
    assert resolve(Text("😀😀b"), 1, 3, "??").verdict == "differs"


def test_utf_16_is_one_root_for_a_whole_stream():
    report = report_of(s.content_delta("🐙 ab cd"), *cite(3, 5, "ab"), *cite(6, 8, "cd", 1))

    assert codes_of(report) == ["citation-utf16", "citation-utf16"]
    assert len(report.roots) == 1
    assert [(each.start, each.end, each.units) for each in report.message.citations] == [
        (2, 4, "UTF-16"),
        (5, 7, "UTF-16"),
    ]


def test_an_early_citation_is_judged_when_its_target_closes():
    report = report_of(*cite(0, 5, "Hello"), s.content_delta("Hel"), s.content_delta("lo"))

    [early] = report.violations
    assert (early.code, early.position, early.about) == ("citation-early", 6, 2)
    assert report.message.citations[0].target == Target("content", 0)


def test_an_early_citation_whose_text_never_comes_is_outside():
    report = report_of(*cite(0, 9, "Hello you"), s.content_delta("Hello"))

    [outside] = report.violations
    assert (outside.code, outside.about) == ("citation-outside", 2)
    assert report.message.citations[0].target is None


def test_a_late_citation_is_resolved_all_the_same():
    report = check(s.whole(*s.text_block("Hi"), *cite(0, 2, "Hi")))

    assert codes_of(report) == ["citation-late"]
    assert report.message.citations[0] == Citation(
        0, 2, "Hi", report.message.citations[0].sources, Target("content"), "TEXT_CONTENT"
    )


def test_a_lost_delta_is_one_root_however_many_citations_it_shifts():
    words = [f"word{number} " for number in range(9)]
    text, inner = "", []
    for number, word in enumerate(words):
        inner += [s.content_delta(word), *cite(len(text), len(text) + 5, word[:5], number)]
        text += word

    report = report_of(*inner[1:])

    assert codes_of(report) == ["citation-outside"] + ["citation-text-differs"] * 8
    assert len(report.roots) == 1


def test_a_text_that_differs_shows_both_and_is_a_root_of_its_own():
    report = report_of(s.content_delta("Hello you"), *cite(0, 5, "Jello"), *cite(6, 9, "ewe", 1))

    assert codes_of(report) == ["citation-text-differs"] * 2
    assert len(report.roots) == 2
    assert report.violations[0].detail == "0 to 5 of 9 characters; it says 'Jello', the span 'Hello'"


@pytest.mark.parametrize(
    ("kind", "fields", "codes"),
    [
        ("text", {"type": "TEXT_CONTENT"}, []),
        ("text", {"type": None}, []),
        ("text", {"type": "THINKING_CONTENT"}, ["citation-of-thinking", "citation-kind-differs"]),
        ("text", {"type": "LATER"}, ["citation-kind-differs"]),
        ("thinking", {"type": "THINKING_CONTENT"}, ["citation-of-thinking"]),
        ("thinking", {"type": "TEXT_CONTENT"}, ["citation-kind-differs"]),
        ("thinking", {"type": None}, ["citation-kind-differs"]),
    ],
)
def test_the_type_of_a_citation_is_that_of_its_block(kind, fields, codes):
    report = report_of(s.content_delta("Hi", kind=kind), *cite(0, 2, "Hi", **fields), kind=kind)

    assert [code for code in codes_of(report) if code.startswith("citation")] == codes
    assert report.message.citations[0].target == Target("content", 0)


def test_a_plan_is_cited_while_it_grows_and_late_afterwards():
    plan = [s.plan_delta("Look."), *cite(0, 4, "Look", type="PLAN")]
    late = cite(0, 4, "Look", 1, type="PLAN")

    report = check(s.whole(*plan, *s.call("{}"), *late, end=s.message_end("TOOL_CALL")))

    assert codes_of(report) == ["citation-late"]
    assert {citation.target for citation in report.message.citations} == {Target("tool_plan")}


def test_a_plan_citation_with_a_content_index_names_two_targets():
    events = [s.plan_delta("Look."), *cite(0, 4, "Look", type="PLAN", content_index=0), *s.call("{}")]

    assert codes_of(check(s.whole(*events, end=s.message_end("TOOL_CALL")))) == ["citation-kind-differs"]


def test_a_plan_that_comes_after_its_citation_is_judged_at_the_end():
    events = [*cite(0, 4, "Look", type="PLAN"), s.plan_delta("Look."), *s.call("{}")]

    report = check(s.whole(*events, end=s.message_end("TOOL_CALL")))

    assert codes_of(report) == ["citation-early"]


def test_a_block_that_never_came_is_no_target():
    report = report_of(s.content_delta("Hi"), *cite(0, 2, "Hi", content_index=3))

    assert codes_of(report) == ["citation-target-missing"]
    assert report.message.citations[0].target is None


@pytest.mark.parametrize("sources", [None, []])
def test_a_citation_may_have_no_sources(sources):
    report = report_of(s.content_delta("Hi"), *cite(0, 2, "Hi", sources=sources))

    assert codes_of(report) == ["citation-source-count"]
    assert report.message.citations[0].sources == ()


def test_sources_are_typed_or_kept_as_they_came():
    sources = [
        {"type": "tool", "id": "f_0:0", "tool_output": {"content": "5"}, "rank": 1},
        {"type": "web", "url": "x"},
        {"type": "document", "id": 5},
        {"id": "untyped"},
    ]

    [citation] = report_of(s.content_delta("Hi"), *cite(0, 2, "Hi", sources=sources)).message.citations

    tool, *others = citation.sources
    assert (tool.id, tool.tool_output, tool.extra) == ("f_0:0", {"content": "5"}, {"rank": 1})
    assert [other.fields for other in others] == sources[1:]


SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted).map(tuple), max_size=6)


@given(st.text(min_size=9, max_size=9), SPANS, st.text(max_size=4))
def test_segments_are_the_whole_text_and_put_each_citation_on_its_span(text, spans, plan):
    citations = tuple(Citation(start, end, text[start:end]) for start, end in spans)
    elsewhere = Citation(0, 1, "x", target=None)
    message = Message(content=(TextBlock(text),), tool_plan=plan, citations=(*citations, elsewhere))

    segments = message.segments()

    texts = {key: "".join(each.text for each in run) for key, run in groupby(segments, key=lambda each: each.target)}
    assert texts.get(Target("content"), "") == text
    assert texts.get(Target("tool_plan"), "") == plan
    for citation in citations:
        mine = [each for each in segments if any(citation is other for other in each.citations)]
        assert "".join(each.text for each in mine) == citation.text
        assert mine[0].start == citation.start
        assert mine[-1].end == citation.end
    assert all(each.text or each.citations for each in segments)


def test_where_blocks_share_an_index_the_last_is_what_is_cited():
    blocks = (TextBlock("Hi"), TextBlock("Hello world"))

    segments = Message(content=blocks, citations=(Citation(6, 11, "world"),)).segments()

    assert [(each.text, len(each.citations)) for each in segments] == [("Hi", 0), ("Hello ", 0), ("world", 1)]


# A citation that names no block


THOUGHT = s.text_block("Hm, then", kind="thinking")


def without_index(*blocks, kind="TEXT_CONTENT", cited=(0, 2, "Hi")):
    told = check(s.whole(*blocks, *cite(*cited, type=kind)), LENIENT)
    return told.message.citations[0].target, codes_of(told)


@pytest.mark.parametrize("kind", ["TEXT_CONTENT", None])
def test_a_citation_without_content_index_cites_the_first_block_that_its_type_may_cite(kind):
    blocks = [*THOUGHT, *s.text_block("Hi", index=1), *s.text_block("Hi", index=2)]

    target, codes = without_index(*blocks, kind=kind)

    assert target == Target("content", 1)
    assert "citation-kind-differs" in codes


def test_a_citation_of_thinking_without_content_index_cites_the_first_thinking_block():
    blocks = [*s.text_block("So"), *s.text_block("Hi", index=1, kind="thinking")]

    assert without_index(*blocks, kind="THINKING_CONTENT")[0] == Target("content", 1)


def test_a_citation_without_content_index_cites_block_0_where_no_block_fits_better():
    assert without_index(*THOUGHT, cited=(0, 2, "Hm"))[0] == Target("content", 0)
    assert without_index(*s.text_block("Hi"), *s.text_block("Hi", index=1))[0] == Target("content", 0)
    assert "citation-kind-differs" not in without_index(*s.text_block("Hi"))[1]


def test_a_citation_of_a_block_that_comes_first_though_its_index_is_higher_is_of_that_block():
    blocks = [*THOUGHT, *s.text_block("Hi", index=3), *s.text_block("Ho", index=1)]

    assert without_index(*blocks)[0] == Target("content", 3)


def test_a_citation_without_content_index_cites_block_0_even_where_another_that_fits_came_first():
    blocks = [*s.text_block("Ho", index=1), *s.text_block("Hi")]

    assert without_index(*blocks)[0] == Target("content", 0)


def test_a_citation_without_content_index_may_cite_a_block_that_is_still_open():
    blocks = [*THOUGHT, *s.text_block("Hi", index=1)[:-1]]

    assert without_index(*blocks)[0] == Target("content", 1)


def test_a_block_of_a_type_that_is_not_known_may_be_cited_as_anything():
    image = [s.content_start(0, "image"), s.content_delta("Hi"), *cite(0, 2, "Hi"), s.content_end()]

    assert codes_of(check(s.whole(*image, *s.text_block("Ho", index=1)))) == ["content-type-unknown"]


# To the character, and to the cause


def test_a_citation_that_was_restarted_explains_its_type_before_its_block_does():
    inner = [s.content_delta("Hi"), *cite(0, 2, "Hi"), s.content_start(), *cite(0, 2, "Hi", type="LATER")]

    report = report_of(*inner)

    assert [(each.code, each.position, each.caused_by) for each in report.violations] == [
        ("part-restarted", 5, None),
        ("part-restarted", 6, None),
        ("citation-kind-differs", 6, 6),
    ]


def test_a_span_that_begins_before_the_text_is_outside():
    assert resolve(Text("Hi"), -1, 2, "Hi") == ("outside", -1, 2)


def test_units_count_lone_surrogates_too():
    assert resolve(Text("\ud800🐙Hi"), 3, 5, "Hi") == ("UTF-16", 2, 4)
    assert resolve(Text("🐙\ud800Hi"), 2, 5, "\ud800Hi") == ("UTF-16", 1, 4)


def test_a_citation_of_a_closed_block_is_judged_where_it_stands():
    report = check(s.whole(*s.text_block("Hi"), *cite(0, 9, "Hi you")))

    assert [(each.code, each.position, each.detail) for each in report.violations] == [
        ("citation-late", 4, "text block 0 is complete"),
        ("citation-outside", 4, "0 to 9 of 2 characters; it says 'Hi you', the span 'Hi'"),
    ]


def test_citations_may_wait_for_several_blocks():
    early = [*cite(0, 2, "Hi"), *cite(0, 2, "Ho", 1, content_index=1), *cite(1, 2, "i", 2)]

    report = check(s.whole(*early, *s.text_block("Hi"), *s.text_block("Ho", index=1)))

    assert [each.about for each in report.violations if each.code == "citation-early"] == [1, 5, 3]
    assert report.violations[0].detail == "text block 0 had no character 1 then"


def test_a_block_that_never_came_is_blamed_on_what_was_lost_of_it():
    body = [
        s.content_end(7),
        s.content_end(8),
        *(s.content_start(index) for index in (0, 1)),
        {"type": "content-delta"},
        *(event for index in (9, 8, 7) for event in cite(0, 2, "Hi", index, content_index=index)),
    ]
    missing = [each for each in check(s.whole(*body)).violations if each.code == "citation-target-missing"]

    assert [(each.about, each.caused_by, each.detail) for each in missing] == [
        (6, 5, "there is no content 9"),
        (8, 2, "there is no content 8"),
        (10, 1, "there is no content 7"),
    ]


def test_a_block_that_never_came_is_blamed_on_any_block_that_was_lost():
    report = check(s.whole(*s.text_block("Hi"), s.content_end(2), *cite(0, 2, "Hi", content_index=3)))

    assert [(each.code, each.caused_by) for each in report.violations] == [
        ("end-outside-part", None),
        ("citation-target-missing", 4),
    ]


@pytest.mark.parametrize(("gap", "cause"), [(256, 1), (257, None)])
def test_a_text_that_stands_near_its_span_was_shifted(gap, cause):
    text = "Hi" + "." * 600
    deltas = [s.content_delta(text), *cite(gap, gap + 2, "Hi"), s.content_end()]

    [_, differs] = check(s.whole(*deltas)).violations

    assert (differs.code, differs.caused_by) == ("citation-text-differs", cause)


@pytest.mark.parametrize(("gap", "cause"), [(256, 1), (257, None)])
def test_a_text_that_stands_near_behind_its_span_was_shifted(gap, cause):
    text = "." * (2 + gap) + "Hi"
    deltas = [s.content_delta(text), *cite(0, 4, "Hi"), s.content_end()]

    [_, differs] = check(s.whole(*deltas)).violations

    assert (differs.code, differs.caused_by) == ("citation-text-differs", cause)


@pytest.mark.parametrize(
    ("block", "citation", "detail"),
    [
        (
            s.text_block("Hi"),
            cite(0, 2, "Hi", type="LATER"),
            "type 'LATER', content_index None, but it cites text block 0",
        ),
        (
            s.text_block("Hi", kind="thinking"),
            cite(0, 2, "Hi", content_index=0),
            "type 'TEXT_CONTENT', content_index 0, but it cites thinking block 0",
        ),
        (
            [s.plan_delta("Hi")],
            cite(0, 2, "Hi", type="PLAN", content_index=0),
            "type 'PLAN', content_index 0, but it cites the tool plan",
        ),
    ],
)
def test_a_citation_of_another_type_names_what_it_cites(block, citation, detail):
    report = check(s.whole(*block, *citation))

    assert (detail, None) in [(each.detail, each.about) for each in report.violations]


def test_an_early_citation_of_another_type_is_about_itself():
    report = report_of(*cite(0, 2, "Hi", type="LATER"), s.content_delta("Hi"))

    assert [(each.code, each.position, each.about, each.caused_by) for each in report.violations] == [
        ("citation-kind-differs", 5, 2, None),
        ("citation-early", 5, 2, 5),
    ]


def test_a_block_that_was_restarted_explains_what_does_not_fit_it():
    inner = [s.content_delta("Hi"), s.content_start(0, "thinking"), *cite(0, 2, "Ho", type="LATER")]

    report = report_of(*inner)

    assert [(each.code, each.caused_by) for each in report.violations] == [
        ("part-restarted", None),
        ("citation-kind-differs", 3),
        ("citation-text-differs", 3),
    ]
