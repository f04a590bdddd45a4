"""Laws that any fold of such streams should keep to, as checks for yours.

``verdicts`` tries them and tells what came of it, with the smallest stream that breaks a law; ``assert_laws`` is that
for a test; ``as_tests`` gives a test of pytest for each law.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st

from .. import LENIENT, STANDARD, STRICT, State, StreamError, check, finish, fold, step
from .._event_rules import FAILED
from .._many import fold_many
from ..conversation import from_response, to_response
from ..recordings import load
from ..rules import CLOSED
from ..unfold import unfold, words
from . import _results as results
from . import _runs as runs
from . import strategies as s
from ._accumulator import Accumulator
from ._cost import LONG, linear
from ._facts import Facts, facts_of, told
from ._kit import NUMBERS
from ._lacks import not_keeping, without, without_steps, without_view
from ._trial import Breach, Law, Strategy, Verdict, tried

__all__ = [
    "LAWS",
    "STREAMFOLD",
    "Accumulator",
    "Breach",
    "Facts",
    "Law",
    "Verdict",
    "as_tests",
    "assert_laws",
    "facts_of",
    "told",
    "verdicts",
]

# What laws are tried with


_MOSTLY_CALLED: Final = ("COMPLETE", "TOOL_CALL")


def _answers() -> Strategy:
    return s.streams(additions=False)


def _all_reasons() -> Strategy:
    return s.streams(additions=False, finish_reasons=s.FINISH_REASONS)


def _spoilt_or_not() -> Strategy:
    """Give streams of which some lack what would begin them anew."""
    return _all_reasons() | s.mutated_streams(additions=False)


def _failed() -> Strategy:
    return s.streams(additions=False, finish_reasons=FAILED)


def _touchy() -> Strategy:
    """Give texts of characters to which it matters what they are next to."""
    return s.streams(additions=False, finish_reasons=s.FINISH_REASONS, alphabet="a \n\u0301\u200d\U0001f600")


def _interleaved() -> Strategy:
    return s.streams(additions=False, interleaved=True, max_citations=0, finish_reasons=_MOSTLY_CALLED)


def _halved() -> Strategy:
    return s.streams(additions=False, alphabet="a\U0001f600")


def _calling() -> Strategy:
    return s.streams(additions=False, finish_reasons=_MOSTLY_CALLED)


# What is made of them


def _with_place(streams: Strategy) -> Strategy:
    return st.builds(lambda place, events: (events, place), NUMBERS, streams)


def _rechunked(streams: Strategy) -> Strategy:
    return st.builds(lambda number, events: (events, s.rechunked(events, number)), NUMBERS, streams)


def _with_additions(streams: Strategy) -> Strategy:
    return st.builds(lambda added, events: (events, s.with_added(events, added)), s.ADDED, streams)


def _said_again(streams: Strategy) -> Strategy:
    return streams.map(lambda events: (events, unfold(s.folded(events), words)))


def _answered(streams: Strategy) -> Strategy:
    return streams.map(lambda events: (events, to_response(s.folded(events))))


def _failing(streams: Strategy) -> Strategy:
    return streams.map(lambda events: [_fail(event) for event in events])


def _fail(event: Any) -> Any:
    """Give the end of a failure for that of an answer; any other event stays."""
    if event["type"] != "message-end" or event["delta"].get("finish_reason") in FAILED:
        return event
    return {**event, "delta": {"finish_reason": "ERROR", "usage": {}, "error": "no valid response"}}


def _with_other(streams: Strategy) -> Strategy:
    return st.tuples(streams, s.prefixes(_all_reasons()) | _spoilt_or_not())


def _in_pairs(streams: Strategy) -> Strategy:
    return st.tuples(streams, streams)


def _cut_calls(streams: Strategy) -> Strategy:
    broken = s.broken_streams(codes=["arguments-cut", "arguments-malformed"], additions=False)
    return s.prefixes(streams) | broken.map(lambda each: list(each.events))


def _long_ones(_: Strategy) -> Strategy:
    return st.sampled_from(LONG)


# The laws

CONSERVED: Final = {
    **dict.fromkeys(("text", "thinking"), _answers),
    **dict.fromkeys(("tool_plan", "calls"), _calling),
    **dict.fromkeys(("citations", "logprobs", "finish_reason", "usage", "id"), _answers),
}

_LAWS: Final = (
    Law(
        "purity",
        "folding changes neither the events nor a state, and the same events give the same result",
        _all_reasons,
        runs.purity,
        examples=_with_place,
    ),
    Law("acceptance", "a legal stream gives a result", _answers, results.acceptance),
    Law("totality", "whatever comes, there is a result or an error of the fold's own", s.any_streams, results.totality),
    Law(
        "chunking",
        "how a text is cut into deltas makes no difference",
        _touchy,
        runs.told_otherwise,
        examples=_rechunked,
    ),
    *(
        Law(
            f"conservation of {name}",
            f"{name} is what the events of a legal stream say",
            streams,
            partial(results.facts, frozenset({name})),
            not_keeping(name),
        )
        for name, streams in CONSERVED.items()
    ),
    Law(
        "interleaving",
        "parts that are open at once give what they give one after another, or are refused",
        _interleaved,
        runs.interleaving,
    ),
    Law(
        "additions",
        "events and fields that are not known change nothing",
        _answers,
        runs.told_otherwise,
        examples=_with_additions,
    ),
    Law(
        "halves",
        "two halves of a character that arrive apart become one",
        _halved,
        results.halves,
        without_view,
    ),
    Law(
        "prefix",
        "a stream that is cut off is not taken for a finished one",
        _all_reasons,
        results.prefix,
        without_view,
        s.prefixes,
    ),
    Law(
        "failure",
        "a generation that failed is not taken for one that did not",
        _failed,
        results.failure,
        without_view,
        _failing,
    ),
    Law(
        "cut calls",
        "a call of which not all has arrived is none that can be made",
        _calling,
        results.cut_calls,
        not_keeping("calls"),
        _cut_calls,
    ),
    Law(
        "round trip",
        "a stream, and another that says the same message, give the same",
        _touchy,
        runs.told_otherwise,
        examples=_said_again,
    ),
    Law(
        "parity",
        "a stream gives what the answer without streaming gives",
        _all_reasons,
        runs.parity,
        without("from_response"),
        _answered,
    ),
    Law("copies", "who changes the events later changes no result", _all_reasons, runs.copies),
    Law(
        "isolation",
        "a stream leaves nothing behind for the next one",
        _spoilt_or_not,
        runs.isolation,
        examples=_with_other,
    ),
    Law(
        "resume",
        "a state that was written and read goes on where it stood",
        _all_reasons,
        runs.resume,
        without_steps,
        _with_place,
    ),
    Law(
        "transport",
        "bytes and typed events give what the JSON objects give",
        _all_reasons,
        runs.transport,
        without("fold_sse", "fold_jsonl", "fold_typed"),
        s.chunked_bytes,
    ),
    Law(
        "strictness",
        "what a preset folds, a laxer one folds alike",
        s.any_streams,
        runs.strictness,
        without("presets"),
    ),
    Law(
        "first error",
        "what the fold raises is the first error of the check",
        s.any_streams,
        results.first_error,
        without("check"),
    ),
    Law(
        "linear cost",
        "an event takes as much memory however many came before it",
        _answers,
        linear,
        examples=_long_ones,
    ),
    Law(
        "logs",
        "streams that follow one another give what each gives by itself",
        _all_reasons,
        runs.logs,
        without("fold_many"),
        _in_pairs,
    ),
)

LAWS: Final[Mapping[str, Law]] = MappingProxyType({law.name: law for law in _LAWS})
"""All laws, by their names."""


# Trying them


def verdicts(
    accumulator: Accumulator,
    laws: Iterable[str] = LAWS,
    *,
    examples: int = 200,
    seed: int = 0,
    streams: Strategy | None = None,
) -> tuple[Verdict, ...]:
    """Try laws, each with so many examples; the same *seed* gives the same verdicts.

    Args:
        accumulator: the fold.
        laws: their names.
        examples: how many are made for each law.
        seed: of what is drawn.
        streams: a strategy of legal streams to make them of, as lists of JSON objects: ``st.sampled_from(recordings)``.
            None for those that each law asks for.

    Raises:
        ValueError: there is no law of one of the names.

    Examples:
        >>> def last_text(events):
        ...     texts = [event["delta"]["message"]["content"] for event in events if event["type"] == "content-delta"]
        ...     return texts[-1]["text"] if texts else ""
        >>> forgetful = Accumulator(fold=last_text, view=lambda text: Facts(text=text))
        >>> for verdict in verdicts(forgetful, ["chunking", "purity", "resume"]):
        ...     print(verdict)
        chunking                      broken  expected text 'aa'; came text 'a'
        purity                        holds
        resume                        -       it has no start, step and finish
    """
    return tuple(tried(law, accumulator, examples, seed, streams) for law in _named(laws))


def _named(names: Iterable[str]) -> list[Law]:
    names = list(names)
    if unknown := sorted(set(names) - set(LAWS)):
        raise ValueError(f"there is no law called {', '.join(unknown)}; there are {', '.join(LAWS)}")
    return [LAWS[name] for name in names]


def assert_laws(accumulator: Accumulator, laws: Iterable[str] = LAWS, *, examples: int = 200, seed: int = 0) -> None:
    """Try laws, and raise if one is broken.

    Raises:
        AssertionError: a law is broken; the text has each that is, with the smallest stream that breaks it.
        ValueError: there is no law of one of the names.

    Examples:
        >>> assert_laws(STREAMFOLD, examples=5)
    """
    broken = [each for each in verdicts(accumulator, laws, examples=examples, seed=seed) if each.holds is False]
    if broken:
        raise AssertionError("\n\n".join(each.shown for each in broken))


def as_tests(accumulator: Accumulator, laws: Iterable[str] = LAWS) -> dict[str, Callable[[], None]]:
    """Give a test for each law, by its name: ``globals().update(as_tests(mine))`` puts them into a module of tests.

    Each is a test of Hypothesis, with the settings of the profile that is loaded.

    Examples:
        >>> sorted(as_tests(STREAMFOLD, ["purity", "acceptance"]))
        ['test_acceptance', 'test_purity']
    """
    patient = settings(deadline=None)  # some laws fold long streams
    return {f"test_{law.name.replace(' ', '_')}": patient(law.test(accumulator)) for law in _named(laws)}


STREAMFOLD: Final = Accumulator(
    fold=fold,
    view=facts_of,
    errors=(StreamError,),
    start=State,
    step=step,
    finish=finish,
    check=lambda events: check(events).errors,
    fold_typed=fold,
    fold_sse=lambda chunks: fold(next(load(chunks)).events),
    fold_jsonl=lambda chunks: fold(next(load(chunks)).events),
    from_response=from_response,
    fold_many=fold_many,
    presets=tuple(partial(fold, rules=rules) for rules in (CLOSED, STRICT, STANDARD, LENIENT)),
)
"""The fold of this library, with all that a law may ask."""
