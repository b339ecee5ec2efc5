"""What really happened on a call, told from both wires and the phone's own play-out.

Nothing here is taken from the runtime: the model's audio is what came over its socket, the
phone's what was written to it, and what was heard the phone's play-out knows to the byte.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.proof.call import Dialled, Evidence
from transports.simulated.playout import Loss

Event = dict[str, Any]


@dataclass
class Item:
    """One of the assistant's messages."""

    item_id: str
    response_id: str
    session: int
    began_at: float
    """When its first audio reached the runtime."""
    pcmu: bytearray = field(default_factory=bytearray)
    text: str = ""
    response_began_at: float = 0.0
    pieces: list[Piece] = field(default_factory=list)

    @property
    def made_ms(self) -> float:
        return len(self.pcmu) / 8

    @property
    def sent_ms(self) -> float:
        return sum(piece.length for piece in self.pieces) / 8


@dataclass(frozen=True)
class Piece:
    """A media message that went to the phone: a part of an item."""

    at: float
    number: int
    """Its place among all messages to the phone."""
    position: int
    """Of its first byte, in all audio that went to the phone."""
    length: int


@dataclass(frozen=True)
class Told:
    """What the model was told of a cut item."""

    at: float
    item_id: str
    heard_ms: int
    session: int
    words: str | None = None
    """To a session that did not speak the item: what it is told instead, of the words heard."""


@dataclass
class Truth:
    """One call, seen from outside."""

    evidence: Evidence
    faults: list[str] = field(default_factory=list)

    @cached_property
    def sent(self) -> list[tuple[float, Event]]:
        """What the runtime sent to the phone."""
        return [
            (crossed.at, json.loads(crossed.text)) for crossed in self.evidence.phone_socket.sent
        ]

    @cached_property
    def clears(self) -> list[tuple[int, float]]:
        """Each clear that the runtime sent: its place among all messages, and when it was sent."""
        return [
            (number, at)
            for number, (at, message) in enumerate(self.sent)
            if message["event"] == "clear"
        ]

    @cached_property
    def items(self) -> dict[str, Item]:
        """All that the model said aloud, in its order, with what of it was sent to the phone."""
        items: dict[str, Item] = {}
        texts: dict[str, str] = {}
        for number, dialled in enumerate(self.evidence.sessions):
            asides: set[str] = set()
            began: dict[str, float] = {}
            for at, event in server_events(dialled):
                if event["type"] == "response.created":
                    began[event["response"]["id"]] = at
                    if event["response"]["conversation_id"] is None:
                        asides.add(event["response"]["id"])
                elif event["type"] == "response.output_audio.delta":
                    if event["response_id"] in asides:
                        continue
                    item = items.setdefault(
                        event["item_id"],
                        Item(event["item_id"], event["response_id"], number, at),
                    )
                    item.response_began_at = began[event["response_id"]]
                    item.pcmu += base64.b64decode(event["delta"])
                elif event["type"] == "response.output_audio_transcript.delta":
                    texts[event["item_id"]] = texts.get(event["item_id"], "") + event["delta"]
        for item in items.values():
            item.text = texts.get(item.item_id, "")
        self._trace(items)
        return items

    def _trace(self, items: dict[str, Item]) -> None:
        """Find out whose audio each message to the phone is; complain if that can't be."""
        order = list(items.values())
        current, offset, position = -1, 0, 0
        for number, (at, message) in enumerate(self.sent):
            if message["event"] != "media":
                continue
            pcmu = base64.b64decode(message["media"]["payload"])
            if current < 0 or order[current].pcmu[offset : offset + len(pcmu)] != pcmu:
                begins = [
                    index
                    for index in range(current + 1, len(order))
                    if order[index].pcmu[: len(pcmu)] == pcmu
                ]
                if not begins:
                    self.faults.append(f"audio at {at:.3f} is not the model's, or out of order")
                    return
                current, offset = begins[0], 0
            order[current].pieces.append(Piece(at, number, position, len(pcmu)))
            offset += len(pcmu)
            position += len(pcmu)

    @cached_property
    def told(self) -> list[Told]:
        """What the model was told to forget, in order."""
        told: list[Told] = []
        for number, dialled in enumerate(self.evidence.sessions):
            deleted: dict[str, float] = {}
            for at, event in client_events(dialled):
                item_id = event.get("item_id", "")
                if event["type"] == "conversation.item.truncate":
                    told.append(Told(at, item_id, event["audio_end_ms"], number))
                elif event["type"] == "conversation.item.delete":
                    if self._spoken_by(item_id) == number:
                        told.append(Told(at, item_id, 0, number))
                    else:
                        deleted[item_id] = at
                elif deleted and event.get("item", {}).get("role") == "assistant":
                    item_id, cut_at = deleted.popitem()  # in words, right after it was deleted
                    words = event["item"]["content"][0]["text"]
                    told.append(Told(cut_at, item_id, 0, number, words))
            told += [Told(at, item_id, 0, number, "") for item_id, at in deleted.items()]
        return sorted(told, key=lambda one: one.at)

    def _spoken_by(self, item_id: str) -> int | None:
        item = self.items.get(item_id)
        return None if item is None else item.session

    def heard_ms(self, item: Item) -> float:
        """What the caller heard of an item."""
        playout = self.evidence.phone.playout
        return (
            sum(
                playout.heard_between(piece.position, piece.position + piece.length)
                for piece in item.pieces
            )
            / 8
        )

    def cleared_at(self, item: Item) -> float | None:
        """When the phone dropped some of an item, if it did."""
        for lost in self.evidence.phone.playout.lost:
            for piece in item.pieces:
                if (
                    lost.why is Loss.CLEARED
                    and lost.first < piece.position + piece.length
                    and piece.position < lost.first + lost.length
                ):
                    return lost.at
        return None


def server_events(dialled: Dialled) -> Iterator[tuple[float, Event]]:
    """What the model sent, junk left out."""
    for crossed in dialled.socket.received:
        try:
            event = json.loads(crossed.text)
            if dialled.session.wire.sent.get(event["type"]) and "event_id" in event:
                yield crossed.at, event
        except (ValueError, TypeError, KeyError):
            continue


def client_events(dialled: Dialled) -> Iterator[tuple[float, Event]]:
    """What the runtime sent to the model."""
    for crossed in dialled.socket.sent:
        yield crossed.at, json.loads(crossed.text)
