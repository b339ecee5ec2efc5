"""What the caller has heard of what the assistant said.

Audio goes to the phone as fast as the model makes it and waits there in a queue, so "sent" says
nothing about "heard". Twilio echoes a mark when everything sent before it has been played, and
returns all marks at once on ``clear`` (Twilio, Media Streams WebSocket messages). From those
echoes and the lengths of what was sent this ledger knows, to a few milliseconds, how much of each
item the caller had heard at the moment a ``clear`` takes effect.

How. Let d1 be the way to the phone and d2 the way back. Audio sent at t starts at t + d1 at the
earliest, and a clear sent at t acts at t + d1 too: seen from here, with every instant shifted by
d1, the way to the phone does not matter. So the ledger keeps a *plan*: at which (shifted) instant
each position of the queue is played, if the phone plays without a hitch. An echo of position p
that arrives at e proves that p was played at e - (d1 + d2). The sum is the smallest lateness ever
seen; whatever an echo is later than that is playback running behind the plan (a stalled network,
a phone that waits), and the plan moves. After a cut the marks that come back measure it once more
(see ``cut``), and only then is the model told.

Positions and durations are in ms of audio (µ-law, 8 kHz: 8 bytes each); instants are seconds.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from processors.state.cut import WAIT, Cut, Echo
from processors.state.heard import Heard, HeardListener
from processors.state.playback_plan import PlaybackPlan

Purpose = Literal["answer", "greeting", "disclosure", "goodbye"]
"""What a piece of the assistant's speech is for."""

MARK_EVERY_MS: Final = 100.0
"""At most one mark for so much audio: dense enough to measure by, cheap enough to forget."""

ECHO_GRACE: Final = 5.0
"""Seconds past its due time after which a mark is taken as lost, and its audio as heard."""

K = TypeVar("K")
V = TypeVar("V")

_CUT_ITEMS_REMEMBERED: Final = 64


@dataclass(frozen=True, slots=True)
class Truncation:
    """The model must forget what the caller did not hear of an item.

    Attributes:
        item_id: The conversation item.
        content_index: Its content part.
        audio_end_ms: What was heard, whole ms, never above what was sent. 0: delete the item.
        sent_ms: What had been sent, ms.
    """

    item_id: str
    content_index: int
    audio_end_ms: int
    sent_ms: float

    @property
    def nothing_heard(self) -> bool:
        """Whether the item is to be deleted rather than shortened."""
        return self.audio_end_ms == 0


@dataclass(frozen=True, slots=True)
class Playing:
    """What the caller is hearing.

    Attributes:
        item_id: The conversation item.
        response_id: The response that it belongs to.
        purpose: What it is for.
        heard_ms: How much of it was heard so far, ms.
    """

    item_id: str
    response_id: str
    purpose: Purpose
    heard_ms: float


@dataclass(slots=True)
class _Item:
    item_id: str
    content_index: int
    response_id: str
    purpose: Purpose
    starts_at_ms: float  # position in the queue
    sent_ms: float = 0.0
    ended: bool = False

    @property
    def ends_at_ms(self) -> float:
        return self.starts_at_ms + self.sent_ms


@dataclass(slots=True)
class _Mark:
    name: str
    position_ms: float


