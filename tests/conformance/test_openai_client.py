"""A real session with the ``openai`` package as the client: it wrote both sides of the contract."""

from __future__ import annotations

import json
from base64 import b64decode

from openai.types.realtime import (
    ConversationItemDeletedEvent,
    ConversationItemDone,
    ConversationItemInputAudioTranscriptionCompletedEvent,
    ConversationItemTruncatedEvent,
    InputAudioBufferCommittedEvent,
    InputAudioBufferSpeechStartedEvent,
    InputAudioBufferSpeechStoppedEvent,
    RealtimeErrorEvent,
    ResponseAudioDeltaEvent,
    ResponseAudioTranscriptDoneEvent,
    ResponseDoneEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
    SessionCreatedEvent,
    SessionUpdatedEvent,
)
from openai.types.realtime.realtime_response import RealtimeResponse
from openai.types.realtime.realtime_response_create_params_param import (
    RealtimeResponseCreateParamsParam,
)

from tests.conformance.openai_session import END_CALL, OpenAISession, openai_session, pcmu
from tests.conformance.servers import ServerUnderTest

LONG_ANSWER: RealtimeResponseCreateParamsParam = {
    "input": [],
    "instructions": f'Say exactly: "{" ".join(["And so it goes on."] * 40)}"',
}
"""More than is over before anybody can cancel it."""


async def error_of(session: OpenAISession) -> RealtimeErrorEvent:
    while True:
        event = await session.next()
        if isinstance(event, RealtimeErrorEvent):
            return event


def transcript(response: RealtimeResponse) -> str:
    parts = [
        part for item in response.output or [] if item.type == "message" for part in item.content
    ]
    return " ".join(getattr(part, "transcript", None) or "" for part in parts)


async def test_a_session_is_what_was_asked_for(server: ServerUnderTest) -> None:
    async with openai_session(server, tools=[END_CALL], tool_choice="auto") as session:
        created = await session.until(SessionCreatedEvent)
        updated = await session.until(SessionUpdatedEvent)

    assert created.session.type == "realtime"
    assert updated.session.type == "realtime"
    assert updated.session.model == "gpt-realtime-2.1"
    assert updated.session.instructions == server.instructions
    audio = updated.session.audio
    assert audio is not None
    assert audio.input is not None
    assert audio.output is not None
    assert audio.input.format is not None
    assert audio.input.format.type == "audio/pcmu"
    assert audio.output.format is not None
    assert audio.output.format.type == "audio/pcmu"
    assert [tool.to_dict()["name"] for tool in updated.session.tools or []] == ["end_call"]


async def test_text_comes_in_deltas_and_whole(server: ServerUnderTest) -> None:
    async with openai_session(server, output_modalities=["text"]) as session:
        await session.write(server.question)
        await session.connection.response.create()
        done = await session.until(ResponseDoneEvent)

    (whole,) = session.of(ResponseTextDoneEvent)
    assert whole.text
    assert "".join(event.delta for event in session.of(ResponseTextDeltaEvent)) == whole.text
    assert session.of(ResponseAudioDeltaEvent) == []
    assert done.response.status == "completed"
    assert done.response.usage is not None
    assert done.response.usage.output_tokens


async def test_what_is_spoken_is_heard_and_answered_aloud(server: ServerUnderTest) -> None:
    async with openai_session(server) as session:
        await session.say(server.question)
        done = await session.until(ResponseDoneEvent)
        heard = session.of(ConversationItemInputAudioTranscriptionCompletedEvent) or [
            await session.until(ConversationItemInputAudioTranscriptionCompletedEvent)
        ]

    (started,) = session.of(InputAudioBufferSpeechStartedEvent)
    (stopped,) = session.of(InputAudioBufferSpeechStoppedEvent)
    (committed,) = session.of(InputAudioBufferCommittedEvent)
    assert started.audio_start_ms < stopped.audio_end_ms
    assert {started.item_id, stopped.item_id, committed.item_id} == {heard[0].item_id}
    assert server.same(heard[0].transcript, server.question)
    assert done.response.status == "completed"
    assert server.same(session.heard(), transcript(done.response))
    assert [event.transcript for event in session.of(ResponseAudioTranscriptDoneEvent)] == [
        transcript(done.response)
    ]


async def test_pcm16_at_24_khz_is_spoken_too(server: ServerUnderTest) -> None:
    audio = {"output": {"format": {"type": "audio/pcm", "rate": 24000}}}
    async with openai_session(server, audio=audio) as session:
        await session.connection.response.create(
            response={"input": [], "instructions": 'Say exactly: "This call is recorded."'}
        )
        done = await session.until(ResponseDoneEvent)

    pcm16 = b"".join(b64decode(event.delta) for event in session.of(ResponseAudioDeltaEvent))
    assert server.same(server.hear(pcmu(pcm16)), "This call is recorded.")
    assert transcript(done.response) == "This call is recorded."


async def test_what_was_not_heard_is_forgotten(server: ServerUnderTest) -> None:
    async with openai_session(server) as session:
        await session.connection.response.create()
        await session.until(ResponseDoneEvent)
        item_id = session.of(ResponseAudioDeltaEvent)[0].item_id
        items = session.connection.conversation.item
        await items.truncate(item_id=item_id, content_index=0, audio_end_ms=500)
        truncated = await session.until(ConversationItemTruncatedEvent)
        await items.truncate(
            item_id=item_id, content_index=0, audio_end_ms=90_000, event_id="too_long"
        )
        refused = await error_of(session)
        await items.delete(item_id=item_id)
        deleted = await session.until(ConversationItemDeletedEvent)
        await items.retrieve(item_id=item_id, event_id="gone")
        gone = await error_of(session)

    assert (truncated.item_id, truncated.audio_end_ms) == (item_id, 500)
    assert truncated.content_index == 0
    assert refused.error.event_id == "too_long"
    assert deleted.item_id == item_id
    assert gone.error.event_id == "gone"


