"""Realtime servers that the conformance tests are held against; a new one is a line in ``SERVERS``.

A test knows of a server only what stands in ``ServerUnderTest``: where it is, and by what voice one
talks to it. Nothing else of it may be asked, so that any server that speaks the protocol can stand
here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import ModelOptions
from transports.simulated.model_server import SimulatedModel
from transports.simulated.voice import ToneVoice


@dataclass(frozen=True)
class ServerUnderTest:
    """A Realtime server, and how one talks to it.

    Attributes:
        url: Its address, ws(s) style, up to ``/v1``.
        instructions: What its sessions are told, so that it answers as the tests want.
        question: A line of the caller's that it answers aloud, without a tool.
        farewell: A line of the caller's that makes it call ``end_call``.
        speak: A line as caller's audio: µ-law, 8 kHz.
        hear: The words in its audio: µ-law, 8 kHz.
        same: Whether what was heard are these words.
        api_key: A key that it takes.
    """

    url: str
    instructions: str
    question: str
    farewell: str
    speak: Callable[[str], bytes]
    hear: Callable[[bytes], str]
    same: Callable[[str, str], bool]
    api_key: str = "sk-test"


_SCRIPT: Final = BrainScript(
    greeting="Good morning. This is the office. How can I help you today?",
    facts=("We open at nine.",),
    goodbye="Goodbye now.",
)
_PACE: Final = ModelOptions(first_delta=0.0, speed_up=30.0, transcription_delay=0.0)
"""Fast, but not at once: something has to be left to cancel."""


@asynccontextmanager
async def scripted() -> AsyncIterator[ServerUnderTest]:
    """The simulated model that follows a script and speaks in tones."""
    voice = ToneVoice()
    model = SimulatedModel(lambda _: _SCRIPT, voice=voice, options=_PACE)
    await model.start()
    yield ServerUnderTest(
        url=model.url,
        instructions="Answer the phone.",
        question="When do you open?",
        farewell="Thanks, goodbye!",
        speak=voice.speak,
        hear=voice.hear,
        same=str.__eq__,
    )
    await model.stop()


SERVERS: Final[tuple[Callable[[], AbstractAsyncContextManager[ServerUnderTest]], ...]] = (scripted,)
