"""``run.py --simulate --fast``: the whole call, in a second or two, the same to the byte."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import run
from pipeline.catalog import load_catalog
from pipeline.memory_runtime import in_memory
from pipeline.placed_call import PlacedCall, Placing
from tests.virtual_loop import run_virtual
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import FixedScript
from transports.simulated.sids import SeededSids
from transports.simulated.voice import ToneVoice

ROOT = Path(run.__file__).parent


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def fast_call(folder: Path, config: str = "realestate") -> int:
    return run.main(["--config", config, "--simulate", "--fast", "--save", str(folder)])


def test_it_keeps_its_promises_and_is_the_same_in_every_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fast_call(tmp_path / "here") == 0
    assert fast_call(tmp_path / "again") == 0
    command = ["--config", "realestate", "--simulate", "--fast", "--save", "elsewhere"]
    elsewhere = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert (elsewhere.returncode, elsewhere.stderr) == (0, "")
    here = files_of(tmp_path / "here")
    record, recording, *rest = here
    assert (record[-5:], recording[-4:]) == (".json", ".wav")
    assert rest == ["realestate.jsonl", "realestate.wav"]
    assert files_of(tmp_path / "again") == here
    assert files_of(tmp_path / "elsewhere") == here
    shown = capsys.readouterr().out
    assert "All 13 promises kept" in shown
    first, second = shown.split(f"{tmp_path / 'here'}\n")
    assert second.startswith(first[: first.rindex("Recording")])


@pytest.mark.parametrize("config", ["minimal", "with_stock_processor"])
def test_every_call_file_keeps_its_promises(config: str, tmp_path: Path) -> None:
    assert fast_call(tmp_path, config) == 0


def test_it_needs_no_thread_and_no_port(tmp_path: Path) -> None:
    threads = threading.active_count()

    fast_call(tmp_path, "minimal")

    assert threading.active_count() == threads


def test_what_crosses_the_wires_is_the_same_each_time() -> None:
    assert run_virtual(_twiml()) == run_virtual(_twiml())
    assert run_virtual(_told_to_model()) == run_virtual(_told_to_model())


async def _twiml() -> tuple[int, str]:
    """What the webhook answers: it holds the stream's token."""
    call = PlacedCall(FixedScript([]), InstantSenses(ToneVoice()), Placing(new_sid=SeededSids()))
    async with in_memory(load_catalog("minimal"), ToneVoice())(call.peers) as gateway:
        form = [("CallSid", "CA1"), ("From", "+1555"), ("To", "+1444")]
        return await gateway.fetch("POST", gateway.incoming_call_url(), form)


async def _told_to_model() -> list[dict[str, object]]:
    """Everything but audio that the model was told: date, time and all."""
    runtime = in_memory(load_catalog("minimal"), ToneVoice())
    call = PlacedCall(FixedScript([]), InstantSenses(ToneVoice()), Placing(new_sid=SeededSids()))
    async with runtime(call.peers) as gateway:
        form = [("CallSid", "CA1"), ("From", "+1555"), ("To", "+1444")]
        await gateway.fetch("POST", gateway.incoming_call_url(), form)
    return [event for session in runtime.sessions.sessions for event in session.received]
