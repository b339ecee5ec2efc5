"""The call files without what remembers and records: the difference is what that costs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import yaml

CONFIGS: Final = Path(__file__).parent.parent.parent / "configs"

MEMORY: Final = frozenset({"recording", "transcript", "transcript_summarizer", "call_record"})
"""Types of the entries that are left out."""


def write_without_memory(folder: Path) -> None:
    """Write them into ``folder/configs``, each with what it extends."""
    shutil.copytree(CONFIGS, folder / "configs", ignore=shutil.ignore_patterns("scenarios"))
    for path in (folder / "configs").rglob("*.yaml"):
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "pipeline" in file:
            file["pipeline"] = [
                entry for entry in file["pipeline"] if entry.get("type") not in MEMORY
            ]
            text = yaml.safe_dump(file, allow_unicode=True, sort_keys=False)
            path.write_text(text, encoding="utf-8")
