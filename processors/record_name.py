"""What a call's record and recording are called: by when it was and its id."""

from __future__ import annotations

import re

from processors.context import CallInfo


def record_name(info: CallInfo) -> str:
    """The name without its ending, the same for all files of one call; they sort by time."""
    call_sid = re.sub(r"[^A-Za-z0-9]", "", info.call_sid) or "call"
    began = "" if info.began is None else f"{info.began:%Y%m%d-%H%M%S}-"
    return f"{began}{call_sid[:64]}"
