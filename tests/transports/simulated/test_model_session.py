"""One session's life: opening, malformed events, odd events, drops, expiry."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.transports.simulated.realtime_client import PCMU, VOICE, realtime_client
from tests.virtual_loop import run_virtual, virtual
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import Faults, ModelOptions

SCRIPT = BrainScript(greeting="Good morning.")


@virtual
async def test_it_opens_with_the_whole_default_session() -> None:
    async with realtime_client(opened_at_unix=1000.0, model="gpt-realtime-2.1") as client:
        session = client.events[0]["session"]

        assert client.events[0]["type"] == "session.created"
        assert session["object"] == "realtime.session"
        assert session["type"] == "realtime"
        assert session["model"] == "gpt-realtime-2.1"
        assert session["expires_at"] == 1000 + 3600
        assert session["output_modalities"] == ["audio"]
        assert session["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
        assert session["audio"]["input"]["turn_detection"]["type"] == "server_vad"
        assert session["audio"]["output"]["voice"] == "marin"
        assert session["tools"] == []
        assert session["instructions"]


@virtual
async def test_an_update_is_confirmed_whole_and_without_the_client_s_event_id() -> None:
    async with realtime_client() as client:
        session = {"type": "realtime", "instructions": "Be brief."}
        await client.send("session.update", event_id="mine", session=session)
        updated = await client.expect("session.updated")

        assert updated["event_id"] != "mine"
        assert updated["session"].keys() == client.events[0]["session"].keys()
        assert updated["session"]["instructions"] == "Be brief."


@virtual
async def test_a_refused_update_changes_nothing_and_confirms_nothing() -> None:
    async with realtime_client() as client:
        session = {"type": "realtime", "instructions": "Be brief.", "temperature": 0.7}
        error = await client.refused("session.update", event_id="mine", session=session)
        confirmed = await client.configure()

        assert (error["code"], error["param"]) == ("unknown_parameter", "session.temperature")
        assert error["event_id"] == "mine"
        assert confirmed["session"]["instructions"] != "Be brief."


@virtual
async def test_a_bad_key_gets_one_error_and_is_closed() -> None:
    async with realtime_client(key_is_good=False) as client:
        await client.wait(1)

        [error] = client.events
        assert error["error"]["code"] == "invalid_api_key"
        assert client.closed is not None
        assert client.closed.code == 3000
        assert client.closed.reason == "invalid_request_error.invalid_api_key"


@pytest.mark.parametrize(
    ("message", "code", "param"),
    [
        ("{not json", "invalid_json", None),
        ("[]", "invalid_event", None),
        (b"\x00\x01", "invalid_event", None),
        ('{"session": {}}', "invalid_event", None),
        ('{"type": "session.shout"}', "invalid_value", "type"),
        ('{"type": 5}', "invalid_value", "type"),
        ('{"type": "session.update"}', "missing_required_parameter", "session"),
        ('{"type": "conversation.item.delete"}', "missing_required_parameter", "item_id"),
        ('{"type": "conversation.item.delete", "item_id": 7}', "invalid_type", "item_id"),
        ('{"type": "response.cancel", "response_id": 7}', "invalid_type", "response_id"),
        ('{"type": "output_audio_buffer.clear"}', "invalid_event", None),
        (
            '{"type": "response.cancel", "event_id": "' + "x" * 513 + '"}',
            "invalid_value",
            "event_id",
        ),
    ],
)
@virtual
async def test_what_is_malformed_is_one_error_and_the_session_goes_on(
    message: str | bytes, code: str, param: str | None
) -> None:
    async with realtime_client() as client:
        await client.send_raw(message)
        error = (await client.expect("error"))["error"]
        await client.configure()

        assert (error["type"], error["code"], error["param"]) == (
            "invalid_request_error",
            code,
            param,
        )
        assert len(client.of("error")) == 1


@virtual
async def test_the_voice_can_change_only_before_the_first_audio() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.configure(audio={"output": {"voice": "cedar"}})
        await client.respond()
        await client.configure(audio={"output": {"voice": "cedar", "speed": 1.2}})
        session = {"type": "realtime", "audio": {"output": {"voice": "ash"}}}
        error = await client.refused("session.update", session=session)

        assert error["code"] == "cannot_update_voice"


@virtual
async def test_odd_fields_and_events_come_on_demand() -> None:
    options = ModelOptions(faults=Faults(odd_events=True))
    async with realtime_client(SCRIPT, options, strict=False) as client:
        await client.respond()

        assert all("obfuscation" in event for event in client.events)
        assert client.of("session.mood.updated")


@virtual
async def test_a_format_may_be_ignored() -> None:
    options = ModelOptions(faults=Faults(ignore_format=True))
    async with realtime_client(SCRIPT, options) as client:
        updated = await client.configure(audio=PCMU)
        done = await client.respond()

        audio = updated["session"]["audio"]
        pcm = {"type": "audio/pcm", "rate": 24000}
        assert (audio["input"]["format"], audio["output"]["format"]) == (pcm, pcm)
        sent = len(client.audio(done["output"][0]["id"]))
        assert sent == VOICE.duration_ms("Good morning.") * 48


@virtual
async def test_the_confirmation_may_be_late() -> None:
    loop = asyncio.get_running_loop()
    options = ModelOptions(faults=Faults(settings_delay=1.5))
    async with realtime_client(options=options) as client:
        asked_at = loop.time()
        await client.configure()

        assert loop.time() == pytest.approx(asked_at + 1.5)


@virtual
async def test_the_socket_may_break_off_without_a_word() -> None:
    loop = asyncio.get_running_loop()
    options = ModelOptions(faults=Faults(drop_after=3.0))
    async with realtime_client(options=options) as client:
        with pytest.raises(AssertionError, match="closed before"):
            await client.expect("never")

        assert loop.time() == pytest.approx(3.0)
        assert client.closed is not None
        assert client.closed.code is None


@virtual
async def test_a_drop_on_command_stops_a_response_in_its_midst() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.send("response.create")
        await client.expect("response.output_audio.delta")
        await client.session.drop()
        await client.wait(5)

        assert client.closed is not None
        assert not client.of("response.done")


@virtual
async def test_the_session_expires_with_an_error_and_a_close() -> None:
    loop = asyncio.get_running_loop()
    async with realtime_client(options=ModelOptions(lifetime=30.0)) as client:
        error = (await client.expect("error"))["error"]
        await client.wait(0.1)

        text = "Your session hit the maximum duration of 60 minutes."
        assert loop.time() == pytest.approx(30.1)
        assert (error["code"], error["message"], error["event_id"]) == (
            "session_expired",
            text,
            None,
        )
        assert client.closed is not None
        assert (client.closed.code, client.closed.reason) == (1001, text)


@virtual
async def test_errors_come_on_demand() -> None:
    async with realtime_client() as client:
        client.session.send_error("rate_limit_exceeded", "Slow down.", "invalid_request_error")
        error = (await client.expect("error"))["error"]

        assert error == {
            "type": "invalid_request_error",
            "code": "rate_limit_exceeded",
            "message": "Slow down.",
            "param": None,
            "event_id": None,
        }


def test_the_same_seed_gives_the_same_session() -> None:
    async def events(seed: int) -> list[dict[str, Any]]:
        async with realtime_client(SCRIPT, ModelOptions(seed=seed)) as client:
            await client.phone()
            await client.respond()
            await client.say("Hello")
            await client.expect("response.done", len(client.events))
            return client.events

    assert run_virtual(events(1)) == run_virtual(events(1))
    assert run_virtual(events(1)) != run_virtual(events(2))
