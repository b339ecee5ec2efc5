"""A call told line by line, from the journals of both its sides: what a live view shows.

Plain logic: entries go in with the time at which they came, lines come out when there is something
to tell. A line of speech comes out once it is known how much of it was heard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pipeline.story_line import (
    CharsHeard,
    Items,
    Speech,
    StoryLine,
    Who,
    joined,
    line_of,
    plain_line,
)
from pipeline.wording import plainly
from processors.state.journal import Entry

_CLEAR_WAITS: Final = 0.5
"""Seconds that a clear's line waits for the words that it cut: they come first."""
_MOST_WAIT: Final = 5.0
"""Seconds between a caller's speech and a clear that can still be its doing."""


@dataclass(slots=True)
class CallStory:
    """Follows one call.

    Attributes:
        latencies_ms: From the caller's last sound to the answer's first byte sent, of each turn.
        clear_latencies_ms: From the model's word that the caller speaks to the phone's clear.
        marks_returned: Marks that came back.
        reconnects: How often the model's session was replaced.
        speaking: Who speaks now, and what.
        in_words: Both ends really speak: what they made out of it is told as well.
    """

    items: Items
    chars_heard: CharsHeard
    in_words: bool = False
    latencies_ms: list[float] = field(default_factory=list)
    clear_latencies_ms: list[float] = field(default_factory=list)
    marks_returned: int = 0
    reconnects: int = 0
    speaking: dict[Who, Speech] = field(default_factory=dict)
    _latency_ms: float | None = None
    _speech_started_at: float | None = None
    _clear: StoryLine | None = None
    _said: dict[str, str] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def tell(self, at: float, entry: Entry) -> list[StoryLine]:
        """Take in one entry; returns the lines that it makes, in order."""
        handler = getattr(self, f"_on_{entry.kind}", None)
        if handler is None:
            plain = plain_line(at, entry)
            return [] if plain is None else [plain]
        line: StoryLine | None = handler(at, entry)
        if line is None:
            return []
        return [line, *self._take_clear()] if entry.kind == "truncation" else [line]

    def end(self, at: float) -> list[StoryLine]:
        """The call is over: tell what was still being said."""
        lines = self._take_clear()
        for speech in list(self.speaking.values()):
            if speech.who is Who.ASSISTANT:
                heard_ms = (at - speech.began_at) * 1000
                lines.append(self._cut_line(speech, heard_ms, "the call ended"))
            else:
                lines.append(self._caller_line(speech))
        self.speaking.clear()
        return lines

    def heard_so_far(self, speech: Speech, now: float) -> str:
        """The words of it that were said by now."""
        text = self._text_of(speech.item_id) if speech.item_id else speech.text
        of_ms = self.items.ms_of(speech.item_id) if speech.item_id else speech.ms
        return text[: self.chars_heard(text, (now - speech.began_at) * 1000, of_ms)]

    def tick(self, now: float) -> list[StoryLine]:
        """Let time pass: a caller's line is told once it was said."""
        waited = self._clear is not None and now - self._clear.at > _CLEAR_WAITS
        lines = self._take_clear() if waited else []
        speech = self.speaking.get(Who.CALLER)
        if speech is not None and self.heard_so_far(speech, now) == speech.text:
            del self.speaking[Who.CALLER]
            lines.append(self._caller_line(speech))
        return lines

    # -- the phone's side

    def _on_webhook_answered(self, at: float, entry: Entry) -> StoryLine:
        verbs = ", ".join(entry.fields["verbs"]) or "nothing to do"
        return StoryLine(at, Who.EVENT, f"webhook {entry.fields['path']} answers: {verbs}")

    def _on_stream_started(self, at: float, entry: Entry) -> StoryLine:
        return StoryLine(at, Who.EVENT, f"media stream {entry.fields['stream_sid'][:10]}... begins")

    def _on_caller_speaks(self, at: float, entry: Entry) -> StoryLine | None:
        before = self.speaking.pop(Who.CALLER, None)
        self.speaking[Who.CALLER] = Speech(
            Who.CALLER, entry.private["text"], at, ms=entry.fields.get("ms", 0.0)
        )
        return None if before is None else self._caller_line(before)

    def _on_caller_heard(self, at: float, entry: Entry) -> StoryLine | None:
        return self._made_out(at, "the caller made out", entry)

    def _on_model_heard(self, at: float, entry: Entry) -> StoryLine | None:
        return self._made_out(at, "the model made out", entry)

    def _on_digit_pressed(self, at: float, entry: Entry) -> StoryLine:
        return StoryLine(at, Who.CALLER, f"[presses {entry.private['digit']}]")

    def _on_mark_returned(self, at: float, entry: Entry) -> None:
        self.marks_returned += 1

    def _on_cleared(self, at: float, entry: Entry) -> None:
        fields = entry.fields
        note = ""
        if self._speech_started_at is not None and at - self._speech_started_at < _MOST_WAIT:
            latency_ms = (at - self._speech_started_at) * 1000
            self.clear_latencies_ms.append(latency_ms)
            note = f"{latency_ms:.1f} ms after the model heard the caller"
        self._speech_started_at = None
        text = f"clear: {fields['dropped_ms']:,.0f} ms dropped, {fields['marks']} marks returned"
        self._clear = StoryLine(at, Who.EVENT, text, note=note)

    def _on_twilio_said(self, at: float, entry: Entry) -> StoryLine:
        return StoryLine(at, Who.TWILIO, entry.private["text"])

    def _on_stream_ended(self, at: float, entry: Entry) -> StoryLine:
        return StoryLine(at, Who.EVENT, f"stream over: {plainly(entry.fields['reason'])}")

    # -- the runtime's side

    def _on_model_ready(self, at: float, entry: Entry) -> StoryLine:
        return StoryLine(at, Who.EVENT, f"model ready: {entry.fields.get('model', '')}")

    def _on_model_reconnected(self, at: float, entry: Entry) -> StoryLine:
        self.reconnects += 1
        return line_of(at, Who.EVENT, "a fresh model session", entry)

    def _on_caller_speech_started(self, at: float, entry: Entry) -> None:
        self._speech_started_at = at

    def _on_interruption(self, at: float, entry: Entry) -> None:
        if entry.fields["reason"] == "escalation":
            self._speech_started_at = None  # the caller did not cause the clear that follows

    def _on_turn_latency(self, at: float, entry: Entry) -> None:
        self._latency_ms = float(entry.fields["caller_stopped_to_first_audio_sent_ms"])
        self.latencies_ms.append(self._latency_ms)

    def _on_assistant_said(self, at: float, entry: Entry) -> None:
        self._said[entry.fields["item_id"]] = entry.private.get("text", "")

    def _on_assistant_audio_started(self, at: float, entry: Entry) -> None:
        item_id = entry.fields["item_id"]
        self.speaking[Who.ASSISTANT] = Speech(Who.ASSISTANT, "", at, item_id)

    def _on_assistant_heard(self, at: float, entry: Entry) -> StoryLine | None:
        speech = self._finished(entry.fields["item_id"], at)
        if speech is None:
            return None
        heard = f"heard, {self.items.ms_of(speech.item_id):,.0f} ms"
        return StoryLine(
            speech.began_at,
            Who.ASSISTANT,
            self._text_of(speech.item_id),
            note=joined(heard, self._answered()),
        )

    def _on_truncation(self, at: float, entry: Entry) -> StoryLine | None:
        fields = entry.fields
        speech = self._finished(fields["item_id"], at)
        if speech is None:
            return None
        heard_ms, sent_ms = float(fields["heard_ms"]), float(fields["sent_ms"])
        note = f"cut, {heard_ms:,.0f} of {sent_ms:,.0f} ms heard: {fields['action']}"
        return self._cut_line(speech, heard_ms, note)

    def _on_tool_ended(self, at: float, entry: Entry) -> StoryLine:
        fields = entry.fields
        result = "ok" if fields.get("ok") else "failed"
        text = f"tool {fields['name']}: {result}"
        return StoryLine(at, Who.EVENT, text, note=f"{fields.get('ms', 0):,.0f} ms")

    def _on_memory(self, at: float, entry: Entry) -> StoryLine:
        fields = entry.private["memory"]["fields"]
        known = ", ".join(name.replace("_", " ") for name, answer in fields.items() if answer)
        return StoryLine(at, Who.EVENT, f"remembered: {known or 'nothing yet'}")

    def _on_hangup(self, at: float, entry: Entry) -> StoryLine:
        return line_of(at, Who.EVENT, "hang-up", entry)

    # -- private

    def _made_out(self, at: float, who: str, entry: Entry) -> StoryLine | None:
        if not self.in_words:
            return None
        return StoryLine(at, Who.HEARD, f"{who}: {entry.private['text'] or 'nothing'}")

    def _take_clear(self) -> list[StoryLine]:
        clear, self._clear = self._clear, None
        return [] if clear is None else [clear]

    def _finished(self, item_id: str, at: float) -> Speech | None:
        """The speech that is over with this, unless it was told already."""
        if item_id in self._told:
            return None
        self._told.add(item_id)
        speech = self.speaking.get(Who.ASSISTANT)
        if speech is not None and speech.item_id == item_id:
            return self.speaking.pop(Who.ASSISTANT)
        return Speech(Who.ASSISTANT, "", at, item_id)

    def _text_of(self, item_id: str) -> str:
        return self.items.words_of(item_id) or self._said.get(item_id, "")

    def _cut_line(self, speech: Speech, heard_ms: float, note: str) -> StoryLine:
        text = self._text_of(speech.item_id)
        heard = self.chars_heard(text, heard_ms, self.items.ms_of(speech.item_id))
        return StoryLine(
            speech.began_at,
            speech.who,
            text[:heard],
            text[heard:],
            note=joined(note, self._answered()),
        )

    def _caller_line(self, speech: Speech) -> StoryLine:
        return StoryLine(speech.began_at, Who.CALLER, speech.text)

    def _answered(self) -> str:
        latency_ms, self._latency_ms = self._latency_ms, None
        return "" if latency_ms is None else f"answered in {latency_ms:,.0f} ms"
