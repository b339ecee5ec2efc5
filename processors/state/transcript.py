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
from dataclasses import replace
from typing import Final

from processors.state.growing_turn import GrowingTurn
from processors.state.heard import Heard
from processors.state.spoken_text import Pace, SpokenText
from processors.state.turn import Line, Note, Speaker, ToolUse, Turn, TurnState

WORDS_WAIT: Final = 10.0
"""Seconds after a turn's commit in which its words must come; later they count as missing, though
they are still taken."""

LINES_TOLD: Final = 200
"""The newest lines only: a fresh session needs the thread, not four hours."""


class Transcript:
    """Gathers the turns of one call.

    Attributes:
        started_at: When the call began, loop time; turns are told in ms since then.
    """

    def __init__(self, started_at: float = 0.0) -> None:
        self.started_at = started_at
        self._transcribes = True
        self._pace = Pace()
        self._order: list[str] = []
        self._turns: dict[str, GrowingTurn] = {}
        self._others: dict[str, ToolUse | Note] = {}
        self._awaited: dict[str, GrowingTurn] = {}  # the caller's, whose words are to come
        self._open: dict[str, GrowingTurn] = {}  # the assistant's that are not final
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
        turn = self._growing(item_id, "caller")
        turn.started_at = at
        turn.changed()

    def caller_stopped(self, item_id: str, at: float) -> None:
        """The caller stopped."""
        turn = self._growing(item_id, "caller")
        turn.ended_at = at if turn.started_at is None else max(at, turn.started_at)
        turn.changed()

    def caller_committed(self, item_id: str, previous_item_id: str | None, now: float) -> None:
        """The caller's speech is an item; its words follow, if anybody writes them down."""
        turn = self._growing(item_id, "caller")
        self._place(item_id, previous_item_id)
        if turn.state.final:
            return
        if not self._transcribes:
            self._finish(turn, TurnState.UNTRANSCRIBED)
            return
        turn.state = TurnState.PENDING
        turn.words_due = now + WORDS_WAIT
        turn.changed()
        self._awaited[item_id] = turn

    def caller_said(self, item_id: str, words: str) -> None:
        """The caller's words came, however late."""
        turn = self._growing(item_id, "caller")
        turn.words = words.strip()
        self._awaited.pop(item_id, None)
        self._finish(turn, TurnState.SAID if turn.words else TurnState.FAILED)

    def caller_not_transcribed(self, item_id: str) -> None:
        """The caller's words will not come."""
        turn = self._growing(item_id, "caller")
        self._awaited.pop(item_id, None)
        self._finish(turn, TurnState.FAILED)

    # What the assistant does.

    def assistant_began(self, item_id: str) -> None:
        """The model began a message."""
        self._growing(item_id, "assistant")

    def assistant_said(self, item_id: str, delta: str) -> None:
        """The text of a message grew."""
        turn = self._growing(item_id, "assistant")
        turn.spoken.text_added(delta)
        turn.changed()

    def audio_sent(self, item_id: str, audio_ms: float, now: float) -> None:
        """Audio of a message went out to the phone."""
        turn = self._growing(item_id, "assistant")
        turn.spoken.audio_added(audio_ms)
        if turn.sent_from is None:
            turn.sent_from = now
        turn.sent_until = now
        turn.changed()

    def audio_dropped(self, item_id: str, audio_ms: float) -> None:
        """Audio of a message came too late to be sent: it was cut. It still has its words."""
        turn = self._growing(item_id, "assistant")
        turn.spoken.audio_added(audio_ms)
        turn.changed()

    def assistant_finished(self, item_id: str, *, completed: bool, text: str = "") -> None:
        """No more of a message will come; ``completed``: it is whole.

        ``text``, if given, is all of it, and goes before what the deltas said.
        """
        turn = self._growing(item_id, "assistant")
        if len(text) > len(turn.spoken.text):
            turn.spoken.text = text
        if completed and not turn.spoken.complete:
            turn.spoken.completed()
        turn.changed()

    def heard(self, heard: Heard) -> None:
        """The caller heard a stretch of a message's audio."""
        turn = self._turns.get(heard.item_id)
        if turn is None:
            return
        turn.heard(heard)
        if turn.heard_whole:
            self._settle(turn)

    def truncated(self, item_id: str, heard_ms: float) -> None:
        """A message was cut: so much of it was heard, and no more will be; 0: nothing."""
        turn = self._turns.get(item_id)
        if turn is not None:
            turn.heard_ms = heard_ms
            turn.heard_whole = False
            self._settle(turn)

    # What ends all at once.

    def session_lost(self) -> None:
        """The model's session is gone: words that it owed will not come.

        What the phone still plays goes on.
        """
        for turn in list(self._awaited.values()):
            self.caller_not_transcribed(turn.item_id)
        for turn in reversed(self._turns.values()):
            if turn.role == "caller":
                if not turn.state.final:
                    self._finish(turn, self._wordless)
                break

    def call_ended(self) -> None:
        """Nothing more will be said or heard."""
        self.session_lost()
        for turn in list(self._open.values()):
            self._settle(turn)

    def timer_fired(self, now: float) -> None:
        """Stop waiting for words that are overdue."""
        for turn in list(self._awaited.values()):
            if turn.words_due is not None and now >= turn.words_due:
                self.caller_not_transcribed(turn.item_id)

    # What is known.

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        due = [turn.words_due for turn in self._awaited.values() if turn.words_due is not None]
        return min(due, default=None)

    def turn(self, item_id: str) -> Turn | None:
        """One turn; None: there is none of that id."""
        turn = self._turns.get(item_id)
        return None if turn is None else self._turn(turn)

    def words_of(self, item_id: str) -> str:
        """All words of a message, heard or not, as far as they have come."""
        turn = self._turns.get(item_id)
        return "" if turn is None else turn.spoken.text

    def turns(self) -> tuple[Turn, ...]:
        """All turns, in the order in which they were spoken."""
        turns = self._turns
        return tuple(self._turn(turns[item]) for item in self._order if item in turns)

    def everything(self) -> tuple[Line, ...]:
        """Turns as they stand, tools and notes, in the order of the conversation."""
        return tuple(
            self._others.get(item) or self._turn(self._turns[item])
            for item in self._order
            if item in self._others or item in self._turns
        )

    def tools(self) -> tuple[ToolUse, ...]:
        """All calls of functions, in order."""
        return tuple(other for other in self._others.values() if isinstance(other, ToolUse))

    @property
    def ended(self) -> int:
        """How many turns are final; to be given to ``ended_since``."""
        return len(self._ended)

    def ended_since(self, seen: int) -> tuple[Turn, ...]:
        """The turns that became final after so many others had, in that order."""
        return tuple(self._turn(self._turns[item_id]) for item_id in self._ended[seen:])

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
            turn = self._turns.get(item_id)
            if turn is not None and (turn.role == "caller" or self._line(item_id) is not None):
                return turn.role == "caller"
        return False

    # Inside.

    def _newest(self) -> Iterable[str]:
        return reversed(self._order[-LINES_TOLD:])

    def _line(self, item_id: str, playing_out: bool = True) -> Line | None:
        other = self._others.get(item_id)
        if other is not None:
            return None if isinstance(other, ToolUse) and other.output is None else other
        growing = self._turns.get(item_id)
        if growing is None:
            return None
        turn = self._turn(growing)
        if playing_out and turn.role == "assistant" and not turn.state.final:
            text, unheard = growing.played_out()
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

    def _growing(self, item_id: str, role: Speaker) -> GrowingTurn:
        turn = self._turns.get(item_id)
        if turn is None:
            turn = self._turns[item_id] = GrowingTurn(item_id, role, SpokenText(self._pace))
            self._place(item_id)
            if role == "assistant":
                self._open[item_id] = turn
        return turn

    def _settle(self, turn: GrowingTurn) -> None:
        """Make an assistant's turn final, by what was heard of it."""
        self._finish(turn, turn.outcome)

    def _finish(self, turn: GrowingTurn, state: TurnState) -> None:
        if not turn.state.final:
            self._ended.append(turn.item_id)
        turn.state = state
        turn.words_due = None
        turn.changed()
        self._open.pop(turn.item_id, None)

    @property
    def _wordless(self) -> TurnState:
        return TurnState.FAILED if self._transcribes else TurnState.UNTRANSCRIBED

    def _turn(self, turn: GrowingTurn) -> Turn:
        return turn.turn(self.started_at)
