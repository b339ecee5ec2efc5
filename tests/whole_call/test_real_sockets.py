"""The same calls over real sockets, in real time, kept as short as words can be."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from pipeline.call_evidence import CallEvidence
from pipeline.placed_call import PlacedCall, Placing
from pipeline.promises import check_promises
from pipeline.runtime import run_async, spare_the_collector
from pipeline.simulated_call import over_sockets
from tests.whole_call.harness import call_file
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import FixedScript, InterruptWhenHeard, Listen, Say, Step
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.voice import ToneVoice

QUICK = "turn_detection: {type: server_vad, silence_duration_ms: 200}"


def over_the_network(
    folder: Path, script: list[Step], options: PhoneOptions | None = None
) -> CallEvidence:
    catalog = call_file(folder, model=QUICK, greeting="Hi.", goodbye="Bye.")

    async def call() -> CallEvidence:
        placing = Placing(options=options or PhoneOptions())
        placed = PlacedCall(FixedScript(script), InstantSenses(ToneVoice()), placing)
        return await placed.hold(over_sockets(catalog))

    # A full pass of the collector over what thousands of other tests left takes longer than any cut
    # may be off. Who serves calls keeps the collector from what lives longer, too.
    spare_the_collector()
    try:
        return run_async(call())
    finally:
        gc.unfreeze()


def broken(evidence: CallEvidence) -> list[str]:
    return [f"{one.text}: {one.detail}" for one in check_promises(evidence) if not one.kept]


def test_a_call_from_webhook_to_hang_up(tmp_path: Path) -> None:
    evidence = over_the_network(tmp_path, [Listen(quiet=0.1), Say("Bye.")])

    assert broken(evidence) == []


def test_an_answer_that_is_cut_short(tmp_path: Path) -> None:
    script: list[Step] = [
        Listen(quiet=0.1),
        Say("Open?"),
        InterruptWhenHeard("Bye.", ms=300),
    ]

    evidence = over_the_network(tmp_path, script)

    assert broken(evidence) == []
    (cut,) = evidence.cuts()
    assert cut.heard_ms == pytest.approx(370, abs=70)


def test_a_line_that_dies(tmp_path: Path) -> None:
    options = PhoneOptions(hang_up_after=0.4, sends_stop=False)

    evidence = over_the_network(tmp_path, [], options)

    assert evidence.outcome.ended_by is CallEnd.CALLER
    assert evidence.model.closed
    assert evidence.tasks_left == []
