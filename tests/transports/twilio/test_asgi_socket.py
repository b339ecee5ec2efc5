import asyncio

import pytest
from starlette.types import Message

from transports.socket import SocketClosedError
from transports.twilio.asgi_socket import AsgiSocket


class Server:
    """An ASGI server's two callables."""

    def __init__(self, *incoming: Message) -> None:
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        for message in incoming:
            self.incoming.put_nowait(message)
        self.sent: list[Message] = []
        self.peer_is_gone = False

    async def send(self, message: Message) -> None:
        if self.peer_is_gone:
            raise OSError
        self.sent.append(message)

    def socket(self) -> AsgiSocket:
        return AsgiSocket(self.incoming.get, self.send)


def text(data: str) -> Message:
    return {"type": "websocket.receive", "text": data}


async def test_frames_go_through_both_ways() -> None:
    server = Server(text("in"), {"type": "websocket.receive", "bytes": b"\x00"})
    socket = server.socket()

    await socket.accept()
    await socket.send("out")

    assert [await socket.receive(), await socket.receive()] == ["in", b"\x00"]
    assert server.sent == [
        {"type": "websocket.accept"},
        {"type": "websocket.send", "text": "out"},
    ]


async def test_after_the_peer_left_nothing_works_and_nothing_waits() -> None:
    server = Server({"type": "websocket.disconnect", "code": 1001, "reason": "bye"})
    socket = server.socket()

    for _ in range(2):
        with pytest.raises(SocketClosedError) as caught:
            await socket.receive()
        assert (caught.value.code, caught.value.reason) == (1001, "bye")
    with pytest.raises(SocketClosedError):
        await socket.send("x")
    await socket.close()

    assert server.sent == []


async def test_what_came_before_the_peer_left_is_still_read() -> None:
    server = Server(text("last words"), {"type": "websocket.disconnect", "code": 1006})
    socket = server.socket()
    server.peer_is_gone = True

    with pytest.raises(SocketClosedError):
        await socket.send("x")

    assert await socket.receive() == "last words"
    with pytest.raises(SocketClosedError):
        await socket.receive()


async def test_closing_twice_closes_once() -> None:
    server = Server()
    socket = server.socket()

    await socket.close(1008, "no")
    await socket.close()

    assert server.sent == [{"type": "websocket.close", "code": 1008, "reason": "no"}]
    with pytest.raises(SocketClosedError):
        await socket.send("x")
    with pytest.raises(SocketClosedError):
        await socket.receive()


async def test_closing_a_socket_whose_peer_is_gone_is_harmless() -> None:
    server = Server()
    server.peer_is_gone = True
    socket = server.socket()

    await socket.close()

    with pytest.raises(SocketClosedError):
        await socket.send("too late")
