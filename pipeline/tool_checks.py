"""What is wrong with a call file's tools as a whole: names, and what they need of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pipeline.problem import Path

if TYPE_CHECKING:
    from pipeline.config import CallFile

END_CALL: Final = "end_call"
"""The tool that is always there unless the file says otherwise."""


def tool_problems(call: CallFile) -> Iterator[tuple[Path, str]]:
    """Tools that are named twice or lack what they work on, and a ``tool_choice`` of none."""
    names = [END_CALL] if call.end_call else []
    for position, tool in enumerate(call.tools):
        path: Path = ("tools", position)
        if tool.type == "python":
            path = (*path, "use")
        if tool.name in names:
            yield path, f"found a second tool called {tool.name!r}; allowed: one of each name"
        names += [tool.name] if tool.name else []
        if tool.type == "save_details" and not call.agent.information.checklist:
            yield path, "saves the answers to a checklist; add `agent: {information: {checklist}}`"
        if tool.type == "business_hours" and call.hours is None:
            yield path, "looks into the file's hours; add `hours`, as in {mon_fri: 09:00-17:00}"
    # What servers offer is known only once they run.
    asks_servers = any(tool.type == "mcp" for tool in call.tools)
    for position, entry in enumerate(call.pipeline):
        choice = getattr(entry, "tool_choice", None)
        wanted = getattr(choice, "name", None)
        if wanted is not None and wanted not in names and not asks_servers:
            allowed = ", ".join(names) or "no tool, as the file has none"
            yield (
                ("pipeline", position, "tool_choice", "name"),
                f"found {wanted!r}; allowed: {allowed}",
            )
