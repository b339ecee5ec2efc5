"""Bytes as text that can stand in an address: base64url without padding (RFC 4648, section 5)."""

from __future__ import annotations

import base64


def to_text(data: bytes) -> str:
    """The text for these bytes."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def to_bytes(text: str) -> bytes:
    """The bytes of a text.

    Raises:
        ValueError: It is none of ours.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
