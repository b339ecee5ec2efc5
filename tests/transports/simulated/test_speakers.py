from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from transports.simulated.speakers import Player, Speakers, find_player

FRAME = 160
COPY = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
NEVER_READS = """\
import os, sys, time
with open(sys.argv[1], "w") as told:
    told.write(str(os.getpid()))
time.sleep(3600)
"""


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    told: list[str] = []
    sink = logger.add(lambda message: told.append(message.record["message"]), level="WARNING")
    yield told
    logger.remove(sink)


def player(code: str, *arguments: str) -> Player:
    return sys.executable, "-S", "-c", code, *arguments


def test_both_sides_are_played_side_by_side(tmp_path: Path) -> None:
    played = tmp_path / "played"
    speakers = Speakers(player(COPY, str(played)))
    for number in range(10):
        speakers.caller(b"L" * FRAME)
        speakers.assistant(b"R" * FRAME, number * 0.02)
    speakers.close()
    speakers.close()
    speakers.wait()

    assert played.read_bytes() == b"LR" * (10 * FRAME)


def test_a_player_that_gives_up_is_told_of_once_and_the_call_goes_on(warnings: list[str]) -> None:
    speakers = Speakers(player("import sys; sys.stdin.close()"))
    while not warnings:
        speakers.caller(b"L" * FRAME)
        speakers.assistant(b"R" * FRAME, 0.0)
    speakers.caller(b"L" * FRAME * 10)
    speakers.wait()

    assert len(warnings) == 1
    assert "has given up" in warnings[0]


def test_a_player_that_is_behind_makes_a_gap_and_is_not_waited_for_long(tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    speakers = Speakers(player(NEVER_READS, str(told)), last_sounds=0.01)
    process = int(told.read_text())  # waits until the player has told
    for number in range(100):
        speakers.caller(b"L" * 8000)
        speakers.assistant(b"R" * 8000, float(number))
    speakers.wait()

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_the_first_player_that_is_there_plays() -> None:
    assert find_player(lambda _: None) is None
    found = find_player(lambda name: f"/bin/{name}" if name == "aplay" else None)
    assert found is not None
    assert found[0] == "/bin/aplay"
    assert "MU_LAW" in found
