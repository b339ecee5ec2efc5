"""Answers that nobody hears: notes on the call for whoever asked for them out of band."""

from __future__ import annotations

import json

from transports.simulated.brain import written_lines
from transports.simulated.brain_script import BrainRequest, BrainScript, Output, Say
from transports.simulated.form import Form, schema_in
from transports.simulated.talk.likeness import Likeness
from transports.simulated.talk.progress import Progress
from transports.simulated.talk.tool_use import ToolUse


def aside(
    request: BrainRequest, script: BrainScript, progress: Progress, likeness: Likeness
) -> list[Output]:
    """A form filled in, a forced call, or what is known in a sentence or two."""
    if request.tool_choice not in ("auto", "none"):
        calls = ToolUse(request, progress).meant(progress.last_words)
        if calls:
            return list(calls)
    schema = schema_in(request.instructions)
    if schema is not None:
        written = written_lines(request)
        lines = written or request.lines
        known = Progress(script, written, likeness) if written else progress
        return [Say(json.dumps(Form(schema, script, lines, known).filled()))]
    still_open = progress.open
    if "json" in request.instructions.lower():
        notes = {
            "collected": progress.collected,
            "confirmed": sorted(progress.confirmed),
            "open": still_open.field if still_open else None,
            "last_caller_words": progress.last_words,
        }
        return [Say(json.dumps(notes))]
    return [Say(_in_sentences(script, progress))]


def _in_sentences(script: BrainScript, progress: Progress) -> str:
    labels = {item.field: item.label for item in script.checklist}
    known = [
        f"The caller's {labels.get(field, field)}: {answer}."
        for field, answer in progress.collected.items()
    ]
    if progress.wants_person:
        known.append("The caller asked for a person.")
    if progress.open:
        known.append(f"Still to ask: {progress.open.label}.")
    if progress.last_words:
        known.append(f'The caller last said "{progress.last_words}"')
    return " ".join(known) or "Nothing was said yet."
