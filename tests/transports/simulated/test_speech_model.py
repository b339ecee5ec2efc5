"""The simulated model with real ears and a real voice, over any socket.

Its mind says back what it heard, so that a test knows what to expect; audio is appended as fast as
it is taken, since a turn goes by the audio's own time.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from tests.transports.simulated.realtime_client import RealtimeClient, realtime_client, said
from transports.simulated.audio_format import AudioDecoder, AudioFormat, FormatType
from transports.simulated.brain_script import BrainRequest, Call, Output, Say
from transports.simulated.faults import ModelOptions
from transports.simulated.speech.engines import Engines, Sentence
from transports.simulated.speech_senses import SpeechSenses

PACE = ModelOptions(first_delta=0.0, transcription_delay=0.0, speed_up=30.0)
QUESTION = "What time do you open on Saturday?"
LONG = "This is the first sentence of a long story. And this is the second one. Here is a third."


class Echo:
    """Says back what it heard last; calls what it is told to call."""

    def __init__(self) -> None:
        self.requests: list[BrainRequest] = []

    def __call__(self, instructions: str) -> Echo:
        return self

    def reply(self, request: BrainRequest) -> list[Output]:
        self.requests.append(request)
        if request.instructions:
            return [Say(request.instructions)]
        last = request.lines[-1] if request.lines else None
        if last is not None and last.who == "tool_output":
            return [Say("That is done.")]
        heard = last.text if last is not None else ""
        if "weather" in heard.lower():
            return [Call("weather", {"day": "today"})]
        return [Say(f"You said. {heard}")]


class BrokenRecognizer:
    def transcribe(self, pcm16: bytes) -> str:
        raise RuntimeError("the network is gone")


class BrokenVoice:
    def stream(self, text: str, speed: float = 1.0) -> Iterator[Sentence]:
        yield Sentence("One. ", bytes(1600))
        raise RuntimeError("the network is gone")


@dataclass
class Talk:
    """A session and what it takes to speak with it."""

    client: RealtimeClient
    engines: Engines
    echo: Echo

    async def say(self, text: str, pause_ms: int = 800) -> None:
        spoken = b"".join(piece.pcm16 for piece in self.engines.caller_voice.stream(text))
        await self.play(pcm16_to_pcmu(spoken) + b"\xff" * 8 * pause_ms)

    async def play(self, pcmu: bytes) -> None:
        await self.client.play(pcmu, paced=False)

    def heard(self, item_id: str, kind: FormatType = "audio/pcmu") -> list[str]:
        """The words in the audio that came for an item."""
        pcmu = AudioDecoder(AudioFormat(kind)).feed(self.client.audio(item_id))
        return words(self.engines.recognizer.transcribe(pcmu_to_pcm16(pcmu)))


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


@pytest.fixture
def senses(engines: Engines) -> Iterator[SpeechSenses]:
    senses = SpeechSenses(engines)
    yield senses
    senses.close()


def talking(senses: SpeechSenses, echo: Echo, options: ModelOptions = PACE) -> Any:
    return realtime_client(options=options, mind_for=echo, senses=senses)


async def test_a_spoken_turn_is_heard_transcribed_and_answered_aloud(
    senses: SpeechSenses,
) -> None:
    echo = Echo()
    async with talking(senses, echo) as client:
        talk = Talk(client, senses.engines, echo)
        await client.phone()
        await client.configure(audio={"input": {"transcription": {"model": "gpt-4o-transcribe"}}})
        await talk.say(QUESTION)
        done = (await client.expect("response.done"))["response"]
        kind = "conversation.item.input_audio_transcription.completed"
        transcribed = await client.expect(kind)

        assert words(transcribed["transcript"]) == words(QUESTION)
        assert transcribed["usage"]["input_tokens"] > 20
        assert done["status"] == "completed"
        assert words(said(done)) == words(f"You said. {QUESTION}")
        assert talk.heard(done["output"][0]["id"]) == words(said(done))
        assert done["usage"]["output_token_details"]["audio_tokens"] > 20
        (turn,) = client.session.listener.turns
        assert turn[0] < 100, "prefix padding reaches back to the beginning"


@pytest.mark.parametrize("kind", ["audio/pcma", "audio/pcm"])
async def test_other_formats_are_spoken_and_heard_as_well(
    senses: SpeechSenses, kind: FormatType
) -> None:
    echo = Echo()
    wire = AudioFormat(kind)
    async with talking(senses, echo) as client:
        talk = Talk(client, senses.engines, echo)
        form = {"format": wire.to_wire()}
        await client.configure(audio={"input": form, "output": form})
        spoken = b"".join(piece.pcm16 for piece in senses.engines.caller_voice.stream(QUESTION))
        await talk.play(wire.encode(pcm16_to_pcmu(spoken) + b"\xff" * 6400))
        done = (await client.expect("response.done"))["response"]

        assert talk.heard(done["output"][0]["id"], kind) == words(f"You said. {QUESTION}")


async def test_the_voice_comes_by_sentences_with_its_transcript(senses: SpeechSenses) -> None:
    async with talking(senses, Echo()) as client:
        await client.respond(instructions=LONG)

        deltas = client.of("response.output_audio_transcript.delta")
        assert "".join(event["delta"] for event in deltas) == LONG
        first_audio = client.kinds().index("response.output_audio.delta")
        before = [e["delta"] for e in client.events[:first_audio] if e in deltas]
        assert len("".join(before)) < len(LONG) / 3


async def test_the_session_says_how_fast_it_talks(senses: SpeechSenses) -> None:
    async with talking(senses, Echo()) as client:
        usual = await client.respond(instructions="This is how fast I talk.")
        await client.configure(audio={"output": {"speed": 1.5}})
        faster = await client.respond(instructions="This is how fast I talk.")

        lengths = [len(client.audio(done["output"][0]["id"])) for done in (usual, faster)]
        assert lengths[0] > 1.3 * lengths[1]


async def test_speech_into_an_answer_cuts_it_in_mid_word(senses: SpeechSenses) -> None:
    echo = Echo()
    async with talking(senses, echo, replace(PACE, speed_up=2.0)) as client:
        talk = Talk(client, senses.engines, echo)
        await client.phone()
        await client.send("response.create", response={"instructions": LONG})
        audio = await client.expect("response.output_audio.delta")
        await talk.say("Wait.")
        cut = (await client.expect("response.done"))["response"]
        heard_ms = len(client.audio(audio["item_id"])) // 8
        await client.send(
            "conversation.item.truncate",
            item_id=audio["item_id"],
            content_index=0,
            audio_end_ms=heard_ms,
        )
        await client.expect("conversation.item.truncated")
        await client.expect("response.done", client.events.index(client.of("response.done")[0]) + 1)

        assert (cut["status"], cut["status_details"]["reason"]) == ("cancelled", "turn_detected")
        assert heard_ms < 4000
        (mine,) = [line for line in echo.requests[-1].lines if line.who == "assistant"]
        assert LONG.startswith(mine.text)
        assert 0 < len(mine.text) < len(LONG) / 2


async def test_functions_are_called_and_answered(senses: SpeechSenses) -> None:
    echo = Echo()
    async with talking(senses, echo) as client:
        talk = Talk(client, senses.engines, echo)
        await client.phone()
        await talk.say("How is the weather today?")
        called = await client.expect("response.function_call_arguments.done")
        await client.expect("response.done")
        await client.send(
            "conversation.item.create",
            item={"type": "function_call_output", "call_id": called["call_id"], "output": "{}"},
        )
        done = await client.respond()

        assert json.loads(called["arguments"]) == {"day": "today"}
        assert said(done) == "That is done."
        calls = [line for line in echo.requests[-1].lines if line.who == "tool_call"]
        assert json.loads(calls[0].arguments) == {"day": "today"}


async def test_a_note_is_written_aside_while_it_speaks(senses: SpeechSenses) -> None:
    async with talking(senses, Echo(), replace(PACE, speed_up=4.0)) as client:
        await client.send("response.create", response={"instructions": LONG})
        await client.expect("response.output_audio.delta")
        await client.send(
            "response.create",
            response={
                "conversation": "none",
                "output_modalities": ["text"],
                "instructions": "A note.",
                "metadata": {"purpose": "summary"},
            },
        )
        first = (await client.expect("response.done"))["response"]

        assert (first["conversation_id"], said(first)) == (None, "A note.")
        assert client.session.responder.active is not None


async def test_noise_is_no_turn_and_a_cough_has_no_words(senses: SpeechSenses) -> None:
    dice = np.random.default_rng(1)
    hiss = dice.normal(0, 200, 16000).astype("<i2").tobytes()
    async with talking(senses, Echo()) as client:
        await client.phone()
        await client.play(pcm16_to_pcmu(hiss), paced=False)
        assert client.of("input_audio_buffer.speech_started") == []

        await client.configure(
            audio={"input": {"turn_detection": None, "transcription": {"model": "whisper-1"}}}
        )
        await client.send("input_audio_buffer.commit")
        kind = "conversation.item.input_audio_transcription.completed"
        assert (await client.expect(kind))["transcript"] == ""


async def test_audio_that_a_client_writes_into_the_conversation_is_heard(
    senses: SpeechSenses,
) -> None:
    echo = Echo()
    async with talking(senses, echo) as client:
        spoken = b"".join(piece.pcm16 for piece in senses.engines.caller_voice.stream(QUESTION))
        audio = AudioFormat("audio/pcm").encode(pcm16_to_pcmu(spoken))
        part = {"type": "input_audio", "audio": b64encode(audio).decode()}
        item = {"type": "message", "role": "user", "content": [part]}
        await client.send("conversation.item.create", item=item)
        done = await client.respond()

        assert words(said(done)) == words(f"You said. {QUESTION}")


async def test_ears_that_break_fail_the_transcript_and_not_the_call(engines: Engines) -> None:
    senses = SpeechSenses(replace(engines, recognizer=BrokenRecognizer()))
    echo = Echo()
    async with talking(senses, echo) as client:
        talk = Talk(client, engines, echo)
        await client.phone()
        await client.configure(audio={"input": {"transcription": {"model": "whisper-1"}}})
        await talk.say("Hello?")
        await client.expect("conversation.item.input_audio_transcription.failed")
        done = (await client.expect("response.done"))["response"]

        assert said(done) == "You said. "
    senses.close()


async def test_a_voice_that_breaks_fails_its_response_and_not_the_call(engines: Engines) -> None:
    senses = SpeechSenses(replace(engines, voice=BrokenVoice()))
    async with talking(senses, Echo()) as client:
        failed = await client.respond(instructions=LONG)
        written = await client.respond(instructions="Still here.", output_modalities=["text"])

        assert failed["status_details"]["error"]["code"] == "server_error"
        assert said(written) == "Still here."
    senses.close()
