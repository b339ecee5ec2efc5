"""Builds the evidence of calls that never were, good and bad ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.call_evidence import CallEvidence
from transports.simulated.call_outcome import CallEnd, CallOutcome
from transports.simulated.model_tap import ModelCut, ModelDelta, ModelRecord
from transports.simulated.playout import PlayOut
from transports.simulated.stream_facts import StreamEnd, StreamFacts
from transports.simulated.stream_messages import StreamIds

T0 = 50.0


def speech(item: int, ms: int) -> bytes:
    """Audio that no other item has."""
    return bytes([item]) * (ms * 8)


@dataclass
class Written:
    """A call as a test writes it: what the model said, what the phone did with it."""

    playout: PlayOut = field(default_factory=PlayOut)
    deltas: list[ModelDelta] = field(default_factory=list)
    cuts: list[ModelCut] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    closed: bool = True
    tasks_left: list[str] = field(default_factory=list)
    caller_sent: bytes = b"\x01\x02\x03\xff" * 400
    caller_got: bytes | None = None
    ended_by: CallEnd = CallEnd.REST
    now: float = T0

    def __post_init__(self) -> None:
        self.facts = StreamFacts(StreamIds("AC1", "CA1", "MZ1"), self.playout, started_at=T0)

    def says(self, item: int, ms: int, *, reaches_phone: bool = True, late: float = 0.0) -> None:
        pcmu = speech(item, ms)
        self.deltas.append(ModelDelta(self.now, f"item_{item}", 0, pcmu))
        if reaches_phone:
            self.playout.media(pcmu, self.now + late, self.now + late)
            self.facts.assistant_audio += pcmu
            self.facts.message_ends.append(len(self.facts.assistant_audio))

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.playout.advance(self.now)

    def clears(self) -> None:
        self.playout.clear(self.now)

    def told(self, item: int, heard_ms: int, *, deleted: bool = False) -> None:
        self.cuts.append(ModelCut(f"item_{item}", heard_ms, deleted))

    def evidence(self) -> CallEvidence:
        self.playout.end(self.now)
        self.facts.end, self.facts.ended_at = StreamEnd.COMPLETED_BY_REST, self.now
        self.facts.caller_audio += self.caller_sent
        outcome = CallOutcome("CA1", self.ended_by, [self.facts])
        got = self.caller_sent if self.caller_got is None else self.caller_got
        record = ModelRecord(self.deltas, self.cuts, got, self.errors, self.closed)
        return CallEvidence(outcome, record, self.tasks_left)


def good_call() -> Written:
    """A greeting, an answer that is cut after 300 of 1000 ms with one behind it, a goodbye."""
    call = Written()
    call.says(1, 500)
    call.passes(1.0)
    call.says(2, 1000)
    call.says(3, 400)
    call.passes(0.3)
    call.clears()
    call.told(2, 298)
    call.told(3, 0, deleted=True)
    call.passes(1.0)
    call.says(4, 600)
    call.passes(1.0)
    return call
