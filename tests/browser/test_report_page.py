"""The page of a recording does in a real browser what it says, and nothing that a recording says."""

import re
import time
from pathlib import Path

import pytest
from streams import (
    call,
    citation_end,
    citation_start,
    content_delta,
    content_end,
    content_start,
    message_end,
    text_block,
    whole,
)

from streamfold import State, scan
from streamfold.events import Located
from streamfold.recordings import Origin, Recording, Skipped, load
from streamfold.report import report

ROOT = Path(__file__).parents[2]
ARROW_RIGHT, ARROW_LEFT, END, HOME, ESCAPE, TAB = "\ue014", "\ue012", "\ue010", "\ue011", "\ue00c", "\ue004"


def example(name):
    [recording] = load((ROOT / f"examples/{name}.sse").read_bytes(), f"{name}.sse")
    return recording


def recorded(*events, name="a.sse"):
    located = (event if isinstance(event, Located) else Located(event, line) for line, event in enumerate(events, 1))
    return Recording(tuple(located), Origin(name, "jsonl"))


ANSWER, CALLS, BROKEN = map(example, ("weather_answer", "weather_calls", "broken"))
THINKING = recorded(*whole(*text_block("Let me", " see.", kind="thinking"), *text_block("Hi", " there", index=1)))


def states(recording):
    """Give the state at each position."""
    return [State(), *(state for _, state in scan(recording.events))]


def texts_of(state):
    partial = state.partial()
    plan = [] if partial.tool_plan is None else [partial.tool_plan]
    return sorted([*(block.text for block in partial.content), *(each.raw_arguments for each in partial.calls), *plan])


def texts_shown(browser):
    """Give the text of each part that is there."""
    script = "return [...document.querySelectorAll('.part:not(.later) .flow')].map((flow) => flow.textContent)"
    return sorted(browser.run(script))


def scrubber(browser):
    return browser.find("input[type=range]")


def where(browser):
    return browser.find("output").text


def move(browser, position, recording=0):
    script = """
        const scrubber = document.querySelectorAll(".strip input")[arguments[1]];
        scrubber.value = arguments[0];
        scrubber.dispatchEvent(new Event("input", { bubbles: true }));
    """
    browser.run(script, position, recording)


def wait(condition):
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.02)
    return False


# Positions


@pytest.mark.parametrize("recording", [ANSWER, CALLS, THINKING], ids=["answer", "calls", "thinking"])
def test_the_arrow_keys_show_the_message_as_it_was_after_each_event(browser, recording):
    browser.open(report([recording]))
    known = states(recording)
    assert texts_shown(browser) == texts_of(known[-1])

    scrubber(browser).send_keys(HOME)
    for position, state in enumerate(known):
        assert texts_shown(browser) == texts_of(state), position
        scrubber(browser).send_keys(ARROW_RIGHT)


def test_end_and_home_go_to_the_last_and_the_first_position(browser):
    browser.open(report([ANSWER]))

    scrubber(browser).send_keys(HOME)
    assert where(browser) == "before the first event"
    assert texts_shown(browser) == []

    scrubber(browser).send_keys(END)
    assert where(browser) == "after event 30 of 31: message-end, line 91"
    assert texts_shown(browser) == texts_of(states(ANSWER)[-1])

    scrubber(browser).send_keys(ARROW_LEFT)
    assert where(browser) == "after event 29 of 31: content-end, line 88"
    assert scrubber(browser).get_attribute("aria-valuetext") == where(browser)


@pytest.mark.parametrize("share", [0.02, 0.25, 0.5, 0.8, 0.99])
def test_a_click_on_the_strip_goes_to_the_event_under_it(browser, share):
    from selenium.webdriver import ActionChains  # noqa: PLC0415 - not every machine has it

    browser.open(report([CALLS]))
    size = scrubber(browser).size

    offset = int(share * size["width"]) - size["width"] // 2
    ActionChains(browser.driver).move_to_element_with_offset(scrubber(browser), offset, 0).click().perform()

    position = int(scrubber(browser).get_property("value"))
    assert abs(position - share * 54) <= 1
    assert texts_shown(browser) == texts_of(states(CALLS)[position])


