"""Where a conversation stands, worked out anew from its lines each time.

Nothing is remembered between two answers, so a cut answer, a deleted item and a conversation that
was replayed as text after a reconnect all come out right: what counts is what the caller heard
and said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from transports.simulated.brain_script import END_CALL, BrainScript, ChecklistItem, Line
from transports.simulated.earlier_notes import told_before
from transports.simulated.words import (
    after_no,
    agreement,
    answer_in,
    is_goodbye,
    is_question,
    keypad_digits,
    stems,
)

STILL_THERE: Final = "Are you still there?"
_HEARD_ENOUGH: Final = 0.6
"""A question of which this much was heard can be answered."""
_KEYPAD_WORDS: Final = stems("number digits code press phone budget how many beds keypad")

Effect = Literal["none", "answered", "confirmed", "denied", "corrected"]


class Dialogue:
    """What was asked, answered and confirmed so far.

    Attributes:
        collected: Answers that stand, by field.
        confirmed: Fields whose answer was read back and agreed to.
        to_confirm: An answer that must be read back, with its question.
        asked: The question that the caller heard and has not answered.
        effect: What the caller's newest words did to the checklist.
        prompts: How often the assistant asked whether the caller is there, since they spoke.
        last_words: The caller's newest words.
    """

    def __init__(self, script: BrainScript, lines: Iterable[Line] = ()) -> None:
        self._script = script
        self.collected: dict[str, str] = {}
        self.confirmed: set[str] = set()
        self.to_confirm: tuple[ChecklistItem, str] | None = None
        self.asked: ChecklistItem | None = None
        self.effect: Effect = "none"
        self.prompts = 0
        self.last_words = ""
        self._read_back = False
        lines = list(lines)
        for at, line in enumerate(lines):
            if line.who == "assistant":
                self._assistant_said(line.text)
            elif line.who == "caller":
                self._caller_said(line, for_a_tool=_led_to_call(lines[at + 1 :]))
            elif line.who == "system":
                self._summary_told(line.text)

    @property
    def open(self) -> ChecklistItem | None:
        """The next question to ask, None when all are answered."""
        for item in self._script.checklist:
            if item.field not in self.collected:
                return item
        return None

    @property
    def complete(self) -> bool:
        """Whether there was a checklist and all of it is answered."""
        return bool(self._script.checklist) and self.open is None

    def next_line(self) -> str:
        """What brings the checklist on: a read-back or the next question; empty at its end."""
        if self.to_confirm is not None:
            item, answer = self.to_confirm
            return f"{_read_back(item)} {answer}. Is that right?"
        return self.open.ask if self.open is not None else ""

    def _assistant_said(self, text: str) -> None:
        if STILL_THERE in text:
            self.prompts += 1
        if self.to_confirm is not None and _read_back(self.to_confirm[0]) in text:
            self._read_back = True
            return
        for item in self._script.checklist:
            if _read_back(item) in text:
                answer = text.partition(_read_back(item))[2].removesuffix(" Is that right?")
                self.to_confirm = item, answer.strip().rstrip(".")
                self._read_back, self.asked = True, None
            elif was_heard(item.ask, text):
                self.asked = item

    def _caller_said(self, line: Line, *, for_a_tool: bool) -> None:
        self.effect = "none"
        if line.silent or not line.text:
            return
        self.prompts = 0
        self.last_words = line.text
        if is_goodbye(line.text):
            return
        if self.to_confirm is not None and self._read_back:
            self._caller_confirmed(line.text, for_a_tool=for_a_tool)
        elif self.asked is not None:
            self._caller_answered(self.asked, line.text, for_a_tool=for_a_tool)

    def _caller_confirmed(self, text: str, *, for_a_tool: bool) -> None:
        assert self.to_confirm is not None
        item, answer = self.to_confirm
        digits = keypad_digits(text)
        agreed = "" if digits else agreement(text)
        instead = digits or (after_no(text) if agreed == "no" else answer_in(text))
        if agreed == "yes":
            self.collected[item.field] = answer
            self.confirmed.add(item.field)
            self.to_confirm, self.effect = None, "confirmed"
        elif agreed == "no" and not instead:
            self.to_confirm, self.effect = None, "denied"
        elif not (is_question(text) or for_a_tool or (digits and not _takes_digits(item))):
            self.to_confirm, self.effect = (item, instead), "corrected"
        self._read_back = self._read_back and self.effect == "none"

    def _caller_answered(self, item: ChecklistItem, text: str, *, for_a_tool: bool) -> None:
        digits = keypad_digits(text)
        if digits and not _takes_digits(item):
            return
        aside = is_question(text) or (for_a_tool and not stems(text) & _about(item))
        if aside and not digits:
            return
        self.asked, self.effect = None, "answered"
        answer = digits or answer_in(text)
        if item.confirm:
            self.to_confirm, self._read_back = (item, answer), False
        else:
            self.collected[item.field] = answer

    def _summary_told(self, text: str) -> None:
        """Take over what a summary of an earlier part of the call says was collected."""
        for item in self._script.checklist:
            answer, agreed = told_before(item, text)
            if answer:
                self.collected[item.field] = answer
                if agreed:
                    self.confirmed.add(item.field)


def _about(item: ChecklistItem) -> frozenset[str]:
    return stems(item.ask) | stems(item.label)


def _takes_digits(item: ChecklistItem) -> bool:
    return bool(_about(item) & _KEYPAD_WORDS)


def _led_to_call(following: list[Line]) -> bool:
    """Whether the assistant answered a caller's words by calling a tool."""
    for line in following:
        if line.who == "caller":
            return False
        if line.who == "tool_call" and line.name != END_CALL:
            return True
    return False


def _read_back(item: ChecklistItem) -> str:
    return f"Just to confirm, {item.label}:"


def was_heard(line: str, heard: str) -> bool:
    """Whether enough of a line was heard to answer it."""
    if line in heard:
        return True
    enough = line[: max(1, round(len(line) * _HEARD_ENOUGH))]
    at = heard.rfind(enough)
    return at >= 0 and line.startswith(heard[at:])
