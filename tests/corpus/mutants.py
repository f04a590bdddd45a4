"""One thing wrong with a stream, in every way and at every place."""

CUTS = 40


def mutants(events, *, deltas=False):
    """Yield (kind, position, stream) for each event dropped, doubled, swapped, given another index, and cuts.

    Without *deltas* those of a kind that nothing can tell from a legal stream are left out: dropped or doubled deltas.
    """
    for position, event in enumerate(events):
        is_delta = event["type"].endswith("-delta")
        before, after = events[:position], events[position + 1 :]
        if deltas or not is_delta:
            yield "drop", position, [*before, *after]
            yield "double", position, [*before, event, event, *after]
        if after and after[0]["type"] != event["type"]:
            yield "swap", position, [*before, after[0], event, *after[1:]]
        if "index" in event and (deltas or not is_delta or not _is_like(before, event)):
            yield "index", position, [*before, {**event, "index": event["index"] + 1}, *after]
    for size in range(0, len(events), max(len(events) // CUTS, 1)):
        yield "cut", size, events[:size]


def _is_like(before, event):
    return bool(before) and before[-1]["type"] == event["type"]
