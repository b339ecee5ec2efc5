"""Places a whole call on the virtual clock: the real runtime between two simulated ends.

It enters where the server hands a call over (``pipeline.call.CallRunner``): what comes before is
HTTP and has tests of its own. Everything else is as in a real call, but for the clock.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from loguru import logger
from pydantic import TypeAdapter

from pipeline.call import CallRunner
from pipeline.catalog import Catalog, Refusal
from pipeline.config import Loaded, load
from pipeline.registry import Entry as ProcessorEntry
from processors.context import CallContext
from processors.state.journal import Entry, Journal
from tests.proof import tools
from tests.proof.scenario import Keys, Scenario, Speech, Way
from tests.proof.sound import Sound, TraceableVoice
from tests.proof.wires import SlowSocket, Tapped
from transports.openai_realtime.dialer import ModelDialer
from transports.simulated.brain import scripted
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import Faults, ModelOptions
from transports.simulated.memory_socket import MemorySocket
from transports.simulated.model_session import ModelSession
from transports.simulated.network import LinkOptions, Span
from transports.simulated.person import Act, HangUp, PressDigits, Speak
from transports.simulated.phone import SimulatedPhone
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.senses import ToneSenses
from transports.simulated.stream_facts import StreamEnd, StreamFacts
from transports.simulated.stream_messages import FRAME_BYTES, StreamIds
from transports.simulated.virtual_loop import VirtualLoop
from transports.socket import Socket, SocketClosedError
from transports.twilio.messages import Start, StartMessage, TwilioProtocolError, decode
from transports.twilio.rest import RestCredentials, TwilioRest
from transports.twilio.token import StreamClaims

IDS: Final = StreamIds("AC1", "CA1", "MZ1")
CALL_FILE: Final = Path(__file__).parent / "call.yaml"
REST_TAKES: Final = 0.2
LONGEST: Final = 90.0
"""Seconds after which a call that has not ended by itself is a failure."""

SCRIPT: Final = BrainScript(
    business="Acme",
    greeting="Hello, this is Acme. How can I help you today?",
    disclosure="This call is recorded.",
    goodbye="Thank you for calling. Goodbye.",
    facts=("We are open from nine to six, Monday to Friday.",),
)


@dataclass
class Dialled:
    """One session with the model, with both ends of its socket."""

    session: ModelSession
    socket: Tapped
    far: MemorySocket
    serving: asyncio.Task[None]
    slow: SlowSocket | None = None


@dataclass
class Evidence:
    """All that is known about a call once it is over."""

    scenario: Scenario
    phone: StreamFacts
    phone_socket: Tapped
    sessions: list[Dialled]
    journal: list[Entry]
    """What the runtime says that it did, in the loop's time."""
    phone_journal: list[Entry]
    """What the phone did, in the loop's time."""
    tasks_left: list[str]
    faults: list[str] = field(default_factory=list)
    """What asyncio or the log complained about."""

    def of(self, kind: str) -> list[Entry]:
        return [entry for entry in self.journal if entry.kind == kind]


class _Caller:
    """Holds the phone: never quite silent, so that each of its frames is one of a kind."""

    def __init__(self, scenario: Scenario, sound: Sound, voice: TraceableVoice) -> None:
        self._sound = sound
        self._voice = voice
        self._acts = sorted(scenario.acts, key=lambda act: act.at)
        self._hangs_up_at = scenario.hangs_up_at
        self._began_at: float | None = None
        self._speaks_until = 0.0

    def heard(self, pcmu: bytes, at: float) -> None:
        """Whatever is said, the scenario decides."""

    def tick(self, now: float) -> Sequence[Act]:
        if self._began_at is None:
            self._began_at = now
        acts: list[Act] = []
        elapsed = now - self._began_at
        if elapsed >= self._hangs_up_at:
            return [HangUp()]
        while self._acts and self._acts[0].at <= elapsed and now >= self._speaks_until - 1e-6:
            act = self._acts.pop(0)
            if isinstance(act, Keys):
                acts.append(PressDigits(act.digits))
                continue
            assert isinstance(act, Speech)
            frames = max(1, round(act.lasts / 0.02))
            acts.append(Speak(self._voice.caller_says(act.words, frames * FRAME_BYTES)))
            self._speaks_until = now + frames * 0.02
        if now >= self._speaks_until - 1e-6:
            acts.append(Speak(self._sound.quiet(FRAME_BYTES)))
        return acts


