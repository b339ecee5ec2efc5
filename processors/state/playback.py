"""What the caller has heard of what the assistant said.

Audio goes to the phone as fast as the model makes it and waits there in a queue, so "sent" says
nothing about "heard". Twilio echoes a mark when everything sent before it has been played, and
returns all marks at once on ``clear`` (Twilio, Media Streams WebSocket messages). From those
echoes and the lengths of what was sent this ledger knows, to a few milliseconds, how much of each
item the caller had heard at the moment a ``clear`` takes effect.

How. Let d1 be the way to the phone and d2 the way back. Audio sent at t into an empty queue
starts at t + d1, and an echo of its start would be here at t + (d1 + d2). A clear sent at t acts
at t + d1, and an echo of that moment would be here at t + (d1 + d2), too. So everything can be
told in the time of echoes, and the two ways need never be told apart. From an echo on, 1 ms of
audio takes 1 ms, until the queue runs dry (``playback_plan``). What was heard at a cut is a plan
only until the marks that the clear returns have measured it (``cut``); only then is the model
told.

Positions and durations are in ms of audio (µ-law, 8 kHz: 8 bytes each); instants are seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from processors.state.cut import Cut, Mark
from processors.state.heard import Heard, HeardListener
from processors.state.playback_items import (
    BegunItems,
    Playing,
    Purpose,
    QueuedItem,
    Truncation,
    heard_between,
    truncations,
)
from processors.state.playback_plan import Echo, PlaybackPlan
from processors.state.recent import RecentKeys

__all__ = ["PlaybackLedger", "Playing", "Purpose", "Truncation"]

MARK_EVERY_MS: Final = 100.0
"""At most one mark for so much audio: dense enough to measure by, cheap enough to forget."""

ECHO_GRACE: Final = 5.0
"""Seconds past its due time after which a mark is taken as lost, and its audio as heard."""

STALL: Final = 0.08
"""Seconds that the next echo may be overdue before playback is taken to have stopped."""

_ITEMS_REMEMBERED: Final = 64


class PlaybackLedger:
    """Fed with what was sent and which marks came back; tells what was heard and what to cut.

    Keeps only what is still queued at the phone, and a few ids.

    Attributes:
        ran_dry: Seconds for which the phone had nothing to play in mid item, just before the last
            audio that came; whoever tells of it sets it back to 0.
    """

    def __init__(self, *, mark_every_ms: float = MARK_EVERY_MS) -> None:
        self.ran_dry = 0.0
        self._mark_every_ms = mark_every_ms
        self._plan = PlaybackPlan()
        self._items: deque[QueuedItem] = deque()
        self._begun = BegunItems(_ITEMS_REMEMBERED)
        self._marks: deque[Mark] = deque()
        self._cut: Cut | None = None
        self._cut_items: list[QueuedItem] = []
        self._cut_heard_ms = 0.0  # what echoes had shown by then
        self._refused = RecentKeys(_ITEMS_REMEMBERED)
        self._truncations: list[Truncation] = []
        self._generation = 1
        self._sequence = 0
        self._sent_ms = 0.0
        self._marked_ms: float | None = None  # position of the last mark sent; None: idle before
        self._heard_ms = 0.0
        self._last_echo: Echo | None = None  # of this queue
        self._clear_trip: float | None = None  # seconds from a clear to the marks that it returns
        self._piece = (0.0, 0.0)  # the last audio sent: where it begins, and when that was
        self._audible = False
        self._clear_owed = False
        self._listeners: list[HeardListener] = []

    def on_heard(self, listener: HeardListener) -> None:
        """Tell ``listener`` of each stretch of audio, once, when it is known to be heard."""
        self._listeners.append(listener)

    # What happened.

    def audio_sent(
        self,
        item_id: str,
        content_index: int,
        duration_ms: float,
        now: float,
        *,
        response_id: str = "",
        purpose: Purpose = "answer",
    ) -> str | None:
        """Count audio that goes to the phone now; ``accepts`` must have allowed it.

        Returns:
            The name of a mark to send right after it, or None.
        """
        item = self._items[-1] if self._items else None
        if item is None or item.item_id != item_id or item.content_index != content_index:
            if item is not None:
                item.ended = True  # the model moved on; its end came late or never
            item = self._begun.begin(item_id, content_index, response_id, purpose, self._sent_ms)
            self._items.append(item)
        item.ended = False
        dry = self._plan.sent(self._sent_ms, duration_ms, now)
        if dry and item.sent_ms:
            self.ran_dry = dry
        self._piece = (self._sent_ms, now)
        item.sent_ms += duration_ms
        self._sent_ms += duration_ms
        if self._marked_ms is None or self._sent_ms - self._marked_ms >= self._mark_every_ms:
            return self._mark()
        return None

    def audio_ended(self, item_id: str, content_index: int, now: float) -> str | None:
        """Note that the model has sent the last of an item.

        Returns:
            The name of the item's final mark to send, or None when the item is not queued
            (nothing of it was sent, or it was cut) or has ended before.
        """
        for item in reversed(self._items):
            if item.item_id == item_id and item.content_index == content_index:
                if item.ended:
                    return None
                item.ended = True
                return self._mark()
        return None

    def mark_received(self, name: str, now: float, due: float | None = None) -> list[str]:
        """Take an echo: all audio before that mark was played, unless a clear returned it.

        A name that is not awaited changes nothing. One from before the last cut tells where
        the cut fell, and nothing of what is queued now.

        Args:
            name: The mark's.
            now: When it came.
            due: When it would have come if the way here had not held it up, if that is known.

        Returns:
            The items that were thereby heard to their end.
        """
        if self._cut is not None and name in self._cut.awaited:
            at = now if due is None else min(now, max(due, self._cut.earliest(name)))
            self._cut.mark_returned(name, at)
            if self._cut.settled:
                self.settle()
            return []
        if not any(mark.name == name for mark in self._marks):
            return []
        mark = self._marks.popleft()
        while mark.name != name:
            mark = self._marks.popleft()
        if due is not None:
            now = min(now, max(due, self._plan.earliest(mark.position_ms, self._last_echo)))
        self._last_echo = Echo(mark.position_ms, now)
        self._plan.echoed(self._last_echo)
        return self._heard_up_to(mark.position_ms, now)

    def timer_fired(self, now: float) -> list[str]:
        """Stop waiting for marks that are long overdue.

        What a cut awaits is settled by the plan; other audio is taken as heard.

        Returns:
            The items that are thereby taken as heard to their end.
        """
        if self._cut is not None and now >= self._cut.deadline:
            self.settle()
        if not self._marks or now < self._echo_deadline():
            return []
        position_ms = self._marks[-1].position_ms
        self._marks.clear()
        self._last_echo = Echo(position_ms, now)
        return self._heard_up_to(position_ms, None)

    def cut(self, now: float) -> bool:
        """Forget what was not heard; a clear sent now makes the phone forget it, too.

        An item heard whole is left alone, one of which something was heard is truncated there,
        later ones are deleted. Where exactly, the returning marks tell: ``take_truncations``
        has it once they are back, or at once after ``settle``. Whoever learns of the interruption
        first cuts, be it the model's leg or the phone's; ``take_clear`` tells the phone's.

        Returns:
            Whether the phone may hold audio: send ``clear``.
        """
        if not self._items:
            return False
        self.settle()
        queued = self._heard_ms < self._sent_ms
        self._clear_owed = self._clear_owed or queued
        self._cut = Cut(
            at=now,
            plan=self._plan,
            clear_trip=self._clear_trip,
            planned_ms=self._position_ms(now),
            sent_ms=self._sent_ms,
            last_echo=self._last_echo,
            awaited={mark.name: mark for mark in self._marks} if queued else {},
        )
        self._cut_items = list(self._items)
        self._cut_heard_ms = self._heard_ms
        for item in self._cut_items:
            self._refused.add(item.item_id)
        self._items.clear()
        self._marks.clear()
        self._generation += 1
        self._plan = PlaybackPlan(self._plan.round_trip)
        self._sent_ms = self._heard_ms = 0.0
        self._marked_ms = None
        self._last_echo = None
        self._audible = False
        if self._cut.settled:
            self.settle()
        return queued

    def phone_gone(self, now: float) -> None:
        """Decide what was heard in all: the phone plays no more, and no mark will come."""
        trip = self._plan.round_trip or 0.0
        self.cut(now - trip if self._clear_trip is None else now - self._clear_trip)
        self.settle()
        self._clear_owed = False

    def take_clear(self) -> bool:
        """Whether ``clear`` must go to the phone for a cut, whoever made it; says so once."""
        owed, self._clear_owed = self._clear_owed, False
        return owed

    def settle(self) -> None:
        """Decide a pending cut with what is known now."""
        if self._cut is None:
            return
        cut_at = self._cut.measured()
        position_ms = cut_at.position_ms
        self._tell(
            heard_between(
                self._cut_items, self._cut_heard_ms, position_ms, self._cut.ends_at, cut=True
            )
        )
        if self._cut.cleared_at is not None:
            trip = self._cut.cleared_at - self._cut.at
            self._clear_trip = trip if self._clear_trip is None else min(trip, self._clear_trip)
        self._truncations += truncations(self._cut_items, cut_at)
        self._cut = None
        self._cut_items = []

    def take_truncations(self) -> list[Truncation]:
        """Hand over, once, what the model must be told of the cuts that are settled."""
        taken, self._truncations = self._truncations, []
        return taken

    # What is known.

    def accepts(self, item_id: str) -> bool:
        """Whether audio of this item may still go out: not once it was cut."""
        return item_id not in self._refused

    @property
    def idle(self) -> bool:
        """Whether all that was begun was heard to its end, or cut."""
        return not self._items

    @property
    def settled(self) -> bool:
        """Whether it is known of all that was sent if it was heard."""
        return not self._items and self._cut is None

    @property
    def audible(self) -> bool:
        """Whether an echo has shown that the phone is playing what is queued."""
        return self._audible and bool(self._items)

    @property
    def has_truncations(self) -> bool:
        """Whether ``take_truncations`` has something to tell the model."""
        return bool(self._truncations)

    @property
    def queued_ms(self) -> float:
        """Audio sent and not yet known to be heard, ms."""
        return self._sent_ms - self._heard_ms

    def playing(self, now: float) -> Playing | None:
        """What the caller hears now, or would hear next if the queue has run dry; None: idle."""
        position_ms = self._position_ms(now)
        for item in self._items:
            if not item.heard_whole(position_ms):
                heard_ms = item.heard_ms(position_ms)
                return Playing(item.item_id, item.response_id, item.purpose, heard_ms)
        return None

    def deadline(self) -> float | None:
        """When to call ``timer_fired``; None while nothing is awaited."""
        deadlines = [self._cut.deadline] if self._cut is not None else []
        if self._marks:
            deadlines.append(self._echo_deadline())
        return min(deadlines, default=None)

    def _echo_deadline(self) -> float:
        return self._plan.echo_due(self._marks[-1].position_ms, self._last_echo) + ECHO_GRACE

    def _position_ms(self, now: float) -> float:
        """The position that the caller will have heard when a clear sent now takes effect."""
        last = self._last_echo
        if self._marks and now > self._plan.echo_due(self._marks[0].position_ms, last) + STALL:
            return self._heard_ms
        round_trip = self._plan.round_trip or 0.0
        trip = round_trip if self._clear_trip is None else self._clear_trip
        position_ms = self._plan.position_at(now + trip, last, round_trip)
        return min(max(position_ms, self._heard_ms), self._sent_ms)

    def _heard_up_to(self, position_ms: float, ends_at: float | None) -> list[str]:
        self._tell(heard_between(self._items, self._heard_ms, position_ms, ends_at))
        self._heard_ms = max(self._heard_ms, position_ms)
        self._audible = True
        heard: list[str] = []
        while self._items:
            item = self._items[0]
            if not item.ended or item.ends_at_ms > self._heard_ms:
                break
            heard.append(item.item_id)
            self._items.popleft()
        if not self._items:
            self._audible = False
            self._marked_ms = None
        self._plan.forget_before(self._heard_ms)
        return heard

    def _tell(self, stretches: Iterable[Heard]) -> None:
        if self._listeners:
            for heard in stretches:
                for listener in self._listeners:
                    listener(heard)

    def _mark(self) -> str:
        self._sequence += 1
        name = f"{self._generation}.{self._sequence}"
        self._marks.append(Mark(name, self._sent_ms, *self._piece))
        self._marked_ms = self._sent_ms
        return name
