"""Questions beside the conversation, on the wire."""

from __future__ import annotations

from typing import Any

from pipecat.processors.frame_processor import FrameDirection

from processors.frames import CallInterruptionFrame, ResponseEndedFrame, ResponseStartedFrame
from processors.side_frames import SideAnswerFrame, SideQuestionFrame
from tests.transports.openai_realtime.harness import Call, running_call
from tests.transports.openai_realtime.test_barge_in import answer
from tests.transports.openai_realtime.test_service import pcmu


async def ask(call: Call, key: str = "k1", text: str = "") -> dict[str, Any]:
    """Ask from behind the model; the event that it gets, judged by OpenAI's own types."""
    question = SideQuestionFrame(key, "summary", "Sum up, as JSON.", text)
    await call.bottom.push_frame(question, FrameDirection.UPSTREAM)
    return await call.model.expect("response.create")


def answers(call: Call) -> list[SideAnswerFrame]:
    return call.bottom.of(SideAnswerFrame)


async def test_a_question_is_an_out_of_band_text_response() -> None:
    async with running_call() as call:
        await answer(call)

        create = await ask(call)

        assert create["response"] == {
            "conversation": "none",
            "output_modalities": ["text"],
            "instructions": "Sum up, as JSON.",
            "tools": [],
            "tool_choice": "none",
            "max_output_tokens": "inf",
            "metadata": {"callwright": create["event_id"], "purpose": "summary"},
        }


async def test_a_question_about_a_text_brings_it_along() -> None:
    async with running_call() as call:
        await answer(call)

        create = await ask(call, text="Caller: Hello.")

        (item,) = create["response"]["input"]
        assert (item["role"], item["content"][0]["text"]) == ("user", "Caller: Hello.")


async def test_the_answer_goes_both_ways_and_nothing_of_it_to_the_phone() -> None:
    async with running_call() as call:
        await answer(call)
        call.context.notes_replace_turns = True
        await call.model.added({"id": "item_1", "type": "message", "role": "assistant"})
        await call.settle()
        create = await ask(call)
        await call.model.aside("side", create, '{"a":', " 1}")
        await call.model.done("side", conversation_id=None, usage={"total_tokens": 7})
        await call.settle()

        for end in (call.top, call.bottom):
            (answered,) = end.of(SideAnswerFrame)
            assert (answered.key, answered.purpose) == ("k1", "summary")
            assert (answered.text, answered.ok) == ('{"a": 1}', True)
            assert answered.seen_item_id == "item_1"
        assert len(call.bottom.of(ResponseStartedFrame)) == 1
        assert call.bottom.of(ResponseEndedFrame) == []  # the one that speaks goes on
        (entry,) = call.journal("side_answer")
        assert (entry.fields["ok"], entry.fields["usage"]) == (True, {"total_tokens": 7})


async def test_audio_of_an_aside_never_reaches_the_phone() -> None:
    async with running_call() as call:
        await answer(call)
        heard = len(call.bottom.audio)
        create = await ask(call)
        await call.model.aside("side", create)
        await call.model.item("side", "side_item")
        await call.model.audio("side", "side_item", pcmu(200))
        await call.settle()

        assert len(call.bottom.audio) == heard
        assert call.context.transcript.turn("side_item") is None


async def test_several_run_beside_the_one_that_speaks_and_are_told_apart() -> None:
    async with running_call() as call:
        await answer(call)
        one, other = await ask(call, "one"), await ask(call, "other")
        await call.model.aside("s1", one, "first")
        await call.model.aside("s2", other, "second")
        await call.model.audio("resp_1", "item_1", pcmu(100))
        await call.model.done("s2")
        await call.model.done("s1")
        await call.settle()

        assert [(one.key, one.text) for one in answers(call)] == [
            ("other", "second"),
            ("one", "first"),
        ]
        assert len(call.bottom.audio) == 3


async def test_the_callers_speech_does_not_touch_it() -> None:
    async with running_call() as call:
        await answer(call)
        create = await ask(call)
        await call.model.aside("side", create, "before ")
        await call.model.caller_speaks()
        await call.model.done("resp_1", "cancelled")
        await call.model.aside("side", create, "after")
        await call.model.done("side")
        await call.settle()

        assert call.bottom.of(CallInterruptionFrame)
        assert [one.text for one in answers(call)] == ["before after"]
        await call.model.nothing_more()  # no cancel


async def test_an_answer_that_does_not_complete_is_none() -> None:
    async with running_call() as call:
        await answer(call)
        for status in ("incomplete", "failed", "cancelled"):
            create = await ask(call, status)
            await call.model.aside(status, create, "half an ans")
            await call.model.done(status, status)
        await call.settle()

        assert [(one.ok, one.text) for one in answers(call)] == [(False, "")] * 3
        assert call.journal("response_failed") == []


async def test_a_refused_question_is_answered_and_the_call_goes_on() -> None:
    async with running_call() as call:
        await answer(call)
        create = await ask(call)
        await call.model.refuse(create)
        await call.settle()

        assert [one.ok for one in answers(call)] == [False]
        await call.model.audio("resp_1", "item_1", pcmu(100))
        await call.settle()
        assert len(call.bottom.audio) == 3


async def test_without_a_session_the_answer_is_at_once_that_there_is_none() -> None:
    async with running_call() as call:
        await answer(call)
        create = await ask(call, "open")
        await call.model.aside("side", create, "half")
        call.model.refuse_dials = 1
        await call.model.sockets[-1].close()
        await call.settle()
        await call.bottom.push_frame(
            SideQuestionFrame("later", "summary", "Sum up."), FrameDirection.UPSTREAM
        )
        await call.settle()

        assert [(one.key, one.ok) for one in answers(call)] == [("open", False), ("later", False)]
