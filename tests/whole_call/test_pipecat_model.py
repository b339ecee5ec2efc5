"""Stock pipecat parts from a call file, against the simulated Realtime server."""

from __future__ import annotations

from pathlib import Path

from pipeline.brain_script import script_finder
from pipeline.call_evidence import CallEvidence
from pipeline.catalog import CONFIGS, load_catalog
from pipeline.placed_call import PlacedCall, Placing
from pipeline.runtime import run_async
from pipeline.simulated_call import over_sockets
from processors.state.journal import Entry
from transports.simulated.brain import scripted
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import (
    FixedScript,
    InterruptWhenHeard,
    Listen,
    Say,
    Step,
)
from transports.simulated.model_server import SimulatedModel
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.voice import ToneVoice

SCRIPT: list[Step] = [Listen(quiet=0.2), Say("Bye."), Listen(quiet=0.2)]


class Held:
    """What a call over sockets left."""

    evidence: CallEvidence
    entries: list[Entry]
    heard: list[str]

    def of(self, kind: str) -> list[dict[str, object]]:
        return [{**one.fields, **one.private} for one in self.entries if one.kind == kind]


async def call(path: Path, script: list[Step], *, reachable: bool = True) -> Held:
    held = Held()
    held.entries = []
    model = SimulatedModel(scripted(lambda prompt: find(prompt)))
    await model.start()
    try:
        environment = {"REALTIME_URL": f"{model.url}/{'realtime' if reachable else 'nowhere'}"}
        catalog = load_catalog(str(path), environment)
        find = script_finder(catalog)
        placed = PlacedCall(
            FixedScript(script),
            InstantSenses(ToneVoice()),
            Placing(
                options=PhoneOptions(hang_up_after=20.0),
                on_call=lambda context: context.journal.listen(held.entries.append),
            ),
        )
        held.evidence = await placed.hold(over_sockets(catalog))
        held.heard = [line.text for line in placed.person.heard_lines]
    finally:
        await model.stop()
    return held


def test_a_caller_cuts_into_what_pipecats_service_says() -> None:
    script: list[Step] = [InterruptWhenHeard("Bye.", ms=700), Listen(quiet=0.2)]

    held = run_async(call(CONFIGS / "with_pipecat_model.yaml", script))

    stream = held.evidence.stream
    assert stream is not None
    assert held.of("clear")
    assert stream.playout.runs[0].ended_at - stream.playout.runs[0].started_at < 1.5
    assert held.evidence.outcome.ended_by is CallEnd.REST


def test_a_service_that_can_not_be_reached_is_told_by_the_phone_company() -> None:
    held = run_async(call(CONFIGS / "with_pipecat_model.yaml", SCRIPT, reachable=False))

    assert held.evidence.outcome.spoken == [
        "We are sorry, we can't take your call right now. Please try again in a few minutes."
    ]


def test_pipecats_own_model_service_holds_a_call() -> None:
    held = run_async(call(CONFIGS / "with_pipecat_model.yaml", SCRIPT))

    assert held.heard[0] == "Hello, how can I help you?"
    assert {one["direction"] for one in held.of("transcoding")} == {"caller", "assistant"}
    assert held.of("caller_said")[0]["text"] == "Bye."
    assert held.evidence.outcome.ended_by is CallEnd.REST
