"""How much a stream may hold: safety, not taste."""

from attrs import frozen


@frozen
class Limits:
    """Bounds that a fold keeps to under every preset; the defaults leave a real stream far behind.

    Attributes:
        characters: of all text, arguments and kept events together, in code points.
        events: of the stream.
        parts: content blocks, tool calls and citations together.
        arguments: of one tool call, in code points.
        nesting: of brackets in one event or in one call's arguments.
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
    nesting: int = 64
    violations: int = 10_000


DEFAULT = Limits()
