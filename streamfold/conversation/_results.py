"""From the results of tools to the messages that answer the calls."""

import json
from collections.abc import Mapping
from typing import Any

from .._jsonable import plain
from ..message import Message
from ._paths import below
from ._refusals import answerable
from .errors import NotSendable


def tool_results(
    message: Message, results: Mapping[str, Any], *, unanswered: str | None = None
) -> list[dict[str, Any]]:
    """Give the messages that answer the calls of *message*, in the order of the calls.

    They stand right behind `to_request` of it; the API refuses a call that is not answered. *results* has the result
    of each call that can be made under the call's id:

    - a string is sent as it is;
    - an object becomes a document, and a list of objects several, each of which the next answer can cite
      (Cohere API reference, "chat", ``ToolMessageV2``); an object that is such a part already, ``{"type": "text",
      "text": ...}`` or ``{"type": "document", "document": ...}``, stands for itself;
    - anything else is sent as JSON text, what is no JSON value as its ``str``.

    *unanswered* stands for the result of a call that has none: one that was interrupted, or not made.

    Raises:
        NotSendable: a call has no result, or a result no call; a call has no id of its own; *message* is partial.

    Examples:
        >>> from streamfold import Message, ToolCall
        >>> message = Message(calls=(ToolCall("f_0", "f", {}, ""), ToolCall("f_1", "f", {}, "")))
        >>> for each in tool_results(message, {"f_0": {"celsius": 4}}, unanswered="the call was not made"):
        ...     print(each["tool_call_id"], each["content"])
        f_0 [{'type': 'document', 'document': {'data': {'celsius': 4}}}]
        f_1 the call was not made
    """
    ids = [call.id for call in answerable(message)]
    if strangers := [name for name in results if name not in ids]:
        raise NotSendable("no_such_call", below("results", strangers[0]))
    if unanswered is None and (missing := [name for name in ids if name not in results]):
        raise NotSendable("no_result", below("tool_calls", ids.index(missing[0])), missing[0])
    return [{"role": "tool", "tool_call_id": name, "content": _content(results.get(name, unanswered))} for name in ids]


def _content(result: Any) -> Any:
    parts = [result] if isinstance(result, Mapping) else result
    if isinstance(result, str):
        return result
    if isinstance(parts, (list, tuple)) and parts and all(isinstance(each, Mapping) and each for each in parts):
        return plain([each if _is_part(each) else _document(each) for each in parts])
    return json.dumps(plain(result), ensure_ascii=False)


def _document(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "document", "document": {"data": data}}


def _is_part(value: Mapping[str, Any]) -> bool:
    kind = value.get("type")
    return kind in ("text", "document") and value.keys() == {"type", kind}