def test_a_half_of_a_pair_is_there_before_the_other_comes(browser):
    browser.open(report([recorded(*whole(*text_block("a\x00\ud83d", "\ude00b")))]))

    move(browser, 3)
    units = browser.run("return [...document.querySelector('.flow').textContent].map((each) => each.codePointAt(0))")
    assert units == [*map(ord, "a\\x00"), 0xD83D]

    move(browser, 4)
    assert browser.find(".flow").text == "a\\x00😀b"


def test_what_comes_later_is_not_there_yet(browser):
    browser.open(report([ANSWER]))
    script = "return [...document.querySelectorAll(arguments[0])].filter((each) => each.checkVisibility()).length"

    for position, state in enumerate(states(ANSWER)):
        move(browser, position)
        assert browser.run(script, "li.cited") == len(state.partial().citations)
        assert browser.run(script, ".outcome") == state.ended
        assert browser.run(script, ".cite:not(.later)") == len(state.partial().citations)


def test_a_citation_that_has_not_come_is_plain_text(browser):
    browser.open(report([ANSWER]))
    move(browser, 13)

    assert browser.find(".cite").text == "4 °C with rain"
    assert browser.style(".cite.later", "textDecorationLine") == "none"
    assert browser.style(".cite.later", "content", "::after") == "none"
    assert browser.find(".cite.later").get_attribute("tabindex") == "-1"


def test_thinking_unfolds_while_it_grows(browser):
    browser.open(report([THINKING]))
    opened = []

    for position in range(9):
        move(browser, position)
        opened.append(browser.find("details").get_property("open"))

    assert opened == [False, False, True, True, True, False, False, False, False]


def test_what_a_reader_unfolded_stays_so(browser):
    browser.open(report([THINKING]))

    browser.find("summary").click()
    for position in range(9):
        move(browser, position)

    assert browser.find("details").get_property("open") is True


def test_what_grows_has_a_caret_that_blinks_unless_motion_is_to_be_reduced(browser):
    browser.open(report([ANSWER]))

    move(browser, 5)
    assert browser.style(".flow", "animationName", "::after") == "blink"
    browser.prefer(prefers_reduced_motion="reduce")
    assert browser.style(".growing", "animationName", "::after") == "none"
    move(browser, 31)
    assert browser.find_all(".growing") == []


def test_play_goes_on_to_the_end_and_stops_where_it_is_told(browser):
    browser.open(report([ANSWER, CALLS]))
    first, second = browser.find_all(".move button")

    first.click()
    assert wait(lambda: "after event" in where(browser))
    second.click()
    assert (first.text, second.text) == ("Play", "Stop")
    second.click()
    assert second.text == "Play"

    first.click()
    assert wait(lambda: first.text == "Play")
    assert int(scrubber(browser).get_property("value")) == 31


def test_the_link_of_an_event_goes_to_its_position(browser):
    browser.open(report([BROKEN]))

    browser.find(".violations a[data-to='2']").click()

    assert where(browser) == "after event 1 of 7: content-delta, line 4"
    assert texts_shown(browser) == ["It"]


def test_a_long_recording_moves_too(browser):
    browser.open(report([recorded(*whole(*text_block(*["word "] * 30_000)))]))

    for position in (15_002, 30_004, 3):
        move(browser, position)
        assert len(browser.run("return document.querySelector('.flow').textContent")) == 5 * min(position - 2, 30_000)


# Notes


def note(browser):
    [shown] = browser.find_all("#beside")
    return shown.text if browser.run("return document.querySelector('#beside').matches(':popover-open')") else None


def hover(browser, selector):
    from selenium.webdriver import ActionChains  # noqa: PLC0415 - not every machine has it

    ActionChains(browser.driver).move_to_element(browser.find(selector)).perform()


def press(browser, *keys):
    from selenium.webdriver import ActionChains  # noqa: PLC0415 - not every machine has it

    ActionChains(browser.driver).send_keys(*keys).perform()


def tab_to(browser, selector):
    for _ in range(30):
        press(browser, TAB)
        if browser.run("return document.activeElement.matches(arguments[0])", selector):
            return
    raise AssertionError(selector)


