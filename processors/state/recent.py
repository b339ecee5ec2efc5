"""The last few keys of many: for names that matter only a while, on calls that last hours."""

from __future__ import annotations

from collections import OrderedDict


class RecentKeys:
    """A set that forgets its oldest keys."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._keys: OrderedDict[str, None] = OrderedDict()

    def add(self, key: str) -> None:
        """Remember a key, as the newest."""
        self._keys[key] = None
        self._keys.move_to_end(key)
        if len(self._keys) > self._most:
            self._keys.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        self._keys.clear()

    def __contains__(self, key: str) -> bool:
        """Whether the key is remembered."""
        return key in self._keys

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._keys)