class _PhoneCompany(TwilioRest):
    """Twilio's REST API without HTTP: it completes the one call there is."""

    def __init__(self) -> None:
        super().__init__(RestCredentials("secret"))
        self.phone: SimulatedPhone | None = None

    async def complete(self, call_sid: str, account_sid: str = "") -> bool:
        return await self._end(StreamEnd.COMPLETED_BY_REST)

    async def update(self, call_sid: str, twiml: str, account_sid: str = "") -> bool:
        return await self._end(StreamEnd.REDIRECTED)

    async def _end(self, why: StreamEnd) -> bool:
        await asyncio.sleep(REST_TAKES)
        assert self.phone is not None
        self.phone.end(why)
        return True


class _ModelHost:
    """Takes the runtime's connections to the model."""

    def __init__(self, scenario: Scenario, voice: TraceableVoice) -> None:
        self._scenario = scenario
        self._voice = voice
        self.dialled: list[Dialled] = []

    async def connect(self, url: str, headers: dict[str, str]) -> Socket:
        delay = self._scenario.model.delay
        await asyncio.sleep(0.05 + 2 * delay)
        near, far = MemorySocket.pair()
        slow = SlowSocket(near, delay) if delay else None
        session = ModelSession(
            far,
            scripted(lambda _: SCRIPT),
            senses=ToneSenses(self._voice),
            options=model_options(self._scenario),
            number=len(self.dialled),
        )
        serving = asyncio.create_task(session.run(), name="simulated model")
        socket = Tapped(slow or near)
        self.dialled.append(Dialled(session, socket, far, serving, slow))
        return socket

    async def close(self) -> None:
        """End the host's own part once the runtime is done."""
        await asyncio.sleep(2 * self._scenario.model.delay + 0.01)
        for dialled in self.dialled:
            pumps = dialled.slow.pumps if dialled.slow is not None else []
            for task in (*pumps, dialled.serving):
                task.cancel()
            await asyncio.gather(*pumps, dialled.serving, return_exceptions=True)


async def place(scenario: Scenario) -> Evidence:
    """Run the call to its end; everything that can be known of it."""
    loop = asyncio.get_running_loop()
    faults: list[str] = []
    loop.set_exception_handler(lambda _, context: faults.append(str(context)))
    sink = logger.add(faults.append, level="ERROR", format="{message}\n{exception}")
    tools.takes.set(scenario.model.tool)
    before = asyncio.all_tasks()
    sound = Sound(scenario.seed)
    voice = TraceableVoice(sound, scenario.model.ms_per_char)
    host, company = _ModelHost(scenario, voice), _PhoneCompany()
    phone_end, server_end = MemorySocket.pair()
    did, phone_journal = Journal(0.0), list[Entry]()
    did.listen(phone_journal.append)
    phone = SimulatedPhone(
        phone_end,
        IDS,
        options=phone_options(scenario),
        person=_Caller(scenario, sound, voice),
        journal=did,
    )
    company.phone = phone
    dialer = ModelDialer(
        host.connect, base_url="http://model.test/v1", api_key="sk", clock=loop.time
    )
    journal: list[Entry] = []
    runner = CallRunner(
        catalog(scenario),
        dialer,
        company,
        wall_clock=lambda: datetime(2026, 11, 20, 10, tzinfo=UTC),
        on_call=lambda context: _listen(context, journal),
    )
    socket = Tapped(server_end, scenario.blocked)
    holding = asyncio.create_task(phone.run(), name="simulated phone")
    hand = asyncio.create_task(_stage_hand(scenario, phone_end, host), name="stage hand")
    try:
        async with asyncio.timeout(LONGEST):
            start = await _start(socket)
            if start is not None:
                socket.received.clear()
                await runner(socket, start, StreamClaims("CA1", file_name=CALL_FILE.name))
    finally:
        hand.cancel()
        await socket.close()  # as the server does
        async with asyncio.timeout(LONGEST):
            facts = await holding
        await asyncio.gather(hand, return_exceptions=True)
        await dialer.close()
        await host.close()
        logger.remove(sink)
    await asyncio.sleep(0)
    left = [task.get_name() for task in asyncio.all_tasks() - before if not task.done()]
    return Evidence(scenario, facts, socket, host.dialled, journal, phone_journal, left, faults)


