"""Leads one conversation as a call file says: what is said and called next.

It greets, asks one thing at a time, reads back what is to be confirmed, takes corrections, answers
from the file's facts, keeps to its boundaries, fetches a person, and takes leave. Everything it
says of a business stands in the file; what does not stand there, somebody will follow up on.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Final

from transports.simulated.brain import (
    ACKNOWLEDGED,
    ALL_COLLECTED,
    MOMENT,
    NOT_CAUGHT,
    exact_words,
    since_last_output,
)
from transports.simulated.brain_script import (
    END_CALL,
    WAIT_FOR_CALLER,
    BrainRequest,
    BrainScript,
    Line,
    Output,
    Say,
)
from transports.simulated.dialogue import STILL_THERE
from transports.simulated.talk.answers import read_back
from transports.simulated.talk.aside import aside
from transports.simulated.talk.escalation import TRANSFER, promise
from transports.simulated.talk.intents import ASKS, Intent
from transports.simulated.talk.knowledge import Knowledge
from transports.simulated.talk.likeness import Likeness, WordLikeness
from transports.simulated.talk.limits import follow_up_of, limit_for, limits_of
from transports.simulated.talk.lines import ANYTHING_ELSE, read_back_of
from transports.simulated.talk.progress import Progress
from transports.simulated.talk.saving import SAVE
from transports.simulated.talk.tool_use import ToolUse
from transports.simulated.talk.turn import Effect, Turn
from transports.simulated.tool_result import DONE, tool_outcome
from transports.simulated.words import words

FOLLOW_UP_LATER: Final = "Someone will follow up with you."
FOLLOW_UP: Final = "I don't have that here. I'll have someone follow up."
_OFFER: Final = "What can I do for you?"
_FETCH: Final = "I'll get someone to help you."
_SAVE_REFUSED: Final = "I could not note all of that down."
_HOLD: Final = "Please stay on the line."
_TAKE_YOUR_TIME: Final = "Take your time."
_EFFECTS: Final = {
    Effect.DENIED: "Sorry about that.",
    Effect.CORRECTED: "Thanks for the correction.",
    Effect.DECLINED: "That's all right.",
    Effect.UNCLEAR: NOT_CAUGHT,
}
_OWN_NUMBER: Final = re.compile(r"The caller's number is (\+?\d{5,15})")
ENDS: Final = frozenset(".?!")
_MOST_ANSWERS: Final = 2
"""Questions that are answered at once: what is heard once is soon forgotten."""


class Talker:
    """Answers for one business."""

    def __init__(self, script: BrainScript, likeness: Likeness | None = None) -> None:
        """Read the call file.

        Args:
            script: What it says.
            likeness: Compares sentences; by shared words, if there is nothing better.
        """
        self._script = script
        self._likeness = likeness or WordLikeness()
        self._knowledge = Knowledge(script, self._likeness)
        self._limits = limits_of(script.boundaries, script.escalation)
        self._promise = promise(script, self._knowledge)
        self._follow_up = follow_up_of(script.boundaries) or FOLLOW_UP

    def reply(self, request: BrainRequest) -> list[Output]:
        """What is said and called, in order; never empty."""
        exact = exact_words(request.instructions)
        if exact is not None:
            return [Say(exact)]
        heard = [line for line in request.lines if line.text or line.who != "assistant"]
        own_number = _OWN_NUMBER.search(request.briefing)
        progress = Progress(
            self._script,
            heard,
            self._likeness,
            own_number=own_number.group(1) if own_number else "",
            promise=self._promise,
        )
        if request.aside:
            return aside(request, self._script, progress, self._likeness)
        if all(line.who == "system" for line in heard):
            return [Say(self._greeting())]
        return self._next(heard, request, progress)

    def _greeting(self) -> str:
        greeting = self._script.greeting or f"Hello, this is {self._script.business}. {_OFFER}"
        return f"{self._script.disclosure} {greeting}".strip()

    def _next(self, heard: list[Line], request: BrainRequest, progress: Progress) -> list[Output]:
        fresh = since_last_output(heard)
        names = {line.call_id: line.name for line in heard if line.who == "tool_call"}
        outputs = [line for line in fresh if line.who == "tool_output"]
        outputs = [line for line in outputs if names.get(line.call_id) != WAIT_FOR_CALLER]
        ended = [names.get(line.call_id) for line in outputs]
        if END_CALL in ended:
            return [Say(self._script.goodbye)]
        told = " ".join(
            dict.fromkeys(
                tool_outcome(line.text, self._script, names.get(line.call_id)) for line in outputs
            )
        )
        if told.endswith(DONE) and set(ended) == {SAVE}:
            told = _SAVE_REFUSED if progress.open is not None else ""
        tools = ToolUse(request, progress)
        if any(line.who == "caller" for line in fresh):
            return self._answer(progress, tools, told)
        if told == DONE and TRANSFER in ended:
            return [Say(_HOLD)]
        if outputs:
            return self._go_on(progress, tools, told)
        if heard[-1].who == "tool_call":
            return [Say(MOMENT)]
        return [Say(self._still_there(progress))]

    def _still_there(self, progress: Progress) -> str:
        if progress.prompts:
            return f"{STILL_THERE} {self._next_line(progress)}".strip()
        return STILL_THERE

    # -- an answer to the caller

    def _answer(self, progress: Progress, tools: ToolUse, told: str) -> list[Output]:
        turn = progress.turn
        if turn.silent and not turn.said and not turn.unheard:
            return [Say(f"{told} {self._still_there(progress)}".strip())]
        if not turn.said:
            return self._go_on(progress, tools, f"{told} {NOT_CAUGHT}".strip())
        order = self._urgent(turn)
        if order:
            return [Say(order)]
        if Intent.PERSON in turn.intents or self._ready_for_person(progress):
            return self._fetch_person(progress, tools, told)
        if Intent.GOODBYE in turn.intents or turn.nothing_more:
            return self._end(progress, tools, "the caller has nothing else")
        if Intent.WAIT in turn.intents and not turn.effects and not turn.questions:
            return (
                [tools.call(WAIT_FOR_CALLER)]
                if tools.offered(WAIT_FOR_CALLER)
                else [Say(_TAKE_YOUR_TIME)]
            )
        if Intent.REPEAT in turn.intents and not turn.effects and progress.last_said[-1:] in ENDS:
            return [Say(f"{told} {progress.last_said}".strip())]
        answers = self._answers(turn)
        calls = tools.meant(turn.said)
        if calls and (not answers or self._follow_up in answers or not _wants_to_know(turn)):
            return [Say(MOMENT, "commentary"), *calls]
        opening = " ".join([told, *self._acknowledged(turn, progress), *answers])
        return self._go_on(progress, tools, opening.strip())

    def _urgent(self, turn: Turn) -> str:
        for sentence in (*turn.statements, *turn.questions):
            limit = limit_for(sentence, self._limits, self._likeness, question=False)
            if limit is not None:
                return limit.reply
        return ""

    def _answers(self, turn: Turn) -> list[str]:
        """To each question: what the file says, that it must not be said, or that nobody knows."""
        said = []
        for question in turn.questions[-_MOST_ANSWERS:]:
            limit = limit_for(question, self._limits, self._likeness, question=True)
            answer = limit.reply if limit is not None else self._knowledge.answer(question)
            said.append(answer or self._follow_up)
        return list(dict.fromkeys(said))

    def _acknowledged(self, turn: Turn, progress: Progress) -> list[str]:
        """What shows that the caller's words arrived."""
        if turn.pressed:
            return [f"I see you pressed {' '.join(turn.pressed)}."]
        if Intent.PRESENCE in turn.intents:
            return ["Yes, I'm here."]
        if Intent.MACHINE in turn.intents:
            return [f"I'm the automated assistant of {self._script.business}."]
        if turn.effects:
            return [self._effect(turn.effects[0], progress)] if not turn.ask else []
        if turn.questions:
            return []
        return ["You're welcome."] if Intent.THANKS in turn.intents else ["I understand."]

    def _effect(self, effect: Effect, progress: Progress) -> str:
        return _EFFECTS.get(effect) or ACKNOWLEDGED[len(progress.collected) % len(ACKNOWLEDGED)]

    # -- going on

    def _go_on(self, progress: Progress, tools: ToolUse, opening: str = "") -> list[Output]:
        """Say something, and what comes next."""
        line = progress.turn.ask or self._next_line(progress)
        if line:
            return [Say(f"{opening} {line}".strip())]
        if self._ready_for_person(progress):
            return self._fetch_person(progress, tools, opening)
        if not progress.complete or progress.offered_more or tools.called(END_CALL):
            more = ANYTHING_ELSE if progress.complete else _OFFER
            return [Say(f"{opening} {more}".strip())]
        saved = self._save(progress, tools)
        if saved:
            return [Say(ALL_COLLECTED, "commentary"), *saved]
        done = "" if tools.called(SAVE) else ALL_COLLECTED
        parts = (opening, done, self._knowledge.next_step or FOLLOW_UP_LATER, ANYTHING_ELSE)
        return [Say(" ".join(part for part in parts if part))]

    def _next_line(self, progress: Progress) -> str:
        """A read-back or the next question; empty when there is neither."""
        if progress.to_confirm is not None:
            item, value = progress.to_confirm
            return read_back_of(item, read_back(item, value), progress.checklist.spelling)
        return progress.open.ask if progress.open is not None else ""

    def _ready_for_person(self, progress: Progress) -> bool:
        wanted = progress.wants_person > 0 and not progress.handed_over
        return wanted and progress.open is None and progress.to_confirm is None

    def _fetch_person(self, progress: Progress, tools: ToolUse, told: str) -> list[Output]:
        """Learn who it is and what it is about, once; then call for somebody, or promise to."""
        line = self._next_line(progress)
        asked_first = Intent.PERSON in progress.turn.intents and progress.wants_person == 1
        if line and asked_first and not progress.handed_over:
            return [Say(f"{told} {_FETCH} {line}".strip())]
        if tools.offered(TRANSFER) and not tools.called(TRANSFER):
            reason = progress.collected.get("reason") or progress.last_words
            gist = aside_summary(progress)
            call = tools.call(TRANSFER, reason=reason, summary=gist, details=gist)
            return [Say(f"{told} {MOMENT}".strip(), "commentary"), call]
        return [Say(f"{told} {self._promise} {ANYTHING_ELSE}".strip())]

    def _save(self, progress: Progress, tools: ToolUse) -> list[Output]:
        """A call that saves what is known, if that is more or other than what was saved."""
        news = progress.collected and progress.collected != progress.saved
        if not news or not tools.offered(SAVE):
            return []
        return [tools.call(SAVE)]

    def _end(self, progress: Progress, tools: ToolUse, reason: str) -> list[Output]:
        saved = self._save(progress, tools)
        if not tools.offered(END_CALL) or tools.called(END_CALL):
            return [*saved, Say(self._script.goodbye)]
        return [*saved, tools.call(END_CALL, reason=reason)]


def aside_summary(progress: Progress) -> str:
    """What is known of the caller, for the person who takes over."""
    known = [f"{field.replace('_', ' ')}: {value}" for field, value in progress.collected.items()]
    return "; ".join(known) or progress.last_words


def _wants_to_know(turn: Turn) -> bool:
    """Whether a question asks what is so, rather than that something be done."""
    return any(words(question)[:1] and words(question)[0] in ASKS for question in turn.questions)


def talkers(
    script_for: Callable[[str], BrainScript], likeness: Likeness
) -> Callable[[str], Talker]:
    """Talkers by a session's instructions; one for each call file, as reading it takes a while."""

    @functools.lru_cache(maxsize=64)
    def talker(script: BrainScript) -> Talker:
        """The talker of one script, made once."""
        return Talker(script, likeness)

    return lambda instructions: talker(script_for(instructions))
