"""Callers who say nothing, breathe, ask for a moment; and calls that last too long."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalog import Catalog, load_catalog
from tests.virtual_loop import virtual
from tests.whole_call.harness import ASK_HOURS, BYE, GREETING, Held, World, call_file, hold
from transports.simulated.brain_script import Call as ToolCall
from transports.simulated.brain_script import Say as Speech
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_steps import (
    InterruptWhenHeard,
    Listen,
    MakeNoise,
    Say,
    StaySilent,
    Step,
)
from transports.simulated.faults import ModelOptions
from transports.simulated.network import LinkOptions
from transports.simulated.person import PressDigits
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.scripted_turns import ScriptedTurn, ScriptedTurns

FIRST, SECOND, LAST = "Are you there?", "Hello, is anybody there?", "I hang up now. Goodbye."
QUIET = f"""
  reprompts: [{{after: 5, say: "{FIRST}"}}, {{after: 4, say: "{SECOND}"}}]
  goodbye: {{after: 3, say: "{LAST}"}}
  wait: 20
"""


def desk(folder: Path, settings: str = QUIET, tools: str = "") -> Catalog:
    """The test desk, with ``silence`` in its pipeline."""
    call_file(folder, tail=f"tools: [{tools}]\n" if tools else "")
    path = folder / "desk.yaml"
    text = path.read_text(encoding="utf-8")
    entry = "  - type: silence\n" + "".join(f"  {line}\n" for line in settings.splitlines() if line)
    path.write_text(text.replace("agent:\n", f"{entry}agent:\n", 1), encoding="utf-8")
    return load_catalog(str(path))


def said(held: Held) -> list[str]:
    """What the assistant said; that all of a goodbye was heard is one of the promises."""
    return [one["text"] for one in held.of("assistant_said")]


def quiet_before(held: Held, text: str) -> float:
    """Seconds between the end of what the caller heard before some words, and their beginning."""
    lines = held.caller.heard_lines
    at = next(place for place, line in enumerate(lines) if line.text == text)
    return lines[at].started_at - lines[at - 1].ended_at


@virtual
async def test_a_caller_who_never_speaks_is_asked_twice_and_given_up(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path), [Listen(), Listen(), Listen(), Listen()])

    assert held.broken == []
    assert said(held) == [GREETING, FIRST, SECOND, LAST]
    assert quiet_before(held, FIRST) == pytest.approx(5.0, abs=0.4)
    assert quiet_before(held, SECOND) == pytest.approx(4.0, abs=0.4)
    gave_up_at, heard_at = held.at("caller_silent")[-1], held.at("assistant_heard")[-2]
    assert gave_up_at - heard_at == pytest.approx(3.0, abs=0.01)
    assert held.evidence.outcome.ended_by is CallEnd.REST
    assert held.of("call_ended")[0]["reason"] == "caller_silent"


@virtual
async def test_time_is_counted_from_what_was_heard_and_not_from_what_was_sent(
    tmp_path: Path,
) -> None:
    # The model makes the answer, which plays for six seconds, at once; its last word is heard
    # with a delay of 0.4 s there and 0.4 s back.
    way = LinkOptions(delay=0.4)
    world = World(phone=PhoneOptions(down=way, up=way), model=ModelOptions(speed_up=0))

    held = await hold(desk(tmp_path), [Listen(), Say(ASK_HOURS), Listen(), Listen()], world)

    assert held.heard[2] == FIRST
    assert quiet_before(held, FIRST) == pytest.approx(5.0 + 0.4 + 0.4, abs=0.4)


@pytest.mark.parametrize(
    "answer",
    [Say("Yes, I am here. Give me time to think."), PressDigits("5")],
    ids=["in words", "by a key"],
)
@virtual
async def test_a_caller_who_answers_is_asked_from_the_start_next_time(
    tmp_path: Path, answer: Step
) -> None:
    script = [Listen(), Listen(), answer, Listen(), Listen(), Say(BYE), Listen()]

    held = await hold(desk(tmp_path), script)

    assert held.broken == []
    assert [one["number"] for one in held.of("caller_silent")] == [1, 1]


@virtual
async def test_breathing_and_comfort_noise_are_silence(tmp_path: Path) -> None:
    # Below what the model's ear takes for speech: nothing at all happens because of it.
    pauses: list[Step] = [MakeNoise(1.0, -50.0), StaySilent(0.5)]
    script = [Listen(), *pauses * 12]

    held = await hold(desk(tmp_path), script)

    assert held.evidence.outcome.ended_by is CallEnd.REST
    assert held.of("call_ended")[0]["reason"] == "caller_silent"
    assert held.of("caller_speech_started") == []


@virtual
async def test_coughs_that_the_model_answers_put_the_end_off_but_not_for_ever(
    tmp_path: Path,
) -> None:
    coughs: list[Step] = [MakeNoise(0.3), StaySilent(3.5)]
    script = [Listen(), *coughs * 60]

    held = await hold(desk(tmp_path), script)

    assert held.of("caller_speech_started")
    assert held.of("call_ended")[0]["reason"] == "caller_silent"
    assert [one["number"] for one in held.of("caller_silent")] == [1, 2, 3]
    assert held.stream.ended_at is not None
    assert held.stream.ended_at - held.stream.started_at < 60


@virtual
async def test_nobody_is_asked_while_a_tool_runs(tmp_path: Path) -> None:
    tool = '{use: "tests.whole_call.desk_tools:stuck_lift", timeout: 12}'
    script: list[Step] = [
        Listen(),
        Say("Could you please call the lift?"),
        Listen(),
        Listen(patience=20),
        Say(BYE),
        Listen(),
    ]

    held = await hold(desk(tmp_path, tools=tool), script)

    assert held.broken == []
    assert held.of("tool_ended")[0]["ms"] == 12000
    assert held.of("caller_silent") == []


@virtual
async def test_a_caller_who_asks_for_a_moment_is_left_alone(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(),
        Say("Hold on a second, please."),
        StaySilent(15),
        Say(ASK_HOURS),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(desk(tmp_path, tools="wait_for_caller"), script)

    assert held.broken == []
    assert held.of("tool_started")[0]["name"] == "wait_for_caller"
    assert held.of("caller_silent") == []
    assert held.heard[1].startswith("We are open")  # and nothing was said in between


@virtual
async def test_a_moment_does_not_last_for_ever(tmp_path: Path) -> None:
    held = await hold(
        desk(tmp_path, tools="wait_for_caller"),
        [Listen(), Say("Hold on a second, please."), Listen(patience=30), Say(BYE), Listen()],
    )

    assert held.broken == []
    waited = held.at("caller_silent")[0] - held.at("tool_ended")[0]
    assert waited == pytest.approx(20.0, abs=0.05)
    assert held.heard[1] == FIRST


@virtual
async def test_a_call_that_lasts_too_long_is_warned_and_ended(tmp_path: Path) -> None:
    settings = """
  max_duration: 30
  warning: {before: 12, say: "I have one more minute."}
  max_duration_goodbye: "Our time is over. Goodbye."
