"""Text messages to telephones, as a call's processors and tools send them."""

from __future__ import annotations

from typing import Final, Protocol

MESSAGES: Final = "messages"
"""Name of the ``Messages`` among a call's resources."""


class Messages(Protocol):
    """Sends text messages."""

    async def send_sms(self, to: str, sender: str, body: str, account_sid: str = "") -> bool:
        """Send one; False when that can't be done. Never raises.

        Args:
            to: The number that gets it, E.164.
            sender: A number of the account's.
            body: The words.
            account_sid: The account, where the credentials name none.
        """
        ...
