"""What callers say in this repository: in its scenarios and its simulated calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from pipeline.catalog import load_catalog
from transports.simulated.caller_answers import answer_to
from transports.simulated.caller_script import GOODBYE, OPENING, QUESTION, YES
from transports.simulated.talker_script import TALK

_CONFIGS: Final = Path(__file__).parents[2] / "configs"


def caller_lines() -> list[str]:
    """All of them, each once."""
    lines = [OPENING, QUESTION, YES, GOODBYE, *TALK]
    for path in sorted(_CONFIGS.glob("*.yaml")):
        information = load_catalog(str(path), {}).files[0].call.agent.information
        lines += [answer_to(item.field, item.ask) for item in information.checklist]
    for path in sorted((_CONFIGS / "scenarios").glob("*.yaml")):
        lines += _said_in(YAML(typ="safe").load(path))
    return list(dict.fromkeys(line for line in lines if line.strip()))


def _said_in(node: Any) -> list[str]:
    """What a scenario has its callers say: under ``say``, and in answers to what is asked."""
    if isinstance(node, list):
        return [line for part in node for line in _said_in(part)]
    if not isinstance(node, dict):
        return []
    lines = []
    for key, value in node.items():
        if key == "say" and isinstance(value, str):
            lines.append(value)
        elif key == "answer" and isinstance(value, dict):
            lines += [answer for answer in value.values() if isinstance(answer, str)]
        else:
            lines += _said_in(value)
    return lines
