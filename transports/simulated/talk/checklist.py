"""The checklist as it is being filled in: what was asked, answered, confirmed or declined."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from transports.simulated.brain_script import BrainScript, ChecklistItem
from transports.simulated.talk.answers import (
    corrected,
    offered,
    phrase,
    read_answer,
    recognised,
    spelled_out,
)
from transports.simulated.talk.escalation import is_reason, needed
from transports.simulated.talk.kinds import Kind, kind_of
from transports.simulated.talk.turn import Effect, Turn
from transports.simulated.talk.yes_no import agreement
from transports.simulated.words import stems, words

EXACT: Final = frozenset(
    {Kind.NAME, Kind.PHONE, Kind.EMAIL, Kind.CONTACT, Kind.MONEY, Kind.WHEN, Kind.CHOICE}
)
"""Kinds whose answers are known by their form."""
_MOST_TRIES: Final = 2
"""After so many unclear answers a question is left alone."""
_LONG: Final = 3
"""A yes of more words than this may hold a correction."""
_CORRECTS: Final = re.compile(
    r"^(?:oh |um |no,? |wait,? )*(?:actually|sorry|correction|i meant|i mean|wait)\b|"
    r"\b(?:make (?:it|that)|change (?:it|that|the|my)|instead|i meant|should (?:be|have been)|"
    r"(?:is|was) wrong)\b",
    re.IGNORECASE,
)


class Checklist:
    """The answers of one call.

    Attributes:
        items: The file's, and what is asked before a person takes over.
        collected: Answers that stand, by field.
        confirmed: Fields whose answer was read back and agreed to.
        declined: Fields that the caller does not know or will not tell.
        pending: Answers that must be read back, with their questions; the first one next.
        asked: The question that the caller heard and has not answered.
        read_back: The first pending answer was heard back.
        spelling: How the first pending name is spelled, if that was in question.
    """

    def __init__(self, script: BrainScript, own_number: str = "") -> None:
        self.items = script.checklist + tuple(
            item for item in needed(script) if item not in script.checklist
        )
        self.collected: dict[str, str] = {}
        self.confirmed: set[str] = set()
        self.declined: set[str] = set()
        self.pending: list[tuple[ChecklistItem, str]] = []
        self.asked: ChecklistItem | None = None
        self.read_back = False
        self.spelling = ""
        self._script = script
        self._own_number = own_number
        self._tries = 0
        self._digits = ""
        self._refused: set[str] = set()

    def is_open(self, item: ChecklistItem) -> bool:
        """Whether nothing is known of an item."""
        known = item.field in self.collected or item.field in self.declined
        return not known and all(item.field != waiting.field for waiting, _ in self.pending)

    def is_wanted(self, item: ChecklistItem) -> bool:
        """Whether an item is asked at all: an optional one after a yes to what it belongs to."""
        if item.required:
            return True
        about = stems(item.label)
        return any(
            about & stems(other.label) and self.collected.get(other.field, "").startswith("yes")
            for other in self._script.checklist
            if other.field != item.field
        )

    # -- the assistant

    def was_asked(self, item: ChecklistItem) -> None:
        """The caller heard an item's question."""
        if self.asked != item:
            self.asked, self._tries, self._digits = item, 0, ""

    def was_read_back(self, item: ChecklistItem, said: str) -> None:
        """The caller heard an answer back, in these words."""
        self.read_back = True
        if not self.pending or self.pending[0][0] != item:
            # Its answer stood in turns that are no longer here: what was said back is the answer.
            answer = read_answer(item, said, lenient=True).value
            self.pending.insert(0, (item, answer or said))
            self.asked = None

    def was_noted(self, item: ChecklistItem, answer: str, *, confirmed: bool) -> None:
        """Notes on an earlier part of the call say that an item was answered."""
        self.collected[item.field] = answer
        if confirmed:
            self.confirmed.add(item.field)

    def refuse(self, fields: Iterable[str]) -> None:
        """Answers turned out to be no good: ask again, though not a third time."""
        for field in fields:
            if field in self.collected and field not in self._refused:
                self._refused.add(field)
                del self.collected[field]
                self.confirmed.discard(field)

    # -- the caller

    def fits(self, sentence: str) -> bool:
        """Whether a sentence holds the answer that is waited for, told by its form."""
        if self.pending and self.read_back:
            item, value = self.pending[0]
            return kind_of(item) in EXACT and bool(corrected(item, value, sentence))
        if self.asked is None or kind_of(self.asked) not in EXACT:
            return False
        return bool(recognised(self.asked, sentence, self._own_number))

    def told(self, words_told: str, turn: Turn, *, more_offered: bool) -> None:
        """Take what the caller told: a confirmation, a correction, an answer, or more than that."""
        if self.pending and self.read_back:
            self._confirm(words_told, turn)
        elif self._correct(words_told, turn):
            pass
        elif self.asked is not None:
            self._answer(self.asked, words_told, turn)
        elif more_offered and agreement(words_told) == "no":
            turn.nothing_more = True
        self._take_offered(words_told, turn)

    def _confirm(self, told: str, turn: Turn) -> None:
        item, value = self.pending[0]
        agreed = agreement(told)
        new = corrected(item, value, told)
        changes = bool(new) and new != value and (agreed != "yes" or len(words(told)) > _LONG)
        if agreed == "yes" and not (changes and kind_of(item) in EXACT):
            self.pending.pop(0)
            self.collected[item.field] = value
            self.confirmed.add(item.field)
            self._settled(Effect.CONFIRMED, turn)
        elif changes:
            self.pending[0] = item, new
            self._settled(Effect.CORRECTED, turn)
            self.spelling = spelled_out(item, new, told)
        elif agreed == "no":
            self.pending.pop(0)
            self._settled(Effect.DENIED, turn)
        elif self._unclear(turn):
            self.pending.pop(0)
            self.collected[item.field] = value
            self._settled(Effect.ANSWERED, turn)

    def _answer(self, item: ChecklistItem, told: str, turn: Turn) -> None:
        found = read_answer(
            item, told, own_number=self._own_number, digits=self._digits, lenient=self._tries > 0
        )
        if found.value:
            self.asked = None
            self._take(item, found.value, turn)
            self.spelling = spelled_out(item, found.value, told)
        elif found.unsure:
            self._decline(item, turn)
        elif found.ask:
            turn.ask, self._digits = found.ask, found.digits
            turn.effects.append(Effect.HALF)
        elif self._unclear(turn):
            self._decline(item, turn)

    def _unclear(self, turn: Turn) -> bool:
        """Note an answer that is none; whether it was one too many."""
        self._tries += 1
        turn.effects.append(Effect.UNCLEAR)
        return self._tries > _MOST_TRIES

    def _decline(self, item: ChecklistItem, turn: Turn) -> None:
        self.declined.add(item.field)
        self.asked = None
        self._settled(Effect.DECLINED, turn)

    def _correct(self, told: str, turn: Turn) -> bool:
        """Take a correction of an earlier answer: of the field that is named, or the newest."""
        if not _CORRECTS.search(told) or self.fits(told):
            return False
        age = list(self.collected)
        known = [item for item in self.items if item.field in self.collected]
        newest_first = sorted(known, key=lambda item: -age.index(item.field))
        named = [item for item in newest_first if stems(item.label) & stems(told)]
        for item in [*named, *newest_first]:
            if kind_of(item) not in EXACT and item not in named:
                continue
            old = self.collected[item.field]
            new = corrected(item, old, _CORRECTS.sub("", told))
            if new and new != old:
                del self.collected[item.field]
                self.confirmed.discard(item.field)
                self._take(item, new, turn, Effect.CORRECTED)
                return True
        return False

    def _take(
        self, item: ChecklistItem, value: str, turn: Turn, effect: Effect = Effect.ANSWERED
    ) -> None:
        self.declined.discard(item.field)
        if item.confirm:
            self.pending.append((item, value))
        else:
            self.collected[item.field] = value
        self._settled(effect, turn)

    def _settled(self, effect: Effect, turn: Turn) -> None:
        turn.effects.append(effect)
        self.read_back, self.spelling = False, ""
        self._tries, self._digits = 0, ""

    def _take_offered(self, told: str, turn: Turn) -> None:
        """Take what nobody had asked for yet: what the caller has said is not asked again."""
        for item in self._script.checklist:
            value = offered(item, told) if self.is_open(item) and item != self.asked else ""
            if value and value not in self.collected.values():
                self._take(item, value, turn)
        reason = next((i for i in self._script.checklist if is_reason(i) and self.is_open(i)), None)
        if reason and self.asked is None and not turn.effects and len(words(told)) >= _LONG:
            self._take(reason, phrase(told), turn)