def test_a_pointer_over_what_is_cited_shows_its_sources(browser):
    browser.open(report([ANSWER]))

    hover(browser, ".cite")
    assert wait(lambda: note(browser) is not None)
    assert "4 °C with rain" in note(browser)
    assert "4 °C, rain" in note(browser)
    assert "get_weather_1x2y3z4a5b6c:0" in note(browser)

    hover(browser, "#beside dd")
    assert not wait_a_moment(lambda: note(browser) is None)

    hover(browser, "h1")
    assert wait(lambda: note(browser) is None)


def wait_a_moment(condition):
    time.sleep(0.4)
    return condition()


def test_focus_on_what_is_cited_shows_its_sources_until_it_leaves(browser):
    browser.open(report([ANSWER]))

    tab_to(browser, ".cite[data-n='1']")
    assert "4 °C, rain" in note(browser)
    assert browser.find(".cite").get_attribute("aria-describedby") == "beside"

    tab_to(browser, ".cite[data-n='2']")
    assert "9 °C, clear sky" in note(browser)
    assert "4 °C, rain" not in note(browser)
    hover(browser, "h1")
    assert not wait_a_moment(lambda: note(browser) is None)

    press(browser, ESCAPE)
    assert note(browser) is None
    assert browser.find(".cite").get_attribute("aria-describedby") is None


def test_a_click_keeps_a_note_and_the_next_one_lets_it_go(browser):
    browser.open(report([ANSWER]))

    browser.find(".cite").click()
    hover(browser, "h1")
    assert not wait_a_moment(lambda: note(browser) is None)
    browser.find(".cite").click()
    assert note(browser) is None

    browser.find(".cite").click()
    browser.find("h1").click()
    assert note(browser) is None
    assert "#" not in browser.run("return location.href")


def test_the_mark_of_a_violation_shows_its_rule_and_its_repair(browser):
    browser.open(report([BROKEN]))

    browser.find(".flag").click()

    assert "delta-outside-part" in note(browser)
    assert "Rule: a delta goes to an open part" in note(browser)
    assert "Repair: a part that never began begins with it" in note(browser)


def test_a_note_stays_on_the_screen(browser):
    long = {"type": "document", "id": "d", "document": {"text": "word " * 3000}}
    events = cited_at_the_end(sources=[long])
    for width in (1280, 360):
        browser.resize(width, 640)
        browser.open(report([recorded(*events)]))
        browser.find(".cite").click()
        script = (
            "const { left, right } = document.querySelector('#beside').getBoundingClientRect(); return [left, right]"
        )
        left, right = browser.run(script)
        assert 0 <= left < right <= width


def cited_at_the_end(**fields):
    text = "word " * 40
    start = len(text) - 5
    citation = citation_start(start, start + 4, "word", **fields)
    return whole(content_start(), content_delta(text), citation, citation_end(), content_end())


def test_a_note_goes_when_the_position_moves(browser):
    browser.open(report([ANSWER]))

    browser.find(".cite").click()
    move(browser, 20)

    assert note(browser) is None


# Around the recordings


def test_letters_go_from_recording_to_recording(browser):
    browser.open(report([ANSWER, CALLS, BROKEN]))
    focused = "return document.activeElement.closest('article')?.id ?? null"

    gone = []
    for letter in "nnnnpp":
        press(browser, letter)
        gone.append(browser.run(focused))
    assert gone == ["r0", "r1", "r2", "r2", "r1", "r0"]

    browser.find("#letters").click()
    press(browser, "n")
    assert browser.run(focused) is None


def test_letters_pass_over_what_is_filtered_out(browser):
    browser.open(report([BROKEN, ANSWER, BROKEN]))

    browser.find("[value=violations]").click()
    press(browser, "n", "n")

    assert browser.run("return document.activeElement.closest('article').id") == "r2"


def test_the_list_can_be_of_those_with_violations(browser):
    browser.open(report([ANSWER, BROKEN, CALLS]))
    shown = "return [...document.querySelectorAll('article, nav li')].filter((each) => each.checkVisibility()).length"

    assert browser.run(shown) == 6
    browser.find("[value=violations]").click()
    assert browser.run(shown) == 2
    browser.find("[value=all]").click()
    assert browser.run(shown) == 6


def test_a_long_list_leaves_room_for_the_recordings(browser):
    browser.resize(390, 844)
    browser.open(report([ANSWER] * 60))
    assert browser.find("nav li").is_displayed()
    assert browser.find("main").rect["y"] < 844

    browser.resize(1280, 900)
    assert browser.find("main").rect["y"] == browser.find("nav").rect["y"]


