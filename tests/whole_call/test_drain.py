"""A server that is told to stop in mid call: first the call's own end, then a goodbye."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.virtual_loop import virtual
from tests.whole_call.harness import ASK_HOURS, BYE, GREETING, HOURS, Held, World, call_file, hold
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_steps import Listen, Say, Step
from transports.simulated.faults import Faults, ModelOptions

TALK: list[Step] = [Listen(), Say(ASK_HOURS), Listen(), Say(BYE), Listen()]
STAYS: list[Step] = [Listen(), Say(ASK_HOURS), Listen(), Listen(quiet=120)]

LAST = "drain_goodbye: We must stop now. Goodbye.\n"


def said(held: Held) -> list[str]:
    return [str(entry["text"]) for entry in held.of("assistant_said")]


@virtual
async def test_a_call_that_ends_in_time_does_not_notice(tmp_path: Path) -> None:
    held = await hold(call_file(tmp_path), TALK, World(stops_at=[5.0], drain_seconds=60))

    assert held.broken == []
    assert said(held)[-1] == "Thank you for calling. Goodbye."
    assert held.of("hangup")[0]["reason"] != "server_drained"


@virtual
async def test_a_call_that_takes_long_is_ended_with_a_goodbye_that_is_heard(
    tmp_path: Path,
) -> None:
    catalog = call_file(tmp_path, tail=LAST)

    held = await hold(catalog, STAYS, World(stops_at=[5.0], drain_seconds=20))

    assert held.broken == []
    assert said(held)[0] == GREETING
    assert said(held)[-1] == "We must stop now. Goodbye."
    assert held.of("hangup")[0] == {"reason": "server_drained", "why": "goodbye heard"}
    assert held.at("hangup")[0] == pytest.approx(28, abs=3)
    assert held.of("call_ended")[0]["reason"] == "server_drained"
    assert held.evidence.outcome.ended_by is CallEnd.REST


@virtual
async def test_a_second_request_hurries(tmp_path: Path) -> None:
    catalog = call_file(tmp_path, tail=LAST)

    held = await hold(catalog, STAYS, World(stops_at=[5.0, 20.0], drain_seconds=300))

    assert said(held)[-1] == "We must stop now. Goodbye."
    assert held.at("hangup")[0] < 26


@virtual
async def test_in_mid_answer_the_answer_is_finished_first(tmp_path: Path) -> None:
    catalog = call_file(tmp_path, tail=LAST)

    held = await hold(catalog, STAYS, World(stops_at=[9.0], drain_seconds=0))

    assert held.broken == []
    assert held.cuts == []
    assert said(held)[-2].startswith(HOURS)
    assert said(held)[-1] == "We must stop now. Goodbye."


@virtual
async def test_twilio_says_it_where_the_model_is_gone(tmp_path: Path) -> None:
    catalog = call_file(tmp_path, tail=LAST)
    gone = ModelOptions(faults=Faults(drop_after=24.0))

    held = await hold(
        catalog, STAYS, World(model=gone, dial_takes=60, stops_at=[25.0], drain_seconds=0)
    )

    assert held.evidence.outcome.spoken == ["We must stop now. Goodbye."]
    assert held.of("hangup") == [{"reason": "server_drained", "why": "goodbye by Twilio"}]
