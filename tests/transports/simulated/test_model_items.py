"""Conversation items: what may be created, and how they are placed, fetched, cut and deleted."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from tests.transports.simulated.realtime_client import VOICE, Event, RealtimeClient, realtime_client
from tests.virtual_loop import virtual
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import Faults, ModelOptions

GREETING = "Good morning, this is Acme."  # 27 characters, 1782 ms
SCRIPT = BrainScript(greeting=GREETING)


def message(role: str, kind: str, text: str = "Hello.", **fields: Any) -> dict[str, Any]:
    part = {"type": kind, "text": text}
    return {"type": "message", "role": role, "content": [part], **fields}


async def create(client: RealtimeClient, item: dict[str, Any], **fields: Any) -> Event:
    before = len(client.events)
    await client.send("conversation.item.create", item=item, **fields)
    await client.expect("conversation.item.done", before)
    return client.events[before]


async def greeted(client: RealtimeClient) -> str:
    """The id of the greeting's item, spoken whole."""
    await client.phone()
    response = await client.respond()
    item_id: str = response["output"][0]["id"]
    return item_id


@pytest.mark.parametrize(
    "item",
    [
        message("user", "input_text"),
        message("assistant", "output_text"),
        message("system", "input_text"),
        {"type": "function_call", "name": "look", "arguments": "{}", "call_id": "call_1"},
    ],
    ids=["user", "assistant", "system", "function_call"],
)
@virtual
async def test_an_item_is_added_and_done(item: dict[str, Any]) -> None:
    async with realtime_client() as client:
        added = await create(client, item)

        done = client.events[-1]
        assert added["type"] == "conversation.item.added"
        assert done == {**added, "type": "conversation.item.done", "event_id": done["event_id"]}
        assert added["item"].items() >= item.items()
        assert added["item"]["status"] == "completed"
        assert added["previous_item_id"] is None


@virtual
async def test_items_are_placed_last_first_or_after_another() -> None:
    async with realtime_client() as client:
        for name, place in [
            ("b", {}),
            ("d", {"previous_item_id": ""}),
            ("a", {"previous_item_id": "root"}),
            ("c", {"previous_item_id": "b"}),
        ]:
            await create(client, message("user", "input_text", id=name), **place)

        order = [item.id for item in client.session.conversation.items]
        assert order == ["a", "b", "c", "d"]
        assert [event["previous_item_id"] for event in client.of("conversation.item.added")] == [
            None,
            "b",
            None,
            "b",
        ]


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        (
            {"item": message("user", "input_text"), "previous_item_id": "gone"},
            "invalid_value",
            "previous_item_id",
        ),
        ({"item": message("user", "input_text", id="one")}, "invalid_value", "item.id"),
        ({"item": message("user", "input_text", id="x" * 33)}, "invalid_value", "item.id"),
        ({"item": message("user", "output_text")}, "invalid_value", "item.content[0].type"),
        ({"item": message("assistant", "input_text")}, "invalid_value", "item.content[0].type"),
        (
            {"item": message("assistant", "output_audio")},
            "invalid_value",
            "item.content[0].type",
        ),
        ({"item": message("developer", "input_text")}, "invalid_value", "item.role"),
        ({"item": {"type": "item_reference", "id": "one"}}, "invalid_value", "item.type"),
        ({"item": {"type": "message"}}, "missing_required_parameter", "item.role"),
        ({"item": {"type": "function_call"}}, "missing_required_parameter", "item.name"),
        ({"item": message("user", "input_text", mood="sad")}, "unknown_parameter", "item.mood"),
        (
            {
                "item": {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_audio", "audio": "#"}],
                }
            },
            "invalid_value",
            "item.content[0].audio",
        ),
        ({}, "missing_required_parameter", "item"),
    ],
)
@virtual
async def test_what_the_api_does_not_take_is_refused(
    event: dict[str, Any], code: str, param: str
) -> None:
    async with realtime_client() as client:
        await create(client, message("user", "input_text", id="one"))

        error = await client.refused("conversation.item.create", event_id="mine", **event)

        assert (error["code"], error["param"], error["event_id"]) == (code, param, "mine")
        assert len(client.session.conversation.items) == 1


@virtual
async def test_an_output_needs_its_call() -> None:
    async with realtime_client() as client:
        output = {"type": "function_call_output", "call_id": "call_9", "output": ""}
        error = await client.refused("conversation.item.create", item=output)

        assert error["code"] == "invalid_tool_call_id"
        assert error["message"] == "Tool call ID 'call_9' not found in conversation."


@pytest.mark.parametrize(
    ("verb", "noun"),
    [("retrieve", "retrieving"), ("delete", "deleting"), ("truncate", "truncating")],
)
@virtual
async def test_an_unknown_item_is_refused_in_the_api_s_words(verb: str, noun: str) -> None:
    async with realtime_client() as client:
        error = await client.refused(
            f"conversation.item.{verb}", item_id="yo", content_index=0, audio_end_ms=0
        )

        assert error == {
            "type": "invalid_request_error",
            "code": f"item_{verb}_invalid_item_id",
            "message": f"Error {noun} item: the item with id 'yo' does not exist.",
            "param": None,
            "event_id": None,
        }


