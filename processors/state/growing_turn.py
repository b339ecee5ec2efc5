"""One turn while its facts still come."""

from __future__ import annotations

from dataclasses import dataclass, field

from processors.state.heard import Heard
from processors.state.spoken_text import REST_MS, SpokenText
from processors.state.turn import Speaker, Turn, TurnState


@dataclass(slots=True)
class GrowingTurn:
    """What is known of one turn; instants are loop time.

    Attributes:
        item_id: The model's id of it.
        role: Who speaks.
        spoken: The assistant's text and audio.
        state: How far it has come.
        words: The caller's, once they are written down.
        words_due: When the caller's words are overdue; None: nobody waits for them.
        started_at: When it began to be heard.
        ended_at: When it was over, as far as heard.
        heard_ms: How much of the assistant's audio was heard.
        heard_whole: All of it that was sent was.
        sent_from: When the first of it was sent to the phone.
        sent_until: When the last of it was.
    """

    item_id: str
    role: Speaker
    spoken: SpokenText
    state: TurnState = TurnState.SPEAKING
    words: str = ""
    words_due: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    heard_ms: float = 0.0
    heard_whole: bool = False
    sent_from: float | None = None
    sent_until: float | None = None
    _known: Turn | None = field(default=None, init=False)

    def changed(self) -> None:
        """Forget what ``turn`` made of it."""
        self._known = None

    def heard(self, heard: Heard) -> None:
        """A stretch of the assistant's audio was heard."""
        duration = heard.duration_ms / 1000
        if duration > 0:
            begins_at = self.ended_at if heard.ends_at is None else heard.ends_at - duration
            if self.started_at is None:
                self.started_at = begins_at
            self.ended_at = None if begins_at is None else begins_at + duration
            self.heard_ms += heard.duration_ms
        # An item may have several parts, each with an end of its own.
        self.heard_whole = heard.whole and self.heard_ms >= self.spoken.audio_ms - REST_MS
        self.changed()

    @property
    def outcome(self) -> TurnState:
        """What became of the assistant's turn, now that no more of it will be heard."""
        if self.heard_ms <= 0:
            return TurnState.UNHEARD
        return TurnState.SAID if self.heard_whole and self.spoken.complete else TurnState.CUT

    def turn(self, zero: float) -> Turn:
        """The turn as it is known now, told in ms since ``zero``."""
        if self._known is None:
            text, unheard = self._words()
            self._known = Turn(
                item_id=self.item_id,
                role=self.role,
                text=text,
                unheard=unheard,
                started_ms=_ms(self.started_at, zero),
                ended_ms=_ms(self.ended_at, zero),
                state=self.state,
                audio_ms=self.spoken.audio_ms,
                heard_ms=self.heard_ms,
                sent_from_ms=_ms(self.sent_from, zero),
                sent_until_ms=_ms(self.sent_until, zero),
            )
        return self._known

    def played_out(self) -> tuple[str, str]:
        """The assistant's words once all that was sent is heard, and those that come after."""
        if self.spoken.audio_ms <= 0:
            return "", self.spoken.text.strip()
        text, rest = self.spoken.split(self.spoken.audio_ms)
        return text.strip(), rest.strip()

    def _words(self) -> tuple[str, str]:
        if self.role == "caller":
            return self.words or self._wordless(), ""
        if self.state is TurnState.SAID:
            return self.spoken.text.strip(), ""
        if self.heard_ms <= 0:
            return "", self.spoken.text.strip()
        text, unheard = self.spoken.split(self.heard_ms)
        return text.strip(), unheard.strip()

    def _wordless(self) -> str:
        if not self.state.final:
            return ""
        if self.started_at is None or self.ended_at is None:
            return "(silence)"
        return f"(speech, {max(round(self.ended_at - self.started_at), 1)} s)"


def _ms(at: float | None, zero: float) -> int | None:
    return None if at is None else max(round((at - zero) * 1000), 0)
