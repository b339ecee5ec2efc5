"""The far end of a simulated phone's socket: notes what comes, sends what a test wants."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

from transports.simulated.memory_socket import MemorySocket
from transports.socket import SocketClosedError

IDS_STREAM = "MZ1"


class StandInServer:
    def __init__(self, socket: MemorySocket) -> None:
        self.socket = socket
        self.got: list[tuple[float, dict[str, Any]]] = []
        self.closed_at: float | None = None
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                message = json.loads(await self.socket.receive())
                self.got.append((loop.time(), message))
        except SocketClosedError:
            self.closed_at = loop.time()

    async def finished(self) -> None:
        await self._reader

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [message for _, message in self.got if message["event"] == kind]

    def times(self, kind: str) -> list[float]:
        return [at for at, message in self.got if message["event"] == kind]

    def marks(self) -> list[str]:
        return [message["mark"]["name"] for message in self.events("mark")]

    def caller_audio(self) -> bytes:
        return b"".join(
            base64.b64decode(message["media"]["payload"]) for message in self.events("media")
        )

    async def send(self, event: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"event": event, "streamSid": IDS_STREAM, **fields}))

    async def media(self, pcmu: bytes) -> None:
        await self.send("media", media={"payload": base64.b64encode(pcmu).decode()})

    async def mark(self, name: str) -> None:
        await self.send("mark", mark={"name": name})

    async def clear(self) -> None:
        await self.send("clear")
