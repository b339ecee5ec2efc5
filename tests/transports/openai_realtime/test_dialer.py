"""Sessions dialled while the phone rings."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.transports.openai_realtime.harness import ScriptedModel
from tests.virtual_loop import virtual
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.dialer import ModelDialer, with_turn_control
from transports.openai_realtime.session import (
    ModelRefusedError,
    ModelUnreachableError,
    realtime_url,
)

CONFIG = OpenAIRealtimeConfig(type="openai_realtime")
SESSION = CONFIG.session(instructions="p", tools=[])


def dialer(model: ScriptedModel, **options: Any) -> ModelDialer:
    clock = asyncio.get_running_loop().time
    return ModelDialer(
        model.connect, base_url="http://model.test/v1", api_key="sk-1", clock=clock, **options
    )


@virtual
async def test_warm_session_is_the_one_that_the_call_gets() -> None:
    model = ScriptedModel()
    dial = dialer(model)
    assert dial.warm("CA1", CONFIG, SESSION)
    await model.next()

    session = await dial.dial("CA1", CONFIG, SESSION, within=5)

    assert len(model.sockets) == 1
    assert session.input_format == "audio/pcmu"
    assert dial.warm_count == 0
    await session.close()


@virtual
async def test_warm_session_is_closed_when_its_stream_never_comes() -> None:
    model = ScriptedModel()
    dial = dialer(model, warm_for=60.0)
    dial.warm("CA1", CONFIG, SESSION)
    await model.next()
    await asyncio.sleep(59)
    assert not model.sockets[0].is_closed

    await asyncio.sleep(2)

    assert model.sockets[0].is_closed
    assert dial.warm_count == 0


@virtual
async def test_warm_sessions_are_few_and_one_a_call() -> None:
    model = ScriptedModel()
    dial = dialer(model, most_warm=2)

    assert [dial.warm(sid, CONFIG, SESSION) for sid in ("CA1", "CA1", "CA2", "CA3")] == [
        True,
        False,
        True,
        False,
    ]
    await dial.close()


@virtual
async def test_closing_closes_what_is_warm() -> None:
    model = ScriptedModel()
    dial = dialer(model)
    dial.warm("CA1", CONFIG, SESSION)
    await model.next()
    await asyncio.sleep(0.1)

    await dial.close()

    assert model.sockets[0].is_closed


@virtual
async def test_warm_session_that_hangs_gives_way_to_a_time_out() -> None:
    model = ScriptedModel()
    dial = dialer(model)
    dial.warm("CA1", CONFIG, SESSION)

    with pytest.raises(ModelUnreachableError):
        await dial.dial("CA1", CONFIG, SESSION, within=1)
    await dial.close()


@virtual
async def test_settings_that_the_model_refuses_are_told_with_code_and_place() -> None:
    model = ScriptedModel()
    dial = dialer(model)
    dialling = asyncio.create_task(dial.dial("CA1", CONFIG, SESSION, within=5))
    await model.accepted.wait()
    await model.emit(
        {
            "type": "error",
            "error": {
                "type": "invalid_request_error",
                "code": "invalid_value",
                "message": "Invalid voice",
                "param": "session.audio.output.voice",
            },
        }
    )

    with pytest.raises(ModelRefusedError, match="invalid_value: Invalid voice session"):
        await dialling
    assert model.sockets[0].is_closed


@virtual
async def test_nobody_there_is_unreachable() -> None:
    model = ScriptedModel()
    model.refuse_dials = 1

    with pytest.raises(ModelUnreachableError, match="ConnectionRefusedError"):
        await dialer(model).dial("CA1", CONFIG, SESSION, within=5)


@virtual
async def test_key_and_model_travel_where_they_belong() -> None:
    model = ScriptedModel()
    dialling = asyncio.create_task(dialer(model).dial("CA1", CONFIG, SESSION, within=5))
    await model.accepted.wait()
    await model.next()
    await (await dialling).close()

    assert model.urls == ["ws://model.test/v1/realtime?model=gpt-realtime-2.1"]
    assert model.headers == [{"Authorization": "Bearer sk-1"}]


def test_turn_control_is_given_only_as_far_as_the_file_lets_it() -> None:
    config = OpenAIRealtimeConfig.model_validate(
        {
            "type": "openai_realtime",
            "turn_detection": {"type": "server_vad", "interrupt_response": False},
        }
    )
    session = with_turn_control(config.session(instructions="", tools=[]), by_server=True)

    turn_detection = session["audio"]["input"]["turn_detection"]
    assert (turn_detection["create_response"], turn_detection["interrupt_response"]) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://api.openai.com/v1", "wss://api.openai.com/v1/realtime?model=m"),
        ("http://127.0.0.1:9/v1/", "ws://127.0.0.1:9/v1/realtime?model=m"),
        ("wss://host", "wss://host/realtime?model=m"),
    ],
)
def test_socket_address_follows_from_the_base(base: str, url: str) -> None:
    assert realtime_url(base, "m") == url
