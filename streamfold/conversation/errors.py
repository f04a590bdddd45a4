"""What is raised about messages on their way out of a conversation, or back into one."""

from collections.abc import Mapping
from typing import Final


class NotAMessage(ValueError):  # noqa: N818 - it says what is wrong
    """A value is not the JSON of a message, or of an answer of the API.

    Attributes:
        path: of what is wrong, ``message.content[0].type``; empty for the whole.
        found: what stands there, quoted; bounded in length.
        expected: what would be right.

    Examples:
        >>> print(NotAMessage("message.role", "it is 5", "a string"))
        message.role: it is 5; expected a string
    """

    def __init__(self, path: str, found: str, expected: str) -> None:
        super().__init__(path, found, expected)
        self.path = path
        self.found = found
        self.expected = expected

    def __str__(self) -> str:
        return f"{self.path or 'the whole'}: {self.found}; expected {self.expected}"


_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "partial": (
        "a partial message is not finished",
        "its salvage() makes a message",
    ),
    "unfinished": (
        "nothing vouches for its end",
        'Sending(unfinished="keep") sends what arrived',
    ),
    "text_with_calls": (
        "the API refuses text beside tool calls",
        'Sending(text_with_calls="leave out") sends the rest, "as tool plan" moves the text',
    ),
    "other_content": (
        "a request has no place for a block of this type",
        'Sending(other_content="leave out") sends the rest',
    ),
    "invalid_calls": (
        "this call must not be made, so no result could answer it",
        'Sending(invalid_calls="leave out") sends the rest',
    ),
    "citations": (
        "its text is not what it cites",
        'Sending(citations="leave out") sends the message without citations',
    ),
    "call_id": (
        "a call needs an id of its own, by which its result is found",
        "ask for the message again",
    ),
    "call_type": (
        "the API takes no tool call but of type 'function'",
        "ask for the message again",
    ),
    "empty": (
        "there is no text, thinking, plan or call to send",
        "leave the message out of the request",
    ),
    "no_result": (
        "the API refuses a call without a result",
        "give its result, or as unanswered= a text that stands for it",
    ),
    "no_such_call": (
        "there is no such call among message.tool_calls",
        "give each result under the id of its call",
    ),
}


class NotSendable(ValueError):  # noqa: N818 - it says what is wrong
    """What the API would not take, or what would not be true.

    Attributes:
        reason: one word of a few; the name of the field of `Sending` that decides about it, where there is one.
        path: of what cannot be sent, ``calls[0]``; empty for the whole message.
        detail: the facts, bounded in length.

    Examples:
        >>> print(NotSendable("empty"))
        the message: there is no text, thinking, plan or call to send; leave the message out of the request
    """

    def __init__(self, reason: str, path: str = "", detail: str = "") -> None:
        super().__init__(reason, path, detail)
        self.reason = reason
        self.path = path
        self.detail = detail

    def __str__(self) -> str:
        breach, advice = _REASONS[self.reason]
        fact = f" ({self.detail})" if self.detail else ""
        return f"{self.path or 'the message'}: {breach}{fact}; {advice}"
