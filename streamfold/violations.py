"""One breach of a rule, at a position; and what a repair set aside."""

from typing import Any

from attrs import field, frozen

from ._catalogue import RULES, Rule


@frozen
class Violation:
    """One breach of one rule.

    Attributes:
        code: of the rule, a key of ``streamfold.rules.RULES``.
        position: how many events came before the event at which the rule was judged.
        came: what came there, by its wire name and index.
        stood: where the stream stood.
        expected: what would have been legal.
        detail: what exactly is wrong; bounded in length.
        path: of the field that is wrong, in the event's JSON, or None.
        about: the position of the earlier event that is at fault, where it is not this one.
        caused_by: the position of the violation without which this one would not be; None for a root.
        line: of the recording, from 1, where it is known.

    Examples:
        >>> from streamfold import check
        >>> [first, *_] = check([{"type": "content-end", "index": 0}]).violations
        >>> print(first)
        event 0: content-end 0 came before message-start; expected message-start
    """

    code: str
    position: int
    came: str
    stood: str = ""
    expected: str = ""
    detail: str = ""
    path: str | None = None
    about: int | None = None
    caused_by: int | None = None
    line: int | None = None

    @property
    def rule(self) -> Rule:
        """The rule that was broken."""
        return RULES[self.code]

    @property
    def repair(self) -> str:
        """What the fold did so that it could go on."""
        return self.rule.repair

    @property
    def is_root(self) -> bool:
        """Whether no earlier violation explains this one."""
        return self.caused_by is None

    def __str__(self) -> str:
        return "".join(filter(None, (self._where(), self.came, " ", self.rule.breach, *self._facts())))

    def _where(self) -> str:
        line = "" if self.line is None else f" (line {self.line})"
        return f"event {self.position}{line}: "

    def _facts(self) -> tuple[str, ...]:
        return (
            self.path and f" ({self.path})",
            self.detail and f": {self.detail}",
            self.stood and f", {self.stood}",
            self.about is not None and f"; it is about event {self.about}",
            self.expected and f"; expected {self.expected}",
        )  # type: ignore[return-value]  # what is no fact is dropped by its caller


@frozen
class Kept:
    """Something that arrived and has no other place in the message, verbatim.

    Attributes:
        code: why it is here: the code of the rule that it broke, or ``"debug"``.
        event: the event as it came, or the part of it that has no other place; text where it was no JSON.
        position: of the event in the stream; not looked at by ``==``.
    """

    code: str
    event: Any
    position: int = field(eq=False)
