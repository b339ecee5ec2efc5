from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.catalog import load_catalog
from pipeline.config import Loaded
from pipeline.simulate import (
    EXIT_BROKEN,
    EXIT_KEPT,
    Simulation,
    in_tones,
    questions_of,
    simulate,
    stages_of,
)
from tests.pipeline.stand_in_runtime import Fault, StandInRuntime
from tests.transports.simulated.letter_voice import LetterVoice
from tests.virtual_loop import virtual
from transports.simulated.caller_steps import FixedScript, Listen, Say
from transports.simulated.speakers import Player


class Voice(LetterVoice):
    def chars_audible(self, text: str, ms: float) -> int:
        return min(len(text), int(ms / 20))


@pytest.fixture
def loaded() -> Loaded:
    return load_catalog("minimal").files[0]


async def placed(
    loaded: Loaded, fault: Fault = "", save: Path | None = None, play: Player | None = None
) -> tuple[int, str]:
    output = io.StringIO()
    status = await simulate(
        loaded,
        StandInRuntime(fault),
        in_tones(Voice()),
        Simulation(
            save=save,
            play=play,
            console=Console(file=output, width=100),
            script=FixedScript([Listen(quiet=0.1), Say("bye!")]),
        ),
    )
    return status, output.getvalue()


@virtual
async def test_a_call_that_keeps_every_promise_is_shown_and_gives_status_0(loaded: Loaded) -> None:
    status, shown = await placed(loaded)

    assert status == EXIT_KEPT
    assert "minimal.yaml, +15550100042 calls" in shown
    assert "audio visits: twilio_serializer in, mulaw_passthrough in, openai_realtime" in shown
    assert "assistant  Welcome.  (heard, 160 ms)" in shown
    assert "caller     bye!" in shown
    assert "assistant  So long.  (heard, 160 ms)" in shown
    assert "stream over: completed by rest" in shown
    assert "All 13 promises kept" in shown


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("refuses", "The call was connected"),
        ("hangs_up_early", "The goodbye was heard before the hang-up"),
        ("leaves_model_open", "Both sockets are closed"),
    ],
)
@virtual
async def test_a_broken_promise_is_named_and_gives_status_1(
    loaded: Loaded, fault: Fault, broken: str
) -> None:
    status, shown = await placed(loaded, fault)

    assert status == EXIT_BROKEN
    assert f"BROKEN  {broken}" in shown


@virtual
async def test_recording_and_event_log_are_kept_on_demand(loaded: Loaded, tmp_path: Path) -> None:
    folder = tmp_path / "calls"

    status, shown = await placed(loaded, save=folder)

    assert status == EXIT_KEPT
    assert f"Recording and event log: {folder}" in shown
    audio = (folder / "minimal.wav").read_bytes()[58:]
    assert audio[1::2].strip(b"\xff").startswith(b"W" * 100)
    assert b"!" * 160 in audio[0::2]
    lines = [json.loads(line) for line in (folder / "minimal.jsonl").read_text().splitlines()]
    assert {line["source"] for line in lines} == {"phone", "call"}
    kinds = [line["kind"] for line in lines]
    assert kinds[0] == "webhook_answered"
    assert {"caller_heard", "caller_speaks", "mark_returned", "call_ended"} <= set(kinds)
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


@virtual
async def test_a_call_is_played_while_it_is_kept(loaded: Loaded, tmp_path: Path) -> None:
    played = tmp_path / "played"
    copy = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"

    await placed(loaded, save=tmp_path, play=(sys.executable, "-S", "-c", copy, str(played)))

    audio = (tmp_path / "minimal.wav").read_bytes()[58:]
    assert len(audio) > 4000
    assert audio == played.read_bytes()


@virtual
async def test_a_runtime_that_does_not_end_is_waited_for_a_while(loaded: Loaded) -> None:
    _, shown = await placed(loaded, "never_ends")

    assert "the runtime did not end its side of the call" in shown


def test_questions_and_stages_come_from_the_call_file() -> None:
    loaded = load_catalog("realestate").files[0]

    questions, stages = questions_of(loaded), stages_of(loaded)

    checklist = loaded.call.agent.information.checklist
    assert [question.ask for question in questions] == [item.ask for item in checklist]
    assert stages[0].name == "twilio_serializer in"
    assert stages[-1].name == "twilio_serializer out"
    assert [stage.audio for stage in stages if stage.name == "interruption"] == [False]
