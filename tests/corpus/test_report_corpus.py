"""A page of real recordings opens without a complaint, and shows what their states held."""

import os
from pathlib import Path

import pytest
from browser.chromium import browser, driver

from streamfold import scan
from streamfold.recordings import load
from streamfold.report import report

__all__ = ["browser", "driver"]

FOLDER = Path(os.environ["STREAMFOLD_CORPUS"])
FILES = sorted(path for folder in FOLDER.iterdir() if folder.is_dir() for path in folder.iterdir())
RECORDINGS = [
    recording for path in FILES if path.suffix in (".sse", ".jsonl") for recording in load(path.read_bytes(), path.name)
]


def wire_types(recording):
    return {
        event.event["type"] for event in recording.events if isinstance(event.event, dict) and "type" in event.event
    }


def longest(wire_type):
    """Give the longest recording that has an event of a type."""
    return max((each for each in RECORDINGS if wire_type in wire_types(each)), key=lambda each: len(each.events))


def texts_of(state):
    partial = state.partial()
    plan = [] if partial.tool_plan is None else [partial.tool_plan]
    return sorted([*(block.text for block in partial.content), *(each.raw_arguments for each in partial.calls), *plan])


def test_a_page_of_all_recordings_opens_without_a_complaint(browser):
    browser.open(report(RECORDINGS))

    assert len(browser.find_all("article")) == len(RECORDINGS)
    assert browser.run("return document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("wire_type", ["citation-start", "tool-plan-delta", "tool-call-delta", "content-delta"])
def test_the_page_shows_what_the_state_held(browser, wire_type):
    recording = longest(wire_type)
    states = [state for _, state in scan(recording.events)]
    browser.open(report([recording]))
    script = """
        const scrubber = document.querySelector(".strip input");
        scrubber.value = arguments[0];
        scrubber.dispatchEvent(new Event("input", { bubbles: true }));
        return [...document.querySelectorAll(".part:not(.later) .flow")].map((flow) => flow.textContent);
    """

    for state in states[:: max(len(states) // 25, 1)] + states[-1:]:
        assert sorted(browser.run(script, state.position)) == texts_of(state)


def test_each_citation_shows_its_sources(browser):
    recording = longest("citation-start")
    browser.open(report([recording]))

    for link in browser.find_all(".cite"):
        browser.run("arguments[0].scrollIntoView({ block: 'center' })", link)
        link.click()
        shown = browser.find("#beside").text
        names = link.get_attribute("data-show").split()
        assert shown
        assert len(browser.find_all("#beside > div")) == len(names)
        link.click()
