"""A call's record as it lies on the disk, and the newest one of a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from pipeline.problem import ConfigError, Place, Problem
from processors.state.record_format import CallDocument

_NO_RECORDS: Final = (
    "no call record (*.json) in this folder; a call leaves one in the folder that its file's"
    " `call_record: {records: ...}` names, and `run.py --simulate --save DIR` one in DIR"
)


def read_record(path: Path) -> CallDocument:
    """Read a record, or the newest one of a folder.

    Raises:
        ConfigError: It is not there, or no record.
    """
    if path.is_dir():
        newest = newest_record(path)
        if newest is None:
            raise ConfigError([Problem(Place(str(path)), _NO_RECORDS)])
        path = newest
    try:
        return CallDocument.model_validate_json(path.read_bytes())
    except OSError as error:
        fault = error.strerror or type(error).__name__
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        fault = f"no call record: {where + ': ' if where else ''}{first['msg']}"
    raise ConfigError([Problem(Place(str(path)), fault)])


def newest_record(folder: Path) -> Path | None:
    """The newest record in a folder; by their names they sort by time."""
    records: Iterable[Path] = folder.glob("*.json")
    return max(records, default=None)
