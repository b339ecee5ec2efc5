"""Whole text frames of a WebSocket, read and written by hand (RFC 6455, section 5.2).

A call is some hundred small text frames a second, each in one piece. What a library does with such
a frame (generators, an enum, a dataclass, locks, a system call for four bytes of mask) was two
fifths of what a call costs. So both ends of a call take these frames here, and leave everything
else to the ``websockets`` package: handshake, pings, closing, fragments, and whatever breaks the
protocol. It gets whole frames only, so it can take over at any of them.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable
from typing import Final

from websockets.protocol import Protocol, Side, State

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiled wheel for this platform
    from websockets.utils import apply_mask

_TEXT: Final = 0x81
"""First byte of a text frame that is a whole message."""

_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
_MASKS_AT_ONCE: Final = 4096


class TextFrames:
    """Takes whole text frames out of what a socket delivers, and hands on the rest, in order.

    The handshake must be over: what comes here begins with a frame.
    """

    def __init__(
        self,
        protocol: Protocol,
        *,
        text: Callable[[bytes], None],
        other: Callable[[bytes], None],
        max_bytes: int | None = None,
    ) -> None:
        """Set up.

        Args:
            protocol: The library's state of the connection; ``other`` must feed it.
            text: Takes the payload of a whole text frame, unmasked.
            other: Takes any other frame, whole, as it came.
            max_bytes: A frame with more payload goes to ``other`` as far as it came, to be refused.
        """
        self._protocol = protocol
        self._masked = _MASKED if protocol.side is Side.SERVER else 0
        self._text = text
        self._other = other
        self._max_bytes = sys.maxsize if max_bytes is None else max_bytes
        self._plain = True  # between messages of an open connection
        self._pieces: list[bytes] = []
        self._missing = 0  # bytes without which the pieces are no frame

    def received(self, data: bytes) -> None:
        """Take what the socket delivered."""
        if self._pieces:
            self._pieces.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return
            data = b"".join(self._pieces)
            self._pieces.clear()
        at, size = 0, len(data)
        while size - at >= 2:
            begin, end = _extent(data, at)
            if begin > size:  # the header is not all there
                end = begin
            elif end - begin > self._max_bytes:
                self._hand_on(data[at:])
                return
            if end > size:
                self._wait_for(end - size, data[at:])
                return
            if self._plain and data[at] == _TEXT and data[at + 1] & _MASKED == self._masked:
                payload = data[begin:end]
                if self._masked:
                    payload = apply_mask(payload, data[begin - 4 : begin])
                self._text(payload)
            else:
                self._hand_on(data[at:end])
            at = end
        if at < size:
            self._wait_for(1, data[at:])

    def _hand_on(self, data: bytes) -> None:
        self._other(data)
        protocol = self._protocol
        self._plain = protocol.state is State.OPEN and protocol.current_size is None

    def _wait_for(self, missing: int, data: bytes) -> None:
        self._pieces.append(data)
        self._missing = missing


def _extent(data: bytes, at: int) -> tuple[int, int]:
    """Where the payload of the frame at ``at`` begins, and where it ends."""
    length = data[at + 1] & _LENGTH
    begin = at + 2
    if length > 125:
        begin += 2 if length == 126 else 8
        length = int.from_bytes(data[at + 2 : begin], "big")
    if data[at + 1] & _MASKED:
        begin += 4
    return begin, begin + length


def text_frame(text: str) -> bytes:
    """A text frame as a server sends it."""
    payload = text.encode()
    return _header(len(payload), 0) + payload


class MaskedTextFrames:
    """Writes text frames as a client must: each masked with a key that nobody can foresee.

    The keys are drawn many at once; a system call for each would cost more than its frame.
    """

    def __init__(self) -> None:
        self._keys = b""
        self._at = 0

    def text_frame(self, text: str) -> bytes:
        """A text frame as a client sends it."""
        payload = text.encode()
        if self._at == len(self._keys):
            self._keys, self._at = os.urandom(_MASKS_AT_ONCE), 0
        key = self._keys[self._at : self._at + 4]
        self._at += 4
        return b"".join((_header(len(payload), _MASKED), key, apply_mask(payload, key)))


def _header(length: int, masked: int) -> bytes:
    if length < 126:
        return bytes((_TEXT, masked | length))
    if length < 1 << 16:
        return struct.pack("!BBH", _TEXT, masked | 126, length)
    return struct.pack("!BBQ", _TEXT, masked | 127, length)
