"""What the parts of one simulated session share."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from transports.simulated.conversation import Conversation, Item, Part
from transports.simulated.faults import Faults, ModelOptions
from transports.simulated.senses import Senses
from transports.simulated.session_settings import SessionSettings
from transports.simulated.wire import Wire


@dataclass(slots=True)
class SessionState:
    """One session.

    Attributes:
        wire: Sends and waits.
        settings: What the client set.
        conversation: The default conversation.
        senses: What it hears, speaks and thinks with.
        options: The model's pace and faults; may be replaced at any time.
        rng: The only source of chance.
        hearing: The caller's words that are still being made out.
    """

    wire: Wire
    settings: SessionSettings
    conversation: Conversation
    senses: Senses
    options: ModelOptions
    rng: random.Random
    hearing: set[asyncio.Future[str]] = field(default_factory=set)

    @property
    def faults(self) -> Faults:
        """What goes wrong just now."""
        return self.options.faults

    def listen_to(self, part: Part, heard: asyncio.Future[str] | None = None) -> None:
        """Find out the words in a part's audio, unless that is under way already."""
        heard = heard or self.senses.hear(bytes(part.audio))
        part.heard = heard
        if not heard.done():
            self.hearing.add(heard)
            heard.add_done_callback(self.hearing.discard)

    def add_item(self, item: Item, previous_item_id: str | None = None) -> None:
        """Put a finished item into the conversation and announce it.

        Raises:
            ClientError: Its place or its id is wrong; nothing was added.
        """
        previous = self.conversation.add(item, previous_item_id)
        wire = item.render()
        self.wire.emit("conversation.item.added", previous_item_id=previous, item=wire)
        self.wire.emit("conversation.item.done", previous_item_id=previous, item=wire)
