"""The fold of an asynchronous iterable: each event is awaited, and then the step is the same."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Any

from ._fold import finish, step
from ._state import State
from ._walk import interruption
from .limits import DEFAULT, Limits
from .message import Message
from .rules import STANDARD, Rules


async def afold(events: AsyncIterable[Any], rules: Rules = STANDARD, limits: Limits = DEFAULT) -> Message:
    """Fold all events of one asynchronous stream into its message, as ``fold`` does.

    However it ends, an asynchronous generator is closed then; whatever else is iterated over is its owner's to close.
    A cancellation passes as it is.

    Raises:
        StreamError: the first breach of a rule that is an error under *rules*.
        StreamInterrupted: the iterable raised; its exception is the cause.

    Examples:
        >>> import asyncio
        >>> from streamfold import events
        >>> async def transport():
        ...     yield events.MessageStart(id="m", role="assistant")
        ...     yield events.ContentStart(index=0, type="text")
        ...     yield events.ContentDelta(index=0, text="Hello")
        ...     yield events.ContentEnd(index=0)
        ...     yield events.MessageEnd(finish_reason="COMPLETE", usage={})
        >>> asyncio.run(afold(transport())).text
        'Hello'
    """
    state = State(limits)
    causes: list[Exception] = []
    async with aclosing(_until_broken(events, causes)) as rest:
        async for event in rest:
            state = step(state, event, rules)
    _raise_broken(state, causes)
    return finish(state, rules)


async def ascan(
    events: AsyncIterable[Any], rules: Rules = STANDARD, limits: Limits = DEFAULT
) -> AsyncGenerator[tuple[Any, State], None]:
    """Yield each event of an asynchronous stream with the state after it, as ``scan`` does.

    When it ends or is closed, an asynchronous generator that it iterates over is closed too. So close it where a loop
    may be left early: ``async with contextlib.aclosing(ascan(events)) as scanned``.

    Raises:
        StreamError: as ``step`` does; ``finish`` tells whether the last state is that of a whole message.
        StreamInterrupted: the iterable raised; its exception is the cause.

    Examples:
        >>> import asyncio
        >>> from streamfold import events
        >>> async def transport():
        ...     yield events.MessageStart(id="m", role="assistant")
        ...     yield events.ContentStart(index=0, type="text")
        >>> async def positions():
        ...     return [state.position async for event, state in ascan(transport())]
        >>> asyncio.run(positions())
        [1, 2]
    """
    state = State(limits)
    causes: list[Exception] = []
    async with aclosing(_until_broken(events, causes)) as rest:
        async for event in rest:
            state = step(state, event, rules)
            yield event, state
    _raise_broken(state, causes)


async def _until_broken(events: AsyncIterable[Any], causes: list[Exception]) -> AsyncGenerator[Any, None]:
    """Yield *events*; what the iterable raises, at the latest when it is closed, ends them and goes to *causes*."""
    rest = aiter(events)
    try:
        async with closing(rest):
            async for event in rest:
                yield event
    except Exception as cause:  # noqa: BLE001 - whatever the transport raises
        causes.append(cause)


def closing(rest: AsyncIterator[Any]) -> AbstractAsyncContextManager[Any]:
    """Close *rest* in the end if it is a generator: whoever iterates over that has to."""
    return aclosing(rest) if isinstance(rest, AsyncGenerator) else nullcontext()


def _raise_broken(state: State, causes: list[Exception]) -> None:
    if causes:
        raise interruption(state, causes[0]) from causes[0]
