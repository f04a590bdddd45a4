"""What of a message is sent back."""

from typing import Any, Final, Literal, get_args

from attrs import Attribute, field, frozen

from .._quote import quote


def _is_known(_: "Sending", choice: "Attribute[str]", value: str) -> None:
    known = get_args(choice.type)
    if value not in known:
        raise ValueError(f"{choice.name} is {quote(value)}; expected {' or '.join(map(repr, known))}")


def _choice(default: str) -> Any:
    return field(default=default, validator=_is_known)


@frozen(kw_only=True)
class Sending:
    """What is done with parts of a message that the API, or a model, does not take; nothing is lost unasked.

    Attributes:
        text_with_calls: text beside tool calls: ``"refuse"``, ``"leave out"``, or ``"as tool plan"``, on a line of
            its own behind the plan that there is.
        tool_plan: the plan: ``"keep"``, ``"leave out"``, or ``"as thinking"`` for models that take no plan.
        thinking: the thinking blocks: ``"keep"``, or ``"leave out"`` for models that take none.
        citations: ``"keep"`` or ``"leave out"``. What is left out takes its citations along.
        other_content: blocks of a type that is not known: ``"refuse"`` or ``"leave out"``.
        invalid_calls: calls that must not be made: ``"refuse"`` or ``"leave out"``.
        unfinished: a message that was salvaged, or whose generation failed: ``"refuse"`` or ``"keep"``.

    Examples:
        >>> Sending(thinking="forget")
        Traceback (most recent call last):
        ValueError: thinking is 'forget'; expected 'keep' or 'leave out'
    """

    text_with_calls: Literal["refuse", "leave out", "as tool plan"] = _choice("refuse")
    tool_plan: Literal["keep", "leave out", "as thinking"] = _choice("keep")
    thinking: Literal["keep", "leave out"] = _choice("keep")
    citations: Literal["keep", "leave out"] = _choice("keep")
    other_content: Literal["refuse", "leave out"] = _choice("refuse")
    invalid_calls: Literal["refuse", "leave out"] = _choice("refuse")
    unfinished: Literal["refuse", "keep"] = _choice("refuse")


DEFAULT: Final = Sending()
