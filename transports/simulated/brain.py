"""The mind of the simulated model: follows a call file, deterministically and without inventing.

It greets, asks the checklist one question at a time, reads back what is to be confirmed, answers
from the script's facts or says that someone will follow up, calls the tools that the caller asks
for, and ends the call. It is told nothing but what the real model is told: the conversation, the
instructions and the tools.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from transports.simulated.brain_script import (
    END_CALL,
    WAIT_FOR_CALLER,
    BrainRequest,
    BrainScript,
    Call,
    Line,
    Output,
    Say,
)
from transports.simulated.dialogue import STILL_THERE, Dialogue
from transports.simulated.facts import fact_for
from transports.simulated.form import Form, schema_in, written_dialogue
from transports.simulated.mind import MindFor
from transports.simulated.tool_match import calls_for
from transports.simulated.tool_result import tool_outcome
from transports.simulated.words import is_goodbye, is_question, keypad_digits

_EXACT_LINE: Final = re.compile(r'say exactly:\s*"(.*)"', re.IGNORECASE)
_EXACT_LINES: Final = re.compile(r'say exactly:\s*"(.*?)"', re.IGNORECASE | re.DOTALL)
MOMENT: Final = "One moment, please."
ALL_COLLECTED: Final = "Thank you, that is everything I need."
_OPEN_OFFER: Final = "What else can I do for you?"
NOT_CAUGHT: Final = "Sorry, I didn't catch that."
ACKNOWLEDGED: Final = ("Got it.", "Thank you.", "All right.")


def exact_words(instructions: str) -> str | None:
    """The words that instructions order to be said, or None.

    They stand in double quotes after "Say exactly:"; on one line they may hold quotes themselves.
    """
    match = _EXACT_LINE.search(instructions) or _EXACT_LINES.search(instructions)
    return match.group(1) if match else None


def scripted(script_for: Callable[[str], BrainScript]) -> MindFor:
    """Minds by script: each answers by the script for the session's instructions."""
    return lambda instructions: Brain(script_for(instructions))


