"""A spoken message as it is generated: audio faster than it plays, with its words beside it."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from typing import Final

from transports.simulated.audio_format import AudioFormat
from transports.simulated.brain_script import Say
from transports.simulated.conversation import Item, Part
from transports.simulated.output_item import OutputItem, Step
from transports.simulated.senses import Piece, Span, chars_audible, pcmu_ms
from transports.simulated.session_state import SessionState
from transports.simulated.usage import ASSISTANT_MS_PER_TOKEN, text_tokens
from transports.simulated.voice import PCMU_BYTES_PER_MS

_LATE_DELTA_MS: Final = 40


class SpokenMessage(OutputItem):
    """A message as audio, with a transcript that runs ahead of it or behind.

    Its audio comes piece by piece: the next one is being made while one is sent.
    """

    def __init__(
        self,
        state: SessionState,
        response_id: str,
        index: int,
        say: Say,
        audio_format: AudioFormat,
        *,
        aside: bool,
    ) -> None:
        item = Item(state.wire.new_id("item"), "message", "assistant")
        super().__init__(state, response_id, index, item, aside=aside)
        self.phase = say.phase
        self._part = Part("output_audio", transcript="")
        self._text = say.text
        self._format = audio_format
        self._speaking = state.senses.speak(say.text, state.settings.speed)
        self._coming = self._speaking()
        self._pcmu = self._encoded = b""
        self._sent_bytes = 0
        self._written = ""
        self._whole = False

    def open(self) -> None:
        """Announce the item and its audio part."""
        super().open()
        self.item.content.append(self._part)
        part = {"type": "audio", "transcript": ""}
        self._emit_part("response.content_part.added", part=part)

    def steps(self, token_limit: float) -> Iterator[Step]:
        """Send audio in bursts of odd sizes, faster than it plays."""
        while True:
            yield self._coming
            piece = self._coming.result()
            if piece is None:
                self._whole = True
                self._write(len(self._text))
                return
            self._coming = self._speaking()
            reach = self._take(piece, token_limit)
            yield from self._bursts(reach)
            if reach < len(self._pcmu):
                return

    def whole(self) -> bool:
        """Whether all audio was sent."""
        return self._whole

    def send_late_deltas(self) -> None:
        """Go on sending for a while, as if the cancellation had not arrived yet."""
        for number in range(1, self._state.faults.late_deltas + 1):
            self._state.wire.later(number * _LATE_DELTA_MS / 1000, self._send_late_delta)

    def _take(self, piece: Piece, token_limit: float) -> int:
        """Begin to send a piece; how many bytes of it the tokens reach for."""
        self._pcmu, self._encoded = piece.pcmu, self._format.encode(piece.pcmu)
        self._sent_bytes = 0
        size_ms = pcmu_ms(piece.pcmu)
        left = token_limit - text_tokens(self._written) - self.audio_ms / ASSISTANT_MS_PER_TOKEN
        self._part.spans.append(Span(piece.text, size_ms))
        tokens = text_tokens(piece.text) + size_ms / ASSISTANT_MS_PER_TOKEN
        return int(len(piece.pcmu) * max(0.0, min(1.0, left / max(tokens, 1))))

    def _bursts(self, reach: int) -> Iterator[Step]:
        options = self._state.options
        while self._sent_bytes < reach:
            burst_ms = self._state.rng.uniform(*options.burst_ms)
            size = min(max(1, int(burst_ms * PCMU_BYTES_PER_MS)), reach - self._sent_bytes)
            self._transcribe(self.audio_ms + size / PCMU_BYTES_PER_MS)
            self._send_audio(size)
            playing = size / PCMU_BYTES_PER_MS / 1000
            yield playing / options.speed_up if options.speed_up else 0.0

    def _send_late_delta(self) -> None:
        size = min(_LATE_DELTA_MS * PCMU_BYTES_PER_MS, len(self._pcmu) - self._sent_bytes)
        if size:
            self._emit_audio(size)

    def _transcribe(self, audio_end_ms: float) -> None:
        ms = max(0.0, audio_end_ms + self._state.options.transcript_lead_ms)
        reach = chars_audible(self._state.senses, self._part.spans, ms)
        # Deltas are made of words.
        whole = reach == len(self._text)
        self._write(reach if whole else self._text.rfind(" ", 0, reach + 1) + 1)

    def _write(self, reach: int) -> None:
        delta = self._text[len(self._written) : reach]
        if delta:
            self._written += delta
            if self.item.truncated_ms is None:
                self._part.transcript = self._written
            self.text_tokens = text_tokens(self._written)
            self._emit_part("response.output_audio_transcript.delta", delta=delta)

    def _send_audio(self, size: int) -> None:
        piece = self._pcmu[self._sent_bytes : self._sent_bytes + size]
        self._emit_audio(size)
        self.item.audio_sent(piece)
        self.audio_ms += size / PCMU_BYTES_PER_MS

    def _emit_audio(self, size: int) -> None:
        ratio = self._format.bytes_per_ms // PCMU_BYTES_PER_MS
        start, self._sent_bytes = self._sent_bytes, self._sent_bytes + size
        piece = self._encoded[start * ratio : self._sent_bytes * ratio]
        delta = binascii.b2a_base64(piece, newline=False).decode("ascii")
        self._emit_part("response.output_audio.delta", delta=delta)

    def _close_content(self) -> None:
        self._coming.cancel()
        self._emit_part("response.output_audio.done")
        self._emit_part("response.output_audio_transcript.done", transcript=self._written)
        part = {"type": "audio", "transcript": self._part.transcript}
        self._emit_part("response.content_part.done", part=part)
        if not self._state.faults.late_deltas:
            self._pcmu = self._encoded = b""
