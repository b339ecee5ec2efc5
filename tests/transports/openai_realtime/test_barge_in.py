"""What goes to the model when the caller cuts in."""

from __future__ import annotations

from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import InputDTMFFrame, InterruptionFrame

from processors.configs import InterruptionConfig
from processors.context import Speech
from processors.frames import CallInterruptionFrame, CutSettledFrame
from tests.transports.openai_realtime.harness import Call, ScriptedModel, running_call
from tests.transports.openai_realtime.test_service import pcmu


async def answer(call: Call, *, purpose_create: bool = True) -> None:
    """Let the assistant speak one second, all of it sent to the phone."""
    create = await call.model.expect("response.create") if purpose_create else None
    await call.model.response("resp_1", create)
    await call.model.item("resp_1", "item_1")
    await call.model.audio("resp_1", "item_1", pcmu(400))
    await call.model.audio("resp_1", "item_1", pcmu(600))
    await call.settle()
    # The greeting is not protected by default, so the model has been put in charge of turns.
    await call.model.nothing_more()


async def test_interrupting_sends_no_cancel_when_the_model_cancels_itself() -> None:
    async with running_call() as call:
        await answer(call)
        assert call.model.session["audio"]["input"]["turn_detection"]["interrupt_response"] is True

        await call.model.caller_speaks()
        await call.settle()

        assert call.bottom.of(CallInterruptionFrame)
        assert call.top.of(CallInterruptionFrame)
        await call.model.nothing_more()


async def test_unheard_item_is_deleted_and_heard_one_truncated_once_marks_are_back() -> None:
    async with running_call() as call:
        await answer(call)
        await call.model.item("resp_1", "item_2")
        await call.model.audio("resp_1", "item_2", pcmu(500))
        await call.settle()
        playback = call.context.playback
        # The phone has played up to the first mark of item_1.
        heard = playback.mark_received("1.1", call.context.clock())
        assert heard == []

        await call.model.caller_speaks()
        await call.settle()
        playback.settle()
        await call.top.push_frame(CutSettledFrame())
        await call.settle()

        first = await call.model.next()
        second = await call.model.next()
        assert first["type"] == "conversation.item.truncate"
        assert first["item_id"] == "item_1"
        assert 400 <= first["audio_end_ms"] < 1000
        assert (second["type"], second["item_id"]) == ("conversation.item.delete", "item_2")


async def test_late_audio_of_a_cut_response_never_reaches_the_phone() -> None:
    async with running_call() as call:
        await answer(call)
        await call.model.caller_speaks()
        await call.model.audio("resp_1", "item_1", pcmu(200))
        await call.model.audio("resp_1", "item_9", pcmu(200))
        await call.settle()

        assert len(call.bottom.audio) == 2


async def test_message_begun_by_a_cut_response_and_never_heard_is_deleted() -> None:
    async with running_call() as call:
        await answer(call)
        await call.model.caller_speaks()
        await call.model.item("resp_1", "item_2")
        await call.model.done("resp_1", "cancelled")
        await call.settle()

        deleted = await call.model.next()
        assert (deleted["type"], deleted["item_id"]) == ("conversation.item.delete", "item_2")


async def test_next_response_is_heard_although_the_cut_one_has_not_ended() -> None:
    async with running_call() as call:
        await answer(call)
        await call.model.caller_speaks()
        await call.model.caller_turn()
        await call.model.response("resp_2")
        await call.model.item("resp_2", "item_3")
        await call.model.audio("resp_2", "item_3", pcmu(100))
        await call.settle()

        assert [frame.item_id for frame in call.bottom.audio] == ["item_1", "item_1", "item_3"]


async def test_speech_while_nobody_talks_is_only_a_turn() -> None:
    async with running_call() as call:
        await call.model.expect("response.create")
        await call.settle()
        await call.model.caller_speaks()
        await call.settle()

        assert call.bottom.of(CallInterruptionFrame) == []