def test_one_recording_needs_no_list_and_no_way_to_it(browser):
    browser.open(report([ANSWER]))
    assert not browser.find("nav").is_displayed()
    assert len({browser.find(part).rect["x"] for part in (".top", "main", "footer")}) == 1
    press(browser, TAB)
    assert browser.run("return document.activeElement.name") == "theme"

    browser.open(report([ANSWER, CALLS]))
    assert browser.find("nav").is_displayed()
    press(browser, TAB)
    assert browser.run("return document.activeElement.hash") == "#list"


def test_light_and_dark_are_what_the_reader_prefers_or_chooses(browser):
    browser.prefer(prefers_color_scheme="light")
    browser.open(report([ANSWER]))
    light = browser.style("body", "backgroundColor")
    browser.prefer(prefers_color_scheme="dark")
    dark = browser.style("body", "backgroundColor")
    assert light != dark

    browser.find("[value=light]").click()
    assert browser.style("body", "backgroundColor") == light
    browser.prefer(prefers_color_scheme="light")
    browser.find("[value=dark]").click()
    assert browser.style("body", "backgroundColor") == dark
    browser.find("[value=system]").click()
    assert browser.style("body", "backgroundColor") == light


def luminance(color):
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", color)[:3])
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


INKS = """
    .verdict | .verdict b | .broken .verdict b | .facts | .legend | .move output | .flow | .cite | summary | small | dt
    .text .label | .thinking .label | .tool-plan .label | .tool-call .label | .other .label | .outcome h3 | .wrong
    .head b | .warning .head b | .head code | .violations a | .keys | nav p | .choice label
"""
STROKES = [f"path.{kind}" for kind in "text thinking tool-plan tool-call citation message other mark".split()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_to_be_read_stands_out(browser, scheme):
    browser.prefer(prefers_color_scheme=scheme)
    strange = recorded(*whole(content_start(0, "image"), content_end(), *call("["), *text_block("Hi", index=1)))
    browser.open(report([ANSWER, CALLS, THINKING, BROKEN, strange]))
    paper = browser.style("body", "backgroundColor")
    inks = [ink.strip() for line in INKS.strip().splitlines() for ink in line.split("|")]

    assert [ink for ink in inks if contrast(browser.style(ink, "color"), paper) < 4.5] == []
    assert [kind for kind in STROKES if contrast(browser.style(kind, "stroke"), paper) < 3] == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_scrolls_sideways(browser, width):
    long = "x" * 3000
    events = whole(*text_block(long), *call(f'{{"{long}": "{long}"}}', name=long), {"type": long, long: long})
    browser.resize(width, 800)
    browser.open(report([ANSWER, CALLS, BROKEN, recorded(*events, name=long)], title=long))

    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_all_that_can_be_used_has_a_name(browser):
    browser.open(report([ANSWER, CALLS, BROKEN, THINKING]))
    browser.driver.execute_cdp_cmd("Accessibility.enable", {})
    nodes = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"link", "button", "slider", "radio", "checkbox", "article", "navigation", "image", "DisclosureTriangle"}
    named = [
        (node["role"]["value"], node["name"]["value"]) for node in nodes if node.get("role", {}).get("value") in roles
    ]

    assert {role for role, _ in named} >= {"link", "button", "slider", "radio", "article", "navigation", "image"}
    assert [role for role, name in named if not name] == []


def test_on_paper_there_is_the_message_and_nothing_to_press(browser):
    browser.open(report([THINKING]))
    browser.emulate("setEmulatedMedia", media="print", features=[])

    assert [each for each in browser.find_all("input, button, nav, .keys") if each.is_displayed()] == []
    assert browser.run("return document.querySelector('details .flow').getBoundingClientRect().height") > 0


# Without a script


