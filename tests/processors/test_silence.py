"""A silent caller, in a pipeline."""

from __future__ import annotations

import asyncio

import pytest
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import Frame, InputDTMFFrame, TranscriptionFrame

from processors.audio_frames import ModelAudioFrame
from processors.configs import SilenceConfig
from processors.context import Speech
from processors.escalation_frames import TransferStateFrame
from processors.frames import (
    CallerSpeechStartedFrame,
    CallerSpeechStoppedFrame,
    CallerTurnCommittedFrame,
    CallInterruptionFrame,
    EndCallFrame,
    PlaybackEndFrame,
    ResponseEndedFrame,
    ResponseRequestFrame,
    ResponseStartedFrame,
)
from processors.silence import holds_words
from processors.silence_frames import CallerSilentFrame, WaitForCallerFrame
from processors.tool_frames import ToolEndedFrame, ToolFailedFrame, ToolStartedFrame
from processors.turn_frames import CallerNotTranscribedFrame, CallerTranscriptionFrame
from tests.processors.stage import Call, Stage, on_stage
from tests.virtual_loop import virtual

UP = ModelAudioFrame("audio/pcmu", "audio/pcmu")
CONFIG = SilenceConfig.model_validate(
    {
        "type": "silence",
        "reprompts": [{"after": 0.004, "say": "Are you there?"}],
        "goodbye": {"after": 0.004, "say": "Goodbye."},
        "wait": 0.01,
    }
)


async def hears(call: Call, stage: Stage, item_id: str = "answer") -> None:
    """The assistant says something, and the caller hears it to its end."""
    await stage.down(ResponseStartedFrame(response_id=f"r-{item_id}"))
    marks = [call.playback.audio_sent(item_id, 0, 200.0, call.clock())]
    marks.append(call.playback.audio_ended(item_id, 0, call.clock()))
    await stage.down(ResponseEndedFrame(response_id=f"r-{item_id}"))
    for mark in marks:
        if mark:
            call.playback.mark_received(mark, call.clock())
    await stage.up(PlaybackEndFrame(item_id))


async def passes(call: Call, stage: Stage, seconds: float) -> None:
    """Time passes on the call's clock, and a timer's on the loop's."""
    call.clock.now += seconds
    await asyncio.sleep(seconds + 0.003)
    await stage.settle()


@virtual
async def test_silent_caller_is_asked_and_then_given_up() -> None:
    call = Call()
    async with on_stage(CONFIG.build(call.context)) as stage:
        await stage.down(UP)
        await hears(call, stage)
        await passes(call, stage, 0.0045)
        (asked,) = stage.top.of(ResponseRequestFrame)
        assert (asked.purpose, asked.exact_words) == ("reprompt", "Are you there?")
        await hears(call, stage, "question")
        assert stage.bottom.of(EndCallFrame) == []

        await passes(call, stage, 0.0045)

        _, goodbye = stage.top.of(ResponseRequestFrame)
        assert (goodbye.purpose, goodbye.exact_words) == ("goodbye", "Goodbye.")
        assert [end.reason for end in stage.bottom.of(EndCallFrame)] == ["caller_silent"]
        told = [(one.number, one.gives_up) for one in stage.bottom.of(CallerSilentFrame)]
        assert told == [(1, False), (2, True)]
        assert call.journal("caller_silent")[0] == {"number": 1, "gives_up": False}


