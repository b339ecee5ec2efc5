"""Pipecat's own parts in a call file, in a whole call."""

from __future__ import annotations

from pathlib import Path

from pipeline.catalog import load_catalog
from tests.pipeline.files import MINIMAL, problems
from tests.virtual_loop import virtual
from tests.whole_call.harness import ASK_HOURS, BYE, call_file, hold
from tests.whole_call.watching import Watching
from transports.simulated.caller_steps import Listen, Say, Step

TALK: list[Step] = [Listen(), Say(ASK_HOURS), Listen(), Say(BYE), Listen()]
OBSERVED = """
observers:
  - {use: "tests.whole_call.watching:Watching", with: {also: this}}
"""


@virtual
async def test_a_stock_processor_stands_in_a_call_that_keeps_its_promises() -> None:
    held = await hold(load_catalog("with_stock_processor", {}), TALK)

    assert held.broken == []


@virtual
async def test_an_observer_sees_a_calls_frames_but_not_its_audio(tmp_path: Path) -> None:
    Watching.seen.clear()

    held = await hold(call_file(tmp_path, tail=OBSERVED), TALK)

    assert held.broken == []
    assert Watching.seen["BotStartedSpeakingFrame"] > 0
    assert not [kind for kind in Watching.seen if "Pcmu" in kind]


def test_what_is_no_observer_or_does_not_fit_is_told_with_its_place(tmp_path: Path) -> None:
    text = f"{MINIMAL}observers:\n  - use: pipecat.processors.logger:FrameLogger\n"
    misfit = f"{MINIMAL}{OBSERVED.replace('also', 'other')}"

    assert problems(tmp_path, text) == [
        "8: observers[0].use: found 'pipecat.processors.logger:FrameLogger';"
        " allowed: a subclass of pipecat's BaseObserver"
    ]
    (one,) = problems(tmp_path, misfit)
    assert "Watching has no such parameter; allowed: also" in one