def test_a_page_without_a_script_holds_the_message_and_its_notes(browser):
    browser.emulate("setScriptExecutionDisabled", value=True)
    browser.open(report([ANSWER, BROKEN]))

    assert [flow.text for flow in browser.find_all(".flow")] == [
        "On Friday it will be 4 °C with rain 🌧 in Oslo, and 9 °C and clear in Bergen.",
        "It will be 4 °C",
    ]
    assert [each for each in browser.find_all(".strip input, .move, .keys, .choice") if each.is_displayed()] == []
    assert [each.is_displayed() for each in browser.find_all("svg, .cited, .sources li, .violations li")] == [True] * 8

    browser.find(".cite").click()
    assert wait(lambda: browser.driver.current_url.endswith("#r0-citation-0"))
    browser.prefer(prefers_color_scheme="dark")
    assert browser.style("body", "backgroundColor") == "rgb(20, 22, 26)"


# What a recording says is not done

ATTACKS = [
    "</script><script>window.attacked = 1</script>",
    "<img src=x onerror='window.attacked = 1'>",
    "<svg onload='window.attacked = 1'>",
    "--><iframe srcdoc='<script>top.attacked = 1</script>'>",
    "' onmouseover='window.attacked = 1",
    '" autofocus onfocus="window.attacked = 1',
    "javascript:window.attacked=1",
    "</style><style>body{display:none}",
    "</title></textarea><base href='http://example.invalid/'>",
    "\u2028window.attacked = 1\u2029",
    "a\x00b\x1b[31m",
    "\u202egnp.exe\u2066",
    "\ud83d",
]


def attacked(attack):
    source = {"type": "document", "id": attack, "document": {attack: attack, "url": attack}}
    return [
        {"type": "message-start", "id": attack, attack: attack, "delta": {"message": {"role": attack}}},
        *text_block(attack, attack, kind="thinking"),
        content_start(1),
        content_delta(attack, 1),
        citation_start(0, len(attack), attack, sources=[source, {"type": attack, attack: [attack]}], content_index=1),
        citation_end(),
        content_end(1),
        *call('{"a":', index=0, name=attack),
        {"type": attack, attack: attack},
        Located(attack, 3, attack),
        {"message": attack},
        message_end(attack, error=attack, error_type=attack, usage={attack: {attack: attack}}),
    ]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_a_recording_holds_runs(browser, attack):
    browser.open(report([recorded(*attacked(attack), name=attack), BROKEN], title=attack))
    assert len(browser.find_all("script, style, iframe, img, base")) == 4

    for position in range(0, 16, 3):
        move(browser, position)
    move(browser, 15)
    for link in browser.find_all("#r0 .flag, #r0 .cite"):
        browser.run("arguments[0].click()", link)
        assert note(browser)
    browser.run("document.querySelectorAll('main a, nav a').forEach((link) => link.click())")

    assert browser.run("return window.attacked ?? null") is None
    assert browser.run("return document.body.checkVisibility()")
    assert browser.driver.current_url.partition("#")[0].endswith("page.html")
    assert len(browser.find_all("script, style, iframe, img, base")) == 4


def test_the_policy_stops_what_would_run_all_the_same(browser):
    markup = "<img src=x onerror='window.attacked = 1'><script>window.attacked = 2</script>"
    browser.open("".join(report([ANSWER])).replace("</main>", f"</main>{markup}"))

    assert browser.run("return window.attacked ?? null") is None
    assert ["Content Security Policy" in complaint for complaint in browser.complaints()] == [True] * 3


# What else a recording may be


def test_the_times_of_a_recording_are_told_and_kept_to(browser):
    times = tuple(position * 0.05 for position in range(len(ANSWER.events)))
    browser.open(report([Recording(ANSWER.events, ANSWER.source, times)]))
    move(browser, 5)
    assert where(browser) == "after event 4 of 31: content-delta, line 13, 0.200 s"

    browser.find(".move button").click()
    assert wait(lambda: browser.find(".move button").text == "Play")
    assert where(browser).endswith("1.500 s")


def test_what_was_passed_over_can_be_gone_to(browser):
    skipped = Skipped((), Origin("a.har", "har"), why="it has no interactions")
    browser.open(report([skipped, ANSWER]))

    press(browser, "n")
    assert browser.run("return document.activeElement.id") == "r0"
    browser.find("[value=violations]").click()
    assert not browser.find("#r0").is_displayed()


def test_a_recording_without_events_moves_nowhere(browser):
    browser.open(report([recorded()]))

    scrubber(browser).send_keys(HOME)
    browser.find(".move button").click()

    assert wait(lambda: browser.find(".move button").text == "Play")
    assert where(browser) == "all of 0 events"
