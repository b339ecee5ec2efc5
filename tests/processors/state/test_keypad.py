"""Keys that belong together."""

from __future__ import annotations

from processors.state.keypad import MOST_KEYS, PAUSE, KeypadEntry


def test_keys_are_one_entry_after_a_pause() -> None:
    keypad = KeypadEntry()

    assert keypad.pressed("4", 1.0) is None
    assert keypad.pressed("2", 2.0) is None
    assert keypad.deadline() == 2.0 + PAUSE
    assert keypad.timer_fired(3.4) is None
    assert keypad.timer_fired(3.5) == "42"
    assert keypad.deadline() is None
    assert keypad.timer_fired(9.0) is None


def test_hash_ends_an_entry_at_once() -> None:
    keypad = KeypadEntry()
    keypad.pressed("4", 1.0)

    assert keypad.pressed("#", 1.2) == "4#"
    assert keypad.deadline() is None
    assert keypad.pressed("1", 1.4) is None


def test_very_long_entry_is_handed_over_as_it_is() -> None:
    keypad = KeypadEntry()

    entries = [keypad.pressed("1", 1.0) for _ in range(MOST_KEYS)]

    assert entries == [None] * (MOST_KEYS - 1) + ["1" * MOST_KEYS]
