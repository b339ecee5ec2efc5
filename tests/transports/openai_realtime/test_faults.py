"""What the model's side can do wrong, and what the call makes of it."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from processors.audio_frames import PcmuInputFrame
from processors.context import Speech
from processors.frames import AssistantAudioEndFrame, ModelLostFrame, ResponseRequestFrame
from tests.transports.openai_realtime.harness import Call, FakePhone, ScriptedModel, running_call
from tests.transports.openai_realtime.test_service import pcmu
from tests.virtual_loop import virtual
from transports.openai_realtime.config import OpenAIRealtimeConfig


async def greeted(call: Call) -> None:
    create = await call.model.expect("response.create")
    await call.model.response("resp_1", create)
    await call.model.done("resp_1")
    await call.settle()
    await call.model.nothing_more()


def error(code: str | None, **fields: Any) -> dict[str, Any]:
    return {
        "type": "error",
        "error": {"type": "invalid_request_error", "code": code, "message": "m", **fields},
    }


@pytest.mark.parametrize(
    "event",
    [
        error("response_cancel_not_active"),
        error("invalid_value", message="Audio content of 3700ms is already shorter than 3760ms"),
        error(None, message="Only model output audio messages can be truncated"),
        error("item_not_found", event_id="delete:item_1"),
        {"type": "some.new_event", "surprise": [1, 2]},
        {"type": "response.output_audio.delta", "delta": 5},
        {"type": 7},
        {"no": "type"},
    ],
)
async def test_nothing_of_this_ends_the_call(event: dict[str, Any]) -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.emit(event)
        await call.model.sockets[-1].send("not json")
        await call.model.sockets[-1].send('{"type": "error", "x": ' + "[" * 100_000)
        await call.model.response("resp_2")
        await call.model.item("resp_2", "item_2")
        await call.model.audio("resp_2", "item_2", pcmu(20))
        await call.settle()

        assert [frame.item_id for frame in call.bottom.audio] == ["item_2"]
        assert call.bottom.of(ModelLostFrame) == []


async def test_refused_response_is_asked_for_again_when_the_active_one_is_over() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.emit({"type": "noise"})
        await call.top.push_frame(ResponseRequestFrame())
        create = await call.model.expect("response.create")
        # The model's own answer to a turn was a little faster than our request.
        await call.model.response("resp_2")
        await call.model.emit(
            error("conversation_already_has_active_response", event_id=create["event_id"])
        )
        await call.settle()
        await call.model.nothing_more()
        await call.model.done("resp_2")

        again = await call.model.expect("response.create")
        assert again["event_id"] == create["event_id"]


async def test_audio_of_an_out_of_band_response_is_never_heard() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.emit(
            {
                "type": "response.created",
                "response": {"id": "oob", "status": "in_progress", "conversation_id": None},
            }
        )
        await call.model.audio("oob", "item_x", pcmu(100))
        await call.settle()

        assert call.bottom.audio == []


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_hard_limit_reached"])
async def test_quota_error_ends_in_a_spoken_fallback(code: str) -> None:
    speech = Speech(prompt="p", greeting="Hi.", fallback="Please call again later.")
    async with running_call(speech=speech) as call:
        create = await call.model.expect("response.create")
        await call.model.response("resp_1", create)
        details = {"type": "failed", "error": {"type": "x", "code": code, "message": "no"}}
        await call.model.done("resp_1", "failed", status_details=details)
        await call.settle()

        assert call.bottom.of(ModelLostFrame)[0].reason == code
        assert call.phone.said == ["Please call again later."]
        assert call.model.sockets[-1].is_closed


@virtual
async def test_slow_rest_does_not_keep_the_caller_from_the_fallback() -> None:
    class SlowPhone(FakePhone):
        async def say_and_hang_up(self, words: str) -> bool:
            await asyncio.sleep(60)
            return True

    async with running_call(phone=SlowPhone()) as call:
        create = await call.model.expect("response.create")
        await call.model.response("resp_1", create)
        began_at = asyncio.get_running_loop().time()
        details = {"type": "failed", "error": {"type": "x", "code": "insufficient_quota"}}
        await call.model.done("resp_1", "failed", status_details=details)
        await call.running

        assert asyncio.get_running_loop().time() - began_at <= 4


async def test_bad_key_ends_in_a_spoken_fallback() -> None:
    class BadKey(ScriptedModel):
        async def emit(self, event: dict[str, Any]) -> None:
            if event["type"] == "session.created":
                await super().emit(error("invalid_api_key"))
                await self.sockets[-1].close(3000, "invalid_request_error.invalid_api_key")

    async with running_call(model=BadKey()) as call:
        await call.model.accepted.wait()
        await call.settle()

        assert call.bottom.of(ModelLostFrame)[0].reason == "invalid_api_key"
        assert len(call.model.sockets) == 1


@virtual
async def test_failed_response_is_tried_again() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.response("resp_2")
        details = {"type": "failed", "error": {"type": "server_error", "message": "oops"}}
        await call.model.done("resp_2", "failed", status_details=details)

        create = await call.model.expect("response.create")
        assert create["response"]["metadata"]["purpose"] == "answer"


INCOMPLETE = {"type": "incomplete", "reason": "max_output_tokens"}
CALLED = {"id": "f1", "type": "function_call", "status": "completed", "name": "nothing"}


@virtual
async def test_response_that_ran_out_of_tokens_before_its_first_word_is_tried_again() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call.model.done("resp_2", "incomplete", status_details=INCOMPLETE)

        create = await call.model.expect("response.create")
        assert create["response"]["metadata"]["purpose"] == "answer"
        assert call.journal("response_failed")[0].fields["code"] == "max_output_tokens"


@pytest.mark.parametrize("did", ["spoke", "called"])
async def test_response_that_was_cut_short_by_its_token_limit_stays_as_it_is(did: str) -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.response("resp_2")
        output = [CALLED] if did == "called" else []
        if did == "spoke":
            await call.model.item("resp_2", "item_2")
            await call.model.audio("resp_2", "item_2", pcmu(20))
        await call.model.done("resp_2", "incomplete", status_details=INCOMPLETE, output=output)
        await call.settle()

        assert call.journal("response_failed") == []
        await call.model.nothing_more()


FAILED = {"type": "failed", "error": {"type": "server_error", "message": "oops"}}


@pytest.mark.parametrize(("spoke", "lost"), [(True, 0), (False, 1)])
@virtual
async def test_failures_before_the_model_spoke_again_do_not_count(spoke: bool, lost: int) -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call.model.done("resp_2", "failed", status_details=FAILED)
        for number in (3, 4):
            create = await call.model.expect("response.create")
            await call.model.response(f"resp_{number}", create)
            await call.model.done(f"resp_{number}", "failed", status_details=FAILED)
        create = await call.model.expect("response.create")
        await call.model.response("resp_5", create)
        if spoke:
            await call.model.item("resp_5", "item_5")
            await call.model.audio("resp_5", "item_5", pcmu(20))
        await call.model.done("resp_5", "cancelled")
        await call.model.response("resp_6")
        await call.model.done("resp_6", "failed", status_details=FAILED)
        await call.settle()

        assert len(call.bottom.of(ModelLostFrame)) == lost


@virtual
async def test_request_that_is_refused_again_and_again_ends_in_a_spoken_fallback() -> None:
    async with running_call() as call:
        for _ in range(4):
            create = await call.model.expect("response.create")
            await call.model.emit(error("rate_limit_exceeded", event_id=create["event_id"]))
        await call.settle()

        assert call.bottom.of(ModelLostFrame)[0].reason == "rate_limit_exceeded"


@virtual
async def test_model_that_cannot_be_reached_is_dialled_until_the_time_is_up() -> None:
    model = ScriptedModel()
    model.refuse_dials = 1000
    config = OpenAIRealtimeConfig(type="openai_realtime", connect_timeout=0.2)
    async with running_call(model=model, config=config) as call:
        await call.running

        assert call.bottom.of(ModelLostFrame)[0].reason == "unreachable"


@virtual
async def test_dead_socket_is_replaced_with_the_conversation_as_text_and_no_audio_lost() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.caller_speaks("u1")
        await call.model.caller_turn("u1")
        await call.model.emit(
            {
                "type": "conversation.item.input_audio_transcription.completed",
                "item_id": "u1",
                "content_index": 0,
                "transcript": "Do you have anything in Elmwood?",
            }
        )
        await call.model.response("resp_2")
        await call.model.item("resp_2", "item_2")
        await call.settle()
        old = call.model.sockets[-1]
        await old.close(1011, "gone")
        payloads = [base64.b64encode(bytes([n]) * 160).decode() for n in range(10)]
        for payload in payloads:
            await call.top.push_audio(PcmuInputFrame(payload))
        await call.model.dialled_again()

        sent = []
        while (event := await call.model.next())["type"] != "response.create":
            sent.append(event)
        text = [e["item"]["content"][0]["text"] for e in sent if "item" in e]
        audio = [e["audio"] for e in sent if e["type"] == "input_audio_buffer.append"]
        assert text == ["Do you have anything in Elmwood?"]
        assert audio == payloads
        assert call.journal("model_reconnected")


@virtual
async def test_expired_session_is_replaced() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.emit(error("session_expired"))
        await call.model.sockets[-1].close(1001, "60 minutes")
        await call.model.dialled_again()

        assert (await call.model.next())["type"] == "session.update"


async def test_no_second_session_where_the_file_forbids_it() -> None:
    config = OpenAIRealtimeConfig(type="openai_realtime", reconnect=False)
    async with running_call(config=config) as call:
        await greeted(call)
        await call.model.sockets[-1].close(1011, "gone")
        await call.settle()

        assert call.bottom.of(ModelLostFrame)[0].reason == "session_closed"


async def test_pcm_confirmed_instead_of_pcmu_is_transcoded_both_ways() -> None:
    pcm = {"format": {"type": "audio/pcm", "rate": 24000}}
    async with running_call(confirm={"audio": {"input": pcm, "output": pcm}}) as call:
        create = await call.model.expect("response.create")
        for _ in range(50):
            await call.top.push_audio(PcmuInputFrame(pcmu(20)))
        event = await call.model.expect("input_audio_buffer.append")
        assert len(base64.b64decode(event["audio"])) % 2 == 0
        await call.model.response("resp_1", create)
        await call.model.item("resp_1", "item_1")
        second_of_pcm = base64.b64encode(bytes(48000)).decode()
        await call.model.audio("resp_1", "item_1", second_of_pcm)
        await call.model.audio("resp_1", "item_1", second_of_pcm)
        await call.settle()

        heard_ms = sum(frame.duration_ms for frame in call.bottom.audio)
        assert 1500 <= heard_ms <= 2000
        assert {frame.item_id for frame in call.bottom.audio} == {"item_1"}
        assert [entry.fields["direction"] for entry in call.journal("transcoding")] == [
            "caller",
            "assistant",
        ]


@virtual
async def test_greeting_that_the_dead_socket_cut_is_said_again_in_its_own_words() -> None:
    async with running_call() as call:
        create = await call.model.expect("response.create")
        await call.model.response("resp_1", create)
        await call.model.item("resp_1", "item_1")
        await call.model.audio("resp_1", "item_1", pcmu(100))
        await call.settle()
        await call.model.sockets[-1].close(1011, "gone")
        await call.model.dialled_again()

        again = await call.model.expect("response.create")
        assert again["response"]["instructions"] == create["response"]["instructions"]
        ended = [frame.item_id for frame in call.bottom.of(AssistantAudioEndFrame)]
        assert ended == ["item_1"]


async def test_response_asked_for_just_before_the_caller_spoke_is_cancelled() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.top.push_frame(ResponseRequestFrame())
        create = await call.model.expect("response.create")
        await call.model.caller_speaks()
        await call.model.response("resp_2", create)
        await call.model.audio("resp_2", "item_2", pcmu(100))

        assert (await call.model.expect("response.cancel"))["response_id"] == "resp_2"
        await call.settle()
        assert call.bottom.audio == []
