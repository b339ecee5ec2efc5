"""A caller for any call file: answers what is asked, and does once what callers do.

They press a key, ask a question of their own, interrupt the answer to it, and say goodbye: so one
simulated call shows everything, whatever business the file is for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from transports.simulated.caller_answers import answer_to, words
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Outcome, Say, Step
from transports.simulated.person import HangUp, PressDigits

OPENING: Final = "Hello, I hope you can help me."
QUESTION: Final = "Before that, what are your opening hours?"
_QUESTIONS: Final[tuple[tuple[str, str], ...]] = (
    ("tour tours viewing viewings", "Before that, how do your tours work?"),
    ("parking park", "Before that, where can I park?"),
    ("fee fees cost costs deposit", "Before that, what does it cost?"),
)
"""What to ask if the call file states a fact on it; opening hours otherwise."""
GOODBYE: Final = "That's all, thank you. Goodbye."
ASKS_FOR_A_PERSON: Final = "One more thing: could I speak to a person about this, please?"
YES: Final = "Yes, that's right."
_ARE_YOU_THERE: Final = "Hello? Are you there?"
_KEY: Final = "1"
_INTERRUPT_AFTER_MS: Final = 1500
_THANKS: Final = "Thank you, that is what I wanted to know."
_AGAIN: Final = "Sorry, please say that again."
_CONFIRM: Final = ("is that right", "is that correct", "did i get that right", "is this correct")
_WAIT: Final = ("one moment", "just a moment", "hold on")
_BYE: Final = words("goodbye bye")
_ASKED_SHARE: Final = 0.6
"""Share of a question's words that must have been heard to take it for that question."""
_ASKS_FOR_FIGURES: Final = words(
    "number digits code phone budget how many numbers bed beds bath keypad"
)
"""A key pressed at such a question would be taken for its answer."""
_MOST_TURNS: Final = 40
MOST_ANSWERS: Final = 5
"""Questions that a caller answers before they have to go: a call that is still fun to watch."""
_MOST_SILENCES: Final = 2


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the call file asks for.

    Attributes:
        name: The field's name.
        ask: The words that it is asked in.
    """

    name: str
    ask: str


class AnsweringScript:
    """Follows the assistant through its questions."""

    def __init__(
        self,
        questions: Iterable[Question],
        facts: Iterable[str] = (),
        *,
        wants_a_person: bool = False,
    ) -> None:
        self._questions = list(questions)
        self._wants_a_person = wants_a_person
        self._question = _question_about(" ".join(facts))
        self._answered: set[str] = set()
        self._turns = 0
        self._silences = 0
        self._opened = False
        self._pressed = False
        self._asked = False
        self._leaving = False
        self._interrupted = False
        self._interruption: str | None = None
        self._listens_next = True

    def next_step(self, last: Outcome) -> Step | None:
        """Listen after everything done, and do something after everything heard."""
        if last.interrupted:
            self._leaving = GOODBYE in (self._interruption or "")
            self._interruption, self._interrupted = None, True
            return self._listen()
        if self._listens_next:
            self._listens_next = False
            return self._listen()
        step = self._answer(last)
        self._listens_next = not isinstance(step, Listen)
        return step

    def _listen(self) -> Step:
        if not self._asked or self._interrupted:
            return Listen()
        self._interruption = self._interruption or _AGAIN
        return InterruptWhenHeard(self._interruption, ms=_INTERRUPT_AFTER_MS)

    def _answer(self, last: Outcome) -> Step:
        if last.silent:
            return self._nothing_heard()
        self._silences = 0
        self._turns += 1
        heard = last.heard.lower()
        self._interruption = None
        if any(phrase in heard for phrase in _WAIT):
            return Listen()
        if self._leaving or takes_leave(heard):
            self._leaving = True
            return Listen()
        if asks_to_confirm(heard):
            return Say(YES)
        if self._turns >= _MOST_TURNS:
            return self._leave()
        question = question_in(heard, self._questions)
        if question is not None:
            self._opened = True
            return self._reply(question)
        return self._small_talk()

    def _nothing_heard(self) -> Step:
        self._silences += 1
        if self._silences > _MOST_SILENCES:
            return HangUp()
        return Listen() if self._leaving else Say(_ARE_YOU_THERE)

    def _small_talk(self) -> Step:
        if not self._opened:
            self._opened = True
            return Say(OPENING)
        if not self._asked:
            return self._ask(_THANKS)
        if not self._pressed:
            return self._press()
        return self._leave()

    def _reply(self, question: Question) -> Step:
        position = self._questions.index(question)
        is_last = position == len(self._questions) - 1 or (
            self._asked and len(self._answered) + 1 >= MOST_ANSWERS
        )
        answer = answer_to(question.name, question.ask)
        farewell = self._farewell() if is_last else ""
        answer = f"{answer} {farewell}".strip()
        figures = words(f"{question.name} {question.ask}".replace("_", " ")) & _ASKS_FOR_FIGURES
        if not self._pressed and not figures and (position > 0 or is_last):
            return self._press()
        if not self._asked and (len(self._answered) >= 2 or is_last):
            self._answered.add(question.name)
            return self._ask(answer)
        self._answered.add(question.name)
        self._leaving = farewell == GOODBYE
        return Say(answer)

    def _ask(self, interruption: str) -> Step:
        """Ask something; what interrupts the answer is what would have been said otherwise."""
        self._asked = True
        self._interruption = interruption
        return Say(self._question)

    def _press(self) -> Step:
        self._pressed = True
        return PressDigits(_KEY)

    def _leave(self) -> Step:
        farewell = self._farewell()
        self._leaving = farewell == GOODBYE
        return Say(farewell)

    def _farewell(self) -> str:
        """Who wants a person asks for one before they go, once."""
        wants, self._wants_a_person = self._wants_a_person, False
        return ASKS_FOR_A_PERSON if wants else GOODBYE


def question_in(heard: str, questions: Iterable[Question]) -> Question | None:
    """The question that was asked; of several the one that fits best."""
    heard_words = words(heard)
    best, best_share = None, _ASKED_SHARE
    for question in questions:
        asked = words(question.ask)
        share = len(asked & heard_words) / len(asked) if asked else 0.0
        if share > best_share or (share == best_share and best is None):
            best, best_share = question, share
    return best


def asks_to_confirm(heard: str) -> bool:
    """Whether an answer was read back."""
    return any(phrase in heard.lower() for phrase in _CONFIRM)


def takes_leave(heard: str) -> bool:
    """Whether the assistant says goodbye."""
    return bool(words(heard) & _BYE)


def _question_about(facts: str) -> str:
    known = words(facts)
    return next((ask for about, ask in _QUESTIONS if words(about) & known), QUESTION)
