"""An asynchronous stream comes to what the same events come to in a list."""

import asyncio
from contextlib import aclosing

import pytest
import streams as s
from hypothesis import given
from hypothesis import strategies as st

from streamfold import LENIENT, STANDARD, STRICT, Limits, Message, StreamError, StreamInterrupted, fold, scan
from streamfold._aio import afold, ascan
from streamfold.errors import LimitExceeded
from streamfold.rules import CLOSED
from streamfold.testing import strategies

PRESETS = st.sampled_from((CLOSED, STRICT, STANDARD, LENIENT))


class Transport:
    """An asynchronous iterator that is no generator."""

    def __init__(self, events):
        self.rest = iter(events)
        self.closed = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep(0)
        try:
            return next(self.rest)
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self):
        self.closed += 1


async def generated(events, log=None, error=None, last_words=None):
    """Yield *events* and raise *error*; tell *log* when it is closed, and fail at that with *last_words*."""
    try:
        for event in events:
            await asyncio.sleep(0)
            yield event
        if error:
            raise error
    finally:
        if log is not None:
            log.append("closed")
        if last_words:
            raise last_words


def outcome(run):
    try:
        return run()
    except StreamError as error:
        return error


async def scanned(events, *args):
    seen = []
    try:
        async for each in ascan(events, *args):
            seen.append(each)  # noqa: PERF401 - what came before an error counts
    except StreamError as error:
        return seen, error
    return seen, None


def scanned_plainly(events, *args):
    seen = []
    try:
        for each in scan(events, *args):
            seen.append(each)  # noqa: PERF402 - what came before an error counts
    except StreamError as error:
        return seen, error
    return seen, None


def assert_equal_errors(error, plain):
    assert type(error) is type(plain)
    if plain is not None:
        assert (error.violation, error.state, error.partial) == (plain.violation, plain.state, plain.partial)


# The same as fold and scan


@given(strategies.any_streams(), PRESETS)
def test_afold_comes_to_what_fold_comes_to(events, rules):
    plain = outcome(lambda: fold(events, rules))
    result = outcome(lambda: asyncio.run(afold(Transport(events), rules)))

    if isinstance(plain, Message):
        assert result == plain
        assert result.violations == plain.violations
    else:
        assert_equal_errors(result, plain)


@given(strategies.any_streams(), PRESETS)
def test_ascan_gives_what_scan_gives(events, rules):
    seen, error = asyncio.run(scanned(Transport(events), rules))
    plainly, plain = scanned_plainly(events, rules)

    assert seen == plainly
    assert_equal_errors(error, plain)


@pytest.mark.parametrize("walk", [afold, scanned])
def test_limits_hold(walk):
    events = [s.message_start(), s.content_start(), s.content_delta("Hello")]

    result = outcome(lambda: asyncio.run(walk(Transport(events), STANDARD, Limits(characters=3))))
    error = result if walk is afold else result[1]

    assert isinstance(error, LimitExceeded)
    assert error.violation.position == 2


def test_many_streams_may_be_folded_at_once():
    async def all_of_them():
        return await asyncio.gather(*(afold(Transport(s.whole(*s.text_block(str(n), "!")))) for n in range(9)))

    assert [message.text for message in asyncio.run(all_of_them())] == [f"{n}!" for n in range(9)]


@pytest.mark.parametrize("walk", [afold, scanned])
def test_what_is_no_asynchronous_iterable_is_refused(walk):
    with pytest.raises(TypeError, match="'list' object is not an async iterable"):
        asyncio.run(walk([s.message_start()]))


# The transport breaks


@given(strategies.streams(additions=False), st.data())
def test_a_transport_that_raises_in_the_middle_loses_nothing(events, data):
    size = data.draw(st.integers(0, len(events)))
    reset = ConnectionResetError("reset by peer")
    plain = outcome(lambda: fold(broken_after(events[:size], reset)))

    folded = outcome(lambda: asyncio.run(afold(generated(events[:size], error=reset))))
    seen, error = asyncio.run(scanned(generated(events[:size], error=reset)))

    assert type(folded) is StreamInterrupted
    assert folded.__cause__ is error.__cause__ is reset
    assert_equal_errors(folded, plain)
    assert_equal_errors(error, plain)
    assert [event for event, _ in seen] == events[:size]


def broken_after(events, error):
    yield from events
    raise error


def test_an_error_of_ours_from_the_transport_interrupts_like_any_other():
    ours = outcome(lambda: fold([]))

    result = outcome(lambda: asyncio.run(afold(generated([s.message_start()], error=ours))))

    assert type(result) is StreamInterrupted
    assert result.__cause__ is ours


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
@pytest.mark.parametrize("walk", [afold, scanned])
def test_what_ends_a_program_passes_untouched(walk, signal):
    with pytest.raises(signal):
        asyncio.run(walk(generated([s.message_start()], error=signal())))


@pytest.mark.parametrize("walk", [afold, scanned])
def test_a_cancelled_fold_is_cancelled_and_its_transport_closed(walk):
    log = []

    async def endless():
        try:
            yield s.message_start()
            await asyncio.sleep(1000)
        finally:
            log.append("closed")

    async def cancelled():
        task = asyncio.create_task(walk(endless()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return list(log)

    assert asyncio.run(cancelled()) == ["closed"]


# What is closed


BROKEN = [s.message_start(), s.content_delta("Hi"), s.content_delta("Hi")]


@pytest.mark.parametrize("walk", [afold, scanned])
def test_a_generator_is_closed_before_an_error_leaves(walk):
    log = []

    async def closed_by_then():
        try:
            _, error = await walk(generated(BROKEN, log))
        except StreamError as raised:
            error = raised
        return error.violation.code, list(log)

    assert asyncio.run(closed_by_then()) == ("delta-outside-part", ["closed"])


@pytest.mark.parametrize("walk", [afold, scanned])
def test_what_is_no_generator_is_its_owners_to_close(walk):
    transport = Transport(BROKEN)

    result = outcome(lambda: asyncio.run(walk(transport)))

    assert result
    assert transport.closed == 0
    assert asyncio.run(anext(transport)) == BROKEN[2]


def test_a_scan_that_is_left_early_closes_the_generator_when_it_is_closed():
    log = []

    async def left():
        async with aclosing(ascan(generated(s.whole(), log))) as scanned:
            first = await anext(scanned)
        return first[1].position, list(log)

    assert asyncio.run(left()) == (1, ["closed"])


def test_an_error_of_the_stream_passes_where_closing_fails_too():
    failing = generated(BROKEN, last_words=ConnectionResetError("reset by peer"))

    error = outcome(lambda: asyncio.run(afold(failing)))

    assert error.violation.code == "delta-outside-part"


def test_a_transport_that_breaks_as_it_ends_is_interrupted():
    failing = generated(s.whole(*s.text_block("Hi")), last_words=ConnectionResetError("reset by peer"))

    error = outcome(lambda: asyncio.run(afold(failing)))

    assert type(error) is StreamInterrupted
    assert error.partial.text == "Hi"
