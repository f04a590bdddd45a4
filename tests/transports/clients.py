"""The ways to ask for a stream: each gives its events, as the documentation's pages say."""

import asyncio
import inspect
import json
import ssl
from urllib.request import Request, urlopen

import aiohttp
import cohere
import httpx
import requests

from streamfold.recordings import EventDecoder, decode

MESSAGES = [{"role": "user", "content": "How will the weather be?"}]
REQUEST = {"model": "command-a-03-2025", "messages": MESSAGES, "stream": True}
TLS = ssl.create_default_context()  # made once: it takes longer than a request, and is not used
MAJOR = int(cohere.__version__.partition(".")[0])


def ask(co):
    return co.chat_stream(model="command-a-03-2025", messages=MESSAGES)


def sdk(url):
    with cohere.ClientV2("none", base_url=url, httpx_client=httpx.Client(verify=TLS)) as co:
        yield from ask(co)


async def sdk_async(url):
    async with cohere.AsyncClientV2("none", base_url=url, httpx_client=httpx.AsyncClient(verify=TLS)) as co:
        async for event in ask(co):
            yield event


def with_httpx(url):
    with httpx.stream("POST", f"{url}/v2/chat", json=REQUEST, verify=TLS) as response:
        yield from decode(response.iter_bytes())


def with_requests(url):
    with requests.post(f"{url}/v2/chat", json=REQUEST, stream=True, timeout=10) as response:
        yield from decode(response.iter_content(None))


def with_requests_lines(url):
    with requests.post(f"{url}/v2/chat", json=REQUEST, stream=True, timeout=10) as response:
        yield from decode(line + b"\n" for line in response.iter_lines())


def with_urllib(url):
    request = Request(f"{url}/v2/chat", json.dumps(REQUEST).encode())  # noqa: S310 - it is http
    with urlopen(request) as response:  # noqa: S310 - likewise
        yield from decode(response)


async def with_httpx_async(url):
    client = httpx.AsyncClient(verify=TLS)
    async with client, client.stream("POST", f"{url}/v2/chat", json=REQUEST) as response:
        async for event in decoded(response.aiter_bytes()):
            yield event


async def with_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.post(f"{url}/v2/chat", json=REQUEST) as response:
        async for event in decoded(response.content.iter_any()):
            yield event


async def with_aiohttp_lines(url):
    async with aiohttp.ClientSession() as session, session.post(f"{url}/v2/chat", json=REQUEST) as response:
        async for event in decoded(response.content):
            yield event


async def decoded(chunks):
    decoder = EventDecoder()
    async for chunk in chunks:
        for event in decoder.feed(chunk):
            yield event
    for event in decoder.close():
        yield event


SDK = {f"cohere-{cohere.__version__}-{client.__name__}": client for client in (sdk, sdk_async)}
SYNC = [with_httpx, with_requests, with_requests_lines, with_urllib]
ASYNC = [with_httpx_async, with_aiohttp, with_aiohttp_lines]
RAW = {client.__name__: client for client in (*SYNC, *ASYNC)}


def arriving(client, url, tell=lambda _: None):
    """Yield what *client* gives, and raise what it raises, whether it is synchronous or not.

    *tell* is told how many events have come, at each of them.
    """
    if not inspect.isasyncgenfunction(client):
        for count, event in enumerate(client(url), 1):
            tell(count)
            yield event
        return
    events, raised = asyncio.run(_gathered(client(url), tell))
    yield from events
    if raised is not None:
        raise raised


async def _gathered(events, tell):
    seen = []
    try:
        async for event in events:
            seen.append(event)
            tell(len(seen))
    except Exception as error:  # noqa: BLE001 - whatever the transport raises
        return seen, error
    return seen, None