@virtual
async def test_a_deleted_item_is_gone_for_all_but_the_ledger() -> None:
    async with realtime_client(SCRIPT) as client:
        item_id = await greeted(client)
        await client.send("conversation.item.delete", item_id=item_id)
        await client.expect("conversation.item.deleted", item_id=item_id)

        error = await client.refused("conversation.item.retrieve", item_id=item_id)
        assert error["code"] == "item_retrieve_invalid_item_id"
        assert client.session.items[item_id].deleted
        assert client.session.items[item_id].sent_ms == VOICE.duration_ms(GREETING)


@virtual
async def test_an_item_is_retrieved_with_its_audio() -> None:
    async with realtime_client(SCRIPT) as client:
        item_id = await greeted(client)
        await client.send("conversation.item.retrieve", item_id=item_id)
        retrieved = await client.expect("conversation.item.retrieved")

        [part] = retrieved["item"]["content"]
        assert b64decode(part["audio"]) == client.audio(item_id)
        assert VOICE.hear(b64decode(part["audio"])) == part["transcript"] == GREETING


@virtual
async def test_audio_of_the_client_s_is_understood_and_its_transcript_kept() -> None:
    async with realtime_client(BrainScript(facts=("We open at nine.",))) as client:
        await client.phone()
        audio = b64encode(VOICE.speak("When do you open?")).decode()
        part = {"type": "input_audio", "audio": audio, "transcript": "something else"}
        added = await create(client, {"type": "message", "role": "user", "content": [part]})
        response = await client.respond()

        assert added["item"]["content"] == [{"type": "input_audio", "transcript": "something else"}]
        assert "We open at nine." in response["output"][0]["content"][0]["transcript"]


@virtual
async def test_a_truncated_item_keeps_what_was_heard_and_no_transcript() -> None:
    async with realtime_client(SCRIPT) as client:
        item_id = await greeted(client)
        await client.send(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=900
        )
        truncated = await client.expect("conversation.item.truncated")
        await client.send("conversation.item.retrieve", item_id=item_id)
        retrieved = await client.expect("conversation.item.retrieved")

        assert truncated["audio_end_ms"] == 900
        [part] = retrieved["item"]["content"]
        assert part["transcript"] == ""
        assert VOICE.hear(b64decode(part["audio"])) == GREETING[:14]
        assert client.session.items[item_id].truncated_ms == 900
        assert client.session.items[item_id].sent_ms == 1782


@virtual
async def test_a_cut_at_the_very_end_is_taken_and_one_beyond_it_is_not() -> None:
    async with realtime_client(SCRIPT) as client:
        item_id = await greeted(client)
        error = await client.refused(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=1783
        )
        await client.send(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=1782
        )
        await client.expect("conversation.item.truncated", audio_end_ms=1782)

        assert error["message"] == "Audio content of 1782ms is already shorter than 1783ms"
        assert error["type"] == "invalid_request_error"


@virtual
async def test_a_second_cut_cannot_bring_audio_back() -> None:
    async with realtime_client(SCRIPT) as client:
        item_id = await greeted(client)
        await client.send(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=500
        )

        error = await client.refused(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=800
        )

        assert error["message"] == "Audio content of 500ms is already shorter than 800ms"


@pytest.mark.parametrize(
    "item", [message("user", "input_text"), message("assistant", "output_text")]
)
@virtual
async def test_only_model_audio_can_be_truncated(item: dict[str, Any]) -> None:
    async with realtime_client() as client:
        await create(client, {**item, "id": "text"})

        error = await client.refused(
            "conversation.item.truncate", item_id="text", content_index=0, audio_end_ms=0
        )

        assert error["message"] == "Only model output audio messages can be truncated"
        assert (error["code"], error["param"]) == (None, None)


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"content_index": 0}, "missing_required_parameter", "audio_end_ms"),
        ({"content_index": 0, "audio_end_ms": 10.5}, "invalid_type", "audio_end_ms"),
        ({"content_index": 0, "audio_end_ms": -1}, "invalid_value", "audio_end_ms"),
        ({"content_index": 1, "audio_end_ms": 10}, "invalid_value", "content_index"),
    ],
)
@virtual
async def test_a_malformed_cut_is_refused(fields: dict[str, Any], code: str, param: str) -> None:
    async with realtime_client(SCRIPT) as client:
        item_id = await greeted(client)

        error = await client.refused("conversation.item.truncate", item_id=item_id, **fields)

        assert (error["code"], error["param"]) == (code, param)


@virtual
async def test_the_faults_of_truncation() -> None:
    faults = Faults(refuse_truncate_zero=True, audio_shortfall_ms=85)
    async with realtime_client(SCRIPT, ModelOptions(faults=faults)) as client:
        item_id = await greeted(client)
        cut = {"item_id": item_id, "content_index": 0}

        too_long = await client.refused("conversation.item.truncate", audio_end_ms=1700, **cut)
        at_zero = await client.refused("conversation.item.truncate", audio_end_ms=0, **cut)
        client.session.faults = Faults()
        await client.send("conversation.item.truncate", audio_end_ms=0, **cut)
        await client.expect("conversation.item.truncated", audio_end_ms=0)

        assert too_long["message"] == "Audio content of 1697ms is already shorter than 1700ms"
        assert at_zero["message"] == "Only model output audio messages can be truncated"
