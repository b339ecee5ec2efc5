"""A record on the disk: read, refused, and found."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.problem import ConfigError
from pipeline.record_file import newest_record, read_record
from tests.pipeline.test_record_view import RECORD


def test_a_record_is_read_or_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    with pytest.raises(ConfigError, match="No such file"):
        read_record(path)
    path.write_text('{"version": 2}')
    with pytest.raises(ConfigError, match="no call record: version"):
        read_record(path)
    path.write_text("{")
    with pytest.raises(ConfigError, match="no call record"):
        read_record(path)

    path.write_text(RECORD.model_dump_json())
    assert read_record(path) == RECORD


def test_the_newest_record_of_a_folder_is_found(tmp_path: Path) -> None:
    assert newest_record(tmp_path) is None
    for name in ("20260102-CA1.json", "20260301-CA0.json", "20260401-CA2.wav"):
        (tmp_path / name).write_text("")

    assert newest_record(tmp_path) == tmp_path / "20260301-CA0.json"
