"""A whole call in memory and virtual time, from webhook to hang-up, and the truth about it.

The runtime is the real one. What is asserted comes from the phone (what was played, to the byte)
and from the model (what it was told), never from the runtime itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from pipeline.brain_script import script_finder
from pipeline.call_evidence import CallEvidence, CutTruth
from pipeline.catalog import Catalog, load_catalog
from pipeline.drain import StopRequests
from pipeline.memory_runtime import MemoryRuntime, nobody_answers, wall_clock
from pipeline.placed_call import Answering, PlacedCall, Placing
from pipeline.promises import check_promises
from processors.state.journal import Entry, Journal
from transports.http_tools.exchange import HttpExchange
from transports.openai_realtime.session import Connect
from transports.simulated.brain import scripted
from transports.simulated.brain_script import BrainScript
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import CallScript, FixedScript, Step
from transports.simulated.faults import ModelOptions
from transports.simulated.model_session import ModelSession
from transports.simulated.model_sessions import ModelSessions
from transports.simulated.people import PersonLeg, PersonPlan
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.sids import SeededSids
from transports.simulated.stream_facts import StreamFacts
from transports.simulated.twilio_rest import Fault, RestRequest
from transports.simulated.voice import ToneVoice
from transports.socket import Socket

HOURS = "We are open from nine to six on every day of the week but Sunday, when all of us rest."
ASK_HOURS = "When are you open?"
BYE = "That's all, thank you. Goodbye."
GREETING = "Hello, how can I help you?"


def call_file(
    folder: Path,
    *,
    model: str = "",
    interruption: str = "",
    serializer: str = "",
    greeting: str = GREETING,
    goodbye: str = "Thank you for calling. Goodbye.",
    agent: str = "",
    tail: str = "",
) -> Catalog:
    """A small desk's call file; each argument adds settings, in YAML's flow style or as lines."""
    text = f"""\
name: Test desk
pipeline:
  - {{type: twilio_serializer{_more(serializer)}}}
  - type: mulaw_passthrough
  - {{type: openai_realtime{_more(model)}}}
  - {{type: interruption{_more(interruption)}}}
agent:
  role: You answer the phone of a test desk.
  greeting: {greeting}
  goodbye: {goodbye}
  information:
    facts: ["{HOURS}"]
"""
    text += indent(dedent(agent), "  ") + dedent(tail)
    path = folder / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    return load_catalog(str(path))


def _more(settings: str) -> str:
    return f", {settings}" if settings else ""


@dataclass
class World:
    """How everything around the runtime behaves.

    Attributes:
        phone: The phone and its line.
        model: The model.
        later_model: The model from its second session on, if it is another one then.
        dial_takes: Seconds until the model's socket is open, from the second one on.
        dials_refused: So many dials after the first find nobody there.
        script: What the model says, instead of what the call file lets it say.
        api_key: What the runtime shows the model.
        rest_faults: For the next requests to Twilio's REST API, one each.
        http_exchange: Answers ``http`` tools.
        called: The number that is dialled.
        people: What people do whose telephones ring, by number.
        around: Put around the runtime, to run more than one.
        stops_at: When the server is asked to stop, once for each instant.
        drain_seconds: How long the call may go on then.
    """

    phone: PhoneOptions = field(default_factory=PhoneOptions)
    model: ModelOptions = field(default_factory=ModelOptions)
    later_model: ModelOptions | None = None
    dial_takes: float = 0.0
    dials_refused: int = 0
    script: BrainScript | None = None
    api_key: str = "sk-simulated"
    rest_faults: Sequence[Fault] = ()
    http_exchange: HttpExchange = nobody_answers
    called: str = "+15550100001"
    people: Mapping[str, PersonPlan] = field(default_factory=dict)
    around: Callable[[Answering], Answering] = lambda runtime: runtime
    stops_at: Sequence[float] = ()
    drain_seconds: float = 300.0


@dataclass
class Held:
    """A call that is over."""

    evidence: CallEvidence
    entries: list[Entry]
    phone_entries: list[Entry]
    sessions: list[ModelSession]
    rest: list[RestRequest]
    caller: Caller
    legs: list[PersonLeg] = field(default_factory=list)
    messages: list[dict[str, str]] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept, with the figures."""
        promises = check_promises(self.evidence)
        return [f"{one.text}: {one.detail}" for one in promises if not one.kept]

    @property
    def stream(self) -> StreamFacts:
        assert self.evidence.stream is not None
        return self.evidence.stream

    @property
    def cuts(self) -> list[CutTruth]:
        return self.evidence.cuts()

    @property
    def cut(self) -> CutTruth:
        """The one cut of the call."""
        (cut,) = self.evidence.cuts()
        return cut

    @property
    def heard(self) -> list[str]:
        """What the caller understood, speech by speech."""
        return [line.text for line in self.caller.heard_lines]

    @property
    def understood(self) -> list[str]:
        """What the model understood of the caller, in all sessions, turn by turn."""
        return understood(self.sessions)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What the runtime's journal says of a kind."""
        return [{**entry.fields, **entry.private} for entry in self.entries if entry.kind == kind]

    def at(self, kind: str) -> list[float]:
        """When, in seconds since the stream began."""
        return [entry.at for entry in self.entries if entry.kind == kind]

    def told_model(self, kind: str) -> list[dict[str, Any]]:
        """The client events of a type that the model got, in all sessions."""
        return [
            event
            for session in self.sessions
            for event in session.received
            if event["type"] == kind
        ]


