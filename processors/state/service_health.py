"""When a model that belongs to somebody else has to be given up, by what it says of itself.

Pipecat's services tell of an error and, with few exceptions, go on as if nothing was. Some connect
again, others stay dead and drop what they are given. What the caller notices is the same: nobody
speaks. So an error alone proves nothing; errors and no speech do.
"""

from __future__ import annotations

from typing import Final

PATIENCE: Final = 5.0
"""Seconds that a caller may wait in silence for services that fail."""

LULL: Final = 2.0
"""Seconds without an error after which one has nothing to do with those before it."""


class ServiceHealth:
    """Fed with errors and with speech; says whether to wait any longer.

    Until the services have spoken they owe the caller a greeting, so one error is enough to make
    them suspect. Later there may be nothing to say: then they are given up only if errors keep
    coming.
    """

    def __init__(self) -> None:
        self._has_spoken = False
        self._failing_since: float | None = None
        self._failed_at = 0.0

    def failed(self, now: float) -> None:
        """A service told of an error."""
        if self._failing_since is None or (self._has_spoken and now - self._failed_at > LULL):
            self._failing_since = now
        self._failed_at = now

    def spoke(self) -> None:
        """The services began to speak: they live."""
        self._has_spoken = True
        self._failing_since = None

    def deadline(self) -> float | None:
        """When ``given_up`` must be asked at the latest, whatever comes."""
        if self._failing_since is None or self._has_spoken:
            return None
        return self._failing_since + PATIENCE

    def given_up(self, now: float) -> bool:
        """Whether it has gone on for too long; to be asked after each error and at the deadline."""
        return self._failing_since is not None and now - self._failing_since >= PATIENCE
