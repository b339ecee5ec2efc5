from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from transports.simulated.memory_socket import MemorySocket
from transports.simulated.model_tap import ModelCut, ModelTap
from transports.socket import Socket, SocketClosedError

PCMU = bytes(range(100))


def delta(response_id: str, item_id: str) -> dict[str, Any]:
    return {
        "type": "response.output_audio.delta",
        "response_id": response_id,
        "item_id": item_id,
        "content_index": 0,
        "delta": base64.b64encode(PCMU).decode(),
    }


def created(response_id: str, conversation_id: str | None) -> dict[str, Any]:
    response = {"id": response_id, "conversation_id": conversation_id}
    return {"type": "response.created", "response": response}


async def tapped(tap: ModelTap) -> tuple[Socket, MemorySocket]:
    ours, theirs = MemorySocket.pair()

    async def connect(url: str, headers: dict[str, str]) -> Socket:
        return ours

    return await tap.on(connect)("wss://model.example/v1/realtime", {}), theirs


async def test_tap_notes_audio_both_ways_and_passes_it_on() -> None:
    tap = ModelTap()
    ours, theirs = await tapped(tap)
    append = json.dumps(
        {"type": "input_audio_buffer.append", "audio": base64.b64encode(PCMU).decode()}
    )
    await ours.send(append)
    await ours.send('{"type":"response.create"}')
    events = [created("r1", "conv"), delta("r1", "i1"), {"type": "new.event"}]
    for event in events:
        await theirs.send(json.dumps(event))

    assert await theirs.receive() == append
    assert [json.loads(await ours.receive()) for _ in events] == events
    record = tap.record()
    assert record.caller_audio == PCMU
    assert [(d.item_id, d.content_index, d.pcmu) for d in record.deltas] == [("i1", 0, PCMU)]
    assert not record.closed


async def test_tap_leaves_out_what_is_not_for_the_caller() -> None:
    tap = ModelTap()
    ours, theirs = await tapped(tap)
    for event in (created("r1", None), delta("r1", "i1")):
        await theirs.send(json.dumps(event))
        await ours.receive()

    assert tap.record().deltas == ()


async def test_tap_notes_cuts_and_errors() -> None:
    tap = ModelTap()
    ours, theirs = await tapped(tap)
    for event in (
        {"type": "conversation.item.truncated", "item_id": "i1", "audio_end_ms": 740},
        {"type": "conversation.item.deleted", "item_id": "i2"},
        {"type": "error", "error": {"type": "invalid_request_error", "code": "invalid_value"}},
        {"type": "error", "error": {"type": "server_error", "code": None}},
    ):
        await theirs.send(json.dumps(event))
        await ours.receive()

    assert tap.record().cuts == (ModelCut("i1", 740), ModelCut("i2", 0, deleted=True))
    assert tap.record().errors == ("invalid_value", "server_error")


async def test_tap_collects_the_words_of_an_item() -> None:
    tap = ModelTap()
    ours, theirs = await tapped(tap)
    for words in ("We are ", "open."):
        event = {"type": "response.output_audio_transcript.delta", "item_id": "i1", "delta": words}
        await theirs.send(json.dumps(event))
        await ours.receive()

    assert tap.words_of("i1") == "We are open."
    assert tap.words_of("i2") == ""


async def test_tap_knows_when_all_sockets_are_closed() -> None:
    tap = ModelTap()
    first, _ = await tapped(tap)
    second, theirs = await tapped(tap)

    await first.close()
    assert not tap.record().closed
    await theirs.close()
    with pytest.raises(SocketClosedError):
        await second.receive()
    assert tap.record().closed
