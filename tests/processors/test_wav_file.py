from __future__ import annotations

import struct
from pathlib import Path

from processors.wav_file import WavFile


def chunks(path: Path) -> dict[bytes, bytes]:
    """Read the file with nothing of ours: chunk by chunk, as RIFF says."""
    data = path.read_bytes()
    riff, size, wave = struct.unpack_from("<4sI4s", data)
    assert (riff, size, wave) == (b"RIFF", len(data) - 8, b"WAVE")
    found: dict[bytes, bytes] = {}
    at = 12
    while at < len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        found[name] = data[at + 8 : at + 8 + length]
        at += 8 + length
    return found


def test_the_file_is_whole_after_every_block(tmp_path: Path) -> None:
    path = tmp_path / "new" / "call.wav"
    wav = WavFile(path)
    assert chunks(path)[b"data"] == b""

    for count in range(1, 4):
        wav.append(bytes([count]) * 16_000)  # nobody closes it: this is what a kill leaves
        read = chunks(path)
        assert len(read[b"data"]) == count * 16_000
        assert struct.unpack("<I", read[b"fact"]) == (count * 8_000,)
        assert struct.unpack("<HHIIHHH", read[b"fmt "]) == (7, 2, 8000, 16000, 2, 8, 0)

    wav.close()
    wav.close()
    assert chunks(path)[b"data"] == b"".join(bytes([count]) * 16_000 for count in range(1, 4))


def test_nothing_is_appended_beyond_what_a_header_can_tell(tmp_path: Path) -> None:
    wav = WavFile(tmp_path / "call.wav", most_bytes=300)
    wav.append(b"")
    wav.append(b"a" * 200)
    wav.append(b"b" * 200)
    wav.close()

    assert chunks(tmp_path / "call.wav")[b"data"] == b"a" * 200
