from __future__ import annotations

import json
import struct
from pathlib import Path

from processors.state.journal import Entry
from transports.simulated.recording import EventLog, Recording

FRAME = 160


def sides(path: Path) -> tuple[bytes, bytes]:
    """Read the file with nothing of ours: chunk by chunk, as RIFF says."""
    data = path.read_bytes()
    riff, size, wave = struct.unpack_from("<4sI4s", data)
    assert (riff, size, wave) == (b"RIFF", len(data) - 8, b"WAVE")
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at < len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        chunks[name] = data[at + 8 : at + 8 + length]
        at += 8 + length
    tag, channels, rate, byte_rate, block, bits, extra = struct.unpack("<HHIIHHH", chunks[b"fmt "])
    assert (tag, channels, rate, byte_rate, block, bits, extra) == (7, 2, 8000, 16000, 2, 8, 0)
    audio = chunks[b"data"]
    assert struct.unpack("<I", chunks[b"fact"]) == (len(audio) // 2,)
    return audio[0::2], audio[1::2]


def test_caller_is_left_and_assistant_right_where_it_was_heard(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with Recording(path) as recording:
        for count in range(150):
            if count == 20:
                recording.assistant(b"\x33" * 800, 0.35)
            recording.caller(bytes([count]) * FRAME)

    left, right = sides(path)
    assert left == b"".join(bytes([count]) * FRAME for count in range(150))
    assert right == b"\xff" * 2800 + b"\x33" * 800 + b"\xff" * (150 * FRAME - 3600)


def test_pieces_of_one_run_join_whatever_their_rounding(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    started = 0.1 + 0.5 / 8000
    with Recording(path) as recording:
        for count in range(100):
            recording.assistant(bytes([count]) * 163, started + count * 163 / 8000)
            recording.caller(b"\xff" * FRAME)

    _, right = sides(path)
    speech = b"".join(bytes([count]) * 163 for count in range(100))
    assert right.lstrip(b"\xff").startswith(speech)
    assert len(right) - len(right.lstrip(b"\xff")) in {800, 801}


def test_a_pause_between_two_answers_is_as_long_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with Recording(path) as recording:
        recording.assistant(b"\x11" * 80, 0.0)
        recording.assistant(b"\x22" * 80, 0.0123)

    _, right = sides(path)
    assert right == b"\x11" * 80 + b"\xff" * 18 + b"\x22" * 80


def test_an_empty_recording_is_a_valid_file(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"

    recording = Recording(path)
    recording.close()
    recording.close()

    assert sides(path) == (b"", b"")


def test_event_log_holds_one_json_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "call.jsonl"
    log = EventLog(path)

    log.write("call", 1.23456, Entry(9.0, "caller_said", {"item_id": "i1"}, {"text": "Grüezi"}))
    log.write("phone", 2.0, Entry(9.0, "stream_ended", {"reason": "line_died"}))
    log.close()

    assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == [
        {"at": 1.2346, "source": "call", "kind": "caller_said", "item_id": "i1", "text": "Grüezi"},
        {"at": 2.0, "source": "phone", "kind": "stream_ended", "reason": "line_died"},
    ]