TURN: list[Frame] = [
    CallerSpeechStartedFrame(item_id="u"),
    CallerSpeechStoppedFrame(item_id="u"),
    CallerTurnCommittedFrame(item_id="u"),
]


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([ToolStartedFrame("look_up", "c")], id="a tool runs"),
        pytest.param([TransferStateFrame(True)], id="a person is called"),
        pytest.param([ModelAudioFrame()], id="no model is there"),
        pytest.param([WaitForCallerFrame()], id="the caller asked for a moment"),
        pytest.param([EndCallFrame()], id="the call ends"),
        pytest.param([ResponseStartedFrame(response_id="r")], id="the assistant begins"),
        pytest.param(TURN[:1], id="the caller speaks"),
        pytest.param(TURN, id="the caller has spoken"),
    ],
)
@virtual
async def test_nobody_is_asked_while(frames: list[Frame]) -> None:
    call = Call()
    async with on_stage(CONFIG.build(call.context)) as stage:
        await stage.down(UP)
        await hears(call, stage)
        await stage.down(*frames)
        await passes(call, stage, 0.006)

        assert stage.top.of(ResponseRequestFrame) == []


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([ToolStartedFrame("t", "c"), ToolEndedFrame("t", "c")], id="tool"),
        pytest.param([ToolStartedFrame("t", "c"), ToolFailedFrame("t", "c", "raised")], id="fails"),
        pytest.param([TransferStateFrame(True), TransferStateFrame(False, "busy")], id="transfer"),
        pytest.param([ModelAudioFrame(), UP, UP], id="model"),
        pytest.param([EndCallFrame(), CallInterruptionFrame()], id="end"),
        pytest.param([*TURN[:2], CallerNotTranscribedFrame("u")], id="noise"),
    ],
)
@virtual
async def test_caller_is_asked_after(frames: list[Frame]) -> None:
    call = Call()
    async with on_stage(CONFIG.build(call.context)) as stage:
        await stage.down(UP)
        await hears(call, stage)
        await stage.down(*frames)
        await passes(call, stage, 0.0045)

        assert [one.purpose for one in stage.top.of(ResponseRequestFrame)] == ["reprompt"]


@pytest.mark.parametrize(
    "frame",
    [
        CallerTranscriptionFrame(text="Yes.", user_id="caller", timestamp="1", item_id="u"),
        TranscriptionFrame(text="Yes.", user_id="caller", timestamp="1"),
        InputDTMFFrame(button=KeypadEntry.ONE),
    ],
    ids=["words", "words of somebody else's", "a key"],
)
@virtual
async def test_caller_who_answers_is_asked_from_the_start(frame: Frame) -> None:
    call = Call()
    async with on_stage(CONFIG.build(call.context)) as stage:
        await stage.down(UP)
        await hears(call, stage)
        await passes(call, stage, 0.0045)
        await stage.down(*TURN, frame)
        await hears(call, stage, "answer-2")
        await passes(call, stage, 0.0045)

        purposes = [one.purpose for one in stage.top.of(ResponseRequestFrame)]
        assert purposes == ["reprompt", "reprompt"]


@virtual
async def test_turn_that_nobody_writes_down_counts_as_speech() -> None:
    call = Call()
    context = call.context
    context.transcript.transcribes(False)
    async with on_stage(CONFIG.build(context)) as stage:
        await stage.down(UP)
        await hears(call, stage)
        await passes(call, stage, 0.0045)
        context.transcript.caller_committed("u", None, call.clock())
        await stage.down(*TURN)
        await hears(call, stage, "answer-2")
        await passes(call, stage, 0.0045)

        purposes = [one.purpose for one in stage.top.of(ResponseRequestFrame)]
        assert purposes == ["reprompt", "reprompt"]


@pytest.mark.parametrize("words", ["", "That is all the time we have."])
@virtual
async def test_call_that_lasts_too_long_is_warned_and_ended(words: str) -> None:
    call = Call(speech=Speech(goodbye="Thank you. Goodbye."))
    config = SilenceConfig.model_validate(
        {
            "type": "silence",
            "max_duration": 0.008,
            "warning": {"before": 0.004, "say": "One more minute."},
            "max_duration_goodbye": words,
        }
    )
    async with on_stage(config.build(call.context)) as stage:
        await stage.down(UP)
        await passes(call, stage, 0.004)
        await passes(call, stage, 0.004)

        said = [(one.purpose, one.exact_words) for one in stage.top.of(ResponseRequestFrame)]
        assert said == [
            ("answer", "One more minute."),
            ("goodbye", words or "Thank you. Goodbye."),
        ]
        assert [end.reason for end in stage.top.of(EndCallFrame)] == ["max_duration"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("Hello?", True), ("Ja", True), ("", False), (" ... ", False), ("[noise] (coughs).", False)],
)
def test_names_of_sounds_are_no_words(text: str, words: bool) -> None:
    assert holds_words(text) is words
