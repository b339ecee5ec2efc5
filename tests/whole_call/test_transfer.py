"""Whole calls that are handed to a person: each way in which it can go, warm and cold."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from pipeline.arguments import PEOPLE
from pipeline.catalog import load_catalog
from tests.virtual_loop import virtual
from tests.whole_call.harness import BYE, Held, World, hold
from tests.whole_call.test_escalation import desk, saying
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_steps import Listen, Say, StaySilent, Step
from transports.simulated.people import Doing, PersonPlan
from transports.simulated.person import HangUp
from transports.simulated.stream_facts import StreamEnd

PERSON = "+15550100099"
COLLEAGUE = "+15550100098"
WARM = f'transfer: {{to: "{PERSON}"}}'
COLD = f'transfer: {{to: "{PERSON}", kind: cold}}'
CONNECTING = "One moment, please. I'm connecting you with a colleague."
NOBODY = (
    "I'm sorry, nobody can take your call right now."
    " I'll make sure that somebody calls you back as soon as possible."
)
ASKING = saying("Can I talk to a person?")
WAITING: list[Step] = [
    Listen(),
    Say("Can I talk to a person?"),
    Listen(quiet=2.0),
    Listen(quiet=2.0, patience=60.0),
    Say(BYE),
    Listen(),
]
"""Asks for a person, and stays on the line for as long as it takes."""


def person(does: Doing) -> World:
    return World(people={PERSON: PersonPlan(does)})


def transfers(held: Held) -> list[str]:
    return [transfer["outcome"] for transfer in held.of("transfer_ended")]


@virtual
async def test_a_person_hears_what_it_is_about_and_takes_the_call(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path, WARM), WAITING, person("accepts"))

    assert held.broken == []
    assert held.heard[1].endswith(CONNECTING)
    (leg,) = held.legs
    assert leg.heard[0].startswith("A caller on our line needs a person. They asked for a person.")
    assert leg.heard[0].endswith("Press one to take the call, or hang up.")
    assert leg.status == "completed", "they talked, and hung up"
    assert transfers(held) == ["accepted"]
    assert held.stream.end is StreamEnd.REDIRECTED
    assert held.evidence.outcome.ended_by is CallEnd.TWIML
    assert held.of("call_ended")[0]["reason"] == "transferred"
    assert [entry.kind for entry in held.phone_entries if "conference" in entry.kind] == [
        "conference_joined",
        "conference_left",
    ]


OUTCOMES = {
    "declines": "declined",
    "rings_out": "no_answer",
    "machine": "machine",
    "hangs_up": "declined",
    "busy": "busy",
    "unreachable": "failed",
}


@pytest.mark.parametrize("does", OUTCOMES)
@virtual
async def test_nobody_takes_the_call_and_the_assistant_goes_on(tmp_path: Path, does: Doing) -> None:
    held = await hold(desk(tmp_path, WARM), WAITING, person(does))

    assert held.broken == []
    assert transfers(held) == [OUTCOMES[does]]
    assert len(held.evidence.outcome.streams) == 1, "the caller's leg was never touched"
    assert NOBODY in " ".join(held.heard)
    assert held.of("hangup")[0]["why"] == "goodbye heard"
    assert all(leg.status not in ("queued", "ringing", "in-progress") for leg in held.legs)
    told = " ".join(
        part.get("text", "")
        for event in held.told_model("conversation.item.create")
        for part in event["item"].get("content", ())
    )
    assert f"Nobody could take the call ({OUTCOMES[does].replace('_', ' ')})" in told


def test_every_outcome_is_played() -> None:
    assert {*OUTCOMES, "accepts"} == set(get_args(Doing)) == set(PEOPLE)


@virtual
async def test_the_next_number_is_rung_when_the_first_does_not_answer(tmp_path: Path) -> None:
    both = f'transfer: {{to: ["{PERSON}", "{COLLEAGUE}"], ring_seconds: 10}}'
    world = World(people={PERSON: PersonPlan("rings_out"), COLLEAGUE: PersonPlan("accepts")})

    held = await hold(desk(tmp_path, both), WAITING, world)

    assert [leg.status for leg in held.legs] == ["no-answer", "completed"]
    assert transfers(held) == ["accepted"]


@virtual
async def test_a_caller_who_hangs_up_does_not_leave_a_phone_ringing(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(),
        Say("Can I talk to a person?"),
        Listen(quiet=1.5),
        StaySilent(2),
        HangUp(),
    ]

    held = await hold(desk(tmp_path, WARM), script, person("rings_out"))

    assert [leg.status for leg in held.legs] == ["canceled"]
    assert transfers(held) == ["cancelled"]


@virtual
async def test_a_person_who_accepts_when_the_caller_is_gone_is_told_so(tmp_path: Path) -> None:
    late = World(people={PERSON: PersonPlan("accepts", answers_after=1.0, listens=20.0)})
    script: list[Step] = [
        Listen(),
        Say("Can I talk to a person?"),
        Listen(quiet=2.0),
        StaySilent(2),
        HangUp(),
    ]

    held = await hold(desk(tmp_path, WARM), script, late)

    assert transfers(held) == ["cancelled"]
    assert [leg.status for leg in held.legs] == ["completed"], "hung up on, while they listened"


@virtual
async def test_the_caller_may_talk_while_it_rings(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(),
        Say("Can I talk to a person?"),
        Listen(quiet=2.0),
        Say("When are you open?"),
        Listen(quiet=2.0),
        StaySilent(30),
    ]
    world = World(people={PERSON: PersonPlan("accepts", answers_after=15.0)})

    held = await hold(desk(tmp_path, WARM), script, world)

    assert held.broken == []
    assert any("from nine to six" in heard for heard in held.heard)
    assert transfers(held) == ["accepted"]


@virtual
async def test_an_offer_that_is_taken_is_a_transfer(tmp_path: Path) -> None:
    script = [*saying("I want to make a complaint.")[:-2], Say("Yes, please."), StaySilent(40)]

    held = await hold(desk(tmp_path, WARM), script, person("accepts"))

    assert [answer["taken"] for answer in held.of("offer_answered")] == [True]
    assert transfers(held) == ["accepted"]


@virtual
async def test_a_cold_transfer_dials_and_ends_the_call_with_the_talk(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path, COLD), WAITING, person("accepts"))

    assert held.broken == []
    assert held.evidence.outcome.dialled == ["completed"]
    assert len(held.evidence.outcome.streams) == 1
    assert transfers(held) == ["dialled"]
    assert held.of("call_ended")[0]["reason"] == "transferred"


@pytest.mark.parametrize(("does", "outcome"), [("busy", "busy"), ("rings_out", "no_answer")])
@virtual
async def test_a_cold_transfer_that_fails_comes_back_without_a_second_greeting(
    tmp_path: Path, does: Doing, outcome: str
) -> None:
    held = await hold(desk(tmp_path, COLD), WAITING, person(does))

    assert len(held.evidence.outcome.streams) == 2
    assert held.heard.count("Hello, how can I help you?") == 1
    assert held.heard[-1].endswith(NOBODY)
    assert held.of("hangup")[0]["why"] == "goodbye heard"
    assert transfers(held) == ["dialled", outcome]
    assert held.of("callback_promised") != []


@virtual
async def test_who_is_told_of_it(tmp_path: Path) -> None:
    rules = (
        'notify: {sms: ["+15550100097"]},'
        "rules: [{when: legal, do: [notify, callback]}, {do: callback}]"
    )

    held = await hold(desk(tmp_path, rules), saying("I want to make a complaint."))

    assert [(message["To"], message["From"]) for message in held.messages] == [
        ("+15550100097", "+15550100001"),
        ("+15550100097", "+15550100001"),
    ]
    assert "legal" in held.messages[0]["Body"]
    assert "complaint" not in held.messages[0]["Body"], "no words of the caller's"


@virtual
async def test_what_the_file_wants_is_asked_for_before_a_transfer(tmp_path: Path) -> None:
    settings = f"{WARM}, collect: [name], rules: [{{do: collect_then_transfer}}]"
    catalog = desk(tmp_path, settings)
    path = catalog.files[0].path
    checklist = "  information:\n    checklist: [{field: name, ask: What is your name?}]\n"
    summarizer = "  - {type: transcript_summarizer, every_turns: 20}\n  - {type: escalation"
    text = path.read_text().replace("  information:\n", checklist, 1)
    path.write_text(text.replace("  - {type: escalation", summarizer, 1))
    script: list[Step] = [
        Listen(),
        Say("Can I talk to a person?"),
        Listen(quiet=1.5),
        Say("My name is Dana Reyes."),
        Listen(quiet=2.0, patience=40.0),
    ]

    held = await hold(load_catalog(str(path)), script, person("accepts"))

    assert held.heard[1].endswith("What is your name?"), "not yet connected"
    assert "name: Dana Reyes" in held.legs[0].heard[0]
    assert transfers(held) == ["accepted"]
