"""What is raised about what was saved."""


class CheckpointError(ValueError):
    """What should be a checkpoint is none, or of another version, or has changed.

    Attributes:
        path: where in it: ``"state.book.phase"``.
    """

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, what)
        self.path = path

    def __str__(self) -> str:
        return ": ".join(self.args)


class ReplayError(ValueError):
    """A replay is not of the stream that was seen.

    Attributes:
        position: how many events of the replay came before that showed.
    """

    def __init__(self, position: int, what: str) -> None:
        super().__init__(position, what)
        self.position = position

    def __str__(self) -> str:
        position, what = self.args
        return f"event {position} of the replay: {what}"
