"""One HTTP connection, bounded: uvicorn's protocol sets no limit to a request's head."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from pipeline.doorkeeper import Doorkeeper, Visit, note_visit


class HttpConnection(HttpToolsProtocol):
    """Counts what a request's head holds, and is known to the doorkeeper."""

    def __init__(
        self,
        door: Doorkeeper,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
    ) -> None:
        super().__init__(config, server_state, dict(app_state))
        self._door = door
        self._visit: Visit | None = None
        self._in_head = True
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Note the connection; a WebSocket that it becomes is known by the same visit."""
        super().connection_made(transport)
        self._visit = Visit(self._door, transport)
        note_visit(self.app_state, self._visit)
        self._visit.behaved()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._visit is not None:
            self._visit.over()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless a head grows too long."""
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > self._door.limits.header_bytes:
                self._refuse()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A request's head is whole."""
        self._in_head = False
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self._door.limits.header_bytes:
            raise ValueError("head too long")  # the parser makes an error of it: 400, closed
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is whole: now it waits for us. A stream's handshake has its token to show."""
        if self._visit is not None and not self.parser.should_upgrade():
            self._visit.over()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is out: the next request may take as long."""
        super().on_response_complete()
        if self._visit is not None and not self.transport.is_closing():
            self._visit.behaved()

    def _refuse(self) -> None:
        self.send_400_response("Request head too long.")