class Brain:
    """Answers for one business."""

    def __init__(self, script: BrainScript) -> None:
        self._script = script

    def reply(self, request: BrainRequest) -> list[Output]:
        """What the model says and calls, in order; never empty."""
        words = exact_words(request.instructions)
        if words is not None:
            return [Say(words)]
        heard = [line for line in request.lines if line.text or line.who != "assistant"]
        dialogue = Dialogue(self._script, heard)
        if request.aside:
            return self._aside(request, dialogue)
        if all(line.who == "system" for line in heard):
            return [Say(self._greeting())]
        fresh = since_last_output(heard)
        outputs = [line for line in fresh if line.who == "tool_output"]
        said = [line for line in fresh if line.who == "caller"]
        names = {line.call_id: line.name for line in heard if line.who == "tool_call"}
        if any(names.get(line.call_id) == END_CALL for line in outputs):
            return [Say(self._script.goodbye)]
        outputs = [line for line in outputs if names.get(line.call_id) != WAIT_FOR_CALLER]
        told = " ".join(
            dict.fromkeys(
                tool_outcome(line.text, self._script, names.get(line.call_id)) for line in outputs
            )
        )
        if said:
            return self._answer(said, request, dialogue, told)
        if told:
            return [Say(f"{told} {dialogue.next_line() or _OPEN_OFFER}")]
        waiting = heard[-1].who == "tool_call"
        return [Say(MOMENT if waiting else self._unheard(said, dialogue))]

    def _greeting(self) -> str:
        greeting = self._script.greeting or (
            f"Hello, this is {self._script.business}. How can I help you?"
        )
        return f"{self._script.disclosure} {greeting}".strip()

    def _answer(
        self, said: list[Line], request: BrainRequest, dialogue: Dialogue, told: str
    ) -> list[Output]:
        text = " ".join(line.text for line in said if line.text)
        if not text:
            return [Say(f"{told} {self._unheard(said, dialogue)}".strip())]
        if is_goodbye(text):
            return self._end(request, "the caller said goodbye")
        calls = calls_for(text, request, dialogue.collected)
        if calls:
            silent = calls[0].name == WAIT_FOR_CALLER
            return list(calls) if silent else [Say(MOMENT, "commentary"), *calls]
        if dialogue.complete and not is_question(text):
            return self._end(request, "everything was collected", f"{told} {ALL_COLLECTED}")
        opening = f"{told} {self._opening(text, dialogue)}".strip()
        return [Say(f"{opening} {dialogue.next_line() or _OPEN_OFFER}".strip())]

    def _unheard(self, said: list[Line], dialogue: Dialogue) -> str:
        if said and not all(line.silent for line in said):
            return f"{NOT_CAUGHT} {dialogue.next_line()}".strip()
        if dialogue.prompts:
            return f"{STILL_THERE} {dialogue.next_line()}".strip()
        return STILL_THERE

    def _opening(self, text: str, dialogue: Dialogue) -> str:
        """What answers the caller's own words, before the checklist goes on."""
        parts = []
        digits = keypad_digits(text)
        if digits:
            parts.append(f"I see you pressed {' '.join(digits)}.")
        elif dialogue.effect == "denied":
            parts.append("Sorry about that.")
        elif dialogue.effect in ("answered", "confirmed"):
            parts.append(ACKNOWLEDGED[len(dialogue.collected) % len(ACKNOWLEDGED)])
        elif dialogue.effect == "none" and not is_question(text):
            parts.append("I understand.")
        if is_question(text):
            parts.append(fact_for(text, self._script) or self._script.follow_up)
        return " ".join(parts)

    def _end(self, request: BrainRequest, reason: str, before: str = "") -> list[Output]:
        ended = any(line.who == "tool_call" and line.name == END_CALL for line in request.lines)
        offered = any(tool.name == END_CALL for tool in request.tools)
        if ended or not offered or request.tool_choice == "none":
            return [Say(f"{before} {self._script.goodbye}".strip())]
        call = Call(END_CALL, {"reason": reason})
        return [Say(before.strip(), "commentary"), call] if before else [call]

    def _filled_form(
        self, schema: dict[str, Any], request: BrainRequest, dialogue: Dialogue
    ) -> str:
        lines = written_lines(request)
        if lines:
            dialogue = Dialogue(self._script, lines)
        return json.dumps(Form(schema, self._script, lines or request.lines, dialogue).filled())

    def _aside(self, request: BrainRequest, dialogue: Dialogue) -> list[Output]:
        if request.tool_choice not in ("auto", "none"):
            calls = calls_for(dialogue.last_words, request, dialogue.collected)
            if calls:
                return list(calls)
        schema = schema_in(request.instructions)
        if schema is not None:
            return [Say(self._filled_form(schema, request, dialogue))]
        still_open = dialogue.open
        if "json" in request.instructions.lower():
            return [
                Say(
                    json.dumps(
                        {
                            "collected": dialogue.collected,
                            "open": still_open.field if still_open else None,
                            "last_caller_words": dialogue.last_words,
                        }
                    )
                )
            ]
        labels = {item.field: item.label for item in self._script.checklist}
        facts = [f"{labels[field]}: {answer}" for field, answer in dialogue.collected.items()]
        if still_open:
            facts.append(f"still to ask: {still_open.label}")
        if dialogue.last_words:
            facts.append(f'the caller last said "{dialogue.last_words}"')
        return [Say("; ".join(facts) or "Nothing was said yet.")]


def written_lines(request: BrainRequest) -> list[Line]:
    """The dialogue that a client wrote down and gave in place of the conversation, if it did."""
    if len(request.lines) != 1:
        return []
    lines = written_dialogue(request.lines[0].text)
    return lines if any(line.who != "system" for line in lines) else []


def since_last_output(lines: list[Line]) -> list[Line]:
    """What came after the assistant last spoke or called: what there is to answer."""
    last = max(
        (at for at, line in enumerate(lines) if line.who in ("assistant", "tool_call")), default=-1
    )
    return lines[last + 1 :]
