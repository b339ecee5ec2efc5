"""Composes what the model is told: the call file's sections, facts of the call, limits once more.

Realtime models follow a prompt by its wording: short labelled sections, bullets, plain words
without capitals, one question at a time, and what must not slip said again at the end (OpenAI,
Realtime prompting guide). What changes from call to call stands after what does not, so that the
beginning is the same for all calls of a file and is billed as cached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.agent import Agent, ChecklistField
from pipeline.config import CallFile
from processors.context import Speech
from processors.state.caller_number import is_number

THIS_CALL = "This call"
"""Title of the one section that differs from call to call of a file."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def speech_for(call_file: CallFile, *, now: datetime, caller: str, called: str) -> Speech:
    """What is said and known on one call.

    Args:
        call_file: The file that answers it.
        now: The moment of the call, with its time zone.
        caller: The calling number as Twilio sent it; only a number gets into the prompt.
        called: The called number, likewise.
    """
    agent = call_file.agent
    details = tuple(item.detail for item in agent.information.checklist)
    return Speech(
        prompt=compose(call_file, now=now, caller=caller, called=called),
        greeting=agent.greeting.strip(),
        disclosure=agent.disclosure.strip(),
        goodbye=agent.goodbye.strip(),
        fallback=call_file.fallback,
        tools=tuple(tool for entry in call_file.tools for tool in entry.tools(details)),
        end_call=call_file.end_call,
        checklist=tuple(item.field for item in agent.information.checklist),
        details=details,
        timezone=call_file.timezone or "UTC",
    )


def compose(call_file: CallFile, *, now: datetime, caller: str, called: str) -> str:
    """The whole prompt, section by section; a section without content is left out."""
    agent = call_file.agent
    sections = [
        ("Role", _lines(agent.role)),
        ("Voice and pacing", _lines(agent.voice_and_pacing)),
        ("Tone", _lines(agent.tone)),
        ("Language", _language(call_file)),
        ("Boundaries", _lines(agent.boundaries)),
        ("Information", _lines(agent.information.text)),
        ("What to find out", _checklist(call_file)),
        ("Facts", _facts(agent)),
        ("When a person must take over", _lines(agent.escalation)),
        ("Beginning and end of the call", _beginning_and_end(call_file)),
        (THIS_CALL, _this_call(call_file, now, caller, called)),
        ("Above all", _above_all(agent)),
    ]
    return "\n\n".join(f"# {title}\n" + "\n".join(lines) for title, lines in sections if lines)


def in_words(now: datetime, zone: str | None) -> str:
    """Date and time as one says them, in the business's zone."""
    local = now.astimezone(ZoneInfo(zone or "UTC"))
    hour = local.hour % 12 or 12
    half = "in the morning" if local.hour < 12 else "in the afternoon"
    if local.hour >= 18:
        half = "in the evening"
    return (
        f"{_DAYS[local.weekday()]}, {_MONTHS[local.month - 1]} {local.day}, {local.year},"
        f" {hour}:{local.minute:02} {half}"
    )


def _lines(points: str | Sequence[str]) -> list[str]:
    """Text as it stands, or a bullet for each point."""
    if isinstance(points, str):
        return [points.strip()] if points.strip() else []
    return _bullets(points)


def _bullets(points: Iterable[str]) -> list[str]:
    return [f"- {' '.join(point.split())}" for point in points if point.strip()]


def _language(call_file: CallFile) -> list[str]:
    wait = "call wait_for_caller" if call_file.has_tool("wait_for_caller") else "wait"
    return _bullets(
        [
            f"Speak {call_file.agent.language}. If the caller uses another language,"
            " go on in that one.",
            "If you did not hear clearly, say so and ask again. Do not guess.",
            f"If there is only noise, or the caller talks to someone else, {wait}.",
        ]
    )


def _checklist(call_file: CallFile) -> list[str]:
    fields = call_file.agent.information.checklist
    if not fields:
        return []
    saving = (
        "Call save_details as soon as you have an answer, and again when it is confirmed."
        " Ask again for what it refuses or doubts."
    )
    how = _bullets(
        [
            "Ask for one thing at a time, in this order, and wait for the answer.",
            "Skip what the caller has already said. If they decline, go on without it.",
            'Where it says "confirm", say the answer back and ask if it is right;'
            " numbers digit by digit, names spelled if they are unusual.",
            *[saving] * call_file.has_tool("save_details"),
        ]
    )
    return [*how, *(_field(number, field) for number, field in enumerate(fields, start=1))]


def _field(number: int, field: ChecklistField) -> str:
    marks = ["confirm"] * field.confirm + ["optional"] * (not field.required)
    name = field.field.replace("_", " ")
    label = f"{name} ({', '.join(marks)})" if marks else name
    notes = f" {' '.join(field.notes.split())}" if field.notes.strip() else ""
    return f'{number}. {label}: "{" ".join(field.ask.split())}"{notes}'


def _facts(agent: Agent) -> list[str]:
    facts = _bullets(agent.information.facts)
    if not facts:
        return []
    rule = "- This is what you know about the business. What is not here, you do not know."
    return [rule, *facts]


def _beginning_and_end(call_file: CallFile) -> list[str]:
    agent = call_file.agent
    points = []
    opening = " ".join(f"{agent.disclosure} {agent.greeting}".split())
    if opening:
        points.append(f'The caller has already been greeted with: "{opening}" Do not greet again.')
    else:
        points.append("Greet the caller in one short sentence and ask how you can help.")
    if call_file.end_call:
        points += [
            "Before the call ends, say in one sentence what happens next"
            " and ask if there is anything else.",
            "When the caller has nothing else, or says goodbye, call end_call."
            " Do not say goodbye before that: you will be asked for it afterwards.",
        ]
    return _bullets(points)


def _this_call(call_file: CallFile, now: datetime, caller: str, called: str) -> list[str]:
    zone = call_file.timezone or "UTC"
    points = [f"It is {in_words(now, call_file.timezone)}, in the time zone {zone}."]
    if is_number(caller):
        points.append(f"The caller's number is {caller}. If you say it, say it digit by digit.")
    else:
        points.append("The caller's number is not known.")
    if is_number(called):
        points.append(f"The number that was called is {called}.")
    return _bullets(points)


def _above_all(agent: Agent) -> list[str]:
    limits = agent.boundaries
    points = [line.lstrip("-* ") for line in limits.splitlines()] if isinstance(limits, str) else []
    fixed = [
        "One or two short sentences at a time, and one question a turn.",
        "When the caller speaks, stop and listen.",
    ]
    if agent.information.facts or agent.information.text:
        fixed.append("If you do not know something, say so. Never make it up.")
    return _bullets([*(points or limits), *fixed])
