"""The caller of a scenario: does what the file says, and notes what could not be done."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Final

from pipeline.agent import ChecklistField
from pipeline.scenario_act import Act, InterruptAct, ListenAct, NoiseAct
from transports.simulated.caller_answers import answer_to
from transports.simulated.caller_script import (
    YES,
    Question,
    asks_to_confirm,
    question_in,
    takes_leave,
)
from transports.simulated.caller_steps import (
    Listen,
    ListenUntil,
    MakeNoise,
    Outcome,
    Say,
    StaySilent,
    Step,
)
from transports.simulated.person import HangUp, PressDigits

Steps = Generator[Step, Outcome, None]

_MOST_SPEECHES: Final = 40
"""Speeches of the assistant's that one act may go through: more, and it leads nowhere."""
_STAYS: Final = 60.0
"""Seconds between two looks whether there is anything to hear, once there is nothing to do."""
_GO_ON: Final = "Yes, go on."


class _GivesUpError(Exception):
    """An act can't be done; the caller hangs up."""


class ScenarioCaller:
    """Follows the acts of one scenario (``CallScript``).

    Attributes:
        failures: What could not be done, and why.
        done: Whether all acts were.
    """

    def __init__(self, acts: Sequence[Act], checklist: Sequence[ChecklistField]) -> None:
        self.failures: list[str] = []
        self.done = False
        self._acts = acts
        self._questions = [Question(item.field, item.ask) for item in checklist]
        self._confirmed = {item.field for item in checklist if item.confirm}
        self._steps = self._all()
        self._begun = False
        self._at_last_act = False

    def next_step(self, last: Outcome) -> Step | None:
        """The next step, given how the last one went; None: nothing more, stay on the line."""
        try:
            step = self._steps.send(last) if self._begun else next(self._steps)
        except StopIteration:
            return None
        self._begun = True
        if isinstance(step, HangUp) and self._at_last_act and not self.failures:
            self.done = True  # nobody will ask for another step
        return step

    def _all(self) -> Steps:
        at_once = False
        for number, act in enumerate(self._acts, start=1):
            self._at_last_act = number == len(self._acts)
            try:
                yield from self._act(act, at_once=at_once)
            except _GivesUpError as error:
                self.failures.append(f"act {number}, {_name(act)}: {error}")
                yield HangUp()
                return
            at_once = _name(act) in ("wait", "noise", "listen")
        self.done = True
        while True:
            yield Listen(patience=_STAYS)

    def _act(self, act: Act, *, at_once: bool) -> Steps:
        if act.say is not None or act.press is not None:
            if not at_once:
                yield Listen()
            yield Say(act.say) if act.say is not None else PressDigits(str(act.press))
        elif act.answer is not None:
            yield from self._answer(act.answer)
        elif act.interrupt is not None:
            yield from _interrupt(act.interrupt)
        elif act.listen is not None:
            yield from _listen(act.listen)
        elif act.wait is not None:
            yield StaySilent(act.wait)
        elif act.noise is not None:
            yield _noise(act.noise)
        else:
            yield HangUp()

    def _answer(self, answers: Mapping[str, str]) -> Steps:
        pending, reads_back = dict(answers), False
        for _ in range(_MOST_SPEECHES):
            heard = (yield Listen()).heard
            question = question_in(heard, self._questions)
            if takes_leave(heard):
                break
            if asks_to_confirm(heard):
                yield Say(YES)
                reads_back = False
            elif question is not None:
                answer = answer_to(question.name, question.ask)
                yield Say(pending.pop(question.name, answer))
                reads_back = question.name in self._confirmed
            else:
                yield Say(_GO_ON)
            if not pending and not reads_back:
                return
        raise _GivesUpError(f"nobody asked for {', '.join(pending) or 'a confirmation'}")


def _interrupt(act: InterruptAct) -> Steps:
    outcome = yield ListenUntil(act.on, act.after * 1000)
    if not outcome.interrupted:
        raise _GivesUpError(f"there was no time to, all that was said is {outcome.heard!r}")
    if act.say:
        yield Say(act.say, interrupting=True)
    elif act.press is not None:
        yield PressDigits(act.press)
    elif act.noise is not None:
        yield _noise(act.noise)
    else:
        yield HangUp()


def _listen(act: ListenAct) -> Steps:
    heard = ""
    for _ in range(_MOST_SPEECHES):
        outcome = yield Listen(patience=act.patience)
        heard = outcome.heard
        if outcome.silent or act.until.lower() in heard.lower():
            break
    if act.until.lower() not in heard.lower():
        raise _GivesUpError(f"{act.until!r} was not heard, the last was {heard!r}")


def _noise(act: NoiseAct) -> Step:
    return MakeNoise(act.seconds, act.dbfs)


def _name(act: Act) -> str:
    return next(iter(act.model_fields_set))
