"""Words that several rooms use when they speak to a person."""


def counted(count: int, thing: str) -> str:
    """Give *count* things.

    Examples:
        >>> counted(1, "stream"), counted(2, "stream")
        ('1 stream', '2 streams')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
