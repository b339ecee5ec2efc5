"""The phone's WebSocket on the server, for uvicorn's ``ws`` setting."""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from transports.mailbox import Mailbox
from transports.text_frames import TextFrames, text_frame

MOST_WAITING: Final = 64
"""Messages that may wait to be taken before the socket is not read any more."""


class PhoneWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's own WebSocket, but it reads and writes whole text frames by hand.

    It stops reading only when messages pile up. uvicorn stops after each message, which costs two
    changes of the loop's watch on the socket, fifty times a second and call.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.queue = Mailbox()  # type: ignore[assignment]  # has what uvicorn asks of it
        self._frames = TextFrames(
            self.conn,
            text=self._text_received,
            other=super().data_received,
            max_bytes=self.config.ws_max_size,
        )

    def data_received(self, data: bytes) -> None:
        """Read text frames; hand everything else to uvicorn."""
        if self.handshake_complete:
            self._frames.received(data)
        else:
            super().data_received(data)

    async def send(self, message: Any) -> None:
        """Write text frames; leave every other ASGI message to uvicorn."""
        text = message.get("text")
        if text is None or not self._can_write:
            await super().send(message)
        else:
            self.transport.write(text_frame(text))

    @property
    def _can_write(self) -> bool:
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and self.initial_response is None
            and self.writable.is_set()
            and not self.transport.is_closing()
        )

    def _text_received(self, payload: bytes) -> None:
        if self.close_sent:
            return
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            self.frames, self.curr_msg_data_type = [payload], "text"
            self.send_receive_event_to_app()  # refuses it
            return
        self.queue.put_nowait({"type": "websocket.receive", "text": text})
        if self.queue.qsize() >= MOST_WAITING and not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()
