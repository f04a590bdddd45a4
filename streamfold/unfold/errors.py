"""What is raised about what no stream can say."""


class InexpressibleError(ValueError):
    """No stream folds into what was given.

    Attributes:
        path: of what cannot be said: ``calls[0].detail``.
        why: the reason.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"
