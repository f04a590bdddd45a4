"""What a command is."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from attrs import frozen


@frozen
class Command:
    """One of the things that the command line does.

    Attributes:
        does: one sentence.
        help: all else that a person wants to know, with examples.
        add: adds its options to a parser.
        run: does it, and gives the exit status.
    """

    name: str
    does: str
    help: str
    add: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
