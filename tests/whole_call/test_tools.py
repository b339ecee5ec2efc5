"""The model calls tools: beside the audio, in parallel, and one answer after all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalog import Catalog
from tests.virtual_loop import virtual
from tests.whole_call.harness import BYE, Held, call_file, hold
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Say, StaySilent, Step
from transports.simulated.person import HangUp

MOMENT = "One moment, please."


def desk(folder: Path, *names: str, timeout: float = 20.0) -> Catalog:
    tools = "".join(
        f'  - {{use: "tests.whole_call.desk_tools:{name}", timeout: {timeout}}}\n' for name in names
    )
    return call_file(folder, tail=f"tools:\n{tools}")


def asking(words: str) -> list[Step]:
    return [Listen(), Say(words), Listen(quiet=4.0), Say(BYE), Listen()]


def outputs(held: Held) -> list[str]:
    return [
        event["item"]["output"]
        for event in held.told_model("conversation.item.create")
        if event["item"]["type"] == "function_call_output"
    ]


@virtual
async def test_a_tools_answer_is_heard(tmp_path: Path) -> None:
    held = await hold(
        desk(tmp_path, "listing_price"), asking("Can you tell me the price of the listing?")
    )

    assert held.broken == []
    assert held.heard[1].startswith(f"{MOMENT}The listing costs ninety thousand.")


@pytest.mark.parametrize("after_ms", [1000, 1600])
@virtual
async def test_an_answer_queued_behind_another(tmp_path: Path, after_ms: float) -> None:
    # "One moment, please." is 1254 ms; the tool returns at once, so its answer waits behind that.
    script: list[Step] = [
        Listen(),
        Say("Can you tell me the price of the listing?"),
        InterruptWhenHeard("Oh, forget it.", ms=after_ms),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(desk(tmp_path, "listing_price"), script)

    assert held.broken == []
    if after_ms < 1254:
        first, second = held.cuts
        assert first.heard_ms == pytest.approx(after_ms + 50, abs=20)
        assert (second.heard_ms, second.believed_ms) == (0.0, 0)
    else:
        assert held.cut.heard_ms == pytest.approx(after_ms + 50 - 1254, abs=20)


@virtual
async def test_tools_run_in_parallel_and_are_answered_once(tmp_path: Path) -> None:
    held = await hold(
        desk(tmp_path, "coffee_menu", "calendar_slot", "weather_report"),
        asking("Could you tell me the coffee menu, the calendar slot and the weather report?"),
    )

    assert held.broken == []
    assert len(held.of("tool_started")) == 4  # the fourth ends the call
    started, ended = held.at("tool_started")[:3], held.at("tool_ended")[:3]
    assert max(started) - min(started) < 0.5
    assert max(ended) - min(started) < 3.5  # seconds: 1, 2 and 3, side by side
    assert len(outputs(held)) == 4
    asked = [r for r in held.told_model("response.create") if "input" not in r["response"]]
    assert len(asked) == 1
    for part in ("filter coffee", "free on Monday", "weather is fine"):
        assert part in " ".join(held.heard)


@virtual
async def test_the_caller_can_speak_while_a_tool_runs(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(),
        Say("Could you tell me the weather report?"),
        StaySilent(2.5),
        Say("Are you still looking?"),
        Listen(quiet=4.0),
        Say(BYE),
        Listen(),
    ]

    held = await hold(desk(tmp_path, "weather_report"), script)

    assert held.broken == []
    assert held.understood[1] == "Are you still looking?"
    assert len(outputs(held)) == 2


@virtual
async def test_a_tool_that_fails_is_told_to_the_model_and_the_call_goes_on(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path, "broken_printer"), asking("Could you start the printer?"))

    assert held.broken == []
    assert held.of("tool_ended")[0]["ok"] is False
    assert "RuntimeError" not in " ".join(outputs(held))


@virtual
async def test_a_tool_that_never_returns_is_given_up(tmp_path: Path) -> None:
    held = await hold(
        desk(tmp_path, "stuck_lift", timeout=3.0), asking("Could you please call the lift?")
    )

    assert held.broken == []
    assert held.of("tool_ended")[0]["ms"] == 3000


@virtual
async def test_the_caller_hangs_up_while_a_tool_runs(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(),
        Say("Could you please call the lift?"),
        StaySilent(3.0),
        HangUp(),
    ]

    held = await hold(desk(tmp_path, "stuck_lift"), script)

    assert held.evidence.tasks_left == []
    assert held.evidence.model.closed
    assert held.of("call_ended")[0]["reason"] == "stream_stopped"
