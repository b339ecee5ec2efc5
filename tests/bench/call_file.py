"""The front desk's call file without what remembers and records: the rest is what that costs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

REALESTATE: Final = Path(__file__).parent.parent.parent / "configs" / "realestate.yaml"

MEMORY: Final = frozenset({"recording", "transcript", "transcript_summarizer", "call_record"})
"""Types of the entries that are left out."""


def write_without_memory(folder: Path) -> None:
    """Write it as ``without_memory.yaml``."""
    file = yaml.safe_load(REALESTATE.read_text(encoding="utf-8"))
    file["pipeline"] = [entry for entry in file["pipeline"] if entry["type"] not in MEMORY]
    text = yaml.safe_dump(file, allow_unicode=True, sort_keys=False)
    (folder / "without_memory.yaml").write_text(text, encoding="utf-8")
