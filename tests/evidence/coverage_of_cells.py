"""Count which cells of the tables the strategies of ``streamfold.testing`` reach.

Run it from the root of the repository::

    PYTHONPATH=.:tests python tests/evidence/coverage_of_cells.py [--examples 1000] [--seed 0]

It draws so many examples of each strategy, steps through them, and notes for each event in which phase and at which
stage it came, which parts were open or had been seen, and which rules were broken. It prints what part of the tables
was reached, names what was not, and exits with 1 if there is something that a strategy promises to reach.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from seen import CODES, COUPLINGS, LEGAL_CELLS, MESSAGE_CELLS, PART_CELLS, reached

from streamfold.rules import RULES
from streamfold.testing import strategies as s

CITATION_TYPES = {"TEXT_CONTENT", "THINKING_CONTENT", "PLAN", None}
DEVIATIONS = {("rule", code) for code, rule in RULES.items() if rule.standard < rule.strict} - {
    ("rule", "sse-name-differs")
}


def examples(strategy: st.SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """Draw *count* examples of a strategy."""
    drawn: list[Any] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(example: Any) -> None:
        drawn.append(example)

    draw()
    return drawn


def shown(name: str, wanted: Iterable[Any], found: Counter[Any]) -> bool:
    """Print how much of what is wanted was found, and give whether it was all."""
    wanted = set(wanted)
    missing = sorted(map(ascii, wanted - found.keys()))
    rarest = min((found[each] for each in wanted), default=0)
    share = 100 * (len(wanted) - len(missing)) / len(wanted)
    print(f"  {name:<42} {len(wanted) - len(missing):>3} of {len(wanted):>3}  {share:5.1f} %  rarest {rarest}x")
    print(*(f"    not: {each}" for each in missing), sep="\n", end="\n" * bool(missing))
    return not missing


def told(streams: Iterable[Any], look: Callable[[Any], Iterable[Any]]) -> Counter[Any]:
    return Counter(each for stream in streams for each in set(look(stream)))


def reasons(stream: Any) -> Iterable[Any]:
    return (event["delta"].get("finish_reason") for event in stream if event.get("type") == "message-end")


def citations(stream: Any) -> Iterable[Any]:
    starts = (event for event in stream if event.get("type") == "citation-start")
    return (event["delta"]["message"]["citations"].get("type") for event in starts)


def characters(value: Any) -> Iterable[Any]:
    if isinstance(value, str):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (character for each in inner for character in characters(each))


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--examples", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    given_ = parser.parse_args()
    whole = []

    def take(name: str, strategy: st.SearchStrategy[Any]) -> tuple[list[Any], Counter[Any]]:
        began = time.process_time()
        drawn = examples(strategy, given_.examples, given_.seed)
        seconds = time.process_time() - began
        events = sum(len(getattr(each, "events", each)) for each in drawn) / len(drawn)
        print(f"{name}: {len(drawn)} examples of {events:.1f} events, {1000 * seconds / len(drawn):.2f} ms each")
        return drawn, told(drawn, reached)

    drawn, found = take("streams(finish_reasons=FINISH_REASONS)", s.streams(finish_reasons=s.FINISH_REASONS))
    whole.append(shown("legal cells", LEGAL_CELLS, found))
    whole.append(shown("finish reasons", s.FINISH_REASONS, told(drawn, reasons)))
    whole.append(shown("citation types", CITATION_TYPES - {"THINKING_CONTENT"}, told(drawn, citations)))
    whole.append(shown("characters of the alphabet", s.ALPHABET, told(drawn, characters)))

    drawn, found = take("streams(unseen=True)", s.streams(unseen=True))
    whole.append(shown("legal cells", LEGAL_CELLS, found))
    whole.append(shown("rules that STANDARD only warns of", DEVIATIONS, found))
    whole.append(shown("citation types", CITATION_TYPES, told(drawn, citations)))

    drawn, found = take("broken_streams()", s.broken_streams())
    whole.append(shown("cells of the message", MESSAGE_CELLS, found))
    whole.append(shown("cells of the parts", PART_CELLS, found))
    whole.append(shown("joint rules, with each of their symbols", COUPLINGS, found))
    whole.append(shown("rules", CODES, found))
    return int(not all(whole))


if __name__ == "__main__":
    sys.exit(main())
