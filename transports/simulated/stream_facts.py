"""What a phone knows about one media stream once it is over: the truth that others are held to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from transports.simulated.playout import PlayOut
from transports.simulated.stream_messages import StreamIds


class StreamEnd(Enum):
    """Why a stream ended."""

    CALLER_HUNG_UP = "caller_hung_up"
    COMPLETED_BY_REST = "completed_by_rest"
    REDIRECTED = "redirected"
    CLOSED_BY_SERVER = "closed_by_server"
    LINE_DIED = "line_died"


@dataclass(slots=True)
class StreamFacts:
    """One stream, counted.

    Attributes:
        ids: Its ids.
        playout: What became of the assistant's audio.
        started_at: When ``start`` was sent, loop time; the zero of the media clock.
        ended_at: When it ended; None while it runs.
        end: Why it ended; None while it runs.
        media_sent: Media messages sent to the server.
        media_received: Media messages that the server sent and the phone accepted.
        marks_received: Marks that the server sent.
        marks_returned: Marks that went back, played or cleared; a duplicate counts.
        warnings: Twilio's warning codes (31931, 31950, 31951), each with how often it was due.
        caller_audio: All the caller's audio that was sent; stays empty unless audio is kept.
        assistant_audio: All accepted audio of the assistant, by position; the same.
        message_ends: At which positions the messages that brought it ended; the same.
    """

    ids: StreamIds
    playout: PlayOut
    started_at: float = 0.0
    ended_at: float | None = None
    end: StreamEnd | None = None
    media_sent: int = 0
    media_received: int = 0
    marks_received: int = 0
    marks_returned: int = 0
    warnings: Counter[int] = field(default_factory=Counter)
    caller_audio: bytearray = field(default_factory=bytearray)
    assistant_audio: bytearray = field(default_factory=bytearray)
    message_ends: list[int] = field(default_factory=list)
