"""The words of the command line teach by examples that work, and a wrong one is answered with what to type."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import shell
from shell import BUFFERED, CUT, ORPHANED, RESPONSE, WELL

from streamfold.cli import main
from streamfold.cli._parser import COMMANDS, HELP, parsers
from streamfold.rules import RULES

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
cli, file, refused = shell.cli, shell.file, shell.refused
NAMES = [command.name for command in COMMANDS]
bash_is_there = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


# Help


def helped(capsysbinary, *argv):
    with pytest.raises(SystemExit) as stop:
        main([*argv, "--help"])
    out, err = capsysbinary.readouterr()
    assert (stop.value.code, err) == (0, b"")
    return out.decode()


@pytest.mark.parametrize("command", [(), *((name,) for name in NAMES)])
def test_help_teaches_by_example_and_fits_a_screen(command, capsysbinary, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    text = helped(capsysbinary, *command)

    assert "\nexamples:\n" in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_help_names_every_command(capsysbinary):
    text = helped(capsysbinary)

    assert [name for name in NAMES if f"\n    {name}" not in text] == []


def examples():
    """The commands of the help, without what is said about each behind two spaces."""
    for text in (HELP, *(command.help for command in COMMANDS)):
        shown = text.partition("examples:\n")[2].partition("\n\n")[0]
        yield from (line.strip().split("  ")[0] for line in shown.splitlines())


@pytest.fixture
def desk(file, tmp_path):
    """A folder with all files that the examples name."""
    for name, data in {"answer": WELL, "before": WELL, "after": WELL, "cut": CUT, "broken": ORPHANED}.items():
        file(f"{name}.sse", data)
    file("answer.json", shell.lines(RESPONSE))
    for name, example in [
        ("cassette.yaml", "tide.yaml"),
        ("log.jsonl", "tides.jsonl"),
        ("recordings/a.har", "tide.har"),
    ]:
        file(name, (EXAMPLES / example).read_bytes())
    file("recordings/b.jsonl.gz", b"")
    (tmp_path / ".config/fish/completions").mkdir(parents=True)
    programs = {
        "streamfold": f'{shlex.quote(sys.executable)} -m streamfold "$@"',
        "curl": "cat answer.sse",
        "jq": "cat",
    }
    for name, script in programs.items():
        file(f"bin/{name}", f"#!/bin/sh\n{script}\n".encode())
        (tmp_path / "bin" / name).chmod(0o755)
    path = f"{tmp_path}/bin:{BUFFERED['PATH']}"
    return {**BUFFERED, "PATH": path, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}


def bash(script, **options):
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, **options)  # noqa: S603, S607 - scripts of this test


@bash_is_there
def test_every_example_of_the_help_runs(desk, tmp_path):
    commands = {command.replace("COMMAND", "fold").replace("--speed 4", "--speed 9999") for command in examples()}
    assert len(commands) > 20

    for command in sorted(commands):
        done = bash(command, cwd=tmp_path, env=desk)
        assert (done.returncode in (0, 1), "Traceback" in done.stderr) == (True, False), (command, done.stderr)


# Wrong words


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (("chekc", "a"), "no command is 'chekc'; did you mean check?"),
        (("repl", "a"), "no command is 'repl'; did you mean replay or report?"),
        (("xyz",), f"no command is 'xyz'; expected {', '.join(NAMES)}"),
        ((), "the following arguments are required: COMMAND; streamfold --help shows examples"),
        (("convert",), "the following arguments are required: FILE, --to; streamfold convert --help shows examples"),
        ((__file__,), f"no command is {__file__!r}; did you mean streamfold fold {__file__}?"),
        (("--verbose", "fold", "a"), "unrecognized arguments: --verbose"),
        (("check", "--ruls=strict", "a"), "unrecognized arguments: --ruls=strict; did you mean --rules or --rule?"),
        (("check", "--rules", "strickt", "a"), "argument --rules: no preset is 'strickt'; did you mean strict?"),
        (
            ("check", "--rules", "x", "a"),
            "argument --rules: no preset is 'x'; expected strict, standard, lenient, closed",
        ),
        (("convert", "--to", "xml", "a"), "argument --to: no layout is 'xml'; expected sse, jsonl, records"),
        (("completion", "bsh"), "argument SHELL: no shell is 'bsh'; did you mean bash or zsh?"),
    ],
)
def test_a_wrong_word_is_answered_with_what_to_type(argv, error, refused):
    assert refused(*argv).partition(" error: ")[2] == error


# Completion


def completed(script, *words):
    """What bash offers for the last of *words*."""
    typed = f"COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}"
    done = bash(f"{script}\n{typed}\n_streamfold\necho ${{COMPREPLY[@]}}")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@bash_is_there
def test_bash_completes_commands_options_values_and_codes(cli):
    status, script, err = cli("completion", "bash")

    assert (status, err) == (0, "")
    assert completed(script, "streamfold", "") == NAMES
    assert completed(script, "streamfold", "re") == ["replay", "report"]
    assert completed(script, "streamfold", "check", "--ru") == ["--rules", "--rule"]
    assert completed(script, "streamfold", "check", "--rules", "st") == ["strict", "standard"]
    assert completed(script, "streamfold", "check", "--rule", "") == list(RULES)
    assert completed(script, "streamfold", "convert", "--to", "") == ["sse", "jsonl", "records"]
    assert completed(script, "streamfold", "completion", "z") == ["zsh"]
    assert completed(script, "streamfold", "fold", "a") == []


def test_zsh_uses_the_script_of_bash(cli):
    bash, zsh = (cli("completion", shell_)[1] for shell_ in ("bash", "zsh"))

    assert zsh == f"autoload -U +X bashcompinit && bashcompinit\n{bash}"


def test_fish_has_a_line_for_every_command_and_option(cli):
    _, script, _ = cli("completion", "fish")

    assert all(shlex.split(line)[:3] == ["complete", "-c", "streamfold"] for line in script.splitlines())
    for name, parser in parsers().items():
        assert f"-n __fish_use_subcommand -a {name} -d " in script
        assert f"-n '__fish_seen_subcommand_from {name}' -s h -l help\n" in script
        assert parser.description
    assert "-n '__fish_seen_subcommand_from check' -l rules -x -a 'strict standard lenient closed'\n" in script
    assert "-n '__fish_seen_subcommand_from report' -s o -l output -r\n" in script
    assert "-n '__fish_seen_subcommand_from check' -l json\n" in script
