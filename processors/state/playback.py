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
        self._cuts: deque[Cut] = deque()  # whose marks are not all back
        self._refused = RecentKeys(_ITEMS_REMEMBERED)
        self._truncations: list[Truncation] = []
        self._generation = 1
        self._sequence = 0
        self._sent_ms = 0.0
        self._marked_ms: float | None = None  # position of the last mark sent; None: idle before
        self._heard_ms = 0.0
        self._last_echo: Echo | None = None  # of this queue
        self._clear_trip: float | None = None  # seconds from a clear to the marks that it returns
        self._piece_ms = 0.0  # where the last audio sent begins
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
        self._piece_ms = self._sent_ms
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

    def mark_received(
        self, name: str, now: float, due: float | None = None, *, sure: bool = False
    ) -> list[str]:
        """Take an echo: all audio before that mark was played, unless a clear returned it.

        A name that is not awaited changes nothing. One from before the last cut tells where
        the cut fell, and nothing of what is queued now.

        Args:
            name: The mark's.
            now: When it came.
            due: When it would have come if the way here had not held it up, if that is known.
            sure: It is; else it may have been due as late as it came.

        Returns:
            The items that were thereby heard to their end.
        """
        for cut in self._cuts:
            if name in cut.awaited:
                cut.mark_returned(name, _was_due(now, due, cut.earliest(name, sure=sure)))
                self._settle_what_is_back()
                return []
        if not any(mark.name == name for mark in self._marks):
            return []
        mark = self._marks.popleft()
        while mark.name != name:
            mark = self._marks.popleft()
        earliest = self._plan.earliest(mark.position_ms, self._last_echo)
        now = _was_due(now, due, float("-inf") if sure else earliest)
        self._last_echo = Echo(mark.position_ms, now)
        self._plan.echoed(self._last_echo)
        return self._heard_up_to(mark.position_ms, now)

    def timer_fired(self, now: float) -> list[str]:
        """Stop waiting for marks that are long overdue.

        What a cut awaits is settled by the plan; other audio is taken as heard.

        Returns:
            The items that are thereby taken as heard to their end.
        """
        while self._cuts and now >= self._cuts[0].deadline:
            self._settle_first()
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
        queued = self._heard_ms < self._sent_ms
        self._clear_owed = self._clear_owed or queued
        self._cuts.append(
            Cut(
                at=now,
                plan=self._plan,
                clear_trip=self._clear_trip,
                items=list(self._items),
                heard_ms=self._heard_ms,
                planned_ms=self._position_ms(now),
                sent_ms=self._sent_ms,
                last_echo=self._last_echo,
                awaited={mark.name: mark for mark in self._marks} if queued else {},
            )
        )
        for item in self._items:
            self._refused.add(item.item_id)
        self._items.clear()
        self._marks.clear()
        self._generation += 1
        self._plan = PlaybackPlan(self._plan.round_trip)
        self._sent_ms = self._heard_ms = 0.0
        self._marked_ms = None
        self._last_echo = None
        self._audible = False
        self._settle_what_is_back()
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

    def last_mark(self) -> str | None:
        """A mark behind all that was sent: sent right before a clear, it comes back with it.

        Returns:
            Its name, or None when there is one already, or nothing to clear.
        """
        if not self.queued_ms or self._marked_ms == self._sent_ms:
            return None
        return self._mark()

    def taken_back(self, duration_ms: float) -> None:
        """The last of what was sent before a cut had not left yet, and never will."""
        if self._cuts:
            self._cuts[-1].taken_back(duration_ms)

    def clear_waits(self) -> None:
        """The clear can't leave yet; ``clear_left`` tells when it does."""
        if self._cuts:
            self._cuts[-1].waits = True

    def clear_left(self, now: float) -> None:
        """A clear that had to wait leaves now, for all cuts up to here."""
        for cut in self._cuts:
            cut.clear_left(now)

    def settle(self) -> None:
        """Decide every pending cut with what is known now."""
        while self._cuts:
            self._settle_first()

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
        return not self._items and not self._cuts

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
        deadlines = [self._cuts[0].deadline] if self._cuts else []
        if self._marks:
            deadlines.append(self._echo_deadline())
        return min(deadlines, default=None)

    def _settle_what_is_back(self) -> None:
        """Decide the cuts whose marks are all back; those of one cut come before the next one's."""
        while self._cuts and self._cuts[0].settled:
            self._settle_first()

    def _settle_first(self) -> None:
        cut = self._cuts.popleft()
        measured = cut.measured()
        self._tell(
            heard_between(cut.items, cut.heard_ms, measured.position_ms, cut.ends_at, cut=True)
        )
        if cut.cleared_at is not None:
            trip = cut.cleared_at - cut.at
            self._clear_trip = trip if self._clear_trip is None else min(trip, self._clear_trip)
            following = self._cuts[0].plan if self._cuts else self._plan
            following.follows_clear(cut.cleared_at)
        self._truncations += truncations(cut.items, measured)

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
        self._marks.append(Mark(name, self._sent_ms, self._piece_ms))
        self._marked_ms = self._sent_ms
        return name


def _was_due(now: float, due: float | None, earliest: float) -> float:
    """When a mark was due that came now, if it can not have come sooner than at ``earliest``."""
    return now if due is None else min(now, max(due, earliest))
