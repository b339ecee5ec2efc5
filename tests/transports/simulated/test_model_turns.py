"""The caller's turns: VAD events, commits, transcripts, interruptions and silence."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import Any

import pytest

from tests.transports.simulated.realtime_client import (
    PCMU,
    VOICE,
    RealtimeClient,
    realtime_client,
    said,
)
from tests.virtual_loop import virtual
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import Faults, ModelOptions
from transports.simulated.senses import ToneSenses

GREETING = "Good morning, this is Acme Realty. How can I help you today?"
SCRIPT = BrainScript(greeting=GREETING, facts=("We open at nine.",))
SILENT_SECOND = b"\xff" * 8000


async def speaking(client: RealtimeClient) -> str:
    """Let the assistant speak; the id of the response, in the midst of it."""
    await client.send("response.create")
    created = await client.expect("response.created")
    await client.expect("response.output_audio.delta")
    response_id: str = created["response"]["id"]
    return response_id


@virtual
async def test_a_turn_goes_from_speech_to_item_to_answer() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        await client.play(SILENT_SECOND)
        before = len(client.events)
        await client.say("When do you open?")
        done = await client.expect("response.done")

        kinds = client.kinds(before)
        assert kinds[:6] == [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
        ]
        started, stopped, committed, added = client.events[before : before + 4]
        assert started["audio_start_ms"] == 700
        # 17 symbols of 66 ms, in whole frames of 20, and 500 of silence.
        assert stopped["audio_end_ms"] == 1000 + 1120 + 500
        item_ids = {e["item_id"] for e in (started, stopped, committed)} | {added["item"]["id"]}
        assert len(item_ids) == 1
        assert added["item"]["content"] == [{"type": "input_audio", "transcript": None}]
        assert said(done["response"]).startswith("We open at nine.")


@virtual
async def test_positions_count_audio_and_not_time() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone(create_response=False)
        await client.play(SILENT_SECOND, paced=False)
        await client.wait(60)
        await client.say("When do you open?", paced=False)
        await client.expect("input_audio_buffer.committed")

        assert client.of("input_audio_buffer.speech_started")[0]["audio_start_ms"] == 700


@virtual
async def test_a_turn_does_not_end_while_no_audio_comes() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        await client.play(VOICE.speak("When do you open?"))
        await client.wait(30)
        assert not client.of("input_audio_buffer.speech_stopped")

        await client.play(SILENT_SECOND)
        await client.expect("input_audio_buffer.speech_stopped")


@virtual
async def test_speech_interrupts_the_response_that_is_generated() -> None:
    async with realtime_client(SCRIPT, ModelOptions(speed_up=1)) as client:
        await client.phone()
        response_id = await speaking(client)
        before = len(client.events)
        await client.play(VOICE.speak("Wait"))
        done = (await client.expect("response.done"))["response"]

        assert done["id"] == response_id
        assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
        kinds = client.kinds(before)
        started = kinds.index("input_audio_buffer.speech_started")
        assert kinds[started + 1 : started + 7] == [
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "response.output_item.done",
            "conversation.item.done",
            "response.done",
        ]
        assert "conversation.item.truncated" not in kinds


@virtual
async def test_speech_after_the_generation_cancels_nothing() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        await client.respond()
        before = len(client.events)
        await client.play(VOICE.speak("Wait"))
        await client.wait(1)

        assert client.kinds(before) == ["input_audio_buffer.speech_started"]


@virtual
async def test_late_deltas_of_a_cancelled_response_may_follow() -> None:
    options = ModelOptions(speed_up=1, faults=Faults(late_deltas=3))
    async with realtime_client(SCRIPT, options) as client:
        await client.phone()
        response_id = await speaking(client)
        await client.play(VOICE.speak("Wait"))
        done = client.events.index(await client.expect("response.done"))
        await client.wait(1)

        late = [e for e in client.events[done:] if e["type"] == "response.output_audio.delta"]
        assert [event["response_id"] for event in late] == [response_id] * 3
        [item] = client.events[done]["response"]["output"]
        # The server does not count them: what it holds ends where it was cut.
        assert client.session.items[item["id"]].sent_ms < len(client.audio(item["id"])) / 8


@virtual
async def test_out_of_band_responses_are_not_interrupted() -> None:
    async with realtime_client(SCRIPT, ModelOptions(speed_up=1)) as client:
        await client.phone(create_response=False)
        await client.send("response.create", response={"conversation": "none"})
        await client.expect("response.output_audio.delta")
        await client.play(VOICE.speak("Wait"))
        done = await client.expect("response.done")

        assert done["response"]["status"] == "completed"


@virtual
async def test_without_interrupting_the_turn_is_kept_but_not_answered() -> None:
    async with realtime_client(SCRIPT, ModelOptions(speed_up=0.5)) as client:
        await client.phone(interrupt_response=False)
        response_id = await speaking(client)
        await client.say("When do you open?")
        error = (await client.expect("error"))["error"]
        done = await client.expect("response.done")

        assert error["code"] == "conversation_already_has_active_response"
        assert error["event_id"] is None
        assert done["response"]["id"] == response_id
        assert done["response"]["status"] == "completed"
        assert [item.role for item in client.session.conversation.items] == ["assistant", "user"]


@virtual
async def test_with_neither_answer_nor_interruption_only_events_come() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone(create_response=False, interrupt_response=False)
        await client.say("When do you open?")
        await client.wait(5)

        assert not client.of("response.created")
        assert client.of("conversation.item.done")


@virtual
async def test_the_client_may_commit_by_itself() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.configure(audio={**PCMU, "input": {**PCMU["input"], "turn_detection": None}})
        await client.play(VOICE.speak("When do you open?"), paced=False)
        await client.send("input_audio_buffer.commit")
        committed = await client.expect("input_audio_buffer.committed")
        assert not client.of("input_audio_buffer.speech_started")
        assert not client.of("response.created")
        done = await client.respond()

        assert committed["previous_item_id"] is None
        assert said(done).startswith("We open at nine.")


@virtual
async def test_too_short_a_commit_is_refused_and_a_clear_forgets() -> None:
    async with realtime_client() as client:
        await client.phone(create_response=False)
        empty = await client.refused("input_audio_buffer.commit")
        await client.play(SILENT_SECOND[:400], paced=False)
        short = await client.refused("input_audio_buffer.commit")
        await client.play(SILENT_SECOND, paced=False)
        await client.send("input_audio_buffer.clear")
        await client.expect("input_audio_buffer.cleared")
        cleared = await client.refused("input_audio_buffer.commit")

        assert {e["code"] for e in (empty, short, cleared)} == {"input_audio_buffer_commit_empty"}
        assert "only has 50.00ms" in short["message"]


@virtual
async def test_a_commit_in_mid_speech_keeps_the_announced_item() -> None:
    async with realtime_client() as client:
        await client.phone(create_response=False)
        await client.play(VOICE.speak("When do you"))
        started = await client.expect("input_audio_buffer.speech_started")
        await client.send("input_audio_buffer.commit")
        committed = await client.expect("input_audio_buffer.committed")

        assert committed["item_id"] == started["item_id"]


@pytest.mark.parametrize("audio", ["#not base64#", 5, None])
@virtual
async def test_audio_that_is_none_is_refused(audio: Any) -> None:
    async with realtime_client() as client:
        error = await client.refused("input_audio_buffer.append", audio=audio)

        assert error["param"] == "audio"


@pytest.mark.parametrize(
    ("model", "deltas", "usage"),
    [("gpt-4o-transcribe", 2, "tokens"), ("whisper-1", 1, "duration")],
)
@virtual
async def test_a_turn_is_transcribed_after_a_while(model: str, deltas: int, usage: str) -> None:
    async with realtime_client(SCRIPT, ModelOptions(transcription_delay=2.0)) as client:
        audio = {**PCMU, "input": {**PCMU["input"], "transcription": {"model": model}}}
        await client.configure(audio=audio)
        await client.phone()
        await client.say("When do you open?")
        await client.expect("response.done")
        kind = "conversation.item.input_audio_transcription"
        assert not client.of(f"{kind}.completed"), "it lands after the answer"
        completed = await client.expect(f"{kind}.completed")

        assert completed["transcript"] == "When do you open?"
        assert completed["usage"]["type"] == usage
        parts = [event["delta"] for event in client.of(f"{kind}.delta")]
        assert len(parts) == deltas
        assert "".join(parts) == "When do you open?"
        assert completed["item_id"] == client.of("input_audio_buffer.committed")[0]["item_id"]


@virtual
async def test_a_transcription_may_fail() -> None:
    options = ModelOptions(faults=Faults(unintelligible=True))
    async with realtime_client(SCRIPT, options) as client:
        audio = {**PCMU, "input": {**PCMU["input"], "transcription": {"model": "whisper-1"}}}
        await client.configure(audio=audio)
        await client.phone()
        await client.say("When do you open?")
        failed = await client.expect("conversation.item.input_audio_transcription.failed")

        assert failed["error"]["code"] == "audio_unintelligible"


@virtual
async def test_silence_after_an_answer_is_answered_once_its_audio_has_played() -> None:
    loop = asyncio.get_running_loop()
    async with realtime_client(SCRIPT, ModelOptions(idle_rearms=False)) as client:
        await client.phone(idle_timeout_ms=5000)
        await client.play(SILENT_SECOND)
        await client.respond()
        ended_at = loop.time()
        await client.play(SILENT_SECOND * 12)
        await client.wait(30)

        [triggered] = client.of("input_audio_buffer.timeout_triggered")
        spoken_ms = VOICE.duration_ms(GREETING)
        assert triggered["audio_start_ms"] == pytest.approx(1000 + spoken_ms, abs=1)
        assert triggered["audio_end_ms"] == pytest.approx(1000 + spoken_ms + 5000, abs=20)
        [committed] = client.of("input_audio_buffer.committed")
        assert committed["item_id"] == triggered["item_id"]
        prompt = client.of("response.done")[-1]["response"]
        assert said(prompt) == "Are you still there?"
        assert loop.time() > ended_at + (spoken_ms + 5000) / 1000


@virtual
async def test_it_asks_again_and_again_when_the_timeout_rearms() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone(idle_timeout_ms=5000)
        await client.respond()
        await client.wait(30)

        assert len(client.of("input_audio_buffer.timeout_triggered")) > 2


@virtual
async def test_speech_disarms_the_timeout() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone(idle_timeout_ms=5000, create_response=False)
        await client.respond()
        await client.say("When do you open?")
        await client.wait(30)

        assert not client.of("input_audio_buffer.timeout_triggered")


@pytest.mark.parametrize(("words", "waits_ms"), [("I think", 4000), ("I think so.", 400)])
@virtual
async def test_semantic_vad_waits_for_the_end_of_the_sentence(words: str, waits_ms: int) -> None:
    async with realtime_client(SCRIPT) as client:
        turns = {"type": "semantic_vad", "eagerness": "medium"}
        await client.configure(audio={**PCMU, "input": {**PCMU["input"], "turn_detection": turns}})
        await client.play(VOICE.speak(words) + SILENT_SECOND * 5)
        stopped = await client.expect("input_audio_buffer.speech_stopped")

        spoken_ms = VOICE.duration_ms(words)
        assert stopped["audio_end_ms"] == pytest.approx(spoken_ms + waits_ms, abs=25)


@virtual
async def test_an_interrupted_answer_is_remembered_as_far_as_it_was_heard() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone(create_response=False)
        response = await client.respond(input=[], instructions='Say exactly: "One two three four."')
        item_id = response["output"][0]["id"]
        await client.send(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=470
        )
        await client.say("Stop", silence_ms=700)
        lines = client.session.responder.create({}).params.brain_request(ToneSenses(VOICE)).lines

        assert [(line.who, line.text) for line in lines] == [
            ("assistant", "One two"),
            ("caller", "Stop"),
        ]


@virtual
async def test_noise_in_the_line_is_not_words() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        await client.respond()
        hum = bytes([0x10, 0x90]) * 4000
        await client.play(hum + SILENT_SECOND)
        before = client.events.index(client.of("input_audio_buffer.speech_stopped")[0])
        done = await client.expect("response.done", before)

        assert said(done["response"]).startswith("Sorry, I didn't catch that.")


@virtual
async def test_appends_are_counted_and_not_kept() -> None:
    async with realtime_client() as client:
        await client.phone()
        frame = b64encode(SILENT_SECOND).decode()
        await client.send_raw(json.dumps({"type": "input_audio_buffer.append", "audio": frame}))
        await client.wait(0.1)

        assert client.session.listener.appended_bytes == 8000
        assert [event["type"] for event in client.session.received] == ["session.update"]
