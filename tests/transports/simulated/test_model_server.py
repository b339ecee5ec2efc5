"""The simulated server on a real port; ``tests/conformance`` drives it with others' clients."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.transports.simulated.realtime_client import VOICE
from tests.transports.simulated.strict_events import assert_server_event
from transports.simulated.brain import scripted
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import ModelOptions
from transports.simulated.model_server import SimulatedModel

GREETING = "Good morning."
SCRIPT = BrainScript(greeting=GREETING, facts=("We open at nine.",), goodbye="Goodbye now.")
FAST = ModelOptions(first_delta=0.0, speed_up=0, transcription_delay=0.0)
KEY = {"Authorization": "Bearer sk-test"}


@pytest.fixture
async def server() -> AsyncIterator[SimulatedModel]:
    model = SimulatedModel(scripted(lambda _: SCRIPT), options=FAST)
    await model.start()
    yield model
    await model.stop()


def dial(server: SimulatedModel, key: dict[str, str] = KEY) -> connect:
    return connect(f"{server.url}/realtime?model=gpt-realtime-2.1", additional_headers=key)


async def receive(client: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = json.loads(await client.recv())
        assert_server_event(event)
        if event["type"] == kind:
            return event


async def test_a_session_over_a_real_socket(server: SimulatedModel) -> None:
    async with dial(server) as client:
        created = await receive(client, "session.created")
        await client.send(json.dumps({"type": "response.create"}))
        done = await receive(client, "response.done")

    assert created["session"]["model"] == "gpt-realtime-2.1"
    assert done["response"]["output"][0]["content"][0]["transcript"] == GREETING
    assert server.base_url.startswith("http://127.0.0.1:")
    [session] = server.sessions
    assert [item.sent_ms for item in session.items.values()] == [VOICE.duration_ms(GREETING)]


@pytest.mark.parametrize("key", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic x"}])
async def test_a_bad_key_is_only_seen_after_the_upgrade(
    server: SimulatedModel, key: dict[str, str]
) -> None:
    async with dial(server, key) as client:
        error = await receive(client, "error")
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()

    assert error["error"]["code"] == "invalid_api_key"
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 3000
    assert closed.value.rcvd.reason == "invalid_request_error.invalid_api_key"


async def test_one_key_may_be_the_only_good_one() -> None:
    model = SimulatedModel(scripted(lambda _: SCRIPT), options=ModelOptions(api_key="sk-good"))
    await model.start()
    async with dial(model) as bad, dial(model, {"Authorization": "Bearer sk-good"}) as good:
        refused = await receive(bad, "error")
        created = await receive(good, "session.created")
    await model.stop()

    assert refused["error"]["code"] == "invalid_api_key"
    assert created["session"]["id"].startswith("sess_")


async def test_other_paths_are_not_found(server: SimulatedModel) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{server.url}/responses", additional_headers=KEY)

    assert refused.value.response.status_code == 404


async def test_a_drop_has_no_close_frame(server: SimulatedModel) -> None:
    async with dial(server) as client:
        await receive(client, "session.created")
        await server.sessions[0].drop()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()

    assert closed.value.rcvd is None


async def test_stopping_closes_the_sessions(server: SimulatedModel) -> None:
    async with dial(server) as client:
        await receive(client, "session.created")
        await server.stop()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


async def test_sessions_share_nothing(server: SimulatedModel) -> None:
    async with dial(server) as one, dial(server) as other:
        first = (await receive(one, "session.created"))["session"]["id"]
        second = (await receive(other, "session.created"))["session"]["id"]
        await one.send(json.dumps({"type": "response.create"}))
        await receive(one, "response.done")

    assert first != second
    assert [len(session.items) for session in server.sessions] == [1, 0]
