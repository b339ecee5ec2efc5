"""What the simulated model and the simulated phones note in a run, and hand over as JSON.

All instants are seconds of ``time.monotonic``, which processes on one Linux machine share.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class Session(msgspec.Struct):
    """One session, as the model saw it.

    Attributes:
        caller: The calling number, as the instructions name it.
        answers: Each item's id, and when the first of its audio was sent.
        speech_started: When ``speech_started`` was sent.
        onsets: When audio came in which a burst of the caller's begins.
        cuts: When a truncation or deletion came, of which item, and the ms that it says were heard.
        errors: Codes of the errors that were sent.
    """

    caller: str = ""
    answers: list[tuple[str, float]] = []
    speech_started: list[float] = []
    onsets: list[float] = []
    cuts: list[tuple[float, str, float]] = []
    errors: list[str] = []


class Media(msgspec.Struct, array_like=True):
    """A piece of the assistant's audio, as it came to the phone.

    Attributes:
        at: When.
        first: Position of its first byte in all of the assistant's audio.
        loud_first: Position of the first loud byte in it; -1 if it is silent.
        loud_last: Position of the last one.
    """

    at: float
    first: int
    loud_first: int
    loud_last: int


class Run(msgspec.Struct, array_like=True):
    """Audio that was played without a gap.

    Attributes:
        first: Position of its first byte.
        length: Bytes.
        started_at: When the first byte was played.
    """

    first: int
    length: int
    started_at: float


class Clear(msgspec.Struct, array_like=True):
    """A ``clear`` that reached the phone.

    Attributes:
        received_at: When it came out of the socket.
        head: Position of the first byte that was not played any more.
        accepted: Position up to which audio had arrived.
    """

    received_at: float
    head: int
    accepted: int


class Call(msgspec.Struct):
    """One call, as the phone saw it.

    Attributes:
        caller: The calling number.
        onsets: When audio was sent in which a burst of the caller's begins.
        media: The assistant's audio.
        clears: What emptied the buffer.
        runs: What was played.
        alive: Whether the stream was up when the phone was put down.
    """

    caller: str
    onsets: list[float] = []
    media: list[Media] = []
    clears: list[Clear] = []
    runs: list[Run] = []
    alive: bool = False


def save_sessions(path: Path, sessions: list[Session]) -> None:
    path.write_bytes(msgspec.json.encode(sessions))


def load_sessions(path: Path) -> list[Session]:
    return msgspec.json.decode(path.read_bytes(), type=list[Session])


def save_calls(path: Path, calls: list[Call]) -> None:
    path.write_bytes(msgspec.json.encode(calls))


def load_calls(path: Path) -> list[Call]:
    return msgspec.json.decode(path.read_bytes(), type=list[Call])
