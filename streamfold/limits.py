"""How much a stream may hold: safety, not taste."""

from attrs import field, frozen
from attrs.validators import ge, le


@frozen
class Limits:
    """Bounds that a fold keeps to under every preset; the defaults leave a real stream far behind.

    Attributes:
        characters: of all text, arguments, citations and kept events together, and of names that are longer than
            256, in code points.
        events: of the stream.
        parts: content blocks, tool calls and citations together.
        arguments: of one tool call, in code points.
        nesting: of brackets in one event or in one call's arguments; at least 8, which the API's own events need,
            and at most 200, since Python's recursion has a limit of its own.
        violations: that are told before the fold ends.

    Examples:
        >>> from streamfold import Limits, check
        >>> delta = {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "Look for the weather."}}}
        >>> [*_, last] = check([delta] * 9, limits=Limits(characters=100)).violations
        >>> print(last)
        event 4: tool-plan-delta exceeds a limit: 105 characters of 100 allowed
    """

    characters: int = 16_000_000
    events: int = 2_000_000
    parts: int = 10_000
    arguments: int = 4_000_000
    nesting: int = field(default=64, validator=(ge(8), le(200)))
    violations: int = 10_000


DEFAULT = Limits()
