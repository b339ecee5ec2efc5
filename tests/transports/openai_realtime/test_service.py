"""The model leg in a pipeline, against a scripted peer."""

from __future__ import annotations

import base64

from processors.audio_frames import PcmuInputFrame
from tests.transports.openai_realtime.harness import running_call


def pcmu(ms: int, byte: int = 0x2A) -> str:
    return base64.b64encode(bytes([byte]) * (8 * ms)).decode()


async def test_greeting_is_asked_for_in_exactly_the_files_words() -> None:
    async with running_call() as call:
        create = await call.model.expect("response.create")

        assert create["response"]["input"] == []
        assert 'Say exactly: "Hello."' in create["response"]["instructions"]


async def test_caller_audio_waits_for_the_session_and_arrives_byte_for_byte_in_order() -> None:
    payloads = [base64.b64encode(bytes([n]) * 160).decode() for n in range(100)]
    async with running_call() as call:
        for payload in payloads[:40]:
            await call.top.push_audio(PcmuInputFrame(payload))
        await call.model.expect("session.update")
        await call.settle()
        for payload in payloads[40:]:
            await call.top.push_audio(PcmuInputFrame(payload))

        heard: list[str] = []
        while len(heard) < len(payloads):
            event = await call.model.next()
            if event["type"] == "input_audio_buffer.append":
                heard.append(event["audio"])
        assert heard == payloads


async def test_assistant_audio_reaches_the_phone_as_the_string_it_came() -> None:
    async with running_call() as call:
        create = await call.model.expect("response.create")
        await call.model.response("resp_1", create)
        await call.model.item("resp_1", "item_1")
        await call.model.audio("resp_1", "item_1", pcmu(33))
        await call.settle()

        (frame,) = call.bottom.audio
        assert frame.payload == pcmu(33)
        assert frame.item_id == "item_1"
        assert frame.purpose == "greeting"
