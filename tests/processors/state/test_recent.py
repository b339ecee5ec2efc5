"""A set that forgets its oldest keys."""

from __future__ import annotations

from processors.state.recent import RecentKeys


def test_oldest_keys_are_forgotten_and_one_told_again_is_new() -> None:
    keys = RecentKeys(2)
    for key in ("a", "b", "a", "c"):
        keys.add(key)

    assert "a" in keys
    assert "b" not in keys
    assert len(keys) == 2
    keys.clear()
    assert "a" not in keys
