"""What every part of a call's record is: frozen, and read also if a newer version wrote it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class RecordPart(BaseModel):
    """Some facts of a call; keys that are not known are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
