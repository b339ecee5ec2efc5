"""A few calls on two real workers that are replaced under them; ``make rolling`` does fifty."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.runtime import run_async
from tests.rolling.roll import Plan, roll
from transports.simulated.caller_steps import Listen, Say

DESK = """\
pipeline:
  - type: twilio_serializer
  - type: mulaw_passthrough
  - {type: openai_realtime, turn_detection: {type: server_vad, silence_duration_ms: 200}}
  - type: interruption
agent: {greeting: "Hello, this is the desk.", goodbye: Bye.}
"""
SCRIPT = (Listen(quiet=0.2), Say("Open?"), Listen(quiet=0.2), Say("Bye."), Listen())


@pytest.mark.timeout(300)  # five processes are started; on a busy machine that takes its time
def test_replacing_the_workers_loses_no_call(tmp_path: Path) -> None:
    config = tmp_path / "desk.yaml"
    config.write_text(DESK, encoding="utf-8")

    rolled = run_async(
        roll(Plan(config, calls=4, stagger=0.05, meanwhile_every=1, afterwards=2, script=SCRIPT))
    )

    assert rolled.live == 4
    assert rolled.lost == []
    assert len(rolled.meanwhile) >= 3
    assert rolled.exit_status == 0
