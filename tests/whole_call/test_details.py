"""What the caller answered is checked, saved, and in the record."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.catalog import Catalog, load_catalog
from tests.virtual_loop import virtual
from tests.whole_call.harness import BYE, Held, World, call_file, hold
from transports.simulated.brain_script import Call
from transports.simulated.brain_script import Say as Speech
from transports.simulated.caller_steps import Listen, Say, Step
from transports.simulated.faults import ModelOptions
from transports.simulated.scripted_turns import ScriptedTurn, ScriptedTurns

CHECKLIST = """\
    checklist:
      - {field: name, ask: What is your name?, confirm: true}
      - {field: phone, ask: What is your number?, type: phone, confirm: true}
"""


def desk(folder: Path, tools: str) -> Catalog:
    tail = f"timezone: America/New_York\nhours: {{mon_fri: 09:00-17:00}}\ntools: [{tools}]\n"
    call_file(folder)
    path = folder / "desk.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("    facts:", f"{CHECKLIST}    facts:")
    text = text.replace("agent:\n", "  - type: transcript_summarizer\nagent:\n", 1)
    path.write_text(text + tail, encoding="utf-8")
    return load_catalog(str(path))


def outputs(held: Held) -> list[dict[str, object]]:
    """What the model was told by tools, but ``end_call``."""
    told = [
        event["item"]["output"]
        for event in held.told_model("conversation.item.create")
        if event["item"]["type"] == "function_call_output"
    ]
    return [json.loads(output) for output in told if output.startswith("{")]


@virtual
async def test_answers_are_saved_and_doubts_come_back(tmp_path: Path) -> None:
    turns = ScriptedTurns(
        [
            ScriptedTurn(
                (Call("save_details", {"name": "Jo Smith", "phone": "555 01"}),), on="Jo Smith"
            ),
            ScriptedTurn((Speech("And the number once more?"),), after="save_details"),
            ScriptedTurn(
                (Call("save_details", {"phone": "212 555 0142", "confirmed": ["name", "phone"]}),),
                on="two one two",
            ),
            ScriptedTurn((Speech("Thank you, I have it."),), after="save_details"),
        ]
    )
    script: list[Step] = [
        Listen(),
        Say("Jo Smith, five five five oh one."),
        Listen(),
        Say("Sorry, two one two five five five oh one four two."),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(
        desk(tmp_path, "save_details"), script, World(model=ModelOptions(turns=turns))
    )

    assert held.broken == []
    first, second = outputs(held)
    assert first["saved"] == {"name": "Jo Smith"}
    assert first["still missing"] == ["phone"]
    assert list(first["not saved, so ask again"]) == ["phone"]  # type: ignore[call-overload]  # JSON
    assert second == {"saved": {"phone": "+12125550142"}}
    written = held.of("memory")[-1]
    assert written["reason"] == "end"  # and what was checked went before what was written then
    assert written["memory"]["fields"] == {
        "name": {"value": "Jo Smith", "confirmed": True},
        "phone": {"value": "+12125550142", "confirmed": True},
    }


@virtual
async def test_the_model_looks_up_the_hours(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(),
        Say("Can you tell me your business hours?"),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(desk(tmp_path, "business_hours"), script)

    assert held.broken == []
    (told,) = outputs(held)
    assert told["open"] is True
    assert told["closes"] == "Monday 2026-01-05 17:00"
    assert "We are open now, until 5 PM." in held.heard[1]
