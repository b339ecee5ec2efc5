import asyncio

from starlette.types import Message

from pipeline.idle_watch import IdleWatch
from tests.virtual_loop import virtual
from transports.twilio.asgi_socket import AsgiSocket


class Peer:
    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.sent: list[Message] = []
        self.socket = AsgiSocket(self.incoming.get, self.send)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def says(self, text: str) -> None:
        self.incoming.put_nowait({"type": "websocket.receive", "text": text})
        await self.socket.receive()


@virtual
async def test_a_stream_that_brings_nothing_is_closed() -> None:
    peer = Peer()
    watch = IdleWatch(peer.socket, 60)
    watch.start()

    await asyncio.sleep(59)
    await peer.says("media")
    await asyncio.sleep(60)
    assert peer.sent == []
    await asyncio.sleep(2)

    assert [message["code"] for message in peer.sent] == [1001]


@virtual
async def test_a_call_that_is_over_is_watched_no_more() -> None:
    peer = Peer()
    watch = IdleWatch(peer.socket, 60)
    watch.start()
    watch.stop()

    await asyncio.sleep(200)

    assert peer.sent == []
