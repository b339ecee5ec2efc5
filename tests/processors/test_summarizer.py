"""The summarizer as a processor: what it asks, what it drops, what it does with the end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from pipecat.processors.frame_processor import FrameDirection

from processors.configs import TranscriptSummarizerConfig
from processors.context import Speech
from processors.frames import EndCallFrame
from processors.memory_frames import MemoryFrame, MemoryRequestFrame
from processors.state.memory import Remembered
from tests.transports.openai_realtime.harness import Call, running_call
from tests.virtual_loop import virtual

SPEECH = Speech(prompt="You answer the phone.", greeting="Hello.", checklist=("name",))
LIMIT = 3.0
GOOD = {
    "topic": "renting",
    "fields": {"name": {"value": "Jordan Lee", "confirmed": True}},
    "preferences": [],
    "open_questions": [],
    "next_action": "",
}


def summarizer(**settings: Any) -> TranscriptSummarizerConfig:
    return TranscriptSummarizerConfig(type="transcript_summarizer", **settings)


async def said(call: Call, item_id: str = "u1") -> None:
    """The caller says something, and it is written down."""
    await call.model.expect("response.create")
    await call.model.caller_speaks(item_id)
    await call.model.caller_turn(item_id)
    await call.model.emit(
        {
            "type": "conversation.item.input_audio_transcription.completed",
            "item_id": item_id,
            "content_index": 0,
            "transcript": "My name is Jordan Lee.",
        }
    )
    await call.settle()


async def want(call: Call) -> dict[str, Any]:
    """Ask for the memory as an escalation does; what the model is asked."""
    await call.bottom.push_frame(MemoryRequestFrame(), FrameDirection.UPSTREAM)
    return await call.model.expect("response.create")


async def write(call: Call, create: dict[str, Any], text: str, name: str = "side") -> None:
    await call.model.aside(name, create, text)
    await call.model.done(name)
    await call.settle()


def told(call: Call) -> list[MemoryFrame]:
    return call.bottom.of(MemoryFrame)


async def test_the_model_is_asked_for_json_by_the_schema_about_what_was_heard() -> None:
    async with running_call(speech=SPEECH, more=[summarizer()]) as call:
        await said(call)
        create = await want(call)

        assert "JSON Schema" in create["response"]["instructions"]
        assert '"name"' in create["response"]["instructions"]
        (item,) = create["response"]["input"]
        assert item["content"][0]["text"] == "Caller: My name is Jordan Lee."
        await write(call, create, json.dumps(GOOD))
        assert call.context.memory.fields == {"name": Remembered("Jordan Lee", confirmed=True)}
        assert [(one.fresh, one.reason) for one in told(call)] == [(True, "escalation")]


async def test_a_bad_answer_is_dropped_and_the_memory_stays() -> None:
    async with running_call(speech=SPEECH, more=[summarizer()]) as call:
        await said(call)
        await write(call, await want(call), "I would rather not.", "s1")

        assert call.context.memory.empty
        assert call.journal("memory_failed")[0].fields == {"reason": "escalation", "why": "bad"}
        assert [one.fresh for one in told(call)] == [False]
        await write(call, await want(call), json.dumps(GOOD), "s2")
        assert not call.context.memory.empty


@virtual
async def test_a_late_answer_is_dropped_though_it_is_good() -> None:
    async with running_call(speech=SPEECH, more=[summarizer(timeout=LIMIT)]) as call:
        await said(call)
        create = await want(call)
        await asyncio.sleep(LIMIT)
        await write(call, create, json.dumps(GOOD))

        assert call.journal("memory_failed")[0].fields["why"] == "late"
        assert call.context.memory.empty


async def test_with_nothing_new_the_memory_is_told_at_once_and_nobody_asked() -> None:
    async with running_call(speech=SPEECH, more=[summarizer()]) as call:
        await call.model.expect("response.create")
        await call.bottom.push_frame(MemoryRequestFrame(), FrameDirection.UPSTREAM)
        await call.settle()

        assert [one.fresh for one in told(call)] == [True]
        await call.model.nothing_more()


async def test_who_asks_while_it_is_written_waits_for_the_same_one() -> None:
    async with running_call(speech=SPEECH, more=[summarizer()]) as call:
        await said(call)
        create = await want(call)
        await call.bottom.push_frame(MemoryRequestFrame(), FrameDirection.UPSTREAM)
        await call.model.nothing_more()
        await write(call, create, json.dumps(GOOD))

        assert len(told(call)) == 1


async def test_when_the_assistant_ends_the_call_the_last_memory_is_written() -> None:
    async with running_call(speech=SPEECH, more=[summarizer()]) as call:
        await said(call)
        await call.top.push_frame(EndCallFrame(reason="all said"))
        create = await call.model.expect("response.create")
        await write(call, create, json.dumps(GOOD))

        assert call.journal("memory")[0].fields["reason"] == "end"
        await call.model.nothing_more()  # the conversation is over: no notes for it


@virtual
async def test_the_end_waits_for_the_last_memory_no_longer_than_it_may_take() -> None:
    async with running_call(speech=SPEECH, more=[summarizer(timeout=LIMIT)]) as call:
        await said(call)

    assert [entry.fields["why"] for entry in call.journal("memory_failed")] == ["late"]


async def test_a_memory_of_nothing_takes_no_turns_out() -> None:
    nothing = {**GOOD, "topic": "", "fields": {}}
    async with running_call(speech=SPEECH, more=[summarizer()]) as call:
        await said(call)
        await write(call, await want(call), json.dumps(nothing))

        assert call.journal("memory")
        await call.model.nothing_more()
