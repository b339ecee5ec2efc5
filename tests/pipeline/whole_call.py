"""A whole call in memory: simulated phone, the real runtime, simulated model, any loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.brain_script import brain_script
from pipeline.call import CallRunner
from pipeline.catalog import Catalog, load_catalog
from processors.context import CallContext
from processors.state.journal import Entry, Journal
from tests.pipeline.files import write
from transports.openai_realtime.dialer import ModelDialer
from transports.simulated.brain_script import BrainScript
from transports.simulated.caller import Caller
from transports.simulated.caller_steps import FixedScript, Step
from transports.simulated.faults import ModelOptions
from transports.simulated.memory_socket import MemorySocket
from transports.simulated.model_session import ModelSession
from transports.simulated.model_tap import ModelTap
from transports.simulated.phone import SimulatedPhone
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.recording import Recording
from transports.simulated.stream_facts import StreamFacts
from transports.simulated.stream_messages import StreamIds
from transports.simulated.voice import ToneVoice, Voice
from transports.socket import Socket
from transports.twilio.messages import StartMessage, decode
from transports.twilio.token import StreamClaims

CALL_FILE = """\
timezone: UTC
pipeline:
  - type: twilio_serializer
  - type: mulaw_passthrough
  - type: openai_realtime
  - type: interruption
  - type: transcript
agent:
  greeting: Welcome to Acme Realty, how can I help you today?
  goodbye: Thank you for calling. Goodbye.
"""

Rewire = Callable[[CallContext], None]


@dataclass
class WholeCall:
    """What a call left behind.

    Attributes:
        phone: The phone's side, which knows what was heard.
        caller: Who held it.
        tap: What crossed the line to the model.
        sessions: The model's sessions, oldest first.
        context: What the runtime's processors shared.
        entries: Its journal.
    """

    phone: StreamFacts
    caller: Caller
    tap: ModelTap
    sessions: list[ModelSession]
    context: CallContext
    entries: list[Entry] = field(default_factory=list)

    def journal(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind]


def catalog_of(folder: Path, text: str = CALL_FILE) -> Catalog:
    """A catalog of one file."""
    return load_catalog(str(write(folder, text)), {})


async def whole_call(
    catalog: Catalog,
    steps: list[Step],
    *,
    script: BrainScript | None = None,
    model: ModelOptions | None = None,
    phone: PhoneOptions | None = None,
    voice: Voice | None = None,
    recording: Recording | None = None,
    on_call: Callable[[CallContext, list[ModelSession]], None] | None = None,
    server_stops_after: float | None = None,
) -> WholeCall:
    """Place a call to the catalog's first file and hold it to its end."""
    loop = asyncio.get_running_loop()
    voice = voice or ToneVoice()
    loaded = catalog.files[0]
    brain = script or brain_script(loaded.call)
    sessions: list[ModelSession] = []
    serving: set[asyncio.Task[None]] = set()
    contexts: list[CallContext] = []
    entries: list[Entry] = []

    async def connect(url: str, headers: dict[str, str]) -> Socket:
        ours, theirs = MemorySocket.pair()
        number = len(sessions) + 1
        session = ModelSession(theirs, lambda _: brain, voice=voice, options=model, number=number)
        sessions.append(session)
        task = asyncio.create_task(session.run())
        serving.add(task)
        return ours

    def told(context: CallContext) -> None:
        contexts.append(context)
        context.journal.listen(entries.append)
        if on_call is not None:
            on_call(context, sessions)

    tap = ModelTap()
    dialer = ModelDialer(tap.on(connect), base_url="http://m/v1", api_key="k", clock=loop.time)
    runner = CallRunner(
        catalog,
        dialer,
        None,
        wall_clock=lambda: datetime(2026, 3, 2, 10, 30, tzinfo=UTC),
        on_call=told,
    )
    near, far = MemorySocket.pair()
    person = Caller(FixedScript(steps), voice)
    simulated = SimulatedPhone(
        far,
        StreamIds("AC1", "CA1", "MZ1"),
        options=replace(phone or PhoneOptions(), keep_audio=True),
        person=person,
        journal=Journal(loop.time()),
        recording=recording,
    )
    phoning = asyncio.create_task(simulated.run())
    decode(await near.receive())
    started = decode(await near.receive())
    assert isinstance(started, StartMessage)
    claims = StreamClaims("CA1", "+15550100001", "+15550100042", loaded.path.name, "AC1")
    running = asyncio.create_task(runner(near, started.start, claims))
    if server_stops_after is not None:
        loop.call_later(server_stops_after, running.cancel)
    await asyncio.wait({running})
    await near.close()
    facts = await phoning
    await dialer.close()
    if serving:
        await asyncio.wait(serving)
    assert contexts, "the call was refused"
    return WholeCall(facts, person, tap, sessions, contexts[0], entries)