async def test_a_cancelled_response_falls_silent(server: ServerUnderTest) -> None:
    async with openai_session(server) as session:
        await session.connection.response.create(response=LONG_ANSWER)
        await session.until(ResponseAudioDeltaEvent)
        await session.connection.response.cancel()
        done = await session.until(ResponseDoneEvent)
        before = len(session.events)
        await session.write(server.question)
        await session.until(ConversationItemDone)
        await session.connection.response.cancel(event_id="nothing_to_cancel")
        refused = await error_of(session)

    assert done.response.status == "cancelled"
    assert done.response.status_details is not None
    assert done.response.status_details.reason == "client_cancelled"
    assert not any(isinstance(event, ResponseAudioDeltaEvent) for event in session.events[before:])
    assert refused.error.code == "response_cancel_not_active"
    assert refused.error.event_id == "nothing_to_cancel"


async def test_who_speaks_into_an_answer_cancels_it(server: ServerUnderTest) -> None:
    async with openai_session(server) as session:
        await session.connection.response.create(response=LONG_ANSWER)
        await session.until(ResponseAudioDeltaEvent)
        await session.say(server.question)
        cut = await session.until(ResponseDoneEvent)
        answer = await session.until(ResponseDoneEvent)

    assert cut.response.status == "cancelled"
    assert cut.response.status_details is not None
    assert cut.response.status_details.reason == "turn_detected"
    assert answer.response.status == "completed"


async def test_a_function_is_called_and_its_output_answered(server: ServerUnderTest) -> None:
    async with openai_session(server, tools=[END_CALL]) as session:
        await session.say(server.farewell)
        called = await session.until(ResponseFunctionCallArgumentsDoneEvent)
        await session.until(ResponseDoneEvent)
        await session.connection.conversation.item.create(
            item={"type": "function_call_output", "call_id": called.call_id, "output": "{}"}
        )
        await session.connection.response.create()
        goodbye = await session.until(ResponseDoneEvent)

    assert called.name == "end_call"
    assert isinstance(json.loads(called.arguments), dict)
    deltas = session.of(ResponseFunctionCallArgumentsDeltaEvent)
    assert "".join(event.delta for event in deltas) == called.arguments
    assert server.same(session.heard(goodbye_item(goodbye)), transcript(goodbye.response))


async def test_a_conversation_goes_on_to_its_goodbye(server: ServerUnderTest) -> None:
    lines = [server.question, server.farewell]
    transcripts: list[str] = []
    async with openai_session(server, tools=[END_CALL]) as session:
        await session.connection.response.create()
        while True:
            event = await session.next()
            assert event.type != "error", event
            if event.type == "conversation.item.input_audio_transcription.completed":
                transcripts.append(event.transcript)
            elif event.type == "response.function_call_arguments.done":
                called = event.call_id
            elif event.type == "response.done" and has_call(event.response):
                await session.connection.conversation.item.create(
                    item={"type": "function_call_output", "call_id": called, "output": "{}"}
                )
                await session.connection.response.create()
            elif event.type == "response.done" and lines:
                await session.say(lines.pop(0))
            elif event.type == "response.done":
                break

    assert len(transcripts) == 2
    assert server.same(transcripts[0], server.question)
    assert server.same(transcripts[1], server.farewell)
    for item in {event.item_id for event in session.of(ResponseAudioDeltaEvent)}:
        (words,) = (
            event.transcript
            for event in session.of(ResponseAudioTranscriptDoneEvent)
            if event.item_id == item
        )
        assert server.same(session.heard(item), words)


def has_call(response: RealtimeResponse) -> bool:
    return any(item.type == "function_call" for item in response.output or [])


def goodbye_item(done: ResponseDoneEvent) -> str | None:
    assert done.response.output
    return done.response.output[-1].id


async def test_a_question_aside_leaves_no_trace(server: ServerUnderTest) -> None:
    async with openai_session(server) as session:
        await session.connection.response.create(
            response={
                "conversation": "none",
                "output_modalities": ["text"],
                "input": [],
                "instructions": 'Say exactly: "Only for you."',
                "metadata": {"topic": "notes"},
            }
        )
        done = await session.until(ResponseDoneEvent)

    assert done.response.conversation_id is None
    assert done.response.metadata == {"topic": "notes"}
    assert [event.text for event in session.of(ResponseTextDoneEvent)] == ["Only for you."]
    assert session.of(ConversationItemDone) == []


async def test_a_refused_event_ends_nothing(server: ServerUnderTest) -> None:
    async with openai_session(server) as session:
        await session.connection.send(
            {"type": "surprise", "event_id": "odd"}  # type: ignore[arg-type]  # none of its
        )
        refused = await error_of(session)
        await session.connection.response.create()
        done = await session.until(ResponseDoneEvent)

    assert refused.error.type == "invalid_request_error"
    assert refused.error.event_id == "odd"
    assert done.response.status == "completed"
