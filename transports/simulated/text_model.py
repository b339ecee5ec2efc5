"""A simulated text model: sums up a written dialogue as the simulated voice model does its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from processors.text_model import TextModelError, Written
from transports.simulated.brain_script import BrainScript, Line
from transports.simulated.dialogue import Dialogue
from transports.simulated.form import Answers, Form, schema_in, written_dialogue
from transports.simulated.usage import UsageMeter, segments, text_tokens, usage

Reading: TypeAlias = Callable[[BrainScript, Sequence[Line]], Answers]
"""Finds what was answered in a dialogue."""


class SimulatedTextModel:
    """Fills in forms from dialogues; knows the call files' questions, and nothing else."""

    def __init__(self, scripts: Iterable[BrainScript], read: Reading = Dialogue) -> None:
        """Learn the call files.

        Args:
            scripts: What is asked in them.
            read: Finds the answers, as the voice model that led the dialogue does: each says an
                answer back in its own words.
        """
        self._scripts = list(scripts)
        self._read = read

    async def write(self, model: str, instructions: str, text: str) -> Written:
        """Fill in the form that the instructions hold.

        Raises:
            TextModelError: They hold none.
        """
        schema = schema_in(instructions)
        if schema is None:
            raise TextModelError("the simulated text model only fills in forms")
        script = self._script_for(schema)
        lines = written_dialogue(text)
        answer = json.dumps(Form(schema, script, lines, self._read(script, lines)).filled())
        taken = UsageMeter().read(segments(instructions + text, [], []))
        return Written(answer, usage(taken, text_tokens(answer), 0.0))

    def _script_for(self, schema: dict[str, Any]) -> BrainScript:
        form = json.dumps(schema)
        for script in self._scripts:
            if script.checklist and all(f'"{item.field}"' in form for item in script.checklist):
                return script
        return BrainScript()
