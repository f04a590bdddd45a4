"""A fold to test, whoever wrote it, and what it gives."""

import pickle
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

from attrs import Attribute, field, frozen
from hypothesis import reject

from ._facts import Facts, differences

Fold: TypeAlias = Callable[[Iterable[Any]], Any]


class Steps(NamedTuple):
    """A fold that goes one event at a time."""

    start: Callable[[], Any]
    step: Callable[[Any, Any], Any]
    finish: Callable[[Any], Any]

    def fold(self, events: Iterable[Any]) -> Any:
        """Step through all events, and finish."""
        return self.go_on(self.start(), events)

    def until(self, events: Iterable[Any]) -> Any:
        """Give the state after some events."""
        return reduce(self.step, events, self.start())

    def go_on(self, state: Any, events: Iterable[Any]) -> Any:
        """Step through the rest of the events, and finish."""
        return self.finish(reduce(self.step, events, state))


def _as_it_is(value: Any) -> Any:
    return value


@frozen(kw_only=True)
class Accumulator:
    """A fold, and all that a law may ask of it. Only *fold* is needed, or *start*, *step* and *finish* instead.

    Attributes:
        fold: gives what all events of a stream amount to, or raises. It gets an iterator.
        view: gives the `Facts` of what *fold* gives. Without it, results are only compared with one another.
        errors: what it may raise about a stream; any other exception is a fault.
        convert: makes of a JSON object what the fold takes instead: an object of an SDK.
        start: gives the state before the first event.
        step: gives the state after one more event.
        finish: gives what a state amounts to at the end of the stream.
        dump, load: write a state, and read it; pickle unless they are given.
        check: gives the errors of a stream; the first is the one that *fold* raises.
        fold_typed: like *fold*, of events of ``streamfold.events``.
        fold_sse, fold_jsonl: like *fold*, of bytes in chunks.
        from_response: like *fold*, of the JSON object with which the API answers a request that does not stream.
        fold_many: gives the results of streams that follow one another.
        presets: folds like *fold*, from the strictest on.

    Raises:
        ValueError: there is neither *fold* nor all of *start*, *step* and *finish*.

    Examples:
        >>> texts = Accumulator(
        ...     fold=lambda events: "".join(
        ...         event["delta"]["message"]["content"].get("text", "")
        ...         for event in events
        ...         if event["type"] == "content-delta"
        ...     ),
        ...     view=lambda text: Facts(text=text),
        ... )
    """

    fold: Fold | None = field(default=None)
    view: Callable[[Any], Facts] | None = None
    errors: tuple[type[Exception], ...] = ()
    convert: Callable[[dict[str, Any]], Any] = _as_it_is
    start: Callable[[], Any] | None = None
    step: Callable[[Any, Any], Any] | None = None
    finish: Callable[[Any], Any] | None = None
    dump: Callable[[Any], Any] = pickle.dumps
    load: Callable[[Any], Any] = pickle.loads
    check: Callable[[Iterable[Any]], Sequence[Any]] | None = None
    fold_typed: Fold | None = None
    fold_sse: Callable[[Iterable[bytes]], Any] | None = None
    fold_jsonl: Callable[[Iterable[bytes]], Any] | None = None
    from_response: Callable[[dict[str, Any]], Any] | None = None
    fold_many: Callable[[Iterable[Any]], Iterable[Any]] | None = None
    presets: tuple[Fold, ...] = ()

    @fold.validator
    def _can_fold(self, _: "Attribute[Any]", value: Fold | None) -> None:
        if value is None and self.steps is None:
            raise ValueError("an accumulator has a fold, or all of start, step and finish")

    @property
    def steps(self) -> Steps | None:
        """The fold that goes one event at a time, if there is one."""
        if self.start is None or self.step is None or self.finish is None:
            return None
        return Steps(self.start, self.step, self.finish)

    @property
    def whole(self) -> Fold:
        """The fold of all events."""
        return self.fold or self.steps.fold  # type: ignore[union-attr]  # one of them is there


class Outcome(NamedTuple):
    """What came of a stream.

    Attributes:
        known: the facts of the result, or the result itself where there is no view.
        error: what was raised instead.
    """

    known: Any = None
    error: Exception | None = None


def converted(accumulator: Accumulator, events: Iterable[Any]) -> list[Any]:
    """Give copies of the events as the fold takes them; what cannot be converted could not have come."""
    try:
        return [accumulator.convert(deepcopy(event)) for event in events]
    except Exception:  # noqa: BLE001 - whatever an SDK raises
        reject()


def outcome(accumulator: Accumulator, events: Iterable[Any]) -> Outcome:
    """Fold *events*, of which copies go in, and give what comes out."""
    items = converted(accumulator, events)
    return attempt(accumulator, lambda: accumulator.whole(iter(items)))


def attempt(accumulator: Accumulator, make: Callable[[], Any]) -> Outcome:
    """Make a result, and give what is known of it, or what was raised."""
    return guarded(lambda: seen(accumulator, make()))


def seen(accumulator: Accumulator, result: Any) -> Any:
    """Give the facts of a result, which nothing changes; the result itself where there is no view."""
    return result if accumulator.view is None else deepcopy(accumulator.view(result))


def guarded(make: Callable[[], Any]) -> Outcome:
    """Give what is made, or what was raised."""
    try:
        return Outcome(make())
    except Exception as error:  # noqa: BLE001 - whatever a fold raises
        return Outcome(error=error)


def unlike(one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes differ, in any fact or in the type of what was raised."""
    if one.error is not None or other.error is not None:
        return type(one.error) is not type(other.error)
    if isinstance(one.known, Facts) and isinstance(other.known, Facts):
        return any((*differences(one.known, other.known), *differences(other.known, one.known)))
    return bool(one.known != other.known)
