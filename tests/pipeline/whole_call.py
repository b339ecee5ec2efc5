"""A whole call in memory: simulated phone and model, and the real runtime between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.brain_script import brain_script
from pipeline.call_evidence import CallEvidence
from pipeline.catalog import Catalog, load_catalog
from pipeline.memory_runtime import MemoryRuntime, wall_clock
from pipeline.placed_call import Peers, PlacedCall, Placing
from processors.context import CallContext
from processors.state.journal import Entry
from processors.state.turn import Turn
from tests.pipeline.files import write
from transports.simulated.brain import scripted
from transports.simulated.brain_script import BrainScript
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import FixedScript, Step
from transports.simulated.faults import ModelOptions
from transports.simulated.gateway import Gateway
from transports.simulated.model_session import ModelSession
from transports.simulated.model_sessions import ModelSessions
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.recording import Recording
from transports.simulated.senses import ToneSenses
from transports.simulated.sids import SeededSids
from transports.simulated.voice import ToneVoice
from transports.webhooks.sender import WebhookPost

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
"""A call file with a transcript; more entries go behind its last one (``with_entries``)."""

VOICE = ToneVoice()


@dataclass
class WholeCall:
    """What a call left behind.

    Attributes:
        evidence: What both ends saw of it.
        caller: Who called.
        sessions: The model's sessions, oldest first.
        context: What the runtime's processors shared.
        entries: The runtime's journal.
    """

    evidence: CallEvidence
    caller: Caller
    sessions: list[ModelSession]
    context: CallContext
    entries: list[Entry] = field(default_factory=list)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.context.transcript.turns()

    def journal(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind]


def catalog_of(folder: Path, text: str = CALL_FILE) -> Catalog:
    """A catalog of one file."""
    return load_catalog(str(write(folder, text)), {})


def with_entries(*entries: str) -> str:
    """The call file with more pipeline entries at its end (flow mappings)."""
    listed = "".join(f"  - {entry}\n" for entry in entries)
    return CALL_FILE.replace("agent:\n", f"{listed}agent:\n")


def recorded_in(folder: Path, *entries: str) -> str:
    """The call file with a recording and a record, both in this folder."""
    recording = f"  - {{type: recording, records: {folder}}}\n"
    record = f"{{type: call_record, records: {folder}}}"
    file = with_entries(*entries, record)
    return file.replace("  - type: mulaw", f"{recording}  - type: mulaw")


async def whole_call(
    catalog: Catalog,
    steps: Sequence[Step],
    *,
    script: BrainScript | None = None,
    model: ModelOptions | None = None,
    phone: PhoneOptions | None = None,
    recorder: Path | None = None,
    webhook_post: WebhookPost | None = None,
    on_call: Callable[[CallContext, ModelSessions], None] | None = None,
    traced: bool = False,
) -> WholeCall:
    """Place a call to the catalog's first file and hold it to its end."""
    brain = script or brain_script(catalog.files[0].call)
    sessions = ModelSessions(
        scripted(lambda _: brain),
        wall_clock=lambda: wall_clock().timestamp(),
        senses=ToneSenses(VOICE),
        options=model,
    )
    contexts: list[CallContext] = []
    entries: list[Entry] = []
    placed = PlacedCall(
        FixedScript(steps),
        InstantSenses(VOICE),
        Placing(
            options=phone or PhoneOptions(),
            new_sid=SeededSids(),
            recorder=None if recorder is None else lambda _: Recording(recorder),
        ),
    )

    def answering(peers: Peers) -> AbstractAsyncContextManager[Gateway]:
        def told(context: CallContext) -> None:
            contexts.append(context)
            context.journal.listen(entries.append)
            peers.on_call(context)
            if on_call is not None:
                on_call(context, sessions)

        watched = Peers(peers.rest, peers.account_sid, peers.auth_token, peers.listen_in, told)
        return MemoryRuntime(catalog, sessions, webhook_post=webhook_post, traced=traced)(watched)

    evidence = await placed.hold(answering)
    assert contexts, "the call was refused"
    return WholeCall(evidence, placed.person, sessions.sessions, contexts[0], entries)