"""
    questions: list[Step] = [Say(ASK_HOURS), Listen()]
    script = [Listen(), *questions * 6]

    held = await hold(desk(tmp_path, settings), script)

    assert held.broken == []
    assert any("I have one more minute." in heard for heard in held.heard)
    assert said(held)[-1] == "Our time is over. Goodbye."
    assert held.at("duration_warning")[0] == pytest.approx(18.0, abs=0.05)
    assert held.of("call_ended")[0]["reason"] == "max_duration"


def scripted(*turns: ScriptedTurn) -> World:
    return World(model=ModelOptions(turns=ScriptedTurns(turns)))


@virtual
async def test_a_goodbye_without_end_call_ends_the_call(tmp_path: Path) -> None:
    world = scripted(ScriptedTurn((Speech("It was a pleasure. Goodbye!"),), on="Thank you"))

    held = await hold(call_file(tmp_path), [Listen(), Say("Thank you."), Listen()], world)

    assert held.heard[-1] == "It was a pleasure. Goodbye!"
    assert held.evidence.outcome.ended_by is CallEnd.REST
    assert held.of("hangup") == [{"reason": "goodbye_said", "why": "nobody went on"}]
    heard_at = held.at("assistant_heard")[-1]
    assert held.at("hangup")[0] - heard_at == pytest.approx(4.0, abs=0.05)


@virtual
async def test_a_caller_who_goes_on_after_a_goodbye_keeps_the_call(tmp_path: Path) -> None:
    world = scripted(ScriptedTurn((Speech("It was a pleasure. Goodbye!"),), on="Thank you"))
    script: list[Step] = [
        Listen(),
        Say("Thank you."),
        Listen(),
        Say(ASK_HOURS),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(call_file(tmp_path), script, world)

    assert held.broken == []
    assert held.heard[2].startswith("We are open")


@virtual
async def test_end_call_after_a_goodbye_says_no_second_one(tmp_path: Path) -> None:
    outputs = (
        Speech("Thanks for your call, goodbye!"),
        ToolCall("end_call", {"reason": "the caller is done"}),
    )

    held = await hold(
        call_file(tmp_path),
        [Listen(), Say("Thank you."), Listen()],
        scripted(ScriptedTurn(outputs, on="Thank you")),
    )

    assert said(held) == [GREETING, "Thanks for your call, goodbye!"]
    assert held.broken == []
    assert held.of("hangup") == [{"reason": "the caller is done", "why": "goodbye heard"}]
    assert held.evidence.outcome.ended_by is CallEnd.REST


@virtual
async def test_end_call_without_a_goodbye_says_the_one_of_the_file(tmp_path: Path) -> None:
    outputs = (Speech("All right."), ToolCall("end_call", {"reason": "the caller is done"}))

    held = await hold(
        call_file(tmp_path),
        [Listen(), Say("Thank you."), Listen()],
        scripted(ScriptedTurn(outputs, on="Thank you")),
    )

    assert said(held) == [GREETING, "All right.", "Thank you for calling. Goodbye."]
    assert held.broken == []
    assert held.of("hangup")[0]["why"] == "goodbye heard"


@virtual
async def test_a_reprompt_gives_way_to_a_caller_who_speaks_just_then(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(),
        StaySilent(4.25),
        Say(ASK_HOURS),
        Listen(),
        InterruptWhenHeard("", ms=1),
        Say(BYE),
        Listen(),
    ]

    held = await hold(desk(tmp_path), script)

    assert not any(FIRST in heard for heard in held.heard[:2])
