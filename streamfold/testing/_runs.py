"""What laws ask of two runs of a fold that must not differ: the breach that an example shows, or None."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

from ._accumulator import Accumulator, Outcome, Steps, attempt, converted, guarded, outcome, unlike
from ._trial import Breach, told_apart
from ._write import read_typed
from .strategies import Chunked

Events: TypeAlias = list[Any]


def _same(events: Iterable[Any], expected: Outcome, came: Outcome) -> Breach | None:
    return told_apart(events, expected, came) if unlike(expected, came) else None


def _first(found: Iterable[Breach | None]) -> Breach | None:
    return next((breach for breach in found if breach), None)


def purity(accumulator: Accumulator, drawn: tuple[Events, int]) -> Breach | None:
    """Fold twice, look whether the events have changed, and go on twice from one state."""
    events, place = drawn
    items = converted(accumulator, events)
    once = attempt(accumulator, lambda: accumulator.whole(iter(items)))
    if items != converted(accumulator, events):
        return Breach(events, "the events as they were", "changed events")
    twice = attempt(accumulator, lambda: accumulator.whole(iter(items)))
    return _same(events, once, twice) or _at_a_state(accumulator, events, place, _branched)


def _branched(steps: Steps, state: Any, rest: Events) -> Any:
    steps.go_on(state, rest)
    return steps.go_on(state, rest)


def resume(accumulator: Accumulator, drawn: tuple[Events, int]) -> Breach | None:
    """Stop after some events, write and read the state, and go on."""

    def resumed(steps: Steps, state: Any, rest: Events) -> Any:
        return steps.go_on(accumulator.load(accumulator.dump(state)), rest)

    return _at_a_state(accumulator, *drawn, resumed)


def _at_a_state(
    accumulator: Accumulator, events: Events, place: int, go_on: Callable[[Steps, Any, Events], Any]
) -> Breach | None:
    """Compare what comes of the events with what comes if something is done at a state between them."""
    steps, at = accumulator.steps, place % (len(events) + 1)
    if steps is None:
        return None
    items = converted(accumulator, events)
    straight = attempt(accumulator, lambda: steps.fold(items))
    return _same(events, straight, attempt(accumulator, lambda: go_on(steps, steps.until(items[:at]), items[at:])))


def copies(accumulator: Accumulator, events: Events) -> Breach | None:
    """Change the events after the fold, and look at its result again."""
    items = converted(accumulator, events)
    result = guarded(lambda: accumulator.whole(iter(items)))
    if result.error is not None:
        return None
    before = attempt(accumulator, lambda: result.known)
    _spoil(items)
    return _same(events, before, attempt(accumulator, lambda: result.known))


def _spoil(value: Any) -> None:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _spoil(inner)
        value.clear()


def told_otherwise(accumulator: Accumulator, drawn: tuple[Events, Events]) -> Breach | None:
    """Fold a stream, and another that means the same."""
    events, again = drawn
    return _same(again, outcome(accumulator, events), outcome(accumulator, again))


def interleaving(accumulator: Accumulator, events: Events) -> Breach | None:
    """Fold a stream whose parts are open at once, and the same parts one after another; it may be refused."""
    came = outcome(accumulator, events)
    if isinstance(came.error, accumulator.errors):
        return None
    return _same(events, outcome(accumulator, _in_sequence(events)), came)


def _in_sequence(events: Events) -> Events:
    parts = [(event["type"].rpartition("-")[0], event.get("index")) for event in events]
    begun = {part: place for place, part in reversed([*enumerate(parts)])}
    start, *body, end = zip(events, parts, strict=True)
    return [event for event, _ in (start, *sorted(body, key=lambda each: begun[each[1]]), end)]


def isolation(accumulator: Accumulator, drawn: tuple[Events, Events]) -> Breach | None:
    """Fold a stream, then another, and the first again."""
    events, other = drawn
    alone = outcome(accumulator, events)
    outcome(accumulator, other)
    return _same([*other, *events], alone, outcome(accumulator, events))


def transport(accumulator: Accumulator, chunked: Chunked) -> Breach | None:
    """Fold the same stream as bytes, and as typed events."""
    by_bytes = {"sse": accumulator.fold_sse, "jsonl": accumulator.fold_jsonl}[chunked.form]
    forms = ((by_bytes, chunked.chunks), (accumulator.fold_typed, list(map(read_typed, chunked.events))))
    plainly = outcome(accumulator, chunked.events)
    runs = (attempt(accumulator, partial(fold, iter(items))) for fold, items in forms if fold)
    return _first(_same(chunked.events, plainly, came) for came in runs)


def parity(accumulator: Accumulator, drawn: tuple[Events, dict[str, Any]]) -> Breach | None:
    """Fold a stream, and read the answer without streaming that says the same."""
    events, response = drawn
    from_response: Any = accumulator.from_response
    return _same(events, outcome(accumulator, events), attempt(accumulator, lambda: from_response(response)))


def strictness(accumulator: Accumulator, events: Events) -> Breach | None:
    """Fold under each preset: what a stricter one folds, the next folds alike."""
    items = converted(accumulator, events)
    results = [attempt(accumulator, partial(fold, iter(items))) for fold in accumulator.presets]
    return _first(_same(events, one, laxer) for one, laxer in pairwise(results) if one.error is None)


def logs(accumulator: Accumulator, drawn: tuple[Events, Events]) -> Breach | None:
    """Fold two streams, one after another and each by itself."""
    first, second = drawn
    events = [*first, *second]
    both, apart = _each(accumulator, events), [*_each(accumulator, first), *_each(accumulator, second)]
    if len(both) != len(apart):
        return Breach(events, f"{len(apart)} results", f"{len(both)} results")
    return _first(_same(events, *pair) for pair in zip(apart, both, strict=True))


def _each(accumulator: Accumulator, events: Events) -> list[Outcome]:
    items, results = converted(accumulator, events), list[Any]()
    fold_many: Any = accumulator.fold_many
    failed = guarded(lambda: results.extend(fold_many(iter(items))))
    outcomes = [_result(accumulator, result) for result in results]
    return outcomes if failed.error is None else [*outcomes, failed]


def _result(accumulator: Accumulator, result: Any) -> Outcome:
    return Outcome(error=result) if isinstance(result, Exception) else attempt(accumulator, lambda: result)
