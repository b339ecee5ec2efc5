"""The call files without what remembers and records: the difference is what that costs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

CONFIGS: Final = Path(__file__).parent.parent.parent / "configs"

MEMORY: Final = frozenset({"recording", "transcript", "transcript_summarizer", "call_record"})
"""Types of the entries that are left out."""


def write_without_memory(folder: Path) -> None:
    """Write them into ``folder/configs``, each with what it extends."""
    shutil.copytree(CONFIGS, folder / "configs", ignore=shutil.ignore_patterns("scenarios"))
    yaml = YAML()
    for path in (folder / "configs").rglob("*.yaml"):
        file = yaml.load(path)
        if "pipeline" in file:
            kept = [entry for entry in file["pipeline"] if entry["type"] not in MEMORY]
            file["pipeline"] = kept
            yaml.dump(file, path)
