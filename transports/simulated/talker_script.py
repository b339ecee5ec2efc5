"""A caller who does not come to an end: for calls of an hour.

Answers what is asked, all but the last question, and has questions of their own in between, so
that the assistant has no reason to end the call. It ends when the phone is put down.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import Final

from transports.simulated.caller_answers import answer_to
from transports.simulated.caller_script import YES, Question, question_in
from transports.simulated.caller_steps import Listen, Outcome, Say, Step

TALK: Final = (
    "When can I call you, and when are you closed?",
    "I work from home three days a week, so how quiet is it around there?",
    "How far is it from there to the station?",
    "Who would show me around, and how long would that take?",
    "I moved here in the spring and I am still finding my way, so which towns do you work in?",
    "By the way, is there a deposit to pay, and when would I get it back?",
    "I prefer an upper floor with some light in the morning, do you have such a thing?",
    "When would I hear from you again?",
    "My sister knows a lot more about all this than I do, so can she come along on a tour?",
    "Is it a problem that I have a small dog, and that I play the piano now and then?",
)
"""What they come up with, in turn. None of it is a goodbye, or the answer to anything."""


class TalkerScript:
    """Talks until the line is cut."""

    def __init__(self, questions: Iterable[Question]) -> None:
        """Know what the call file asks, in its order."""
        self._questions = list(questions)
        self._answered: set[str] = set()
        self._talk = cycle(TALK)
        self._listens = True
        self._turns = 0

    def next_step(self, last: Outcome) -> Step | None:
        """Listen, then speak, then listen."""
        if self._listens:
            self._listens = False
            return Listen()
        self._listens = True
        return self._reply(last)

    def _reply(self, last: Outcome) -> Say:
        self._turns += 1
        heard = last.heard.lower()
        if "is that right" in heard:
            return Say(YES)
        question = question_in(heard, self._questions)
        # Every other turn is their own, and the last question is never answered: an assistant
        # who has it all would say goodbye.
        mine = question is None or self._turns % 2 == 0 or question is self._questions[-1]
        if question is None or mine:
            return Say(next(self._talk))
        self._answered.add(question.name)
        return Say(answer_to(question.name, question.ask))