def understood(sessions: Sequence[ModelSession]) -> list[str]:
    """What models made out of a caller, session by session and turn by turn."""
    return [
        part.spoken
        for session in sessions
        for item in session.items.values()
        if item.role == "user"
        for part in item.content
        if part.type == "input_audio"
    ]


async def hold(
    catalog: Catalog, script: CallScript | Sequence[Step], world: World | None = None
) -> Held:
    """Place a call and hold it to its end."""
    world = world or World()
    find = script_finder(catalog)
    given = world.script
    sessions = ModelSessions(
        scripted(find if given is None else lambda _: given),
        wall_clock=lambda: wall_clock().timestamp(),
        options=world.model,
    )
    journals: dict[str, list[Entry]] = {"phone": [], "call": []}

    def listen(source: str, journal: Journal) -> None:
        journal.listen(journals[source].append)

    caller_script = FixedScript(script) if isinstance(script, Sequence) else script
    call = PlacedCall(
        caller_script,
        InstantSenses(ToneVoice()),
        Placing(world.called, world.phone, SeededSids(), people=world.people, listen=listen),
    )
    call.rest.options.faults.extend(world.rest_faults)
    runtime = MemoryRuntime(catalog, sessions, api_key=world.api_key)
    runtime.dial = _dialling(world, sessions)
    runtime.http_exchange = world.http_exchange
    if world.stops_at:
        runtime.stop, runtime.drain_seconds = StopRequests(), world.drain_seconds
        for at in world.stops_at:
            asyncio.get_running_loop().call_at(at, runtime.stop.ask)
    evidence = await call.hold(world.around(runtime))
    return Held(
        evidence,
        journals["call"],
        journals["phone"],
        sessions.sessions,
        call.rest.requests,
        call.person,
        call.switchboard.legs,
        call.rest.messages,
    )


def _dialling(world: World, sessions: ModelSessions) -> Callable[[Connect], Connect]:
    """The way to the model as this world has it: its second dial is when things go wrong."""
    dials = 0

    def on(connect: Connect) -> Connect:
        async def dial(url: str, headers: dict[str, str]) -> Socket:
            nonlocal dials
            dials += 1
            if dials > 1:
                if dials <= 1 + world.dials_refused:
                    raise ConnectionRefusedError("nobody listens")
                await asyncio.sleep(world.dial_takes)
                sessions.options = world.later_model or world.model
            return await connect(url, headers)

        return dial

    return on
