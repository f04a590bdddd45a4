"""The same bytes through the clients that others use, as one would use them; only those that are installed."""


def cohere_walk(data):
    """Give a function that folds *data* with the Cohere SDK and the obvious loop; None where it is not installed."""
    events = cohere_events(data)
    return None if events is None else lambda: loop(events())


def loop(events):
    """Join the text of events that have the attributes of the SDK's: the obvious loop."""
    return "".join([each.delta.message.content.text for each in events if each.type == "content-delta"])


def cohere_events(data):
    """Give a function that gives what the Cohere SDK makes of *data*; None where it is not installed."""
    try:
        import cohere  # noqa: PLC0415 - it may not be there
        import httpx  # noqa: PLC0415 - it comes with the SDK
    except ImportError:
        return None

    def answer(_):
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=data)

    client = cohere.ClientV2(
        api_key="none",
        httpx_client=httpx.Client(transport=httpx.MockTransport(answer)),
        log_warning_experimental_features=False,
    )

    return lambda: client.chat_stream(model="any", messages=[{"role": "user", "content": "any"}])
