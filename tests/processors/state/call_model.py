"""A call between the ledger and ``PhoneModel``: an assistant that speaks, a caller who cuts in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from processors.state.playback import PlaybackLedger, Truncation
from tests.processors.state.phone_model import Line, PhoneModel, Timeline


@dataclass(frozen=True, slots=True)
class Habits:
    """How the model speaks and the caller interrupts.

    Attributes:
        rate: The model makes audio so many times faster than it is played.
        chunks_ms: Lengths of its deltas, drawn at random.
        items_ms: Lengths of its items, drawn at random.
        items: Most items in one response.
        queued: Chance that the next response is made while one is still heard.
        patience: Longest time, seconds, that the caller listens before cutting in.
        cuts: Chance that the caller cuts a response short.
        answers_after: Least and most seconds from a cut to the model's next response.
        settles: The next response settles a pending cut, as the model leg does.
    """

    rate: float = 6.0
    chunks_ms: Sequence[float] = (50, 100, 150, 200, 400)
    items_ms: Sequence[float] = (500, 3000, 8000)
    items: int = 2
    queued: float = 0.3
    patience: float = 8.0
    cuts: float = 0.7
    answers_after: tuple[float, float] = (0.6, 1.5)
    settles: bool = True


@dataclass(slots=True)
class CutSeen:
    """One cut: what the ledger knew and claimed, and what was true.

    Attributes:
        at: When the caller cut in.
        number: Which clear of the phone belongs to it; None: none was sent.
        sent_ms: By item, what had been sent of each item then queued.
        echoed_stretch: The newest stretch of audio of which a played mark had come back.
        truncations: What the ledger told the model.
        settled_at: When it did.
    """

    at: float
    number: int | None
    sent_ms: dict[str, float]
    echoed_stretch: int
    truncations: list[Truncation] = field(default_factory=list)
    settled_at: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well the ledger knew one cut.

    Attributes:
        at: When the caller cut in.
        error_ms: Claimed to be heard, less truly heard, over all items that were queued.
        echoed: A played mark of the stretch of audio that was cut had come back by then.
        dry: The phone was playing nothing when the clear came.
        measured: The marks were back when the model was told.
    """

    at: float
    error_ms: float
    echoed: bool
    dry: bool
    measured: bool


