"""Whole calls with the simulated model, by sound alone: in virtual time, so they take none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.transports.simulated.realtime_client import (
    VOICE,
    Event,
    RealtimeClient,
    realtime_client,
)
from tests.virtual_loop import virtual
from transports.simulated.brain_script import BrainScript, ChecklistItem
from transports.simulated.faults import ModelOptions

SCRIPT = BrainScript(
    business="Acme Realty",
    greeting="Acme Realty, how can I help you?",
    goodbye="Thank you for calling Acme. Goodbye.",
    checklist=(
        ChecklistItem("name", "May I have your name, please?", confirm=True),
        ChecklistItem("bedrooms", "How many bedrooms do you need?"),
    ),
    facts=("The office is open from nine to six.",),
)
END_CALL = {"type": "function", "name": "end_call", "description": "End the call."}
OPTIONS = ModelOptions(first_delta=0.3, speed_up=6)
SILENT_FRAME = b"\xff" * 160


@dataclass
class Phone:
    """A caller's end that is as simple as can be: plays what comes, in order, and listens."""

    client: RealtimeClient
    played: list[str] = field(default_factory=list)
    seen: int = 0

    async def hears_answer(self) -> str:
        """Wait for the next response's end; what it said, by its sound."""
        while True:
            done = await self.client.expect("response.done", self.seen)
            spoken = [
                VOICE.hear(self.client.audio(item["id"]))
                for item in done["response"]["output"]
                if item["type"] == "message"
            ]
            self.seen = self.client.events.index(done) + 1
            await self._runs_tools(done)
            if spoken:
                self.played.append(" ".join(spoken))
                return self.played[-1]

    async def says(self, text: str) -> str:
        """Say something, and wait for what is answered."""
        self.seen = len(self.client.events)
        await self.client.say(text)
        return await self.hears_answer()

    async def _runs_tools(self, done: Event) -> None:
        calls = [item for item in done["response"]["output"] if item["type"] == "function_call"]
        for call in calls:
            output = {"type": "function_call_output", "call_id": call["call_id"], "output": "ok"}
            await self.client.send("conversation.item.create", item=output)
        if calls:
            await self.client.send("response.create")


async def answered(client: RealtimeClient) -> Phone:
    await client.phone()
    await client.configure(tools=[END_CALL], instructions="You answer for Acme Realty.")
    await client.send("response.create")
    phone = Phone(client)
    await phone.hears_answer()
    return phone


@virtual
async def test_a_call_from_greeting_to_goodbye() -> None:
    async with realtime_client(SCRIPT, OPTIONS) as client:
        phone = await answered(client)
        await phone.says("Hi, I am looking for a house.")
        await phone.says("Anna Smith.")
        await phone.says("Yes, that's right.")
        await phone.says("When are you open?")
        await phone.says("Three.")
        await phone.hears_answer()

        assert phone.played == [
            "Acme Realty, how can I help you?",
            "I understand. May I have your name, please?",
            "Got it. Just to confirm, name: Anna Smith. Is that right?",
            "Thank you. How many bedrooms do you need?",
            "The office is open from nine to six. How many bedrooms do you need?",
            "Thank you, that is everything I need.",
            "Thank you for calling Acme. Goodbye.",
        ]
        assert not client.of("error")


@virtual
async def test_an_interrupted_question_is_asked_again() -> None:
    async with realtime_client(SCRIPT, OPTIONS) as client:
        phone = await answered(client)
        await client.say("Hello.")
        delta = await client.expect("response.output_audio.delta", phone.seen)
        await client.wait(0.6)
        await client.play(VOICE.speak("Wait, when"))
        # 500 ms were heard: "I under"; the rest of the answer never was.
        cut = {"item_id": delta["item_id"], "content_index": 0, "audio_end_ms": 500}
        await client.send("conversation.item.truncate", **cut)
        reply = await phone.says(" are you open?")

        assert reply == "The office is open from nine to six. May I have your name, please?"
        assert client.session.items[delta["item_id"]].truncated_ms == 500


@virtual
async def test_a_keypress_as_text_is_answered() -> None:
    async with realtime_client(SCRIPT, OPTIONS) as client:
        phone = await answered(client)
        content = [{"type": "input_text", "text": "The caller pressed 3 on the keypad."}]
        item = {"type": "message", "role": "user", "content": content}
        await client.send("conversation.item.create", item=item)
        await client.send("response.create")

        assert await phone.hears_answer() == "I see you pressed 3. May I have your name, please?"


@virtual
async def test_after_a_reconnect_the_call_goes_on_where_it_stood() -> None:
    history: list[dict[str, Any]] = []
    async with realtime_client(SCRIPT, OPTIONS) as client:
        phone = await answered(client)
        for text in ("Hello.", "Anna Smith.", "Yes."):
            await phone.says(text)
            history.append(message("user", "input_text", text))
            history.append(message("assistant", "output_text", phone.played[-1]))
        await client.session.drop()

    async with realtime_client(SCRIPT, OPTIONS, number=2) as client:
        await client.phone()
        await client.configure(tools=[END_CALL])
        for item in history:
            await client.send("conversation.item.create", item=item)
        phone = Phone(client)

        assert await phone.says("Three.") == "Thank you, that is everything I need."
        assert await phone.hears_answer() == SCRIPT.goodbye


@virtual
async def test_eighty_calls_at_once_stay_apart() -> None:
    async def call(number: int) -> str:
        async with realtime_client(SCRIPT, OPTIONS, number=number, strict=False) as client:
            phone = await answered(client)
            return await phone.says(f"Hello, I am caller {number}. When do you open?")

    answers = await asyncio.gather(*(call(number) for number in range(80)))

    assert set(answers) == {"The office is open from nine to six. May I have your name, please?"}


def message(role: str, kind: str, text: str) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}
