"""Which tokens were used: what makes each good for one stream."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from loguru import logger

_REMEMBERED: Final = 100_000


class UsedTokens(Protocol):
    """Remembers tokens by their own names for as long as they would be good."""

    def take(self, nonce: str, expires_at: int, now: int) -> bool:
        """Use a token; False when it was used before. Instants are of the wall clock, seconds."""
        ...


class UsedHere:
    """Known to this process alone."""

    def __init__(self) -> None:
        self._used: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered: those that have not expired."""
        return len(self._used)

    def take(self, nonce: str, expires_at: int, now: int) -> bool:
        """Use a token; False when it was used before."""
        self.forget(now)
        if nonce in self._used:
            return False
        self._used[nonce] = expires_at
        return True

    def forget(self, now: int) -> list[str]:
        """Drop the expired, and the oldest of too many; their names."""
        dropped = []
        while self._used:
            nonce, expires_at = next(iter(self._used.items()))
            if expires_at > now and len(self._used) < _REMEMBERED:
                break
            del self._used[nonce]
            dropped.append(nonce)
        return dropped


class UsedOnMachine:
    """Known to all processes of a machine that share a folder, which should be kept in memory.

    A used token is an empty file, made by whoever is first: the file system sees to it that only
    one is. Who made it removes it once it has expired; what a dead process left is a few bytes in
    a folder that its owner removes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = UsedHere()

    def take(self, nonce: str, expires_at: int, now: int) -> bool:
        """Use a token; False when it was used before, here or by a neighbour."""
        for old in self._own.forget(now):
            self._file(old).unlink(missing_ok=True)
        if not self._own.take(nonce, expires_at, now):
            return False
        try:
            with suppress(FileExistsError):  # something may have tidied up
                self._folder.mkdir(mode=0o700)
            self._file(nonce).touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            return False
        except OSError as error:  # a full disk must not cost a call; this process still knows
            logger.error("Used tokens can't be noted for other workers: {}", error)
        return True

    def _file(self, nonce: str) -> Path:
        return self._folder / hashlib.sha256(nonce.encode()).hexdigest()
