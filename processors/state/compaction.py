"""Keeps the conversation that the server holds short: notes in, the turns that they cover out.

The whole conversation is input again for each response, and what is unchanged from its beginning
on is billed as cached (OpenAI, Realtime managing costs guide, which names this replacing as a way
to save). So nothing before the cut is touched between two summaries, and one summary makes one
change, if the conversation is long enough to be worth it: the notes go in at the cut, and once the
server has them, all that they cover goes in one stroke. The last turns stay as they are. A
function call and its output go together or not at all. Each step waits for a moment in which
nobody speaks and no response runs, and for the server's word on the step before; what the server
refuses is left as it is, and the call goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from processors.state.recent import RecentKeys
from processors.state.server_items import ROOT, ServerItem, ServerItems

ACK_WAIT: Final = 10.0
"""Seconds in which the server must have answered an edit; then it is taken as lost."""

_COVERED_REMEMBERED: Final = 1024
_NOTES: Final = "notes_"


@dataclass(frozen=True, slots=True)
class Insert:
    """Put the notes into the conversation.

    Attributes:
        item_id: What to call them.
        notes: The text.
        previous_item_id: After which item; ``root``: first of all.
    """

    item_id: str
    notes: str
    previous_item_id: str = ROOT


@dataclass(frozen=True, slots=True)
class Delete:
    """Take an item out of the conversation.

    Attributes:
        item_id: Which.
    """

    item_id: str


@dataclass(frozen=True, slots=True)
class Compacted:
    """What came of one summary.

    Attributes:
        deleted: Items that are gone.
        refused: Edits that the server did not make, or did not answer.
        kept: Items that it still holds, the notes among them.
    """

    deleted: int
    refused: int
    kept: int


@dataclass(frozen=True, slots=True)
class _Summary:
    notes: str
    seen_item_id: str
    keep_turns: int
    shorten: bool = True


class _Stage(StrEnum):
    IDLE = "idle"
    READY = "ready"  # notes wait for a quiet moment
    INSERTING = "inserting"
    INSERTED = "inserted"  # what they cover waits for a quiet moment
    DELETING = "deleting"


class Compaction:
    """Follows the items of the server's conversation and says which may go."""

    def __init__(self) -> None:
        self._items = ServerItems()
        self._stage = _Stage.IDLE
        self._notes = ""
        self._newer: _Summary | None = None  # came during an edit, or is for a fresh session only
        self._item_id = ""
        self._going: list[str] = []
        self._awaited: set[str] = set()
        self._deleted = self._refused = 0
        self._due: float | None = None
        self._covered = RecentKeys(_COVERED_REMEMBERED)
        self._only_at_root = False
        self._number = 0
        self._results: list[Compacted] = []

    # What the server said.

    def item_added(self, item: ServerItem, previous_item_id: str | None) -> None:
        """An item stands in the conversation, after another one."""
        if item.item_id in self._items:
            return
        # With no item before it, its place is the first only if we put it there, however long ago.
        self._items.add(item, previous_item_id, else_first=_is_notes(item.item_id))
        if self._stage is _Stage.INSERTING and item.item_id == self._item_id:
            self._stage = _Stage.INSERTED
            self._due = None

    def item_deleted(self, item_id: str) -> None:
        """An item is gone, whoever wanted that."""
        self._items.remove(item_id)
        if item_id in self._awaited:
            self._deleted += 1
            self._answered(item_id)

    def refused(self, item_id: str) -> None:
        """The server did not insert or delete this item."""
        if self._stage is _Stage.INSERTING and item_id == self._item_id:
            self._refused += 1
            self._only_at_root = True  # the likeliest reason: what it should stand after is gone
            self._finish()
        elif item_id in self._awaited:
            # Mostly because it is gone already; asking again and again would help nobody.
            self._items.remove(item_id)
            self._refused += 1
            self._answered(item_id)

    def session_lost(self) -> None:
        """The conversation is gone; what notes cover need not be told to the next one."""
        for item_id in self._going:
            self._covered.add(item_id)
        if self._newer is not None:
            newer = self._newer
            self._notes = newer.notes
            for item_id in self._goers(newer.seen_item_id, newer.keep_turns):
                self._covered.add(item_id)
        self._items.clear()
        self._reset()

    # What is wanted.

    def summarised(
        self, notes: str, seen_item_id: str, keep_turns: int, *, shorten: bool = True
    ) -> None:
        """Have these notes take the place of what they cover.

        Args:
            notes: The text.
            seen_item_id: The newest item that their writer saw; later ones stay.
            keep_turns: So many turns of the caller stay, with all that followed them.
            shorten: In this conversation. False: it is short enough, and a change would cost the
                cached input of all that stays; only a fresh session begins with the notes.
        """
        if not shorten:
            self._newer = _Summary(notes, seen_item_id, keep_turns, shorten=False)
        elif self._stage in (_Stage.IDLE, _Stage.READY):
            self._newer = None
            going = self._goers(seen_item_id, keep_turns)
            self._notes = notes
            if going:
                self._going, self._stage = going, _Stage.READY
        else:
            self._newer = _Summary(notes, seen_item_id, keep_turns)

    def edits(self, now: float, *, quiet: bool) -> list[Insert | Delete]:
        """What to send now; ``quiet``: nobody speaks and no response runs or is about to."""
        if not quiet:
            return []
        if self._stage is _Stage.READY:
            place = ROOT if self._only_at_root else self._items.place_before_last(set(self._going))
            self._stage, self._due = _Stage.INSERTING, now + ACK_WAIT
            return [Insert(self._next_id(), self._notes, place)]
        if self._stage is _Stage.INSERTED:
            present = [item.item_id for item in self._items.all]
            going = [item_id for item_id in self._going if item_id in present]
            going += [one for one in present if self._is_outdated(one) and one not in going]
            self._stage, self._due = _Stage.DELETING, now + ACK_WAIT
            self._awaited = set(going)
            for item_id in going:
                self._covered.add(item_id)
            if not going:
                self._finish()
            return [Delete(item_id) for item_id in going]
        return []

    def timer_fired(self, now: float) -> None:
        """Stop waiting for an answer of the server's that is overdue."""
        if self._due is not None and now >= self._due:
            self._refused += len(self._awaited) or 1
            self._finish()

    # What is known.

    @property
    def newest_item_id(self) -> str:
        """The last item of the conversation; empty if there is none."""
        return self._items.newest_id

    @property
    def items(self) -> tuple[ServerItem, ...]:
        """The conversation, as far as the server told."""
        return self._items.all

    def opening(self) -> Insert | None:
        """The notes that a fresh session begins with; None while nothing was taken out."""
        if not len(self._covered):
            return None
        return Insert(self._next_id(), self._notes)

    def covers(self, item_id: str) -> bool:
        """Whether the notes stand for this item, so that a fresh session is not told it."""
        return item_id in self._covered

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        return self._due

    def take_results(self) -> list[Compacted]:
        """What came of the summaries since this was last asked."""
        taken, self._results = self._results, []
        return taken

    # Inside.

    def _goers(self, seen_item_id: str, keep_turns: int) -> list[str]:
        going = self._items.before_cut(seen_item_id, keep_turns)
        notes_alone = all(item_id == self._item_id for item_id in going)
        return [] if notes_alone else going

    def _next_id(self) -> str:
        self._number += 1
        self._item_id = f"{_NOTES}{self._number}"
        return self._item_id

    def _is_outdated(self, item_id: str) -> bool:
        """Whether these are notes that were given up, and came after all."""
        return _is_notes(item_id) and item_id != self._item_id

    def _answered(self, item_id: str) -> None:
        self._awaited.discard(item_id)
        if not self._awaited:
            self._only_at_root = False
            self._finish()

    def _finish(self) -> None:
        self._results.append(Compacted(self._deleted, self._refused, len(self._items)))
        newer = self._newer
        self._reset()
        if newer is not None:
            self.summarised(
                newer.notes, newer.seen_item_id, newer.keep_turns, shorten=newer.shorten
            )

    def _reset(self) -> None:
        self._stage = _Stage.IDLE
        self._newer = None
        self._going = []
        self._awaited = set()
        self._deleted = self._refused = 0
        self._due = None


def _is_notes(item_id: str) -> bool:
    return item_id.startswith(_NOTES)
