"""Messages and the API's other shapes of them: its answer without streaming, its next request, JSON; and their diff."""

from ._diff import MISSING, Difference, Missing, diff
from ._from_json import from_json
from ._from_response import from_response
from ._request import to_request
from ._results import tool_results
from ._sending import Sending
from ._to_json import to_json
from ._to_response import to_response
from .errors import NotAMessage, NotSendable

__all__ = [
    "MISSING",
    "Difference",
    "Missing",
    "NotAMessage",
    "NotSendable",
    "Sending",
    "diff",
    "from_json",
    "from_response",
    "to_json",
    "to_request",
    "to_response",
    "tool_results",
]
