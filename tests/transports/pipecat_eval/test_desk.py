"""The eval harness at the phone, message by message."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pipecat.processors.frameworks.rtvi.models as rtvi
from pipecat.evals.serializer import (
    EvalClientSerializer,
    EvalConnectionFlags,
    eval_connect_message,
)
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    FunctionCallInProgressFrame,
    InputAudioRawFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)

from processors.state.journal import Entry
from tests.virtual_loop import virtual
from transports.pipecat_eval import messages
from transports.pipecat_eval.desk import EvalDesk
from transports.simulated.memory_socket import MemorySocket
from transports.simulated.person import PressDigits, Speak

LISTENS = EvalConnectionFlags(capture_bot_audio=True)


def said(kind: str, data: dict[str, Any] | None = None) -> str:
    return rtvi.Message(type=kind, id="7", data=data or {}).model_dump_json()


class Held:
    def __init__(self, flags: EvalConnectionFlags) -> None:
        self.ours, self.harness = MemorySocket.pair()
        self.typed: list[str] = []
        self.desk = EvalDesk(self.ours, flags, typed=self._type)

    async def _type(self, text: str) -> None:
        self.typed.append(text)

    async def says(self, *texts: str) -> None:
        for text in texts:
            await self.harness.send(text)
        await asyncio.sleep(0.01)

    async def hears(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.harness.receive())
        return message


@asynccontextmanager
async def desk(flags: EvalConnectionFlags = LISTENS) -> AsyncIterator[Held]:
    held = Held(flags)
    tasks = [asyncio.create_task(held.desk.read()), asyncio.create_task(held.desk.write())]
    yield held
    await held.harness.close()
    held.desk.journal_says(Entry(0.0, "response_started", {}))
    await asyncio.wait(tasks)


def test_a_harness_is_known_by_its_first_message() -> None:
    assert messages.eval_flags(eval_connect_message(LISTENS)) == LISTENS
    for text in ("", "[]", '{"event":"connected"}', said("client-ready")):
        assert messages.eval_flags(text) is None


@virtual
async def test_the_harness_is_told_that_the_call_can_begin() -> None:
    async with desk() as held:
        assert not held.desk.ready.is_set()
        await held.says("junk", said("client-ready"))

        answer = await held.hears()

        assert (answer["type"], answer["id"]) == ("bot-ready", "7")
        assert held.desk.ready.is_set()


@virtual
async def test_what_is_typed_pressed_or_spoken_reaches_the_call() -> None:
    pcm = base64.b64encode(bytes(16_000)).decode()
    async with desk() as held:
        await held.says(
            said("send-text", {"content": "Hello."}),
            said("dtmf", {"buttons": ["1", "#"]}),
            said("raw-audio", {"base64Audio": pcm, "sampleRate": 16_000, "numChannels": 1}),
            said("raw-audio", {"base64Audio": "not base64"}),
            said("something-new"),
        )

        pressed, spoken = held.desk.tick(0.0)

        assert held.typed == ["Hello."]
        assert pressed == PressDigits("1#")
        assert isinstance(spoken, Speak)
        assert 3000 <= len(spoken.pcmu) <= 4000  # half a second, less what the resampler holds
        assert held.desk.tick(0.02) == []


@virtual
async def test_what_is_heard_goes_to_a_harness_that_listens() -> None:
    async with desk() as held:
        held.desk.heard(b"\xff" * 160, 0.0)
        frame = await EvalClientSerializer().deserialize(await held.harness.receive())

        assert isinstance(frame, InputAudioRawFrame)


@virtual
async def test_the_journal_is_read_by_pipecats_own_client() -> None:
    entries = [
        Entry(1.0, "response_started", {"purpose": "answer"}),
        Entry(1.1, "assistant_audio_started", {"item_id": "i"}),
        Entry(1.2, "assistant_said", {"item_id": "i"}, {"text": "Hello."}),
        Entry(
            1.3, "tool_started", {"name": "book", "call_id": "c"}, {"arguments": {"day": "Monday"}}
        ),
        Entry(1.4, "clear", {}),
    ]
    reader = EvalClientSerializer()

    frames = [await reader.deserialize(text) for entry in entries for text in messages.told(entry)]

    assert [type(frame) for frame in frames[:3]] == [
        LLMFullResponseStartFrame,
        BotStartedSpeakingFrame,
        LLMTextFrame,
    ]
    called = frames[-1]
    assert isinstance(called, FunctionCallInProgressFrame)
    assert (called.function_name, called.arguments) == ("book", {"day": "Monday"})


@virtual
async def test_the_harness_ends_the_session() -> None:
    held = Held(LISTENS)
    reading = asyncio.create_task(held.desk.read())

    await held.says(said("client-message", {"t": "eval-cancel", "d": {}}))

    assert reading.done()
