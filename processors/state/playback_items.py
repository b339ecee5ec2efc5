"""What is queued at the phone, item by item, and what a cut makes of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from processors.state.heard import Heard
from processors.state.measured import Measured

Purpose = Literal[
    "answer", "greeting", "disclosure", "goodbye", "reprompt", "filler", "notice", "safety"
]
"""What a piece of the assistant's speech is for."""

PASSING: Final = frozenset({"reprompt", "filler"})
"""Speech that is only worth its moment: it fills a silence, and is dropped when there is none."""

HEARD_WHOLE_MS: Final = 20.0
"""An item of which no more than this was left to play counts as heard whole: nobody hears the
difference, and truncating it would cost the model the whole transcript."""


@dataclass(frozen=True, slots=True)
class Truncation:
    """The model must forget what the caller did not hear of an item.

    Attributes:
        item_id: The conversation item.
        content_index: Its content part.
        audio_end_ms: What was heard, whole ms, never above what was sent.
        sent_ms: What had been sent, ms.
        nothing_heard: Nothing of the item was heard: it is to be deleted rather than shortened.
        sum: How ``audio_end_ms`` comes about, for a person to check.
    """

    item_id: str
    content_index: int
    audio_end_ms: int
    sent_ms: float
    nothing_heard: bool
    sum: str = field(default="", compare=False)


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
class QueuedItem:
    """Audio of one item that was sent in one piece.

    Attributes:
        item_id: The conversation item.
        content_index: Its content part.
        response_id: The response that it belongs to.
        purpose: What it is for.
        starts_at_ms: Its position in the queue.
        earlier_ms: What was sent of the same content part before something else came in between.
        follows: Something of the same item was sent before.
        sent_ms: How much of it was sent.
        ended: All of it was sent.
    """

    item_id: str
    content_index: int
    response_id: str
    purpose: Purpose
    starts_at_ms: float
    earlier_ms: float = 0.0
    follows: bool = False
    sent_ms: float = 0.0
    ended: bool = False

    @property
    def ends_at_ms(self) -> float:
        """The position after it."""
        return self.starts_at_ms + self.sent_ms

    def heard_ms(self, position_ms: float) -> float:
        """How much of it was heard when this position was."""
        return min(max(position_ms - self.starts_at_ms, 0.0), self.sent_ms)

    def heard_whole(self, position_ms: float) -> bool:
        """Whether nothing of it is missing, nor to come."""
        heard_ms = self.heard_ms(position_ms)
        return self.ended and self.sent_ms - heard_ms <= min(HEARD_WHOLE_MS, heard_ms)


class BegunItems:
    """Remembers of the newest items how much was sent, should one go on after another."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._newest: QueuedItem | None = None
        self._sent_ms: OrderedDict[str, dict[int, float]] = OrderedDict()  # by item and part

    def begin(
        self,
        item_id: str,
        content_index: int,
        response_id: str,
        purpose: Purpose,
        starts_at_ms: float,
    ) -> QueuedItem:
        """A piece of audio of an item begins; no other gets longer any more."""
        newest = self._newest
        if newest is not None:
            parts = self._sent_ms.setdefault(newest.item_id, {})
            parts[newest.content_index] = newest.earlier_ms + newest.sent_ms
            if len(self._sent_ms) > self._most:
                self._sent_ms.popitem(last=False)
        parts = self._sent_ms.get(item_id, {})
        self._newest = QueuedItem(
            item_id,
            content_index,
            response_id,
            purpose,
            starts_at_ms,
            earlier_ms=parts.get(content_index, 0.0),
            follows=bool(parts),
        )
        return self._newest


def truncations(items: Iterable[QueuedItem], cut_at: Measured) -> list[Truncation]:
    """What the model must be told of a queue that was cut at a position.

    Each content part is named once, where its first unheard audio was; an item of which nothing
    was heard is named once in all.
    """
    position_ms = cut_at.position_ms
    found: list[Truncation] = []
    parts: set[tuple[str, int]] = set()
    deleted: set[str] = set()
    for item in items:
        part = (item.item_id, item.content_index)
        if item.heard_whole(position_ms) or part in parts or item.item_id in deleted:
            continue
        audio_end_ms = int(item.earlier_ms + item.heard_ms(position_ms))
        nothing_heard = audio_end_ms == 0 and not item.follows
        if nothing_heard:
            deleted.add(item.item_id)
        parts.add(part)
        sent_ms = item.earlier_ms + item.sent_ms
        found.append(
            Truncation(
                item.item_id,
                item.content_index,
                audio_end_ms,
                sent_ms,
                nothing_heard,
                _sum(audio_end_ms, item, cut_at),
            )
        )
    return found


def _sum(audio_end_ms: int, item: QueuedItem, cut_at: Measured) -> str:
    """One line of arithmetic in ms, from the phone's queue to the item."""
    begins_ms = item.starts_at_ms - item.earlier_ms
    if item.starts_at_ms >= cut_at.position_ms:
        return f"{audio_end_ms}: it begins at {item.starts_at_ms:.0f}, heard was {cut_at.sum()}"
    if abs(begins_ms) < 0.5:
        return cut_at.sum()
    return (
        f"{audio_end_ms} = {cut_at.position_ms:.0f} - {begins_ms:.0f} (it begins); {cut_at.sum()}"
    )


def heard_between(
    items: Iterable[QueuedItem],
    from_ms: float,
    to_ms: float,
    ends_at: float | None,
    *,
    cut: bool = False,
) -> Iterator[Heard]:
    """What was heard of which item when one position was known to be heard, and then another.

    Args:
        items: The queue.
        from_ms: The one.
        to_ms: The other.
        ends_at: When that was; None: nobody knows.
        cut: Nothing of them will be heard any more.
    """
    for item in items:
        if item.starts_at_ms > to_ms:
            return
        first = min(max(from_ms, item.starts_at_ms), item.ends_at_ms)
        last = max(first, min(to_ms, item.ends_at_ms))
        whole = item.heard_whole(to_ms) if cut else item.ended and to_ms >= item.ends_at_ms
        if last > first or whole:
            offset_ms = item.earlier_ms - item.starts_at_ms
            yield Heard(
                item.item_id,
                item.content_index,
                first + offset_ms,
                last + offset_ms,
                None if ends_at is None else ends_at - (to_ms - last) / 1000,
                whole,
            )
