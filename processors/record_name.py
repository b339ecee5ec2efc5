"""Where a call's record and recording lie: one name for both, by when it was and its id."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from processors.context import CallContext

RECORDS: Final = "records"
"""Name, among a call's resources, of a folder that takes the place of the call file's."""


def record_path(context: CallContext, folder: str, ending: str) -> Path:
    """The file of one kind for one call; by name they sort by time."""
    info = context.info
    call_sid = re.sub(r"[^A-Za-z0-9]", "", info.call_sid)[:64] or "call"
    began = "" if info.began is None else f"{info.began:%Y%m%d-%H%M%S}-"
    given: Path | None = context.resources.get(RECORDS)
    return (given or Path(folder)) / f"{began}{call_sid}.{ending}"
