"""``streamfold completion``: what a shell needs to complete the words of the command line."""

import shlex
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from streamfold.rules import RULES

from ._command import Command
from ._options import one_of
from ._terminal import tell_part

_HELP: Final = """\
Prints a script for a shell, which completes commands, options, presets, codes of rules and files.

examples:
  eval "$(streamfold completion bash)"        in ~/.bashrc
  eval "$(streamfold completion zsh)"         in ~/.zshrc, after compinit
  streamfold completion fish > ~/.config/fish/completions/streamfold.fish
"""


def _add(parser: ArgumentParser) -> None:
    parser.add_argument(
        "shell", metavar="SHELL", choices=_SCRIPTS, type=one_of(_SCRIPTS, "shell"), help="bash, zsh or fish"
    )


def _run(given: Namespace) -> int:
    tell_part("".join(f"{line}\n" for line in _SCRIPTS[given.shell](given.commands)))
    return 0


def options_of(parser: ArgumentParser) -> list[Action]:
    """Give the options of a command, help among them."""
    return [action for action in parser._actions if action.option_strings and action.help != SUPPRESS]  # noqa: SLF001 - there is no other way to list them


def _words(action: Action) -> list[str]:
    return list(RULES) if action.metavar == "CODE=SEVERITY" else list(action.choices or ())


_Commands = Mapping[str, ArgumentParser]


def _bash(commands: _Commands) -> Iterator[str]:
    cases: dict[str, list[str]] = {" ".join(commands): ["1:*"]}
    for name, parser in commands.items():
        flags = [(flag, _words(option)) for option in options_of(parser) for flag in option.option_strings]
        for flag, words in flags:
            cases.setdefault(" ".join(words), []).append(f"*:{name}:{flag}:*")
        cases.setdefault(" ".join(flag for flag, _ in flags), []).append(f"*:{name}:*:-*")
        for place in parser._get_positional_actions():  # noqa: SLF001 - as in options_of
            cases.setdefault(" ".join(_words(place)), []).append(f"2:{name}:*")
    yield "_streamfold() {"
    yield '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD - 1]}" words=""'
    yield '    case "$COMP_CWORD:${COMP_WORDS[1]}:$before:$word" in'
    yield from (f'        {"|".join(patterns)}) words="{words}" ;;' for words, patterns in cases.items() if words)
    yield "    esac"
    yield '    COMPREPLY=($(compgen -W "$words" -- "$word"))'
    yield "}"
    yield "complete -o default -F _streamfold streamfold"


def _zsh(commands: _Commands) -> Iterator[str]:
    yield "autoload -U +X bashcompinit && bashcompinit"
    yield from _bash(commands)


def _fish(commands: _Commands) -> Iterator[str]:
    for name, parser in commands.items():
        yield f"complete -c streamfold -n __fish_use_subcommand -a {name} -d {shlex.quote(parser.description or '')}"
        for option in options_of(parser):
            flags = (f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.option_strings)
            words = _words(option)
            values = f" -x -a {shlex.quote(' '.join(words))}" if words else "" if option.nargs == 0 else " -r"
            yield f"complete -c streamfold -n '__fish_seen_subcommand_from {name}' {' '.join(flags)}{values}"


_SCRIPTS: Final[Mapping[str, Callable[[_Commands], Iterable[str]]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}

COMPLETION: Final = Command("completion", "Print a script that lets a shell complete the words.", _HELP, _add, _run)
