"""Who may interrupt whom: minimum speech, protected words, no interruptions, keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.virtual_loop import run_virtual, virtual
from tests.whole_call.harness import ASK_HOURS, BYE, GREETING, HOURS, call_file, hold
from tests.whole_call.test_barge_in import cutting_in
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Say, StaySilent, Step
from transports.simulated.person import HangUp, PressDigits

DISCLOSURE = "This call is answered by a machine, and may be recorded."
ANSWER = f"{HOURS} What else can I do for you?"


def saying_into_the_answer(words: str) -> list[Step]:
    return [
        Listen(),
        Say(ASK_HOURS),
        InterruptWhenHeard(words, ms=1500),
        Listen(),
        Say(BYE),
        Listen(),
    ]


@virtual
async def test_speech_shorter_than_the_minimum_is_talked_over(tmp_path: Path) -> None:
    # The model's word that the speech is over comes half a second after it was.
    catalog = call_file(tmp_path, interruption="min_speech_ms: 900")

    held = await hold(catalog, saying_into_the_answer("Mhm."))

    assert held.broken == []
    assert held.stream.playout.clears == []
    assert held.cuts == []
    assert "".join(held.heard[1:3]) == ANSWER
    assert held.understood == [ASK_HOURS, "Mhm.", BYE]
    assert len(held.sessions[0].responder.responses) == 4  # nobody answered the "Mhm."


def test_speech_longer_than_the_minimum_interrupts_when_that_is_over(tmp_path: Path) -> None:
    usual = run_virtual(hold(call_file(tmp_path), cutting_in(1500)))
    catalog = call_file(tmp_path, interruption="min_speech_ms: 600")
    held = run_virtual(hold(catalog, cutting_in(1500)))

    assert held.broken == []
    later = held.stream.playout.clears[0].at - held.stream.started_at
    sooner = usual.stream.playout.clears[0].at - usual.stream.started_at
    assert later - sooner == pytest.approx(0.6, abs=0.001)
    assert held.cut.heard_ms == pytest.approx(usual.cut.heard_ms + 600, abs=2)


@virtual
async def test_a_protected_disclosure_is_heard_to_its_end(tmp_path: Path) -> None:
    catalog = call_file(tmp_path, agent=f"disclosure: {DISCLOSURE}")
    script: list[Step] = [
        InterruptWhenHeard("Are you open today?", ms=500),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(catalog, script)

    assert held.broken == []
    assert held.stream.playout.clears == []
    assert "".join(held.heard[:2]).startswith(DISCLOSURE + GREETING)
    assert held.understood == ["Are you open today?", BYE]
    assert held.told_model("response.cancel") == []


@virtual
async def test_a_disclosure_that_is_not_protected_is_cut(tmp_path: Path) -> None:
    catalog = call_file(
        tmp_path, agent=f"disclosure: {DISCLOSURE}", interruption="protect: [goodbye]"
    )
    script: list[Step] = [
        InterruptWhenHeard("Are you open today?", ms=500),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(catalog, script)

    assert held.broken == []
    assert held.cuts[0].heard_ms == pytest.approx(550, abs=50)


@virtual
async def test_a_protected_goodbye_is_heard_to_its_end(tmp_path: Path) -> None:
    script: list[Step] = [Listen(), Say(BYE), InterruptWhenHeard("Oh, one more thing!", ms=300)]

    held = await hold(call_file(tmp_path), script)

    assert held.broken == []
    assert held.stream.playout.clears == []


@virtual
async def test_a_goodbye_that_is_not_protected_can_be_cut_and_the_call_goes_on(
    tmp_path: Path,
) -> None:
    script: list[Step] = [
        Listen(),
        Say(BYE),
        InterruptWhenHeard("Wait, when are you open?", ms=300),
        Listen(),
        HangUp(),
    ]

    held = await hold(call_file(tmp_path, interruption="protect: []"), script)

    assert held.evidence.outcome.ended_by is CallEnd.CALLER
    assert held.cut.heard_ms == pytest.approx(350, abs=50)
    assert held.heard[2] == ANSWER


@virtual
async def test_with_interruptions_off_nothing_is_cut_and_every_turn_answered(
    tmp_path: Path,
) -> None:
    held = await hold(call_file(tmp_path, interruption="enabled: false"), cutting_in(1500))

    assert held.broken == []
    assert held.stream.playout.clears == []
    assert "".join(held.heard[1:]) == ANSWER * 2  # the second one queued behind the first
    assert held.told_model("response.cancel") == []


@virtual
async def test_keys_reach_the_model_as_words(tmp_path: Path) -> None:
    script: list[Step] = [Listen(), PressDigits("42"), Listen(), Say(BYE), Listen()]

    held = await hold(call_file(tmp_path), script)

    assert held.broken == []
    (created,) = held.told_model("conversation.item.create")[:1]
    assert created["item"]["content"][0]["text"] == "The caller pressed 4 2 on the keypad."
    assert held.heard[1] == "I see you pressed 4 2. What else can I do for you?"


@virtual
async def test_a_key_cuts_an_answer_short(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(),
        Say(ASK_HOURS),
        StaySilent(3.0),
        PressDigits("4#"),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(call_file(tmp_path), script)

    assert held.broken == []
    assert 2000 < held.cut.heard_ms < 2500
    assert "I see you pressed 4 #." in held.heard[1]
