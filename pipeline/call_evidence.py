"""What both simulated ends saw of one call, and what follows from it: what was truly heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from transports.simulated.attribution import (
    NotTheModelsAudioError,
    Received,
    Said,
    attribute,
)
from transports.simulated.call_outcome import CallOutcome
from transports.simulated.model_tap import ModelCut, ModelDelta, ModelRecord
from transports.simulated.playout import Loss
from transports.simulated.stream_facts import StreamFacts

PCMU_BYTES_PER_MS = 8
UNNOTICED_MS = 20.0
"""What may be missing at an item's end without anybody noticing: one frame of a phone's."""

NOTHING_MS = 25.0
"""An item may be deleted as not heard if no more than this of it was; of another one it means
that its turn is long over, and has become notes."""


@dataclass(frozen=True, slots=True)
class CutTruth:
    """One item that the caller did not hear to its end, or that the model was told so of.

    Attributes:
        item_id: The item.
        heard_ms: What the caller really heard.
        believed_ms: What the model was told; None if it was told nothing.
        sent_ms: What reached the phone.
        said_ms: What the model made.
        times_told: How often the model was told.
    """

    item_id: str
    heard_ms: float
    believed_ms: int | None
    sent_ms: float
    said_ms: float
    times_told: int

    @property
    def error_ms(self) -> float | None:
        """How far the belief is off; above 0: the model believes that more was heard."""
        return None if self.believed_ms is None else self.believed_ms - self.heard_ms


@dataclass(slots=True)
class CallEvidence:
    """One call, put together.

    Attributes:
        outcome: The phone company's side.
        model: The model's.
        tasks_left: Names of tasks that outlived the call.
        parts: Which part of the phone's audio is whose; None if that can't be told.
    """

    outcome: CallOutcome
    model: ModelRecord
    tasks_left: Sequence[str] = ()
    parts: list[Received] | None = field(init=False)

    def __post_init__(self) -> None:
        self.parts = self._attributed()

    @property
    def stream(self) -> StreamFacts | None:
        """The call's media stream: the first, should there be more."""
        return self.outcome.streams[0] if self.outcome.streams else None

    def heard_ms(self, part: Received) -> float:
        """How much of it the caller heard."""
        assert self.stream is not None, "where there are parts there is a stream"
        return self.stream.playout.heard_between(part.first, part.end) / PCMU_BYTES_PER_MS

    def cuts(self) -> list[CutTruth]:
        """Every item that a clear cut, or that the model was told to be cut, in order."""
        told: dict[str, list[ModelCut]] = {}
        for cut in self.model.cuts:
            told.setdefault(cut.item_id, []).append(cut)
        found = []
        for part in self.parts or ():
            cuts = told.get(part.said.item_id, [])
            if self.heard_ms(part) > NOTHING_MS:
                cuts = [cut for cut in cuts if not cut.deleted]  # forgotten for another reason
            if cuts or (self._lost_by_clear(part) and not self._nearly_whole(part)):
                found.append(self._truth(part, cuts))
        return found

    def delta_of(self, part: Received, position: int) -> ModelDelta:
        """The model's message that brought the byte at ``position``."""
        offset = position - part.first
        for delta in self.model.deltas:
            if (delta.item_id, delta.content_index) == (
                part.said.item_id,
                part.said.content_index,
            ):
                if offset < len(delta.pcmu):
                    return delta
                offset -= len(delta.pcmu)
        raise AssertionError("a part is made of what the model sent")

    def _truth(self, part: Received, cuts: list[ModelCut]) -> CutTruth:
        return CutTruth(
            item_id=part.said.item_id,
            heard_ms=self.heard_ms(part),
            believed_ms=cuts[0].audio_end_ms if cuts else None,
            sent_ms=part.length / PCMU_BYTES_PER_MS,
            said_ms=len(part.said.pcmu) / PCMU_BYTES_PER_MS,
            times_told=len(cuts),
        )

    def _nearly_whole(self, part: Received) -> bool:
        """The model may believe that it was heard whole, and be right."""
        heard_ms, said_ms = self.heard_ms(part), len(part.said.pcmu) / PCMU_BYTES_PER_MS
        return said_ms - heard_ms <= min(UNNOTICED_MS, heard_ms)

    def _lost_by_clear(self, part: Received) -> bool:
        assert self.stream is not None, "where there are parts there is a stream"
        return any(
            lost.first < part.end and part.first < lost.first + lost.length
            for lost in self.stream.playout.lost
            if lost.why is Loss.CLEARED
        )

    def _attributed(self) -> list[Received] | None:
        if self.stream is None:
            return []
        audio: dict[tuple[str, int], bytearray] = {}
        for delta in self.model.deltas:
            audio.setdefault((delta.item_id, delta.content_index), bytearray()).extend(delta.pcmu)
        said = [Said(item_id, index, bytes(pcmu)) for (item_id, index), pcmu in audio.items()]
        try:
            return attribute(bytes(self.stream.assistant_audio), self.stream.message_ends, said)
        except NotTheModelsAudioError:
            return None
