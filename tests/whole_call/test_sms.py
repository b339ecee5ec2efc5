"""The assistant sends the caller a text message."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.placed_call import CALLED, CALLER
from tests.virtual_loop import virtual
from tests.whole_call.harness import BYE, World, call_file, hold
from transports.simulated.brain_script import Call
from transports.simulated.caller_steps import Listen, Say, Step
from transports.simulated.faults import ModelOptions
from transports.simulated.scripted_turns import ScriptedTurn, ScriptedTurns
from transports.simulated.twilio_rest import Fault

SCRIPT: list[Step] = [Listen(), Say("Yes, text it to me."), Listen(), Say(BYE), Listen()]


@pytest.mark.parametrize("fault", [None, Fault(400)], ids=["taken", "refused"])
@virtual
async def test_message_goes_to_the_caller(tmp_path: Path, fault: Fault | None) -> None:
    turns = ScriptedTurns(
        [ScriptedTurn((Call("send_sms", {"text": "12 Elm Street."}),), on="text it")]
    )
    world = World(model=ModelOptions(turns=turns), rest_faults=(fault,) if fault else ())

    held = await hold(call_file(tmp_path, tail="tools: [send_sms]\n"), SCRIPT, world)

    assert held.broken == []
    message = held.rest[0]
    assert message.form == {"To": CALLER, "From": CALLED, "Body": "12 Elm Street."}
    assert message.status == (400 if fault else 201)
    assert held.of("tool_ended")[0]["ok"] is (fault is None)
