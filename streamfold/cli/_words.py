"""Words that several commands use."""


def number(count: int, thing: str) -> str:
    """Give *count* things.

    Examples:
        >>> number(1, "stream"), number(2, "stream")
        ('1 stream', '2 streams')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
