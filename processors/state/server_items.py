"""The items of the server's conversation, in its order, as far as it told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

ROOT: Final = "root"
"""``previous_item_id`` of the very first place (OpenAI, Realtime API reference)."""


@dataclass(frozen=True, slots=True)
class ServerItem:
    """An item of the server's conversation.

    Attributes:
        item_id: Its id.
        kind: ``message``, ``function_call`` or ``function_call_output``.
        role: Whose message it is.
        call_id: Ties a function call to its output.
    """

    item_id: str
    kind: str = "message"
    role: str = ""
    call_id: str = ""


class ServerItems:
    """Follows what stands in the conversation, and where it could be cut."""

    def __init__(self) -> None:
        self._items: list[ServerItem] = []

    def __contains__(self, item_id: str) -> bool:
        return any(item.item_id == item_id for item in self._items)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def all(self) -> tuple[ServerItem, ...]:
        """Every item, oldest first."""
        return tuple(self._items)

    @property
    def newest_id(self) -> str:
        """The last item; empty if there is none."""
        return self._items[-1].item_id if self._items else ""

    def add(self, item: ServerItem, previous_item_id: str | None, *, else_first: bool) -> None:
        """Put an item after another one; where that is not there, first of all or last."""
        for index, known in enumerate(self._items):
            if known.item_id == previous_item_id:
                self._items.insert(index + 1, item)
                return
        self._items.insert(0 if else_first else len(self._items), item)

    def remove(self, item_id: str) -> None:
        """An item is gone; harmless if it was not there."""
        self._items = [item for item in self._items if item.item_id != item_id]

    def clear(self) -> None:
        """The conversation is gone."""
        self._items.clear()

    def before_cut(self, seen_item_id: str, keep_turns: int) -> list[str]:
        """What may go, in the order in which it goes: an output right before its call.

        Args:
            seen_item_id: The last item that may.
            keep_turns: So many turns of the caller stay, with all that followed them.
        """
        ids = [item.item_id for item in self._items]
        turns = [at for at, item in enumerate(self._items) if item.role == "user"]
        if seen_item_id not in ids or len(turns) <= keep_turns:
            return []
        cut = min(turns[-keep_turns], ids.index(seen_item_id) + 1)
        return list(_whole_pairs(self._items[:cut]))

    def place_before_last(self, going: Collection[str]) -> str:
        """After the last item before the newest of these that stays; mostly there is none."""
        place = ROOT
        last = max(at for at, item in enumerate(self._items) if item.item_id in going)
        for item in self._items[:last]:
            if item.item_id not in going:
                place = item.item_id
        return place


def _whole_pairs(items: list[ServerItem]) -> Iterator[str]:
    """The items without calls that lack their output here, or outputs that lack their call."""
    outputs = {item.call_id: item for item in items if item.kind == "function_call_output"}
    for item in items:
        if item.kind == "function_call":
            output = outputs.get(item.call_id)
            if output is not None:
                yield output.item_id
                yield item.item_id
        elif item.kind != "function_call_output":
            yield item.item_id
