"""Where a conversation stands, worked out anew from its lines each time.

Nothing is remembered between two answers, so a cut answer, a deleted item and a conversation that
was replayed as text after a reconnect all come out right: what counts is what the caller heard
and said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from transports.simulated.brain_script import BrainScript, ChecklistItem, Line
from transports.simulated.dialogue import STILL_THERE, was_heard
from transports.simulated.earlier_notes import told_before
from transports.simulated.talk.checklist import Checklist
from transports.simulated.talk.escalation import TRANSFER, needed
from transports.simulated.talk.intents import ASKS, Intent, intent_of, sentences
from transports.simulated.talk.kinds import Kind, kind_of
from transports.simulated.talk.likeness import Likeness, WordLikeness
from transports.simulated.talk.lines import (
    ANYTHING_ELSE,
    read_back_in,
)
from transports.simulated.talk.saving import SAVE, refused_in
from transports.simulated.talk.turn import Turn
from transports.simulated.words import keypad_digits, words

_TAKES_KEYS: Final = frozenset({Kind.PHONE, Kind.CONTACT, Kind.MONEY, Kind.COUNT})
_NO_ANSWERS: Final = frozenset({Intent.PERSON, Intent.REPEAT, Intent.MACHINE, Intent.PRESENCE})


class Progress:
    """Follows a conversation from its first line to its newest.

    Attributes:
        checklist: What was asked and answered.
        wants_person: How often the caller asked for a person.
        handed_over: A person was called for, or promised.
        prompts: How often the assistant asked whether the caller is there, since they spoke.
        offered_more: The caller was asked whether there is anything else.
        last_said: The assistant's newest words, as heard.
        last_words: The caller's newest words.
        saved: The answers as they were when they were last saved.
        turn: What happened since the assistant last spoke or called.
    """

    def __init__(
        self,
        script: BrainScript,
        lines: Iterable[Line],
        likeness: Likeness,
        *,
        own_number: str = "",
        promise: str = "",
    ) -> None:
        """Work it out.

        Args:
            script: The call file.
            lines: The conversation.
            likeness: Compares sentences.
            own_number: The number that the caller calls from.
            promise: What is said in place of connecting a person.
        """
        self.checklist = Checklist(script, own_number)
        self.wants_person = 0
        self.handed_over = False
        self.prompts = 0
        self.offered_more = False
        self.last_said = ""
        self.last_words = ""
        self.saved: dict[str, str] = {}
        self.turn = Turn()
        self._script = script
        self._saving: set[str] = set()
        self._likeness = likeness
        self._promise = promise
        for line in lines:
            self._happened(line)

    @property
    def collected(self) -> dict[str, str]:
        """Answers that stand, by field."""
        return self.checklist.collected

    @property
    def confirmed(self) -> set[str]:
        """Fields whose answer was read back and agreed to."""
        return self.checklist.confirmed

    @property
    def to_confirm(self) -> tuple[ChecklistItem, str] | None:
        """The answer to read back next, with its question."""
        return self.checklist.pending[0] if self.checklist.pending else None

    @property
    def open(self) -> ChecklistItem | None:
        """The next question to ask, None when there is none."""
        person = self.wants_person > 0 and not self.handed_over
        items = needed(self._script) if person else self._script.checklist
        wanted = (item for item in items if person or self.checklist.is_wanted(item))
        return next((item for item in wanted if self.checklist.is_open(item)), None)

    @property
    def complete(self) -> bool:
        """Whether there was a checklist and nothing of it is to be asked or confirmed."""
        return bool(self._script.checklist) and self.open is None and self.to_confirm is None

    def _happened(self, line: Line) -> None:
        if line.who == "assistant":
            self._assistant_said(line.text)
            self.turn = Turn()
        elif line.who == "tool_call":
            self.handed_over = self.handed_over or line.name == TRANSFER
            if line.name == SAVE:
                self.saved = dict(self.collected)
                self._saving.add(line.call_id)
            self.turn = Turn()
        elif line.who == "caller":
            self._caller_said(line)
        elif line.who == "tool_output" and line.call_id in self._saving:
            self.checklist.refuse(refused_in(line.text))
        elif line.who == "system":
            for item in self.checklist.items:
                answer, agreed = told_before(item, line.text)
                if answer:
                    self.checklist.was_noted(item, answer, confirmed=agreed)

    def _assistant_said(self, text: str) -> None:
        self.last_said = text
        self.prompts += STILL_THERE in text
        self.offered_more = was_heard(ANYTHING_ELSE, text)
        if self.wants_person and self._promise and self._promise in text:
            self.handed_over = True
        for item in self.checklist.items:
            said = read_back_in(item, text)
            if said:
                self.checklist.was_read_back(item, said)
                return
            if was_heard(item.ask, text):
                self.checklist.was_asked(item)

    def _caller_said(self, line: Line) -> None:
        turn = self.turn
        if line.silent:
            turn.silent = True
            return
        if not line.text:
            turn.unheard = True
            return
        self.prompts = 0
        self.last_words = line.text
        turn.said = f"{turn.said} {line.text}".strip()
        digits = keypad_digits(line.text)
        asked = self.checklist.asked
        if digits and not (asked and kind_of(asked) in _TAKES_KEYS):
            turn.pressed = digits
            return
        statements = [digits] if digits else self._sorted(line.text)
        turn.statements += statements
        told = " ".join(statements)
        if told:
            self.checklist.told(told, turn, more_offered=self.offered_more)

    def _sorted(self, text: str) -> list[str]:
        """Note what each sentence is for; what may be answers is given back."""
        statements = []
        for sentence in sentences(text):
            intent = self._intent(sentence)
            if intent is Intent.STATEMENT:
                statements.append(sentence)
            elif intent is Intent.QUESTION:
                self.turn.questions.append(sentence)
            else:
                self.turn.intents.add(intent)
            self.wants_person += intent is Intent.PERSON
        return statements

    def _intent(self, sentence: str) -> Intent:
        intent = intent_of(sentence, self._likeness)
        if intent is Intent.GREETING and sentence.endswith("?") and self.last_said:
            return Intent.PRESENCE
        if intent in _NO_ANSWERS or intent is Intent.STATEMENT:
            return intent
        asks = intent is Intent.QUESTION and words(sentence)[:1] and words(sentence)[0] in ASKS
        return Intent.STATEMENT if not asks and self.checklist.fits(sentence) else intent


def talked(script: BrainScript, lines: Iterable[Line]) -> Progress:
    """Where a conversation stood that a talker led, by its words alone."""
    return Progress(script, lines, WordLikeness())
