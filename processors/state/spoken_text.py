"""Which words were heard: an item's text laid along its audio.

No word of the assistant's comes with a time: transcript deltas run ahead of the audio or lag
behind it (OpenAI, Realtime conversations guide). What is known of a finished item is all of its
text and the length of all its audio, so a position in one is, in proportion, a position in the
other. Until it is finished the proportion has to be estimated: by how text and audio grew, which
does not depend on how far one is ahead, and by the pace of what was said before.
"""

from __future__ import annotations

from typing import Final

USUAL_PACE: Final = 0.015
"""Characters of text in a ms of speech: some 180 English words a minute."""

_PACE_PRIOR_MS: Final = 2000.0
"""So much speech at the usual pace is assumed before any was heard."""

_GROWTH_PRIOR_MS2: Final = 3000.0**2
"""How strongly the pace of the call holds against the growth of a single item, ms²."""

_PACE_BAND: Final = 1.4
"""A single item is at most so much faster or slower than the call."""

_HEARD_WORD: Final = 0.5
"""A word counts as heard from so much of it on."""

REST_MS: Final = 20.0
"""No more than this is ever missing of what was heard to its end."""


class Pace:
    """How fast the assistant speaks on this call, learned from what it has finished."""

    def __init__(self) -> None:
        self._chars = USUAL_PACE * _PACE_PRIOR_MS
        self._ms = _PACE_PRIOR_MS

    @property
    def chars_per_ms(self) -> float:
        """Characters of text in a ms of audio."""
        return self._chars / self._ms

    def learn(self, chars: int, audio_ms: float) -> None:
        """So much text took so long."""
        self._chars += chars
        self._ms += audio_ms


class SpokenText:
    """One item's text and audio, as they come.

    Attributes:
        text: All text so far.
        audio_ms: All audio so far.
        complete: Nothing more of either will come, and both are whole.
    """

    def __init__(self, pace: Pace) -> None:
        self.text = ""
        self.audio_ms = 0.0
        self.complete = False
        self._pace = pace
        self._deltas = 0
        self._sum_ms = self._sum_chars = self._sum_ms2 = self._sum_product = 0.0

    def text_added(self, delta: str) -> None:
        """A piece of the transcript came."""
        self.text += delta
        chars = len(self.text)
        self._deltas += 1
        self._sum_ms += self.audio_ms
        self._sum_chars += chars
        self._sum_ms2 += self.audio_ms * self.audio_ms
        self._sum_product += self.audio_ms * chars

    def audio_added(self, audio_ms: float) -> None:
        """A piece of the audio came."""
        self.audio_ms += audio_ms

    def completed(self) -> None:
        """The item is whole: from now on the proportion is known."""
        self.complete = True
        if self.text and self.audio_ms > 0:
            self._pace.learn(len(self.text), self.audio_ms)

    def split(self, heard_ms: float) -> tuple[str, str]:
        """The words that were heard in the first ``heard_ms``, and those that were not."""
        chars = self._chars_at(heard_ms)
        if chars >= len(self.text):
            return self.text, ""
        end = self._word_end(chars)
        return self.text[:end], self.text[end:]

    def _chars_at(self, heard_ms: float) -> float:
        if self.complete:
            if heard_ms >= self.audio_ms - REST_MS:
                return len(self.text)
            return len(self.text) * heard_ms / self.audio_ms
        return heard_ms * self._chars_per_ms

    @property
    def _chars_per_ms(self) -> float:
        pace = self._pace.chars_per_ms
        if not self._deltas:
            return pace
        spread = self._sum_ms2 - self._sum_ms * self._sum_ms / self._deltas
        growth = self._sum_product - self._sum_ms * self._sum_chars / self._deltas
        estimate = (growth + _GROWTH_PRIOR_MS2 * pace) / (spread + _GROWTH_PRIOR_MS2)
        return min(max(estimate, pace / _PACE_BAND), pace * _PACE_BAND)

    def _word_end(self, chars: float) -> int:
        """Where the last word ends of which enough was heard."""
        at = int(chars)
        begin = self.text.rfind(" ", 0, at) + 1
        end = self.text.find(" ", at)
        if end < 0:
            end = len(self.text)
        if end > begin and (chars - begin) / (end - begin) >= _HEARD_WORD:
            return end
        return max(begin - 1, 0)
