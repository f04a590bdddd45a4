"""Where something stands in a whole: ``content[0].text``."""

from typing import Any, Final

from .._quote import quote

_LONGEST_NAME: Final = 60


def below(path: str, step: Any) -> str:
    """Give the path of what stands below *path*: at a place, or under a name."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if not isinstance(step, str) or len(step) > _LONGEST_NAME or not step.isidentifier():
        return f"{path}[{quote(step)}]"
    return f"{path}.{step}" if path else step
