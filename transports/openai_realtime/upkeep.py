"""Keeps the server's conversation short, on the wire; ``Compaction`` decides what goes when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from processors.context import CallContext
from processors.memory_frames import ConversationNotesFrame
from processors.state.compaction import Compaction, Insert
from processors.state.server_items import ServerItem
from transports.openai_realtime import client_events
from transports.openai_realtime.events import Error, ItemAdded, ItemDeleted, ServerEvent


class Upkeep:
    """Follows the server's items, puts notes in and takes out what they cover."""

    def __init__(
        self, context: CallContext, send: Callable[[dict[str, Any]], Awaitable[bool]]
    ) -> None:
        self._context = context
        self._send = send
        self._compaction = Compaction()

    @property
    def newest_item_id(self) -> str:
        """The last item that the server told of."""
        return self._compaction.newest_item_id

    def notes_made(self, frame: ConversationNotesFrame) -> None:
        """Have notes put in, at the next quiet moment."""
        self._compaction.summarised(
            frame.notes, frame.seen_item_id, frame.keep_turns, shorten=frame.shorten
        )

    def take(self, event: ServerEvent) -> None:
        """Take one event of the model."""
        if not self._context.notes_replace_turns:
            return
        if isinstance(event, ItemAdded):
            item = event.item
            self._compaction.item_added(
                ServerItem(item.id, item.type, item.role, item.call_id), event.previous_item_id
            )
        elif isinstance(event, ItemDeleted):
            self._compaction.item_deleted(event.item_id)
        elif isinstance(event, Error) and event.error.event_id is not None:
            self._compaction.refused(client_events.edited_item(event.error.event_id))

    async def pump(self, *, quiet: bool) -> None:
        """Send what may be sent now; ``quiet``: nobody speaks and no response is near."""
        for edit in self._compaction.edits(self._context.clock(), quiet=quiet):
            if isinstance(edit, Insert):
                await self._send(client_events.notes(edit))
            else:
                await self._send(client_events.item_delete(edit.item_id))
        self._report()

    async def session_up(self) -> None:
        """Begin a fresh session with the notes, if turns are missing for which they stand."""
        opening = self._compaction.opening()
        if opening is not None:
            await self._send(client_events.notes(opening))

    def session_down(self) -> None:
        """The server's conversation is gone."""
        self._compaction.session_lost()
        self._report()

    def covers(self, item_id: str) -> bool:
        """Whether the notes stand for an item."""
        return self._compaction.covers(item_id)

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        return self._compaction.deadline()

    def timer_fired(self) -> None:
        """Stop waiting for answers that are overdue."""
        self._compaction.timer_fired(self._context.clock())
        self._report()

    def _report(self) -> None:
        for result in self._compaction.take_results():
            self._context.record(
                "compaction", deleted=result.deleted, refused=result.refused, kept=result.kept
            )
