"""Notes in place of older turns, on the wire."""

from __future__ import annotations

import asyncio
from typing import Any

from pipecat.processors.frame_processor import FrameDirection

from processors.memory_frames import ConversationNotesFrame
from processors.state.compaction import ACK_WAIT
from tests.transports.openai_realtime.harness import Call, running_call
from tests.virtual_loop import virtual

NOTES = "name: Jordan Lee"


async def talk(call: Call, turns: int = 3) -> None:
    """Greeting, then so many turns of the caller, each answered; nobody speaks afterwards."""
    call.context.notes_replace_turns = True
    create = await call.model.expect("response.create")
    await call.model.response("resp_0", create)
    await say(call, "resp_0", "a0", None)
    for number in range(1, turns + 1):
        await call.model.caller_speaks(f"u{number}")
        await call.model.caller_turn(f"u{number}")
        user = {"id": f"u{number}", "type": "message", "role": "user"}
        await call.model.added(user, f"a{number - 1}")
        await call.model.emit(
            {
                "type": "conversation.item.input_audio_transcription.completed",
                "item_id": f"u{number}",
                "content_index": 0,
                "transcript": f"Words of turn {number}.",
            }
        )
        await call.model.response(f"resp_{number}")
        await say(call, f"resp_{number}", f"a{number}", f"u{number}")
    await call.settle()
    await call.model.nothing_more()


async def say(call: Call, response_id: str, item_id: str, previous: str | None) -> None:
    await call.model.item(response_id, item_id)
    await call.model.added({"id": item_id, "type": "message", "role": "assistant"}, previous)
    await call.model.done(response_id)


async def give_notes(call: Call, seen: str, keep: int = 1) -> None:
    await call.bottom.push_frame(ConversationNotesFrame(NOTES, seen, keep), FrameDirection.UPSTREAM)


async def accept(call: Call, create: dict[str, Any]) -> None:
    """Have the server put the notes in."""
    await call.model.added(create["item"], None)


async def test_notes_go_in_first_and_what_they_cover_goes_once_they_stand() -> None:
    async with running_call() as call:
        await talk(call)
        await give_notes(call, "a3")

        create = await call.model.next()
        assert create["type"] == "conversation.item.create"
        assert create["previous_item_id"] == "root"
        item = create["item"]
        assert (item["role"], item["content"]) == (
            "system",
            [{"type": "input_text", "text": NOTES}],
        )
        await call.model.nothing_more()
        await accept(call, create)
        gone = [await call.model.expect("conversation.item.delete") for _ in range(5)]
        assert [event["item_id"] for event in gone] == ["a0", "u1", "a1", "u2", "a2"]
        for event in gone:
            await call.model.emit(
                {"type": "conversation.item.deleted", "item_id": event["item_id"]}
            )
        await call.settle()
        (entry,) = call.journal("compaction")
        assert entry.fields == {"deleted": 5, "refused": 0, "kept": 3}


async def test_nothing_is_edited_while_somebody_speaks_or_is_about_to() -> None:
    async with running_call() as call:
        await talk(call)
        await call.model.caller_speaks("u4")
        await call.settle()
        await give_notes(call, "a3")
        await call.model.nothing_more()
        await call.model.caller_turn("u4")
        await call.model.nothing_more()
        await call.model.response("resp_4")
        await call.model.nothing_more()
        await call.model.done("resp_4")

        create = await call.model.next()
        assert create["item"]["id"] == "notes_1"
        await call.model.caller_speaks("u5")
        await accept(call, create)
        await call.model.nothing_more()


async def test_a_refused_edit_is_survived() -> None:
    async with running_call() as call:
        await talk(call)
        await give_notes(call, "a3")
        create = await call.model.next()
        await accept(call, create)
        gone = [await call.model.expect("conversation.item.delete") for _ in range(5)]
        await call.model.refuse(gone[0], "item_delete_invalid_item_id")
        for event in gone[1:]:
            await call.model.emit(
                {"type": "conversation.item.deleted", "item_id": event["item_id"]}
            )
        await call.settle()

        assert call.journal("compaction")[0].fields["refused"] == 1
        await call.model.caller_speaks("u4")
        await call.settle()
        assert call.journal("caller_speech_started")[-1].fields["item_id"] == "u4"


@virtual
async def test_an_edit_that_the_server_does_not_answer_is_given_up() -> None:
    async with running_call() as call:
        await talk(call)
        await give_notes(call, "a3")
        await call.model.next()
        assert call.journal("compaction") == []
        await asyncio.sleep(ACK_WAIT + 0.1)

        assert call.journal("compaction")[0].fields["refused"] == 1


async def test_a_fresh_session_gets_the_notes_and_then_the_turns_since() -> None:
    async with running_call() as call:
        await talk(call)
        await give_notes(call, "a3")
        create = await call.model.next()
        await accept(call, create)
        await call.settle()
        await call.model.sockets[-1].close()
        await call.settle()

        first = await call.model.expect("conversation.item.create")
        assert (first["item"]["role"], first["item"]["content"][0]["text"]) == ("system", NOTES)
        second = await call.model.expect("conversation.item.create")
        assert second["item"]["id"] == "u3"
        assert second["item"]["content"][0]["text"] == "Words of turn 3."