class CallModel:
    """Drives one ledger through a call; afterwards it and the phone can be compared."""

    def __init__(self, seed: int, line: Line, habits: Habits) -> None:
        self.random = Random(seed)
        self.timeline = Timeline()
        self.ledger = PlaybackLedger()
        self.phone = PhoneModel(self.timeline, line, self.random, self._echoed)
        self._line = line
        self._habits = habits
        self.cuts: list[CutSeen] = []
        self.sent_ms: dict[str, float] = {}
        self.ended: set[str] = set()
        self._queued: dict[str, None] = {}  # items neither known to be heard nor cut
        self.marks: list[str] = []
        self.clears = 0
        self._items = 0
        self._response = 0
        self._echoed_stretch = 0
        self._timer_at: float | None = None
        self._until = 0.0

    def run(self, seconds: float) -> None:
        """Let them talk for so long, then let everything come to rest."""
        self._until = seconds
        self.timeline.at(0.2, self._respond)
        self.timeline.run(seconds + 40)

    def verdicts(self) -> list[Verdict]:
        """Compare what the ledger claimed with what the phone knows; after ``run``."""
        return [self._verdict(seen) for seen in self.cuts if seen.number is not None]

    def _verdict(self, seen: CutSeen) -> Verdict:
        assert seen.number is not None
        told = {cut.item_id: float(cut.audio_end_ms) for cut in seen.truncations}
        error_ms = sum(
            told.get(item_id, sent_ms) - self.phone.heard_ms.get(item_id, 0.0)
            for item_id, sent_ms in seen.sent_ms.items()
        )
        clear = self.phone.clears[seen.number]
        back_at = clear.at + self._line.from_phone
        return Verdict(
            seen.at,
            error_ms,
            echoed=clear.stretch <= seen.echoed_stretch,
            dry=clear.dry,
            measured=seen.settled_at is None or seen.settled_at > back_at - 1e-9,
        )

    # The model.

    def _respond(self) -> None:
        if self.timeline.now > self._until:
            return
        self._response += 1
        if self._habits.settles:
            self.ledger.settle()
            self._take()
        habits, random = self._habits, self.random
        lengths = [random.choice(habits.items_ms) for _ in range(random.randint(1, habits.items))]
        self._speak(self._response, lengths)
        if random.random() < habits.cuts:
            response = self._response
            self.timeline.at(
                self.timeline.now + random.random() * habits.patience,
                lambda: self._caller_speaks(response),
            )

    def _speak(self, response: int, lengths: list[float]) -> None:
        """Send one item after the other, chunk by chunk."""
        if not lengths:
            self._said(response)
            return
        self._items += 1
        self._chunk(response, f"i{self._items}", lengths[0], lengths[1:])

    def _chunk(self, response: int, item_id: str, left_ms: float, lengths: list[float]) -> None:
        if response != self._response or not self.ledger.accepts(item_id):
            return
        now = self.timeline.now
        duration_ms = min(left_ms, self.random.choice(self._habits.chunks_ms))
        mark = self.ledger.audio_sent(item_id, 0, duration_ms, now, response_id=f"r{response}")
        self._queued[item_id] = None
        self.sent_ms[item_id] = self.sent_ms.get(item_id, 0.0) + duration_ms
        self.phone.send_audio(item_id, duration_ms)
        self._send_mark(mark)
        next_at = now + duration_ms / 1000 / self._habits.rate
        if left_ms > duration_ms:
            self.timeline.at(
                next_at, lambda: self._chunk(response, item_id, left_ms - duration_ms, lengths)
            )
            return
        self.ended.add(item_id)
        self._send_mark(self.ledger.audio_ended(item_id, 0, now))
        self.timeline.at(next_at, lambda: self._speak(response, lengths))

    def _said(self, response: int) -> None:
        if response != self._response:
            return
        if self.random.random() < self._habits.queued:
            self._respond()
        else:
            self.timeline.at(self.timeline.now + 0.3, lambda: self._wait_for_silence(response))

    def _wait_for_silence(self, response: int) -> None:
        if response != self._response:
            return
        if self.ledger.idle:
            self._respond()
        else:
            self.timeline.at(self.timeline.now + 0.3, lambda: self._wait_for_silence(response))

    # The caller.

    def _caller_speaks(self, response: int) -> None:
        if response != self._response or self.timeline.now > self._until:
            return
        self._response += 1
        now = self.timeline.now
        self._take()
        queued = {item: self.sent_ms[item] for item in self._queued}
        self._queued.clear()
        seen = CutSeen(now, None, queued, self._echoed_stretch)
        self.cuts.append(seen)
        self._send_mark(self.ledger.last_mark())
        if self.ledger.cut(now):
            seen.number = self.clears
            self.clears += 1
            self.phone.send_clear()
        self._take()
        self._arm()
        first, last = self._habits.answers_after
        self.timeline.at(now + self.random.uniform(first, last), self._respond)

    # The phone.

    def _send_mark(self, name: str | None) -> None:
        if name is not None:
            self.marks.append(name)
            self.phone.send_mark(name)
            self._arm()

    def _echoed(self, name: str) -> None:
        stretch, played = self.phone.returned[name]
        if played:
            self._echoed_stretch = max(self._echoed_stretch, stretch)
        self._heard(self.ledger.mark_received(name, self.timeline.now))
        self._take()

    def _arm(self) -> None:
        deadline = self.ledger.deadline()
        if deadline is not None and (self._timer_at is None or deadline < self._timer_at):
            self._timer_at = deadline
            self.timeline.at(deadline, lambda: self._fired(deadline))

    def _fired(self, armed_for: float) -> None:
        if self._timer_at != armed_for:
            return
        self._timer_at = None
        self._heard(self.ledger.timer_fired(self.timeline.now))
        self._take()
        self._arm()

    def _heard(self, items: list[str]) -> None:
        for item_id in items:
            del self._queued[item_id]

    def _take(self) -> None:
        for truncation in self.ledger.take_truncations():
            seen = next(cut for cut in reversed(self.cuts) if truncation.item_id in cut.sent_ms)
            seen.truncations.append(truncation)
            seen.settled_at = self.timeline.now
