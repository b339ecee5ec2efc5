"""Many more calls than ``make test`` tries: ``python -m tests.proof --examples 5000``.

Prints how many calls were placed and how much of a call they were; on the first broken promise the
smallest call that breaks it, to be put into ``known_calls.py``.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from loguru import logger

from tests.proof.call import Evidence, place
from tests.proof.limits import CUT_TOLERANCE_MS, limits
from tests.proof.promises import broken_promises
from tests.proof.scenario import Scenario
from tests.proof.strategies import ANYWHERE
from tests.proof.truth import Truth
from transports.simulated.virtual_loop import run_virtual


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--examples", type=int, default=1000, help="how many calls")
    parser.add_argument("--seed", type=int, default=0, help="which calls")
    options = parser.parse_args()
    logger.remove()
    counted: Counter[str] = Counter()
    by_line: dict[str, list[float]] = {}
    began_at = time.perf_counter()

    @seed(options.seed)
    @settings(
        max_examples=options.examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(ANYWHERE)
    def any_call(scenario: Scenario) -> None:
        evidence = run_virtual(place(scenario))
        truth = Truth(evidence)
        _count(truth, evidence, counted)
        _errors(truth, by_line)
        assert broken_promises(evidence) == []

    any_call()
    took = time.perf_counter() - began_at
    figures = ", ".join(f"{count:,} {what}" for what, count in counted.items())
    print(f"Every promise kept: {figures}; in {took:.0f} s")  # noqa: T201  a command's answer
    for line, errors in sorted(by_line.items()):
        exact = sum(abs(error) <= CUT_TOLERANCE_MS for error in errors)
        print(  # noqa: T201  the same
            f"  {line}: {len(errors)} cuts, {exact} within {CUT_TOLERANCE_MS:.0f} ms,"
            f" off by {min(errors):.1f} to {max(errors):.1f} ms"
        )


def _errors(truth: Truth, by_line: dict[str, list[float]]) -> None:
    for told in truth.told:
        item = truth.items.get(told.item_id)
        if item is not None and told.words is None:
            error_ms = told.heard_ms - truth.heard_ms(item)
            by_line.setdefault(limits(truth, told).line, []).append(error_ms)


def _count(truth: Truth, evidence: Evidence, counted: Counter[str]) -> None:
    phone = evidence.phone
    counted["calls"] += 1
    counted["seconds of call"] += round((phone.ended_at or phone.started_at) - phone.started_at)
    counted["items spoken"] += len(truth.items)
    counted["clears"] += len(truth.clears)
    counted["cuts told"] += len(truth.told)
    counted["sessions with the model"] += len(evidence.sessions)


if __name__ == "__main__":
    main()
