"""What the parts of one simulated session share."""

from __future__ import annotations

import random
from dataclasses import dataclass

from transports.simulated.conversation import Conversation, Item
from transports.simulated.faults import Faults, ModelOptions
from transports.simulated.session_settings import SessionSettings
from transports.simulated.voice import Voice
from transports.simulated.wire import Wire


@dataclass(slots=True)
class SessionState:
    """One session.

    Attributes:
        wire: Sends and waits.
        settings: What the client set.
        conversation: The default conversation.
        voice: Of both ends.
        options: The model's pace and faults; may be replaced at any time.
        rng: The only source of chance.
    """

    wire: Wire
    settings: SessionSettings
    conversation: Conversation
    voice: Voice
    options: ModelOptions
    rng: random.Random

    @property
    def faults(self) -> Faults:
        """What goes wrong just now."""
        return self.options.faults

    def add_item(self, item: Item, previous_item_id: str | None = None) -> None:
        """Put a finished item into the conversation and announce it.

        Raises:
            ClientError: Its place or its id is wrong; nothing was added.
        """
        previous = self.conversation.add(item, previous_item_id)
        wire = item.render()
        self.wire.emit("conversation.item.added", previous_item_id=previous, item=wire)
        self.wire.emit("conversation.item.done", previous_item_id=previous, item=wire)