def _listen(context: CallContext, journal: list[Entry]) -> None:
    loop = asyncio.get_running_loop()
    context.journal.listen(lambda entry: journal.append(replace(entry, at=loop.time())))


async def _start(socket: Socket) -> Start | None:
    """What the stream starts with; None if the phone is gone before that."""
    while True:
        try:
            message = decode(await socket.receive())
        except SocketClosedError:
            return None
        except TwilioProtocolError:
            continue
        if isinstance(message, StartMessage):
            return message.start


async def _stage_hand(scenario: Scenario, phone: MemorySocket, host: _ModelHost) -> None:
    """Does at its time what no peer does by itself."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    began_at = loop.time()
    todo: list[tuple[float, str, str | bytes]] = [
        *scenario.junk,
        *((at, "drop", "") for at in scenario.model.drops),
    ]
    for at, lasts in scenario.busy:
        loop.call_at(began_at + at, loop.stand_still, lasts)
    for at, what, junk in sorted(todo, key=lambda entry: entry[0]):
        await asyncio.sleep(max(0.0, began_at + at - loop.time()))
        sender = phone if what == "phone" else host.dialled[-1].far if host.dialled else None
        if what == "drop":
            if host.dialled:
                await host.dialled[-1].session.drop()
        elif sender is not None and not sender.is_closed:
            await (sender.send_binary(junk) if isinstance(junk, bytes) else sender.send(junk))


@functools.cache
def _loaded() -> Loaded:
    return load(CALL_FILE, {})


def catalog(scenario: Scenario) -> Catalog:
    """The call file with the scenario's settings."""
    given = scenario.settings
    changes: dict[str, dict[str, Any]] = {
        "twilio_serializer": {
            "align_20ms": given.align_20ms,
            "mark_every_ms": given.mark_every_ms,
        },
        "interruption": {
            "protect": given.protect,
            "min_speech_ms": given.min_speech_ms,
            "enabled": given.enabled,
        },
    }
    base = _loaded()
    adapter: TypeAdapter[Any] = TypeAdapter(ProcessorEntry)
    pipeline = tuple(
        adapter.validate_python({**entry.model_dump(), **changes.get(entry.type, {})})
        for entry in base.call.pipeline
    )
    loaded = replace(base, call=base.call.model_copy(update={"pipeline": pipeline}))
    return Catalog(CALL_FILE, (loaded,), is_folder=False, refusal=Refusal("", "en-US", None))


def phone_options(scenario: Scenario) -> PhoneOptions:
    return PhoneOptions(
        down=_link(scenario.down),
        up=_link(scenario.up),
        gaps=tuple(Span(at, lasts) for at, lasts in scenario.gaps),
        sends_stop=scenario.sends_stop,
        duplicate_marks=scenario.marks.doubled,
        late_marks=scenario.marks.late,
        lost_marks=scenario.marks.lost,
        keep_audio=True,
        seed=scenario.seed,
    )


def model_options(scenario: Scenario) -> ModelOptions:
    model = scenario.model
    return ModelOptions(
        first_delta=model.first_delta,
        speed_up=model.speed,
        burst_ms=(min(40.0, model.burst_ms), model.burst_ms),
        commentary=model.commentary,
        seed=scenario.seed,
        faults=Faults(
            late_deltas=model.late_deltas,
            odd_events=model.odd,
            audio_shortfall_ms=model.shortfall_ms,
        ),
    )


def _link(way: Way) -> LinkOptions:
    return LinkOptions(way.delay, way.jitter, tuple(Span(at, lasts) for at, lasts in way.stalls))
