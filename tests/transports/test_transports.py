"""From every transport comes the same message, and from none a message that did not come whole."""

import asyncio
import inspect
from pathlib import Path

import pytest
from attrs import evolve
from transports.clients import ASYNC, MAJOR, RAW, SDK, arriving, sdk, sdk_async
from transports.server import WAYS, Answer

from streamfold import STRICT, State, StreamInterrupted, afold, check, finish, fold, step
from streamfold.errors import StreamIncomplete
from streamfold.recordings import decode

EXAMPLES = Path(__file__).parents[2] / "examples"
CALLS, ANSWER = ((EXAMPLES / f"weather_{name}.sse").read_bytes() for name in ("calls", "answer"))
CUT = ANSWER[: ANSWER.index(b"rain") + 2]

CLIENTS = SDK | RAW
clients = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)


def fold_with(client, url):
    return asyncio.run(afold(client(url), STRICT)) if inspect.isasyncgenfunction(client) else fold(client(url), STRICT)


async def step_with(client, url):
    state = State()
    async for event in client(url):
        state = step(state, event, STRICT)
    return finish(state, STRICT)


def whole_events(body):
    return [located for located in decode(body) if located.name]


def cases():
    for name, client in CLIENTS.items():
        for way, cut in WAYS.items():
            loses = client is sdk and MAJOR < 7 and not all(map(is_utf8, cut(ANSWER)))
            told = pytest.mark.xfail(strict=True, reason="a loss of the SDK that its page names")
            yield pytest.param(client, way, ANSWER, id=f"{name}-{way}", marks=[told] if loses else [])
        yield pytest.param(client, "at_once", CALLS, id=f"{name}-calls")


def is_utf8(chunk):
    return "\ufffd" not in chunk.decode(errors="replace")


@pytest.mark.parametrize(("client", "way", "body"), [*cases()])
def test_every_client_gives_the_message_of_the_bytes(server, client, way, body):
    assert fold_with(client, server.offer(Answer(body, way))) == fold(decode(body), STRICT)


@pytest.mark.parametrize("client", [sdk_async, *ASYNC])
def test_an_asynchronous_loop_steps_to_the_same_message(server, client):
    assert asyncio.run(step_with(client, server.offer(Answer(ANSWER)))) == fold(decode(ANSWER), STRICT)


@clients
@pytest.mark.parametrize("end", ["closed", "reset", "silent"])
def test_a_connection_that_breaks_never_gives_a_message_and_loses_no_whole_event(server, client, end):
    answer, whole = Answer(CUT, end=end), whole_events(CUT)

    def tell(count):  # a reset overtakes what was sent before it
        if count == len(whole):
            answer.read.set()

    with pytest.raises(StreamIncomplete) as caught:
        fold(arriving(client, server.offer(answer), tell))

    raised = caught.value.__cause__
    assert isinstance(caught.value, StreamInterrupted) == (raised is not None)
    assert (raised is None) == (end == "silent" or (end, client) == ("closed", RAW["with_urllib"]))
    assert evolve(caught.value.partial, kept=()) == check(whole).partial
    assert caught.value.partial.text == "On Friday it will be 4 °C with"