class PlaybackLedger:
    """Fed with what was sent and which marks came back; tells what was heard and what to cut.

    Items are expected one after another, each with its audio in one piece, as the model sends
    them. Keeps only what is still queued at the phone.
    """

    def __init__(self, *, mark_every_ms: float = MARK_EVERY_MS) -> None:
        self._mark_every_ms = mark_every_ms
        self._plan = PlaybackPlan()
        self._items: deque[_Item] = deque()
        self._marks: deque[_Mark] = deque()
        self._cut: Cut | None = None
        self._cut_items: list[_Item] = []
        self._refused: OrderedDict[str, None] = OrderedDict()
        self._truncations: list[Truncation] = []
        self._generation = 1
        self._sequence = 0
        self._sent_ms = 0.0
        self._marked_ms: float | None = None  # position of the last mark sent; None: idle before
        self._heard_ms = 0.0
        self._last_echo: Echo | None = None  # of the stretch of audio that is being played
        self._audible = False
        self._cut_at = 0.0
        self._cut_heard_ms = 0.0
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
            item = _Item(item_id, content_index, response_id, purpose, self._sent_ms)
            self._items.append(item)
        item.ended = False
        if self._plan.sent(self._sent_ms, duration_ms, now):
            self._last_echo = None
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

    def mark_received(self, name: str, now: float) -> list[str]:
        """Take an echo: all audio before that mark was played, unless a clear returned it.

        A name that is not awaited changes nothing. One from before the last cut tells where
        the cut fell, and nothing of what is queued now.

        Returns:
            The items that were thereby heard to their end.
        """
        if self._cut is not None and name in self._cut.awaited:
            self._cut.mark_returned(name, now)
            if self._cut.settled:
                self.settle()
            return []
        if not any(mark.name == name for mark in self._marks):
            return []
        position_ms = 0.0
        while self._marks:
            mark = self._marks.popleft()
            position_ms = mark.position_ms
            if mark.name == name:
                break
        self._plan.played(position_ms, now)
        self._last_echo = Echo(position_ms, now)
        return self._heard_up_to(position_ms, now)

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
        return self._heard_up_to(position_ms, None)

    def cut(self, now: float) -> bool:
        """Forget what was not heard; a clear sent now makes the phone forget it, too.

        An item heard whole is left alone, one of which something was heard is truncated there,
        later ones are deleted. Where exactly, the returning marks tell: ``take_truncations``
        has it once they are back, or at once after ``settle``.

        Returns:
            Whether the phone may hold audio: send ``clear``.
        """
        if not self._items:
            return False
        self.settle()
        queued = self._heard_ms < self._sent_ms
        self._cut = Cut(
            planned_ms=self._position_ms(now),
            last_echo=self._last_echo,
            awaited={mark.name: mark.position_ms for mark in self._marks} if queued else {},
            deadline=now + WAIT,
        )
        self._cut_items = list(self._items)
        self._cut_at, self._cut_heard_ms = now, self._heard_ms
        for item in self._cut_items:
            _remember(self._refused, item.item_id, None, _CUT_ITEMS_REMEMBERED)
        self._items.clear()
        self._marks.clear()
        self._generation += 1
        self._plan.cleared()
        self._sent_ms = self._heard_ms = 0.0
        self._marked_ms = None
        self._last_echo = None
        self._audible = False
        if self._cut.settled:
            self.settle()
        return queued

    def settle(self) -> None:
        """Decide a pending cut with what is known now (before the model answers again)."""
        if self._cut is None:
            return
        position_ms = self._cut.heard_ms()
        ends_at = self._cut_at + (self._plan.round_trip or 0.0)
        self._tell_heard(self._cut_items, self._cut_heard_ms, position_ms, ends_at)
        for item in self._cut_items:
            heard_ms = min(max(position_ms - item.starts_at_ms, 0.0), item.sent_ms)
            if not item.ended or heard_ms < item.sent_ms:
                self._truncations.append(
                    Truncation(item.item_id, item.content_index, int(heard_ms), item.sent_ms)
                )
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
            heard_ms = min(max(position_ms - item.starts_at_ms, 0.0), item.sent_ms)
            if not item.ended or heard_ms < item.sent_ms:
                return Playing(item.item_id, item.response_id, item.purpose, heard_ms)
        return None

    def deadline(self) -> float | None:
        """When to call ``timer_fired``; None while nothing is awaited."""
        deadlines = [self._cut.deadline] if self._cut is not None else []
        if self._marks:
            deadlines.append(self._echo_deadline())
        return min(deadlines, default=None)

    def _echo_deadline(self) -> float:
        return self._plan.echo_due(self._marks[-1].position_ms) + ECHO_GRACE

    def _position_ms(self, now: float) -> float:
        """The position that the caller will have heard when a clear sent now takes effect."""
        if self._marks and self._plan.stalled(self._marks[0].position_ms, now):
            return self._heard_ms
        return min(max(self._plan.position_at(now), self._heard_ms), self._sent_ms)

    def _heard_up_to(self, position_ms: float, ends_at: float | None) -> list[str]:
        self._tell_heard(self._items, self._heard_ms, position_ms, ends_at)
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

    def _tell_heard(
        self, items: Iterable[_Item], from_ms: float, to_ms: float, ends_at: float | None
    ) -> None:
        if not self._listeners:
            return
        for item in items:
            if item.starts_at_ms > to_ms:
                return
            first, last = max(from_ms, item.starts_at_ms), min(to_ms, item.ends_at_ms)
            whole = item.ended and to_ms >= item.ends_at_ms
            if last > first or whole:
                heard = Heard(
                    item.item_id,
                    item.content_index,
                    first - item.starts_at_ms,
                    max(last, first) - item.starts_at_ms,
                    None if ends_at is None else ends_at - (to_ms - last) / 1000,
                    whole,
                )
                for listener in self._listeners:
                    listener(heard)

    def _mark(self) -> str:
        self._sequence += 1
        name = f"{self._generation}.{self._sequence}"
        self._marks.append(_Mark(name, self._sent_ms))
        self._marked_ms = self._sent_ms
        return name


def _remember(known: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    known[key] = value
    if len(known) > most:
        known.popitem(last=False)
