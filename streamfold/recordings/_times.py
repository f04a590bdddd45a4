"""When an event came, as logs write it."""

import re
from calendar import timegm
from typing import Any, Final

_MOST: Final = 1e15  # of which microseconds are still told apart
_STAMP: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?\d*(?:[Zz]|([+-])(\d\d):?(\d\d))?", re.ASCII
)


def seconds(value: Any) -> float | None:
    """Read seconds: a number, or a date and time as in RFC 3339; None if *value* is neither.

    A date without a zone is one of UTC: only differences count.

    Examples:
        >>> seconds("2026-11-21T12:00:00.5+01:00") - seconds("2026-11-21T11:00:00Z")
        0.5
    """
    if type(value) in (int, float):
        return float(value) if abs(value) < _MOST else None  # it may be infinite, or an integer beyond floats
    found = _STAMP.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    *date, fraction, sign, hours, minutes = found.groups()
    offset = (int(hours) * 60 + int(minutes)) * 60 if sign else 0
    return timegm(tuple(map(int, date))) + float(fraction or 0) - (-offset if sign == "-" else offset)
