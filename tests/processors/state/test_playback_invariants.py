"""What must hold on any line, whatever the phone, the model and the caller do.

The phone of ``phone_model`` knows every millisecond's fate; the machine below sends, waits, cuts
and forges marks at will, and compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from processors.state.playback import PlaybackLedger
from tests.processors.state.call_model import CallModel, Habits
from tests.processors.state.phone_model import Line, PhoneModel, Timeline

SECONDS = st.floats(0, 0.2)
DURATIONS = st.sampled_from([0.125, 10.0, 20.0, 33.0, 100.0, 250.0, 1000.0, 4000.0])

LINES = st.builds(
    Line,
    to_phone=SECONDS,
    from_phone=SECONDS,
    jitter=st.sampled_from([0.0, 0.0, 0.05]),
    prebuffer=st.sampled_from([0.0, 0.0, 0.1]),
    stalls=st.lists(st.floats(0, 8), max_size=3).map(
        lambda begins: tuple((begin, begin + 1.5) for begin in begins)
    ),
    lost=st.sampled_from([0.0, 0.0, 0.2]),
    doubled=st.sampled_from([0.0, 0.0, 0.3]),
)


def held(value: Any) -> int:
    """How many things an object holds, all the way down."""
    if isinstance(value, dict):
        return sum(1 + held(entry) for entry in value.values())
    if isinstance(value, str | bytes):
        return 0
    if isinstance(value, Iterable):
        return sum(1 + held(entry) for entry in value)
    if type(value).__module__.startswith("processors"):
        names = getattr(value, "__slots__", None) or vars(value)
        return sum(held(getattr(value, name)) for name in names)
    return 0


class LedgerMachine(RuleBasedStateMachine):
    """Anything may happen, in any order."""

    @initialize(line=LINES, seed=st.integers(0, 1000))
    def begin(self, line: Line, seed: int) -> None:
        self.timeline = Timeline()
        self.ledger = PlaybackLedger()
        self.lossless = not line.lost
        self.phone = PhoneModel(self.timeline, line, Random(seed), self.echoed)
        self.item = 0
        self.sent_ms: dict[str, float] = {}
        self.open: str | None = None
        self.queued: list[str] = []  # items not known to be heard, nor cut
        self.heard: list[str] = []
        self.cut_items: list[str] = []
        self.undecided: list[str] = []  # cut, and the model was not told yet
        self.told: Counter[str] = Counter()
        self.marks: list[str] = []
        self.out: list[str] = []  # marks of this queue that did not come back
        self.returning: set[str] = set()  # those that clears return
        self.stale: set[str] = set()  # those of cuts that were settled without them
        self.returned: list[str] = []
        self.marks_of: Counter[str] = Counter()

    @property
    def now(self) -> float:
        return self.timeline.now

    # What happens.

    @rule(duration_ms=DURATIONS, count=st.integers(1, 5))
    def send(self, duration_ms: float, count: int) -> None:
        if self.open is None:
            self.item += 1
            self.open = f"i{self.item}"
            self.queued.append(self.open)
        for _ in range(count):
            self.sent_ms[self.open] = self.sent_ms.get(self.open, 0.0) + duration_ms
            mark = self.ledger.audio_sent(self.open, 0, duration_ms, self.now)
            self.phone.send_audio(self.open, duration_ms)
            self.send_mark(mark)

    @rule(moves_on=st.booleans())
    def end_item(self, moves_on: bool) -> None:
        """The item ends; or the next one begins without a word."""
        if self.open is not None and not moves_on:
            mark = self.ledger.audio_ended(self.open, 0, self.now)
            assert mark is not None
            self.send_mark(mark)
        self.open = None

    @rule(seconds=st.sampled_from([0.0, 0.001, 0.02, 0.1, 0.3, 1.0, 4.0]))
    def wait(self, seconds: float) -> None:
        self.timeline.run(self.now + seconds)

    @rule()
    def cut(self) -> None:
        queued = self.ledger.queued_ms
        self.send_mark(self.ledger.last_mark())
        sent = self.ledger.cut(self.now)
        assert sent == (queued > 0)
        if sent:
            self.phone.send_clear()
        self.cut_items += self.queued
        self.undecided += self.queued
        if self.queued:
            self.returning |= set(self.out)
            self.out = []
        self.queued = []
        self.open = None

    @rule()
    def settle(self) -> None:
        self.ledger.settle()
        self.take()
        self.undecided = []
        self.stale |= self.returning
        self.returning = set()

    @rule()
    def take(self) -> None:
        for cut in self.ledger.take_truncations():
            self.told[cut.item_id] += 1
            assert cut.item_id in self.undecided
            assert cut.sent_ms == self.sent_ms[cut.item_id]
            assert 0 <= cut.audio_end_ms <= int(cut.sent_ms)
            assert cut.nothing_heard == (cut.audio_end_ms == 0)

    @rule(pick=st.integers(0, 10_000))
    def forged_mark(self, pick: int) -> None:
        """A mark that was returned already, or that nobody sent."""
        forged = [*self.returned, *sorted(self.stale), "forged"]
        self.receive_in_vain(forged[pick % len(forged)])

    @rule()
    def timer(self) -> None:
        deadline = self.ledger.deadline()
        if deadline is not None and deadline <= self.now:
            self.take_heard(self.ledger.timer_fired(self.now), certain=False)
            after = self.ledger.deadline()
            assert after is None or after > self.now

    # The other end.

    def send_mark(self, name: str | None) -> None:
        if name is not None:
            assert name not in self.marks
            self.marks.append(name)
            self.out.append(name)
            self.marks_of[self.open or f"i{self.item}"] += 1  # a cut marks what came last
            self.phone.send_mark(name)

    def echoed(self, name: str) -> None:
        if name in self.stale or name in self.returned:
            self.receive_in_vain(name)
            return
        self.returned.append(name)
        if name in self.out:
            self.out = self.out[self.out.index(name) + 1 :]
        self.take_heard(self.ledger.mark_received(name, self.now), certain=True)

    def receive_in_vain(self, name: str) -> None:
        before = self.seen()
        assert self.ledger.mark_received(name, self.now) == []
        assert self.seen() == before

    def take_heard(self, items: list[str], *, certain: bool) -> None:
        for item in items:
            self.queued.remove(item)
            self.heard.append(item)
            if certain:
                assert abs(self.phone.heard_ms[item] - self.sent_ms[item]) < 1e-6

    # What the ledger shows.

    def seen(self) -> tuple[Any, ...]:
        ledger = self.ledger
        return (ledger.queued_ms, ledger.idle, ledger.playing(self.now), ledger.deadline())

    # What always holds.

    @invariant()
    def nothing_is_heard_that_was_not_sent(self) -> None:
        playing = self.ledger.playing(self.now)
        if playing is not None:
            assert playing.item_id in self.queued
            assert 0 <= playing.heard_ms <= self.sent_ms[playing.item_id]
        assert 0 <= self.ledger.queued_ms <= sum(self.sent_ms[item] for item in self.queued)

    @invariant()
    def no_item_has_two_fates(self) -> None:
        assert all(count == 1 for count in self.told.values())
        assert not set(self.told) & set(self.heard)
        assert len(self.heard) == len(set(self.heard))
        assert self.ledger.idle == (not self.queued)

    @invariant()
    def only_cut_items_are_refused(self) -> None:
        assert not any(self.ledger.accepts(item) for item in self.cut_items[-32:])
        assert all(self.ledger.accepts(item) for item in self.queued + self.heard)

    @invariant()
    def marks_are_few(self) -> None:
        for item, count in self.marks_of.items():
            assert count <= self.sent_ms.get(item, 0.0) / 100 + 2

    @invariant()
    def little_is_kept(self) -> None:
        queue = len(self.out) + len(self.returning) + len(self.queued) + len(self.undecided)
        assert held(self.ledger) <= 300 + 20 * queue

    def teardown(self) -> None:
        """Whatever was cut is decided in the end, and what was not cut is heard."""
        if not hasattr(self, "ledger"):
            return
        self.send(20.0, 1)
        self.end_item(moves_on=False)
        self.wait(sum(self.sent_ms.values()) / 1000 + 10)
        self.timer()
        if self.lossless:
            assert self.ledger.idle
        self.settle()


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    derandomize=True,
    max_examples=120,
    stateful_step_count=40,
    deadline=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def test_what_was_cut_and_not_told_was_heard_whole_as_far_as_marks_tell() -> None:
    for seed in range(20):
        call = CallModel(seed, Line(0.1, 0.1), Habits(rate=4.0))
        call.run(60)

        for cut in call.cuts:
            told = {truncation.item_id for truncation in cut.truncations}
            for item in set(cut.sent_ms) - told:
                assert item in call.ended
                assert call.sent_ms[item] - call.phone.heard_ms[item] <= 25


def test_four_hours_leave_nothing_behind() -> None:
    line = Line(0.1, 0.1, jitter=0.02, lost=0.01, doubled=0.01)
    call = CallModel(1, line, Habits(chunks_ms=(200, 400), patience=20.0))
    largest = 0

    def measure() -> None:
        nonlocal largest
        largest = max(largest, held(call.ledger))
        call.timeline.at(call.timeline.now + 60, measure)

    call.timeline.at(60, measure)
    call.run(4 * 3600)

    assert sum(call.sent_ms.values()) > 2 * 3600 * 1000
    assert len(call.cuts) > 500
    assert len(call.marks) == len(set(call.marks))
    assert len(call.marks) <= sum(call.sent_ms.values()) / 100 + 2 * len(call.sent_ms)
    assert largest < 1500
