"""Who said what on a call, in the order in which it was spoken, as far as it was heard.

Facts come as they come: words of the caller long after they were said, words of the assistant
long before they are heard. Where a turn stands is decided by the model's item ids, of which each
names the one before it (OpenAI, Realtime API reference, ``previous_item_id``); what of it counts,
by what was heard of its audio.

A caller's turn begins with their speech and is final with its words; the assistant's begins with
its item and is final when it was heard to its end or cut. ``turns`` is what was said;
``lines`` is what a fresh session of the model is told, tools and keys included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from processors.state.heard import Heard
from processors.state.spoken_text import Pace, SpokenText
from processors.state.turn import Line, Note, Speaker, ToolUse, Turn, TurnState

WORDS_WAIT: Final = 10.0
"""Seconds after a turn's commit in which its words must come; later they count as missing, though
they are still taken."""

LINES_TOLD: Final = 200
"""The newest lines only: a fresh session needs the thread, not four hours."""


@dataclass(slots=True)
class _Entry:
    """A turn in the making."""

    item_id: str
    role: Speaker
    spoken: SpokenText
    state: TurnState = TurnState.SPEAKING
    started_at: float | None = None
    ended_at: float | None = None
    heard_ms: float = 0.0
    heard_whole: bool = False
    sent_from: float | None = None
    sent_until: float | None = None
    words_due: float | None = None
    words: str | None = None
    known: Turn | None = None  # what ``turn`` last made of it


class Transcript:
    """Gathers the turns of one call."""

    def __init__(self, started_at: float = 0.0) -> None:
        """Begin.

        Args:
            started_at: When the call began, loop time; turns are told in ms since then.
        """
        self._started_at = started_at
        self._transcribes = True
        self._pace = Pace()
        self._order: list[str] = []
        self._entries: dict[str, _Entry] = {}
        self._others: dict[str, ToolUse | Note] = {}
        self._awaited: dict[str, _Entry] = {}  # the caller's, whose words are to come
        self._open: dict[str, _Entry] = {}  # the assistant's that are not final
        self._ended: list[str] = []

    # What happened to the conversation.

    def transcribes(self, transcribes: bool) -> None:
        """Know whether the caller's words will come at all."""
        self._transcribes = transcribes

    def item_added(self, item_id: str, previous_item_id: str | None) -> None:
        """An item stands in the model's conversation, after another one."""
        self._place(item_id, previous_item_id)

    def note_added(self, note: Note) -> None:
        """A line of text was put into the conversation."""
        self._others[note.item_id] = note
        self._place(note.item_id)

    def called(self, tool: ToolUse) -> None:
        """The model called a function."""
        self._others[tool.item_id] = tool
        self._place(tool.item_id)

    def returned(self, call_id: str, output: str) -> None:
        """A function gave its output."""
        for item_id, other in self._others.items():
            if isinstance(other, ToolUse) and other.call_id == call_id:
                self._others[item_id] = replace(other, output=output)

    # What the caller does.

    def caller_started(self, item_id: str, at: float) -> None:
        """The caller began to speak at ``at``."""
        entry = self._entry(item_id, "caller")
        entry.started_at = at
        entry.known = None

    def caller_stopped(self, item_id: str, at: float) -> None:
        """The caller stopped."""
        entry = self._entry(item_id, "caller")
        entry.ended_at = at if entry.started_at is None else max(at, entry.started_at)
        entry.known = None

    def caller_committed(self, item_id: str, previous_item_id: str | None, now: float) -> None:
        """The caller's speech is an item; its words follow, if anybody writes them down."""
        entry = self._entry(item_id, "caller")
        self._place(item_id, previous_item_id)
        if entry.state.final:
            return
        if not self._transcribes:
            self._finish(entry, TurnState.UNTRANSCRIBED)
            return
        entry.state = TurnState.PENDING
        entry.words_due = now + WORDS_WAIT
        entry.known = None
        self._awaited[item_id] = entry

    def caller_said(self, item_id: str, words: str) -> None:
        """The caller's words came, however late."""
        entry = self._entry(item_id, "caller")
        entry.words = words.strip()
        self._awaited.pop(item_id, None)
        self._finish(entry, TurnState.SAID if entry.words else TurnState.FAILED)

    def caller_not_transcribed(self, item_id: str) -> None:
        """The caller's words will not come."""
        entry = self._entry(item_id, "caller")
        self._awaited.pop(item_id, None)
        self._finish(entry, TurnState.FAILED)

    # What the assistant does.

    def assistant_began(self, item_id: str) -> None:
        """The model began a message."""
        self._entry(item_id, "assistant")

    def assistant_said(self, item_id: str, delta: str) -> None:
        """The text of a message grew."""
        entry = self._entry(item_id, "assistant")
        entry.spoken.text_added(delta)
        entry.known = None

    def audio_sent(self, item_id: str, audio_ms: float, now: float) -> None:
        """Audio of a message went out to the phone."""
        entry = self._entry(item_id, "assistant")
        entry.spoken.audio_added(audio_ms)
        if entry.sent_from is None:
            entry.sent_from = now
        entry.sent_until = now
        entry.known = None

    def audio_dropped(self, item_id: str, audio_ms: float) -> None:
        """Audio of a message came too late to be sent: it was cut. It still has its words."""
        entry = self._entry(item_id, "assistant")
        entry.spoken.audio_added(audio_ms)
        entry.known = None

    def assistant_finished(self, item_id: str, *, completed: bool, text: str = "") -> None:
        """No more of a message will come; ``completed``: it is whole.

        ``text``, if given, is all of it, and goes before what the deltas said.
        """
        entry = self._entry(item_id, "assistant")
        if len(text) > len(entry.spoken.text):
            entry.spoken.text = text
        if completed and not entry.spoken.complete:
            entry.spoken.completed()
        entry.known = None

    def heard(self, heard: Heard) -> None:
        """The caller heard a stretch of a message's audio."""
        entry = self._entries.get(heard.item_id)
        if entry is None:
            return
        duration = heard.duration_ms / 1000
        if duration > 0:
            begins_at = entry.ended_at if heard.ends_at is None else heard.ends_at - duration
            if entry.started_at is None:
                entry.started_at = begins_at
            entry.ended_at = None if begins_at is None else begins_at + duration
            entry.heard_ms += heard.duration_ms
        entry.known = None
        if heard.whole:
            entry.heard_whole = True
            self._settle(entry)

    def truncated(self, item_id: str, heard_ms: float) -> None:
        """A message was cut: so much of it was heard, and no more will be; 0: nothing."""
        entry = self._entries.get(item_id)
        if entry is not None:
            entry.heard_ms = heard_ms
            entry.heard_whole = False
            self._settle(entry)

    # What ends all at once.

    def session_lost(self) -> None:
        """The model's session is gone: words that it owed will not come.

        What the phone still plays goes on.
        """
        for entry in list(self._awaited.values()):
            self.caller_not_transcribed(entry.item_id)
        for entry in reversed(self._entries.values()):
            if entry.role == "caller":
                if not entry.state.final:
                    self._finish(entry, self._wordless)
                break

    def call_ended(self) -> None:
        """Nothing more will be said or heard."""
        self.session_lost()
        for entry in list(self._open.values()):
            self._settle(entry)

    def timer_fired(self, now: float) -> None:
        """Stop waiting for words that are overdue."""
        for entry in list(self._awaited.values()):
            if entry.words_due is not None and now >= entry.words_due:
                self.caller_not_transcribed(entry.item_id)

    # What is known.

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        due = [entry.words_due for entry in self._awaited.values() if entry.words_due is not None]
        return min(due, default=None)

    def turn(self, item_id: str) -> Turn | None:
        """One turn; None: there is none of that id."""
        entry = self._entries.get(item_id)
        return None if entry is None else self._turn(entry)

    def words_of(self, item_id: str) -> str:
        """All words of a message, heard or not, as far as they have come."""
        entry = self._entries.get(item_id)
        return "" if entry is None else entry.spoken.text

    def turns(self) -> tuple[Turn, ...]:
        """All turns, in the order in which they were spoken."""
        entries = self._entries
        return tuple(self._turn(entries[item]) for item in self._order if item in entries)

    @property
    def ended(self) -> int:
        """How many turns are final; to be given to ``ended_since``."""
        return len(self._ended)

    def ended_since(self, seen: int) -> tuple[Turn, ...]:
        """The turns that became final after so many others had, in that order."""
        return tuple(self._turn(self._entries[item_id]) for item_id in self._ended[seen:])

    def lines(self, *, playing_out: bool = True) -> list[Line]:
        """The conversation, tools and notes included, oldest first, as a fresh session is told it.

        Left out: calls that still run, and turns of which nothing was heard.

        Args:
            playing_out: Of what the phone is still playing, tell what it will have played; else
                what was heard so far.
        """
        told = [line for item in self._newest() if (line := self._line(item, playing_out))]
        told.reverse()
        return told

    @property
    def caller_spoke_last(self) -> bool:
        """Whether the last words are the caller's, or a note in their name: they want an answer."""
        for item_id in self._newest():
            other = self._others.get(item_id)
            if isinstance(other, Note):
                return other.role == "user"
            entry = self._entries.get(item_id)
            if entry is not None and (entry.role == "caller" or self._line(item_id) is not None):
                return entry.role == "caller"
        return False

    # Inside.

    def _newest(self) -> Iterable[str]:
        return reversed(self._order[-LINES_TOLD:])

    def _line(self, item_id: str, playing_out: bool = True) -> Line | None:
        other = self._others.get(item_id)
        if other is not None:
            return None if isinstance(other, ToolUse) and other.output is None else other
        entry = self._entries.get(item_id)
        if entry is None:
            return None
        turn = self._turn(entry)
        playing = entry.role == "assistant" and not entry.state.final
        if playing_out and playing and entry.spoken.audio_ms > 0:
            text, unheard = entry.spoken.split(entry.spoken.audio_ms)
            turn = replace(turn, text=text, unheard=unheard)
        return turn if turn.text else None

    def _place(self, item_id: str, previous_item_id: str | None = None) -> None:
        """Put an item after another one; where that is not known, keep it, or put it last."""
        order = self._order
        if previous_item_id is None or previous_item_id not in order or previous_item_id == item_id:
            if item_id not in order:
                order.append(item_id)
            return
        if item_id in order:
            order.remove(item_id)
        order.insert(order.index(previous_item_id) + 1, item_id)

    def _entry(self, item_id: str, role: Speaker) -> _Entry:
        entry = self._entries.get(item_id)
        if entry is None:
            entry = self._entries[item_id] = _Entry(item_id, role, SpokenText(self._pace))
            self._place(item_id)
            if role == "assistant":
                self._open[item_id] = entry
        return entry

    def _settle(self, entry: _Entry) -> None:
        """Make an assistant's turn final, by what was heard of it."""
        if entry.heard_ms <= 0:
            self._finish(entry, TurnState.UNHEARD)
        elif entry.heard_whole and entry.spoken.complete:
            self._finish(entry, TurnState.SAID)
        else:
            self._finish(entry, TurnState.CUT)

    def _finish(self, entry: _Entry, state: TurnState) -> None:
        if not entry.state.final:
            self._ended.append(entry.item_id)
        entry.state = state
        entry.words_due = None
        entry.known = None
        self._open.pop(entry.item_id, None)

    @property
    def _wordless(self) -> TurnState:
        return TurnState.FAILED if self._transcribes else TurnState.UNTRANSCRIBED

    def _turn(self, entry: _Entry) -> Turn:
        if entry.known is None:
            text, unheard = (
                self._caller_words(entry)
                if entry.role == "caller"
                else self._assistant_words(entry)
            )
            entry.known = Turn(
                item_id=entry.item_id,
                role=entry.role,
                text=text,
                unheard=unheard,
                started_ms=self._ms(entry.started_at),
                ended_ms=self._ms(entry.ended_at),
                state=entry.state,
                audio_ms=entry.spoken.audio_ms,
                heard_ms=entry.heard_ms,
                sent_from_ms=self._ms(entry.sent_from),
                sent_until_ms=self._ms(entry.sent_until),
            )
        return entry.known

    def _caller_words(self, entry: _Entry) -> tuple[str, str]:
        if entry.words:
            return entry.words, ""
        if not entry.state.final:
            return "", ""
        spoke = 0.0
        if entry.started_at is not None and entry.ended_at is not None:
            spoke = entry.ended_at - entry.started_at
        return f"(speech, {max(round(spoke), 1)} s)", ""

    def _assistant_words(self, entry: _Entry) -> tuple[str, str]:
        if entry.state is TurnState.SAID:
            return entry.spoken.text.strip(), ""
        if entry.heard_ms <= 0:
            return "", entry.spoken.text.strip()
        text, unheard = entry.spoken.split(entry.heard_ms)
        return text.strip(), unheard.strip()

    def _ms(self, at: float | None) -> int | None:
        return None if at is None else max(round((at - self._started_at) * 1000), 0)
