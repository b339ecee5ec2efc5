"""Any call, whatever peers, caller and network do; ``python -m tests.proof`` tries many more.

What each of them found once stands in ``known_calls.py``, and is tried first.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.proof.call import place
from tests.proof.known_calls import KNOWN
from tests.proof.promises import broken_promises
from tests.proof.scenario import Scenario
from tests.proof.strategies import ON_A_BUSY_MACHINE, ON_AN_EVEN_LINE, scenarios
from transports.simulated.virtual_loop import run_virtual

EXAMPLES = 40

whole_calls = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    # ``python -m tests.proof`` finds the smallest call that breaks one.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("scenario", KNOWN.values(), ids=KNOWN)
def test_a_call_that_once_broke_a_promise(scenario: Scenario) -> None:
    assert broken_promises(run_virtual(place(scenario))) == []


@pytest.mark.timeout(300)  # many calls: slow only where others use the machine, too
@whole_calls
@given(ON_AN_EVEN_LINE)
def test_any_call_on_an_even_line(scenario: Scenario) -> None:
    assert broken_promises(run_virtual(place(scenario))) == []


@pytest.mark.timeout(300)  # many calls: slow only where others use the machine, too
@whole_calls
@given(ON_A_BUSY_MACHINE)
def test_any_call_on_a_busy_machine(scenario: Scenario) -> None:
    assert broken_promises(run_virtual(place(scenario))) == []


@pytest.mark.timeout(300)  # many calls: slow only where others use the machine, too
@whole_calls
@given(scenarios())
def test_any_call_on_any_line(scenario: Scenario) -> None:
    assert broken_promises(run_virtual(place(scenario))) == []
