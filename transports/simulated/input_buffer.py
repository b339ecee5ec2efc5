"""The caller's audio that is not yet part of the conversation.

Positions are milliseconds of audio written in this session, also after a commit or a clear
(OpenAI, Realtime API reference, ``input_audio_buffer`` events).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from transports.simulated.client_error import ClientError
from transports.simulated.energy_sound import EnergySound
from transports.simulated.vad import Sound, SpeechEvent, TurnVad, VadRules, always_complete
from transports.simulated.voice import PCMU_BYTES_PER_MS

_MIN_COMMIT_MS: Final = 100
_KEPT_MS: Final = 32_000
"""More than the longest idle timeout (30 s); older silence is dropped, as nobody will ask."""
_TRIM_MS: Final = 48_000


class InputBuffer:
    """Keeps what was appended until it is committed, and listens for turns in it."""

    def __init__(self, new_sound: Callable[[], Sound] = EnergySound) -> None:
        self._new_sound = new_sound
        self._audio = bytearray()
        self._start_bytes = 0
        self._vad: TurnVad | None = None

    @property
    def written_ms(self) -> int:
        """How much was ever appended, whole ms."""
        return (self._start_bytes + len(self._audio)) // PCMU_BYTES_PER_MS

    @property
    def speaking(self) -> bool:
        """Whether a turn is under way."""
        return self._vad is not None and self._vad.speaking

    def detect_turns(self, rules: VadRules | None) -> None:
        """Listen by these rules from now on; None: the client commits by itself."""
        if rules is None:
            self._vad = None
        elif self._vad is None:
            self._vad = TurnVad(rules, self._new_sound(), self.written_ms)
        else:
            self._vad.rules = rules

    def append(
        self, pcmu: bytes, turn_complete: Callable[[], bool] = always_complete
    ) -> list[SpeechEvent]:
        """Take µ-law audio; the turns that began and ended in it."""
        self._audio += pcmu
        if self._vad is None:
            return []
        events = self._vad.feed(pcmu, turn_complete)
        if not self._vad.speaking and len(self._audio) > _TRIM_MS * PCMU_BYTES_PER_MS:
            self._drop(len(self._audio) - _KEPT_MS * PCMU_BYTES_PER_MS)
        return events

    def since(self, start_ms: int) -> bytes:
        """The audio from ``start_ms`` to the newest, left in place."""
        return bytes(self._audio[self._index(start_ms) :])

    def take(self, start_ms: int, end_ms: int) -> bytes:
        """Remove everything up to ``end_ms`` and return it from ``start_ms`` on: a turn."""
        end = self._index(end_ms)
        taken = bytes(self._audio[self._index(start_ms) : end])
        self._drop(end)
        return taken

    def commit(self) -> bytes:
        """Remove and return everything, by the client's own commit.

        Raises:
            ClientError: Nothing is there, or less than 100 ms.
        """
        if not self._audio:
            raise ClientError(
                "Error committing input audio buffer: the buffer is empty.",
                "input_audio_buffer_commit_empty",
            )
        held_ms = len(self._audio) / PCMU_BYTES_PER_MS
        if held_ms < _MIN_COMMIT_MS:
            raise ClientError(
                "Error committing input audio buffer: buffer too small. Expected at least "
                f"{_MIN_COMMIT_MS}ms of audio, but buffer only has {held_ms:.2f}ms of audio.",
                "input_audio_buffer_commit_empty",
            )
        taken = bytes(self._audio)
        self.clear()
        return taken

    def clear(self) -> None:
        """Forget all of it, and the turn that was under way."""
        self._drop(len(self._audio))
        if self._vad is not None:
            self._vad.reset()

    def _index(self, at_ms: int) -> int:
        return min(max(0, at_ms * PCMU_BYTES_PER_MS - self._start_bytes), len(self._audio))

    def _drop(self, count: int) -> None:
        del self._audio[:count]
        self._start_bytes += count
