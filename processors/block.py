"""What every mapping of a call file is, whoever declares its keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A part of a call file: frozen, and no key but the ones it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
