"""What a message looks like on a screen while it grows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import define, field

from streamfold import Citation, ToolCall, Usage, live
from streamfold.message import OtherSource

from ._terminal import seen, styled


@define
class Scene:
    """What stands on the screen.

    Attributes:
        part: whose text the last line is, as kind and index; None if that has ended.
        labels: what each part is called.
        reached: how much of each part came.
        half: of a surrogate pair, which is not written before the other half came.
        notes: of citations that stand in the last line.
        cited: how many citations came.
    """

    part: tuple[str, int] | None = None
    labels: dict[tuple[str, int], str] = field(factory=dict)
    reached: dict[tuple[str, int], int] = field(factory=dict)
    half: str = ""
    notes: list[str] = field(factory=list)
    cited: int = 0

    def tell(self, change: live.Change) -> str:
        """Give what a change adds."""
        return _TELLS.get(type(change), _nothing)(self, change)

    def warn(self, sentences: Iterable[str]) -> Iterator[str]:
        """Yield lines about what is wrong."""
        for sentence in sentences:
            yield self.end() + styled(seen(f"  ! {sentence}"), "red") + "\n"

    def begin(self, part: tuple[str, int]) -> str:
        """Begin the line of a part, if it is not the one that stands there."""
        if part == self.part:
            return ""
        end = self.end()
        self.part = part
        return end + styled(seen(f"{self.labels.get(part, part[0])}: "), "dim")

    def go_on(self, text: str, *, has_half: bool) -> str:
        """Go on with the line that stands there; *text* may begin with the half that was not written."""
        text = text if has_half else self.half + text
        self.half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return seen(text.removesuffix(self.half))

    def end(self) -> str:
        """End the line that stands there, and write the notes to it."""
        text = "" if self.part is None else f"{seen(self.half)}\n{''.join(self.notes)}"
        self.part, self.half, self.notes = None, "", []
        return text


def _nothing(_scene: Scene, _change: Any) -> str:
    return ""


def _open_block(scene: Scene, block: live.BlockOpened) -> str:
    scene.labels[block.kind, block.index] = block.type
    return scene.begin((block.kind, block.index))


def _open_call(scene: Scene, call: live.CallOpened) -> str:
    scene.labels["call", call.index] = f"call {call.name or call.index}"
    return scene.begin(("call", call.index))


def _grow(scene: Scene, change: live.PartGrew) -> str:
    part = change.kind, change.index
    has_half = change.offset < scene.reached.get(part, 0)
    scene.reached[part] = change.offset + len(change.text)
    return scene.begin(part) + scene.go_on(change.text, has_half=has_half)


def _close_block(scene: Scene, change: live.PartClosed) -> str:
    return scene.end() if scene.part == (change.kind, change.index) else ""


def _close_call(scene: Scene, change: live.CallClosed) -> str:
    call = change.call
    fault = "" if isinstance(call, ToolCall) else styled(f" ({call.reason})", "red")
    return scene.begin(("call", call.index)) + fault + scene.end()


def _cite(scene: Scene, change: live.CitationOpened) -> str:
    begun = "" if scene.part else scene.begin(("citation", change.citation.index))
    scene.cited += 1
    mark = f"[{scene.cited}]"
    scene.notes.append(styled(seen(f"  {mark} {_note(change.citation)}"), "dim") + "\n")
    return begun + styled(mark, "dim")


def _note(citation: Citation) -> str:
    sources = (source.fields.get("id") if isinstance(source, OtherSource) else source.id for source in citation.sources)
    return " ".join(f"{citation.text}: {', '.join(map(str, sources)) or 'no source'}".split())


def _end(scene: Scene, change: live.MessageEnded) -> str:
    facts = (change.finish_reason, _tokens(change.usage), change.error)
    return scene.end() + styled("end: ", "dim") + seen("; ".join(filter(None, facts)).replace("\n", " ")) + "\n"


def _tokens(usage: Usage | None) -> str:
    tokens = None if usage is None else usage.tokens
    counts = {} if tokens is None else {"input": tokens.input_tokens, "output": tokens.output_tokens}
    return ", ".join(f"{count} {name} tokens" for name, count in counts.items() if count is not None)


_TELLS: Final[Mapping[type[Any], Callable[[Scene, Any], str]]] = {
    live.BlockOpened: _open_block,
    live.CallOpened: _open_call,
    live.PartGrew: _grow,
    live.PartClosed: _close_block,
    live.CallClosed: _close_call,
    live.CitationOpened: _cite,
    live.MessageEnded: _end,
}
