"""What the documentation says is so: pages, links, commands, recordings and the table of the README."""

import ast
import json
import re
import runpy
import shlex
import subprocess
import sys
from doctest import DocTestParser
from pathlib import Path

import pytest

from streamfold import STRICT, StreamError, fold
from streamfold.events import (
    CitationEnd,
    CitationStart,
    ContentDelta,
    ContentEnd,
    ContentStart,
    DocumentSource,
    MessageEnd,
    MessageStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    ToolPlanDelta,
)
from streamfold.recordings import load
from streamfold.rules import RULES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INDEX = (ROOT / "docs/index.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci/run").read_text(encoding="utf-8")
PAGES = [*map(ROOT.joinpath, ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")), *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = sorted((ROOT / "streamfold").rglob("*.py"))
sys.path.insert(0, str(ROOT / "docs"))
GENERATOR = runpy.run_path(str(ROOT / "docs/generate.py"))

FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_BY_CONFTEST = {"python", "console"}
NOT_RUN = {"bash", "text"}
DIRECTIVES = {"{toctree}", "{eval-rst}"}


def name_of(path):
    return str(path.relative_to(ROOT))


# Generated pages


@pytest.mark.parametrize("name", GENERATOR["PAGES"])
def test_a_generated_page_is_what_the_generator_gives(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == GENERATOR["PAGES"][name]()


def test_the_page_of_rules_has_every_rule():
    assert re.findall("^### (.*)$", GENERATOR["PAGES"]["reference/rules.md"](), re.MULTILINE) == list(RULES)


def test_the_page_of_errors_has_twenty_texts():
    assert GENERATOR["PAGES"]["reference/errors.md"]().count("\n### ") == 20


def test_the_generator_writes_what_it_finds_stale(tmp_path, capsys):
    (tmp_path / "reference").mkdir()
    (tmp_path / "pictures").mkdir()

    assert GENERATOR["main"](["--check"], tmp_path) == 1
    assert capsys.readouterr().err.count("is stale") == len(GENERATOR["PAGES"])
    assert GENERATOR["main"]([], tmp_path) == 0
    assert GENERATOR["main"](["--check"], tmp_path) == 0


# Links


def anchors(page):
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_internal_link_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)]+)\)", FENCE.sub("", page.read_text(encoding="utf-8")))
    internal = [target.partition("#") for target in targets if "://" not in target]

    assert [file for file, _, _ in internal if not (page.parent / file).exists()] == []
    assert [
        anchor
        for file, _, anchor in internal
        if anchor and anchor not in anchors(page if not file else page.parent / file)
    ] == []


def linked():
    return re.findall(r"^ *- \[(.*?)\]\((.+?)\.md\)", INDEX, re.MULTILINE)


def test_every_page_is_linked_from_the_index():
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")} - {"index.md"}

    assert {f"{page}.md" for _, page in linked()} == pages


def test_the_index_calls_a_page_by_its_title():
    pages = {page: (ROOT / f"docs/{page}.md").read_text(encoding="utf-8") for _, page in linked()}

    assert [(title, page) for title, page in linked() if f"# {title}\n" not in pages[page]] == []


def test_the_site_has_its_pages_in_the_order_of_the_index():
    trees = [tree for language, tree in FENCE.findall(INDEX) if language == "{toctree}"]

    assert [line for tree in trees for line in tree.splitlines() if line and line[0] != ":"] == [
        page for _, page in linked()
    ]


def test_the_front_page_says_what_the_readme_says():
    pitch = README.removeprefix("# streamfold\n").partition("\n`fold` takes")[0]

    assert INDEX.startswith(f"# streamfold\n{pitch}")


# Examples: conftest.py at the root runs them; here, that it misses none


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_of_code_is_of_a_language_that_is_run_or_is_none_to_run(page):
    text = page.read_text(encoding="utf-8")
    blocks = FENCE.findall(text)

    assert {language for language, _ in blocks} <= RUN_BY_CONFTEST | NOT_RUN | DIRECTIVES
    assert text.count("```") == 2 * len(blocks)
    assert "<!--" not in text.removeprefix("<!-- Written by")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_prompts_stand_only_in_blocks_of_python_that_begin_with_one(page):
    text = page.read_text(encoding="utf-8")
    shown = [code for language, code in FENCE.findall(text) if language == "python" and code.startswith(">>> ")]

    assert text.count(">>> ") == sum(code.count(">>> ") for code in shown)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_block_of_python_can_be_typed_at_a_prompt_where_a_blank_line_ends_what_is_indented(page):
    typed = [code for language, code in FENCE.findall(page.read_text(encoding="utf-8")) if language == "python"]

    assert [code for code in typed if re.search(r"\n\n+ ", code)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_console_block_has_a_command(page):
    blocks = [code for language, code in FENCE.findall(page.read_text(encoding="utf-8")) if language == "console"]

    assert [code for code in blocks if not code.startswith("$ ")] == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_example_of_a_module_stands_in_a_docstring_that_is_run(module):
    source = module.read_text(encoding="utf-8")
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, documented)]

    examples = sum(len(DocTestParser().get_examples(docstring)) for docstring in docstrings)
    assert examples == len(re.findall(r"^ *>>> ", source, re.MULTILINE))


