"""What the built-in simulated model knows: the call file whose prompt it was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pipeline.catalog import Catalog
from pipeline.config import CallFile
from pipeline.prompt import THIS_CALL, compose
from transports.simulated.brain_script import BrainScript, ChecklistItem


def brain_script(call: CallFile) -> BrainScript:
    """What one call file lets the simulated model say."""
    agent = call.agent
    usual = BrainScript()
    return BrainScript(
        business=call.name or usual.business,
        greeting=agent.greeting.strip(),
        disclosure=agent.disclosure.strip(),
        goodbye=agent.goodbye.strip() or usual.goodbye,
        checklist=tuple(
            ChecklistItem(
                item.field, item.ask, item.confirm, item.required, item.type, item.choices
            )
            for item in agent.information.checklist
        ),
        facts=tuple(agent.information.facts),
        boundaries=_points(agent.boundaries),
        escalation=_points(agent.escalation),
    )


def _points(points: str | Sequence[str]) -> tuple[str, ...]:
    """A section's points; of a text its lines."""
    found = points.splitlines() if isinstance(points, str) else points
    return tuple(point.strip().lstrip("-* ") for point in found if point.strip())


def script_finder(catalog: Catalog) -> Callable[[str], BrainScript]:
    """Finds the script by the session's instructions, as only those reach a model.

    A prompt is the same for every call of a file up to the section on the call itself.
    """
    scripts = [
        (prompt_beginning(loaded.call), brain_script(loaded.call)) for loaded in catalog.files
    ]

    def find(instructions: str) -> BrainScript:
        """The script of the file whose prompt these begin with; an empty one if there is none."""
        for beginning, script in scripts:
            if beginning and instructions.startswith(beginning):
                return script
        return BrainScript()

    return find


def prompt_beginning(call: CallFile) -> str:
    """What every prompt of a call file begins with."""
    prompt = compose(call, now=datetime(2026, 1, 1, tzinfo=UTC), caller="", called="")
    return prompt.partition(f"# {THIS_CALL}\n")[0]
