"""Keeps the model's memory to what the caller heard: truncations and deletions on the wire."""

from __future__ import annotations

from processors.context import CallContext
from processors.state.playback import PlaybackLedger
from processors.state.recent import RecentKeys
from processors.state.responses import ResponseLedger
from processors.turn_frames import AssistantCutFrame
from transports.openai_realtime import client_events
from transports.openai_realtime.events import Committed, ItemAdded, OutputItemAdded
from transports.openai_realtime.owner import DialogueOwner, Handlers, Send


class Corrections:
    """Tells the model what of its speech was not heard, if this session knows of it at all."""

    def __init__(
        self, owner: DialogueOwner, context: CallContext, responses: ResponseLedger, send: Send
    ) -> None:
        self._owner = owner
        self._context = context
        self._responses = responses
        self._send = send
        self._own_items = RecentKeys(512)  # items that this session knows
        self._retold = RecentKeys(512)  # those of them that it was told as text
        self.handlers: Handlers = {
            ItemAdded: self._item_added,
            OutputItemAdded: self._output_item_added,
            Committed: self._committed,
        }

    def session_up(self) -> None:
        """A fresh session knows nothing yet."""
        self._own_items.clear()
        self._retold.clear()

    def told_as_text(self, item_id: str) -> None:
        """A fresh session was told an earlier item, as text."""
        self._retold.add(item_id)

    async def tell_cuts(self) -> None:
        """Tell the model what was not heard, once that is known.

        It is known a round trip to the phone after the cut, long before a caller has finished a
        sentence. If the phone's network stalls just then, the model hears of it after it began
        to answer; a guess in time would be wrong by as much as the stall lasts.
        """
        for cut in self._playback.take_truncations():
            action = "delete" if cut.nothing_heard else "truncate"
            self._context.record(
                "truncation",
                item_id=cut.item_id,
                heard_ms=cut.audio_end_ms,
                sent_ms=cut.sent_ms,
                action=action,
                sum=cut.sum,
            )
            await self._cut(cut.item_id, cut.audio_end_ms, cut.sent_ms)
            if cut.item_id in self._retold:
                await self._tell_anew(cut.item_id)
            elif cut.item_id in self._own_items:
                await self._send(client_events.truncation(cut))

    async def never_spoken(self, item_id: str) -> None:
        """A response was cut before this item of it had any audio."""
        await self._cut(item_id, 0, 0.0)
        if self._playback.accepts(item_id):
            await self._send(client_events.item_delete(item_id))

    @property
    def _playback(self) -> PlaybackLedger:
        return self._context.playback

    async def _cut(self, item_id: str, heard_ms: int, sent_ms: float) -> None:
        self._context.transcript.truncated(item_id, heard_ms)
        await self._owner.broadcast_frame(
            AssistantCutFrame, item_id=item_id, heard_ms=heard_ms, sent_ms=sent_ms
        )

    async def _tell_anew(self, item_id: str) -> None:
        """Shorten what this session was told as text: the phone was still playing it then."""
        await self._send(client_events.item_delete(item_id))
        turn = self._context.transcript.turn(item_id)
        if turn is not None and turn.text:
            await self._send(client_events.message("assistant", turn.text))

    async def _item_added(self, event: ItemAdded) -> None:
        self._own_items.add(event.item.id)

    async def _output_item_added(self, event: OutputItemAdded) -> None:
        if event.item.type == "message" and self._responses.on_conversation(event.response_id):
            self._own_items.add(event.item.id)
            self._responses.item_added(event.response_id, event.item.id)

    async def _committed(self, event: Committed) -> None:
        self._own_items.add(event.item_id)
