"""Stock pipecat's Realtime service as the client: as strict as it is, and at 24 kHz PCM16.

Any error that the server sends ends this client's connection, so each test also shows that none is
sent (``stock_call`` looks at its end).
"""

from __future__ import annotations

from pipecat.frames.frames import (
    FunctionCallResultFrame,
    InterruptionFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
)

from tests.conformance.servers import ServerUnderTest
from tests.conformance.stock_service import stock_call


async def test_it_is_greeted(server: ServerUnderTest) -> None:
    async with stock_call(server) as call:
        await call.begin()
        await call.until_answered(1)

    assert call.said()
    assert server.same(call.heard(), call.said())
    assert len(call.of(TTSStoppedFrame)) == 1


async def test_it_is_understood_and_answered(server: ServerUnderTest) -> None:
    async with stock_call(server) as call:
        await call.begin()
        await call.until_answered(1)
        greeted = len(call.frames)
        await call.say(server.question)
        await call.until(TranscriptionFrame)
        await call.until_answered(2)

    assert server.same(call.understood()[0], server.question)
    assert call.said(greeted)
    assert server.same(call.heard(greeted), call.said(greeted))


async def test_what_it_truncates_is_truncated(server: ServerUnderTest) -> None:
    async with stock_call(server) as call:
        await call.begin()
        await call.until(TTSAudioRawFrame)
        await call.say(server.question)
        await call.until(InterruptionFrame)
        await call.until_answered(1)
        item_id = next(iter(call.messages))
        cut = await call.service.retrieve_conversation_item(item_id)

    assert cut.role == "assistant"
    assert [(part.type, part.transcript or "") for part in cut.content] == [("output_audio", "")]


async def test_its_function_is_called(server: ServerUnderTest) -> None:
    async with stock_call(server) as call:
        await call.begin()
        await call.until_answered(1)
        await call.say(server.farewell)
        await call.until(FunctionCallResultFrame)
        called = len(call.frames)
        await call.until_answered(call.answers + 1)

    (params,) = call.calls
    assert params.function_name == "end_call"
    assert isinstance(params.arguments, dict)
    assert server.same(call.heard(called), call.said(called))
