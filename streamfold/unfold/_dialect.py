"""How servers write what means the same."""

from typing import Final, Literal

from attrs import frozen


@frozen
class Dialect:
    """How a server writes a stream: by default as the API does.

    No other way changes what a stream means, and none is an error under STANDARD.

    Attributes:
        event_names: whether each server-sent event has its type as its name.
        sentinel: the data of the server-sent event behind the last one; None where there is none.
        placeholders: whether message-start has an empty content, tool_plan, tool_calls and citations.
        empty_texts: whether a part that starts empty says so.
        end_id: whether message-end has the id of the message too.
        indexes: whether an event of a part has the part's index, even where it can do without.
        lists: whether content, tool_calls and citations of an event are lists of one object; typed events have no
            form for it.
        filled_calls: whether the first characters of a tool call's arguments come with its start.
        citations: where a citation comes: behind the text that it cites, behind the last delta of its target, or
            behind the end of its target.
        closes_failed: whether the content block in which a generation failed has an end.
    """

    event_names: bool = True
    sentinel: str | None = "[DONE]"
    placeholders: bool = True
    empty_texts: bool = True
    end_id: bool = False
    indexes: bool = True
    lists: bool = False
    filled_calls: bool = False
    citations: Literal["behind their text", "behind the last delta", "behind the end"] = "behind their text"
    closes_failed: bool = True


COHERE: Final = Dialect()
"""The API since 2025."""

COHERE_2024: Final = Dialect(citations="behind the last delta")
"""The API in 2024."""

VLLM: Final = Dialect(event_names=False, placeholders=False, end_id=True, filled_calls=True, closes_failed=False)
"""vLLM (its source, ``vllm/entrypoints/cohere/serving.py``)."""

OCI: Final = Dialect(event_names=False, sentinel=None, placeholders=False, empty_texts=False, end_id=True)
"""Oracle Cloud, as the Cohere SDK 7.3.1 translates it (its source, ``oci_client.py``)."""
