"""The bytes of one file, unpacked, up to what may be held of them; and how they are to be read."""

from collections.abc import Iterable, Iterator

from attrs import define

from ._gzip import BadGzipError
from ._recording import RecordingError
from ._stream import Loads


@define(eq=False)
class File:
    """The chunks of a file, which end where they are damaged, and before more is held than may be.

    Attributes:
        name: as it was given.
        loads: reads one JSON text.
        max_event_size, max_size: in bytes.
        chunks: as they come.
        held: bytes that passed since it was last set to 0.
        fault: why the chunks ended early, if they did.
    """

    name: str
    loads: Loads
    max_event_size: int
    max_size: int
    chunks: Iterator[bytes]
    held: int = 0
    fault: str = ""

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self.chunks:
                self.held += len(chunk)
                if self.held > self.max_size:
                    self.fault = f"a stream or document has more than {self.max_size} bytes; the rest is not read"
                    return
                yield chunk
        except BadGzipError as error:
            self.fault = str(error)

    def raise_fault(self) -> None:
        """Raise what ended the chunks early, if anything did."""
        if self.fault:
            raise RecordingError(self.name, self.fault)

    def join(self, chunks: Iterable[bytes]) -> bytes:
        """Give all of *chunks*, if they did not end early."""
        whole = b"".join(chunks)
        self.raise_fault()
        return whole
