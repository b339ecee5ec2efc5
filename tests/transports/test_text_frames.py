"""Text frames by hand, held against the library that they stand in for."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, Protocol, Side

from transports.text_frames import MaskedTextFrames, TextFrames, text_frame

MAX_BYTES = 70_000

SIZES = st.one_of(
    st.integers(0, 300),
    st.sampled_from([125, 126, 127, 65535, 65536, MAX_BYTES, MAX_BYTES + 1]),
)
KINDS = st.sampled_from(
    ["text"] * 6 + ["binary", "ping", "pong", "begin", "go on", "end", "close", "odd", "unmasked"]
)


@dataclass
class Received:
    """What came of some bytes: whole messages, and what the library would send back."""

    messages: list[tuple[bool, bytes]] = field(default_factory=list)
    parts: list[Frame] = field(default_factory=list)

    def events(self, events: list[Event]) -> None:
        for event in events:
            assert isinstance(event, Frame)
            if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self.parts.append(event)
                if event.fin:
                    whole = b"".join(bytes(part.data) for part in self.parts)
                    self.messages.append((self.parts[0].opcode is Opcode.TEXT, whole))
                    self.parts.clear()


def frame_of(kind: str, size: int, number: int, masked: bool) -> bytes:
    data = bytes([97 + number % 26]) * size
    if kind == "odd":
        return b"\xc1\x81keysx" if masked else b"\xc1\x01x"  # a reserved bit
    if kind == "unmasked":
        return Frame(Opcode.TEXT, data).serialize(mask=not masked)
    if kind in ("ping", "pong"):
        opcode = Opcode.PING if kind == "ping" else Opcode.PONG
        return Frame(opcode, data[:100]).serialize(mask=masked)
    if kind == "close":
        return Frame(Opcode.CLOSE, b"\x03\xe8bye").serialize(mask=masked)
    opcode, fin = {
        "text": (Opcode.TEXT, True),
        "binary": (Opcode.BINARY, True),
        "begin": (Opcode.TEXT, False),
        "go on": (Opcode.CONT, False),
        "end": (Opcode.CONT, True),
    }[kind]
    return Frame(opcode, data, fin).serialize(mask=masked)


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    """The same bytes, cut at these positions, modulo their number."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


@given(
    side=st.sampled_from(list(Side)),
    sent=st.lists(st.tuples(KINDS, SIZES), max_size=12),
    cuts=st.lists(st.integers(0, 1 << 20), max_size=12),
)
def test_whatever_comes_in_whatever_pieces_is_what_the_library_alone_would_read(
    side: Side, sent: list[tuple[str, int]], cuts: list[int]
) -> None:
    masked = side is Side.SERVER
    data = b"".join(frame_of(kind, size, at, masked) for at, (kind, size) in enumerate(sent))
    alone, expected = Protocol(side, max_size=MAX_BYTES), Received()
    alone.receive_data(data)
    expected.events(alone.events_received())

    protocol, received = Protocol(side, max_size=MAX_BYTES), Received()

    def other(piece: bytes) -> None:
        protocol.receive_data(piece)
        received.events(protocol.events_received())

    frames = TextFrames(
        protocol,
        text=lambda payload: received.messages.append((True, payload)),
        other=other,
        max_bytes=MAX_BYTES,
    )
    for piece in pieces_of(data, cuts):
        frames.received(piece)

    assert received.messages == expected.messages
    assert protocol.state is alone.state
    assert (protocol.close_rcvd, protocol.close_sent) == (alone.close_rcvd, alone.close_sent)
    if not masked:  # a client's answers are masked, each time by another key
        return
    assert protocol.data_to_send() == alone.data_to_send()


@given(text=st.one_of(st.text(), SIZES.map("é".__mul__)))
def test_what_is_written_is_what_the_library_reads(text: str) -> None:
    masked = MaskedTextFrames()
    for side, frame in ((Side.CLIENT, text_frame(text)), (Side.SERVER, masked.text_frame(text))):
        peer = Protocol(side, max_size=None)

        peer.receive_data(frame)

        (event,) = peer.events_received()
        assert isinstance(event, Frame)
        assert (event.opcode, event.fin) == (Opcode.TEXT, True)
        assert bytes(event.data).decode() == text


def test_no_two_frames_have_the_same_mask() -> None:
    masked = MaskedTextFrames()

    keys = {masked.text_frame("x")[2:6] for _ in range(3000)}

    assert len(keys) > 2990  # of four random bytes each
