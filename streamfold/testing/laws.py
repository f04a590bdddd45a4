"""Laws that any fold of such streams should keep to, as checks for yours.

``verdicts`` tries them and tells what came of it, with the smallest stream that breaks a law; ``assert_laws`` is that
for a test; ``as_tests`` gives a test of pytest for each law.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st

from .. import LENIENT, STANDARD, STRICT, State, StreamError, check, finish, fold, step
from .._many import fold_many
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
from ._trial import Breach, Law, Verdict, tried

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


def _answers() -> st.SearchStrategy[Any]:
    return s.streams(additions=False)


def _all_reasons() -> st.SearchStrategy[Any]:
    return s.streams(additions=False, finish_reasons=s.FINISH_REASONS)


def _with_place() -> st.SearchStrategy[Any]:
    return st.tuples(_all_reasons(), NUMBERS)


def _touchy() -> st.SearchStrategy[Any]:
    """Give texts of characters to which it matters what they are next to."""
    return s.streams(additions=False, finish_reasons=s.FINISH_REASONS, alphabet="a \n\u0301\u200d\U0001f600")


def _rechunked() -> st.SearchStrategy[Any]:
    return _touchy().flatmap(lambda events: st.tuples(st.just(events), s.rechunkings(events)))


def _with_other() -> st.SearchStrategy[Any]:
    return st.tuples(_all_reasons(), s.prefixes(_all_reasons()) | s.mutated_streams())


def _cut_calls() -> st.SearchStrategy[Any]:
    cut = s.prefixes(s.streams(additions=False, finish_reasons=["TOOL_CALL"]))
    broken = s.broken_streams(codes=["arguments-cut", "arguments-malformed"], additions=False)
    return cut | broken.map(lambda each: list(each.events))


def _with_additions() -> st.SearchStrategy[Any]:
    return _answers().flatmap(lambda events: st.tuples(st.just(events), s.with_additions(events)))


def _said_again() -> st.SearchStrategy[Any]:
    return _touchy().map(lambda events: (events, unfold(s.folded(events), words)))


# The laws

CONSERVED: Final = ("text", "thinking", "tool_plan", "calls", "citations", "logprobs", "finish_reason", "usage", "id")

_LAWS: Final = (
    Law(
        "purity",
        "folding changes neither the events nor a state, and the same events give the same result",
        _with_place,
        runs.purity,
    ),
    Law("acceptance", "a legal stream gives a result", _answers, results.acceptance),
    Law("totality", "whatever comes, there is a result or an error of the fold's own", s.any_streams, results.totality),
    Law(
        "chunking",
        "how a text is cut into deltas makes no difference",
        _rechunked,
        runs.told_otherwise,
    ),
    *(
        Law(
            f"conservation of {name}",
            f"{name} is what the events of a legal stream say",
            _answers,
            partial(results.facts, frozenset({name})),
            not_keeping(name),
        )
        for name in CONSERVED
    ),
    Law(
        "interleaving",
        "parts that are open at once give what they give one after another, or are refused",
        lambda: s.streams(additions=False, interleaved=True, max_citations=0),
        runs.interleaving,
    ),
    Law(
        "additions",
        "events and fields that are not known change nothing",
        _with_additions,
        runs.told_otherwise,
    ),
    Law(
        "halves",
        "two halves of a character that arrive apart become one",
        lambda: s.streams(additions=False, alphabet="a\U0001f600"),
        results.halves,
        without_view,
    ),
    Law(
        "prefix",
        "a stream that is cut off is not taken for a finished one",
        lambda: s.prefixes(_all_reasons()),
        results.prefix,
        without_view,
    ),
    Law(
        "cut calls",
        "a call of which not all has arrived is none that can be made",
        _cut_calls,
        results.cut_calls,
        not_keeping("calls"),
    ),
    Law(
        "round trip",
        "a stream, and another that says the same message, give the same",
        _said_again,
        runs.told_otherwise,
    ),
    Law("copies", "who changes the events later changes no result", _all_reasons, runs.copies),
    Law("isolation", "a stream leaves nothing behind for the next one", _with_other, runs.isolation),
    Law(
        "resume",
        "a state that was written and read goes on where it stood",
        _with_place,
        runs.resume,
        without_steps,
    ),
    Law(
        "transport",
        "bytes and typed events give what the JSON objects give",
        lambda: s.chunked_bytes(_all_reasons()),
        runs.transport,
        without("fold_sse", "fold_jsonl", "fold_typed"),
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
        lambda: st.sampled_from(LONG),
        linear,
    ),
    Law(
        "logs",
        "streams that follow one another give what each gives by itself",
        lambda: st.tuples(_all_reasons(), _all_reasons()),
        runs.logs,
        without("fold_many"),
    ),
)

LAWS: Final[Mapping[str, Law]] = MappingProxyType({law.name: law for law in _LAWS})
"""All laws, by their names."""


# Trying them


def verdicts(
    accumulator: Accumulator, laws: Iterable[str] = LAWS, *, examples: int = 200, seed: int = 0
) -> tuple[Verdict, ...]:
    """Try laws, each with so many examples; the same *seed* gives the same verdicts.

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
    return tuple(tried(law, accumulator, examples, seed) for law in _named(laws))


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
    return {f"test_{law.name.replace(' ', '_')}": law.test(accumulator) for law in _named(laws)}


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
    fold_many=fold_many,
    presets=tuple(partial(fold, rules=rules) for rules in (CLOSED, STRICT, STANDARD, LENIENT)),
)
"""The fold of this library, with all that a law may ask."""
