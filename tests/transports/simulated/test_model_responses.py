"""Responses: the order of their events, what may run beside what, cancellation and usage."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.transports.simulated.realtime_client import (
    PCMU,
    VOICE,
    Event,
    RealtimeClient,
    realtime_client,
    said,
    user_says,
)
from tests.virtual_loop import virtual
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import ModelOptions

GREETING = "Good morning, this is Acme Realty. How can I help you today?"
SCRIPT = BrainScript(greeting=GREETING, facts=("We open at nine.",))


def index(client: RealtimeClient, kind: str, *, last: bool = False) -> int:
    found = [at for at, event in enumerate(client.events) if event["type"] == kind]
    return found[-1 if last else 0]


@virtual
async def test_an_audio_response_comes_in_the_documented_order() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        done = await client.respond()

        order = [
            index(client, "response.created"),
            index(client, "response.output_item.added"),
            index(client, "conversation.item.added"),
            index(client, "response.content_part.added"),
            index(client, "response.output_audio.delta"),
            index(client, "response.output_audio.delta", last=True),
            index(client, "response.output_audio.done"),
            index(client, "response.content_part.done"),
            index(client, "response.output_item.done"),
            index(client, "conversation.item.done"),
            index(client, "response.done"),
        ]
        assert order == sorted(order)
        opened = client.of("response.output_item.added")[0]["item"]
        assert (opened["status"], opened["content"]) == ("in_progress", [])
        [item] = done["output"]
        assert item["status"] == "completed"
        assert item["content"] == [{"type": "output_audio", "transcript": GREETING}]
        assert client.of("response.content_part.done")[0]["part"] == {
            "type": "audio",
            "transcript": GREETING,
        }


@virtual
async def test_the_audio_and_the_transcript_say_the_same() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        done = await client.respond()

        written = "".join(
            event["delta"] for event in client.of("response.output_audio_transcript.delta")
        )
        assert written == GREETING == said(done)
        assert VOICE.hear(client.audio(done["output"][0]["id"])) == GREETING


@virtual
async def test_audio_comes_in_odd_sizes_faster_than_it_plays() -> None:
    loop = asyncio.get_running_loop()
    async with realtime_client(SCRIPT, ModelOptions(first_delta=0.5, speed_up=6)) as client:
        await client.phone()
        asked_at = loop.time()
        done = await client.respond()

        took = loop.time() - asked_at
        sizes = {len(event["delta"]) for event in client.of("response.output_audio.delta")}
        assert took == pytest.approx(0.5 + VOICE.duration_ms(GREETING) / 6000, rel=0.01)
        assert len(sizes) > 3
        assert done["status"] == "completed"


@pytest.mark.parametrize("lead_ms", [-700, 700])
@virtual
async def test_the_transcript_leads_or_lags(lead_ms: int) -> None:
    async with realtime_client(SCRIPT, ModelOptions(transcript_lead_ms=lead_ms)) as client:
        await client.phone()
        await client.respond()

        deltas = [e["type"] for e in client.events if e["type"].endswith(".delta")]
        if lead_ms > 0:
            assert deltas[0] == "response.output_audio_transcript.delta"
        else:
            assert deltas[0] == "response.output_audio.delta"
            assert deltas[-1] == "response.output_audio_transcript.delta"


@virtual
async def test_pcm_goes_out_at_24_khz() -> None:
    async with realtime_client(SCRIPT) as client:
        done = await client.respond()

        assert len(client.audio(done["output"][0]["id"])) == VOICE.duration_ms(GREETING) * 48
        assert done["audio"]["output"]["format"] == {"type": "audio/pcm", "rate": 24000}


@virtual
async def test_the_response_object_tells_what_it_was_made_with() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        done = await client.respond(metadata={"purpose": "greeting"}, max_output_tokens=900)

        created = client.of("response.created")[0]["response"]
        assert (created["status"], created["usage"], created["output"]) == ("in_progress", None, [])
        assert created["id"] == done["id"]
        for response in (created, done):
            assert response["object"] == "realtime.response"
            assert response["conversation_id"] == client.session.conversation.id
            assert response["output_modalities"] == ["audio"]
            assert response["metadata"] == {"purpose": "greeting"}
            assert response["max_output_tokens"] == 900
            assert response["audio"] == {
                "output": {"format": PCMU["output"]["format"], "voice": "marin"}
            }
            assert response["status_details"] is None


@virtual
async def test_exact_words_are_said_without_the_conversation_but_join_it() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        done = await client.respond(input=[], instructions='Say exactly: "This call is recorded."')
        following = await client.respond()

        assert said(done) == "This call is recorded."
        assert done["conversation_id"] is not None
        assert said(following) == "Are you still there?"


@virtual
async def test_a_text_response_has_text_and_no_audio() -> None:
    async with realtime_client(SCRIPT) as client:
        done = await client.respond(output_modalities=["text"])

        assert client.of("response.output_text.done")[0]["text"] == GREETING
        assert done["output"][0]["content"] == [{"type": "output_text", "text": GREETING}]
        assert done["usage"]["output_token_details"]["audio_tokens"] == 0
        assert client.of("response.content_part.added")[0]["part"] == {"type": "text", "text": ""}
        assert not client.of("response.output_audio.delta")


@virtual
async def test_a_second_response_on_the_conversation_is_refused() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        await client.send("response.create")
        created = await client.expect("response.created")
        error = await client.refused("response.create", event_id="again")

        response_id = created["response"]["id"]
        assert error["code"] == "conversation_already_has_active_response"
        assert f"in progress: {response_id}. Wait until" in error["message"]
        assert error["event_id"] == "again"
        assert (await client.expect("response.done"))["response"]["id"] == response_id


@virtual
async def test_out_of_band_responses_run_beside_the_conversation_s() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        await client.send("response.create")
        aside = {"conversation": "none", "output_modalities": ["text"], "metadata": {"n": "1"}}
        await client.send("response.create", response=aside)
        await client.send("response.create", response={**aside, "metadata": {"n": "2"}})
        await client.wait(5)

        first, second, main = [event["response"] for event in client.of("response.done")]
        assert main["conversation_id"] is not None
        assert {first["metadata"]["n"], second["metadata"]["n"]} == {"1", "2"}
        assert first["conversation_id"] is None
        assert len(client.session.conversation.items) == 1
        announced = {event["item"]["id"] for event in client.of("conversation.item.added")}
        assert announced == {main["output"][0]["id"]}
        error = await client.refused("conversation.item.retrieve", item_id=first["output"][0]["id"])
        assert error["code"] == "item_retrieve_invalid_item_id"


@virtual
async def test_an_aside_sees_the_conversation_or_what_it_is_given() -> None:
    async with realtime_client(SCRIPT) as client:
        await user_says(client, "I am Anna")
        item_id = client.session.conversation.items[0].id
        wish = {"conversation": "none", "output_modalities": ["text"]}

        whole = await client.respond(**wish)
        nothing = await client.respond(**wish, input=[])
        reference = await client.respond(**wish, input=[{"type": "item_reference", "id": item_id}])

        assert "I am Anna" in said(whole)
        assert "I am Anna" not in said(nothing)
        assert "I am Anna" in said(reference)


@pytest.mark.parametrize(
    ("response", "code", "param"),
    [
        ({"conversation": "other"}, "invalid_value", "response.conversation"),
        ({"temperature": 1}, "unknown_parameter", "response.temperature"),
        ({"modalities": ["audio"]}, "unknown_parameter", "response.modalities"),
        ({"metadata": {"k" * 65: "v"}}, "invalid_value", "response.metadata"),
        ({"metadata": {"k": "v" * 513}}, "invalid_value", "response.metadata.k"),
        ({"max_output_tokens": 0}, "invalid_value", "response.max_output_tokens"),
        (
            {"input": [{"type": "item_reference", "id": "gone"}]},
            "invalid_value",
            "response.input[0].id",
        ),
        ({"input": [{"type": "message"}]}, "missing_required_parameter", "response.input[0].role"),
    ],
)
@virtual
async def test_a_malformed_response_is_refused(
    response: dict[str, Any], code: str, param: str
) -> None:
    async with realtime_client() as client:
        error = await client.refused("response.create", response=response)

        assert (error["code"], error["param"]) == (code, param)
        assert not client.of("response.created")


@virtual
async def test_the_voice_is_locked_for_responses_too_once_it_was_heard() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.respond(audio={"output": {"voice": "ash"}})
        error = await client.refused(
            "response.create", response={"audio": {"output": {"voice": "ash"}}}
        )
        aside = await client.respond(conversation="none", audio={"output": {"voice": "ash"}})

        assert error["code"] == "cannot_update_voice"
        assert aside["audio"]["output"]["voice"] == "ash"


def closing(events: list[Event]) -> list[str]:
    return [event["type"] for event in events if event["type"].endswith(".done")]


@pytest.mark.parametrize("by_id", [True, False])
@virtual
async def test_a_cancelled_response_is_closed_out(by_id: bool) -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        await client.send("response.create")
        created = await client.expect("response.created")
        await client.expect("response.output_audio.delta")
        response_id = created["response"]["id"]
        before = len(client.events)
        await client.send("response.cancel", **({"response_id": response_id} if by_id else {}))
        done = (await client.expect("response.done"))["response"]
        await client.wait(1)

        assert done["status"] == "cancelled"
        assert done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        [item] = done["output"]
        assert item["status"] == "incomplete"
        assert GREETING.startswith(item["content"][0]["transcript"])
        assert closing(client.events[before:])[-3:] == [
            "response.output_item.done",
            "conversation.item.done",
            "response.done",
        ]
        assert not [e for e in client.events[before:] if e["type"].endswith(".delta")]
        ledger = client.session.items[item["id"]]
        assert ledger.sent_ms == len(client.audio(item["id"])) / 8 < VOICE.duration_ms(GREETING)


@pytest.mark.parametrize("fields", [{}, {"response_id": "resp_gone"}])
@virtual
async def test_there_must_be_something_to_cancel(fields: dict[str, str]) -> None:
    async with realtime_client() as client:
        error = await client.refused("response.cancel", **fields)

        assert error["code"] == "response_cancel_not_active"
        assert error["message"] == "Cancellation failed: no active response found"


@virtual
async def test_a_cancel_without_id_spares_what_is_out_of_band() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.send("response.create", response={"conversation": "none"})
        aside = (await client.expect("response.created"))["response"]["id"]
        error = await client.refused("response.cancel")
        await client.send("response.cancel", response_id=aside)
        done = await client.expect("response.done")

        assert error["code"] == "response_cancel_not_active"
        assert done["response"]["status"] == "cancelled"


@virtual
async def test_truncation_is_acknowledged_while_the_item_is_generated() -> None:
    async with realtime_client(SCRIPT, ModelOptions(speed_up=1)) as client:
        await client.phone()
        await client.send("response.create")
        delta = await client.expect("response.output_audio.delta")
        await client.wait(1)
        cut = {"item_id": delta["item_id"], "content_index": 0, "audio_end_ms": 500}
        await client.send("conversation.item.truncate", **cut)
        truncated = await client.expect("conversation.item.truncated")
        assert not client.of("response.done")
        done = await client.expect("response.done")

        assert truncated.items() >= cut.items()
        assert done["response"]["output"][0]["content"][0]["transcript"] == ""
        assert client.session.items[delta["item_id"]].audio_ms == 500
        assert client.session.items[delta["item_id"]].sent_ms == VOICE.duration_ms(GREETING)
