"""What other servers send folds where it leaves no doubt, and is reported by exactly the codes that the page lists."""

import re
from pathlib import Path

import pytest

from streamfold import STRICT, GenerationFailed, TextBlock, ThinkingBlock, check, fold
from streamfold.message import Target
from streamfold.recordings import decode

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/how-to/other-servers.md").read_text(encoding="utf-8")
FOLDER = ROOT / "tests/recordings"
LISTED = {
    name: re.findall("`(.*?)`", codes) for name, codes in re.findall(r"^\| `(\S+)` \| (.*) \|$", PAGE, re.MULTILINE)
}
FAILED = ["vllm_failed_in_text.sse", "vllm_failed_in_call.sse"]

THINKS, PLANS = "The user wants the last ferry.", "I will look up the departures."
LEAVES = "The last ferry leaves at 21:40."
NORTH, SOUTH = '{"quay": "North"}', '{"quay": "South"}'
# Of each: its content, its tool plan, and the arguments of its calls.
SAID = {
    "vllm_thinking.sse": ([ThinkingBlock(THINKS), TextBlock(LEAVES, 1)], None, []),
    "vllm_calls.sse": ([ThinkingBlock("Two quays, two calls.")], None, [NORTH, SOUTH]),
    "vllm_plan.sse": ([], PLANS, [NORTH]),
    "vllm_plan_and_text.sse": ([TextBlock(LEAVES)], "No tool is needed.", []),
    "vllm_citations.sse": ([ThinkingBlock("The timetable says 21:40."), TextBlock(LEAVES, 1)], None, []),
    "vllm_failed_in_text.sse": ([TextBlock("The last ferry leaves")], None, []),
    "vllm_failed_in_call.sse": ([], "I will look.", ['{"quay": "Nor']),
    "oci_text.sse": ([TextBlock(LEAVES)], None, []),
    "oci_thinking.sse": ([ThinkingBlock("The timetable has it."), TextBlock("At 21:40.", 1)], None, []),
    "oci_done.sse": ([TextBlock("At 21:40.")], None, []),
    "bedrock.jsonl": ([TextBlock(LEAVES)], None, []),
    "sdk_unset_fields.jsonl": ([], PLANS, [NORTH]),
    "lists.jsonl": ([], "I will look up the departures.", [NORTH]),
}
dialects = pytest.mark.parametrize("name", LISTED)


def events_of(name):
    return list(decode((FOLDER / name).read_bytes()))


def message_of(name):
    try:
        return fold(events_of(name))
    except GenerationFailed as failed:
        assert name in FAILED
        return failed.message


def test_the_page_lists_every_recording():
    assert sorted(LISTED) == sorted(path.name for path in FOLDER.iterdir())


@dialects
def test_strict_finds_what_the_page_lists(name):
    report = check(events_of(name), STRICT)

    assert list(dict.fromkeys(violation.code for violation in report.violations)) == LISTED[name]


@dialects
def test_the_default_rules_fold_it_to_all_that_was_said(name):
    message = message_of(name)
    content, tool_plan, arguments = SAID[name]

    assert list(message.content) == content
    assert message.tool_plan == tool_plan
    assert [call.raw_arguments for call in message.calls] == arguments


@dialects
def test_the_default_rules_find_no_error_but_a_failure(name):
    report = check(events_of(name))

    assert [violation.code for violation in report.errors] == ["generation-failed"] * (name in FAILED)


def test_a_call_that_was_open_when_the_generation_failed_is_never_made():
    message = message_of("vllm_failed_in_call.sse")

    assert message.tool_calls == ()
    assert [call.reason for call in message.invalid_tool_calls] == ["left open"]


def test_citations_without_content_index_cite_what_their_type_says():
    message = message_of("vllm_citations.sse")

    assert [citation.target for citation in message.citations] == [Target("content", 0), Target("content", 1)]