# Recordings


@pytest.mark.parametrize("name", ["weather_calls", "weather_answer"])
def test_an_example_folds_under_strict_without_a_violation(name):
    [recording] = load((ROOT / f"examples/{name}.sse").read_bytes())

    assert fold(recording.events, STRICT).violations == ()


def test_the_broken_example_does_not_fold():
    [recording] = load((ROOT / "examples/broken.sse").read_bytes())

    with pytest.raises(StreamError):
        fold(recording.events)


@pytest.mark.parametrize("name", ["weather_calls", "weather_answer"])
def test_an_example_has_the_framing_that_the_api_sends(name):
    text = (ROOT / f"examples/{name}.sse").read_text(encoding="utf-8")
    frame = re.compile(r"event: (.+)\ndata: (\{.+\})\n\n")

    assert frame.sub("", text) == "data: [DONE]\n\n"
    assert [name for name, data in frame.findall(text) if json.loads(data)["type"] != name] == []


def test_spans_of_the_example_count_code_points_and_nothing_else():
    [recording] = load((ROOT / "examples/weather_answer.sse").read_bytes())
    message = fold(recording.events)
    [block] = message.content
    units = block.text.encode("utf-16-le")
    last = message.citations[-1]

    assert last.text == block.text[last.start : last.end]
    assert last.text != units[2 * last.start : 2 * last.end].decode("utf-16-le")
    assert last.text.encode() != block.text.encode()[last.start : last.end]


# The commands of the README


def fresh_machine():
    return [line.split(" && ") for line in README.splitlines() if line.startswith("python3 -m venv ")]


def test_the_readme_has_two_commands_for_a_fresh_machine():
    folding, testing = fresh_machine()

    assert folding[:2] == ["python3 -m venv .venv", ".venv/bin/pip install ."]
    assert testing[:2] == ["python3 -m venv .venv", ".venv/bin/pip install -e '.[test]'"]


def test_the_first_command_of_the_readme_prints_one_line_of_json():
    [[*_, folding], _] = fresh_machine()
    program, *arguments = shlex.split(folding)
    assert program == ".venv/bin/streamfold"

    call = [sys.executable, "-m", "streamfold", *arguments]
    done = subprocess.run(call, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=True)  # noqa: S603 - it is in the README

    [line] = done.stdout.splitlines()
    assert len(json.loads(line)["message"]["tool_calls"]) == 2
    assert done.stderr == b""


def test_the_test_command_of_the_readme_is_the_one_that_ci_runs():
    [_, [*_, testing]] = fresh_machine()
    program, *arguments = shlex.split(testing)

    assert program == ".venv/bin/python"
    assert f"-m coverage run {shlex.join(arguments)} |" in CI


def test_uv_runs_the_same_commands():
    [[*_, folding], [*_, testing]] = fresh_machine()

    assert f"\nuv run {folding.removeprefix('.venv/bin/')}\n" in README
    assert f"\nuv run --extra test {testing.removeprefix('.venv/bin/python -m ')}\n" in README


def test_ci_runs_every_check_of_the_readme():
    *_, checks = [code for language, code in FENCE.findall(README) if language == "bash"]

    assert [check for check in checks.splitlines()[1:] if check.removeprefix("python ") not in CI] == []


def test_ci_can_be_executed():
    assert (ROOT / ".ci/run").stat().st_mode & 0o111 == 0o111


# The table of the README


def test_what_published_folds_lose_is_kept():
    logprobs = {"text": "Paris", "token_ids": [7], "logprobs": [-0.5]}
    message = fold(
        [
            MessageStart("m", "assistant"),
            ContentStart(0, "thinking"),
            ContentDelta(0, thinking="Hm."),
            ContentEnd(0),
            ContentStart(1, "text"),
            ContentDelta(1, "Paris", logprobs=logprobs),
            CitationStart(0, 0, 5, "Paris", (DocumentSource("d"),), "TEXT_CONTENT", 1),
            CitationEnd(0),
            ContentEnd(1),
            ToolPlanDelta("I will look."),
            ToolCallStart(0, "f_0", "function", "f", ""),
            ToolCallDelta(0, '{"a": '),
            ToolCallDelta(0, "1}"),
            ToolCallEnd(0),
            ToolCallStart(1, "f_1", "function", "f", ""),
            ToolCallEnd(1),
            MessageEnd("TOOL_CALL", {"cached_tokens": 704}),
        ]
    )

    assert (message.text, message.thinking, message.tool_plan) == ("Paris", "Hm.", "I will look.")
    assert [call.arguments for call in message.tool_calls] == [{"a": 1}, {}]
    assert [(citation.text, citation.target.index) for citation in message.citations] == [("Paris", 1)]
    assert message.content[1].logprobs == (logprobs,)
    assert message.usage.cached_tokens == 704
