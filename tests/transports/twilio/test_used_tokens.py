from pathlib import Path

from loguru import logger

from transports.twilio.used_tokens import UsedHere, UsedOnMachine

NOW = 1_000_000


def test_a_token_is_good_once_and_forgotten_when_it_expires() -> None:
    used = UsedHere()
    taken = [used.take(f"n{second}", NOW + second + 10, NOW + second) for second in range(100)]

    assert all(taken)
    assert not used.take("n99", NOW + 109, NOW + 99)
    assert len(used) == 10


def test_neighbours_know_what_was_used(tmp_path: Path) -> None:
    here, there = UsedOnMachine(tmp_path / "used"), UsedOnMachine(tmp_path / "used")

    assert here.take("one", NOW + 60, NOW)
    assert not there.take("one", NOW + 60, NOW)
    assert not here.take("one", NOW + 60, NOW)
    assert there.take("two", NOW + 60, NOW)


def test_expired_names_are_tidied_up(tmp_path: Path) -> None:
    used = UsedOnMachine(tmp_path)
    for second in range(100):
        used.take(f"n{second}", NOW + second + 10, NOW + second)

    assert len(list(tmp_path.iterdir())) == 10


def test_without_the_folder_the_process_still_knows(tmp_path: Path) -> None:
    (tmp_path / "used").write_text("not a folder")
    used = UsedOnMachine(tmp_path / "used")
    lines: list[str] = []
    sink = logger.add(lines.append, level="ERROR", format="{message}")
    try:
        assert used.take("one", NOW + 60, NOW)
        assert not used.take("one", NOW + 60, NOW)
    finally:
        logger.remove(sink)

    assert len(lines) == 1