async def test_protected_disclosure_is_not_interrupted_and_the_turn_is_answered_after_it() -> None:
    speech = Speech(prompt="p", greeting="Hello.", disclosure="This call is recorded.")
    async with running_call(speech=speech) as call:
        create = await call.model.expect("response.create")
        assert create["response"]["metadata"]["purpose"] == "disclosure"
        turn_detection = call.model.session["audio"]["input"]["turn_detection"]
        assert turn_detection["create_response"] is False
        assert turn_detection["interrupt_response"] is False
        await call.model.response("resp_1", create)
        await call.model.item("resp_1", "item_1")
        await call.model.audio("resp_1", "item_1", pcmu(1000))

        await call.model.caller_speaks()
        await call.model.caller_turn()
        await call.settle()
        assert call.bottom.of(CallInterruptionFrame) == []

        await call.model.done("resp_1")
        greeting = await call.model.expect("response.create")
        assert greeting["response"]["metadata"]["purpose"] == "greeting"


async def test_short_speech_over_the_assistant_is_no_interruption_and_needs_no_answer() -> None:
    policy = InterruptionConfig(type="interruption", min_speech_ms=400)
    async with running_call(interruption=policy) as call:
        await answer(call)
        await call.model.caller_speaks()
        await call.model.caller_turn()
        await call.settle()

        assert call.bottom.of(CallInterruptionFrame) == []
        await call.model.nothing_more()


async def test_runtime_cancels_and_answers_where_it_is_in_charge() -> None:
    policy = InterruptionConfig(type="interruption", min_speech_ms=20)
    model = ScriptedModel()
    async with running_call(interruption=policy, model=model) as call:
        await answer(call)
        await call.model.caller_speaks()

        cancel = await call.model.expect("response.cancel")
        assert cancel["response_id"] == "resp_1"
        await call.model.done("resp_1", "cancelled")
        await call.model.caller_turn()
        while (event := await call.model.next())["type"] != "response.create":
            assert event["type"] in {"conversation.item.delete", "conversation.item.truncate"}
        assert event["response"]["metadata"]["purpose"] == "answer"


async def test_barge_in_switched_off_answers_after_the_assistant_is_done() -> None:
    policy = InterruptionConfig(type="interruption", enabled=False)
    async with running_call(interruption=policy) as call:
        await answer(call)
        await call.model.caller_speaks()
        await call.model.caller_turn()
        await call.settle()
        assert call.bottom.of(CallInterruptionFrame) == []
        await call.model.nothing_more()

        await call.model.done("resp_1")
        create = await call.model.expect("response.create")
        assert create["response"]["metadata"]["purpose"] == "answer"


async def test_key_stops_the_assistant_and_the_model_that_cannot_hear_it_is_told() -> None:
    async with running_call() as call:
        await answer(call)
        await call.top.push_frame(InputDTMFFrame(button=KeypadEntry.FIVE))

        cancel = await call.model.expect("response.cancel")
        assert cancel["response_id"] == "resp_1"
        assert call.bottom.of(CallInterruptionFrame)[0].reason == "caller_key"


async def test_interruption_by_a_stock_processor_cancels_the_response() -> None:
    async with running_call() as call:
        await answer(call)
        await call.top.push_frame(InterruptionFrame())

        assert (await call.model.expect("response.cancel"))["response_id"] == "resp_1"


async def test_protected_goodbye_puts_the_runtime_in_charge_before_it_is_asked_for() -> None:
    async with running_call() as call:
        await answer(call)
        await call.model.done("resp_1")
        await call.model.response("resp_2")
        await call.model.emit(
            {
                "type": "response.output_item.done",
                "response_id": "resp_2",
                "item": {
                    "id": "fc_1",
                    "type": "function_call",
                    "status": "completed",
                    "name": "end_call",
                    "call_id": "c1",
                    "arguments": '{"reason": "done"}',
                },
            }
        )
        await call.model.done("resp_2")

        first = await call.model.next()
        assert first["type"] == "session.update"
        turn_detection = first["session"]["audio"]["input"]["turn_detection"]
        assert turn_detection["interrupt_response"] is False
        assert (await call.model.next())["type"] == "conversation.item.create"
        goodbye = await call.model.next()
        assert goodbye["response"]["metadata"]["purpose"] == "goodbye"
        await call.model.response("resp_3", goodbye)

        await call.model.caller_speaks("u2")
        await call.model.caller_turn("u2")
        await call.model.done("resp_3")
        await call.settle()
        await call.model.nothing_more()
