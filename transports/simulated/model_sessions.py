"""Makes a session of each socket that comes to the simulated model, whatever socket that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, urlsplit

from transports.simulated.faults import ModelOptions
from transports.simulated.mind import MindFor
from transports.simulated.model_session import ModelSession
from transports.simulated.senses import Senses, ToneSenses
from transports.socket import Socket

REALTIME_PATH: Final = "/v1/realtime"
SESSIONS_KEPT: Final = 200


class ModelSessions:
    """All sessions of one simulated model.

    Attributes:
        options: For sessions that open from now on.
        sessions: The live ones and the newest finished ones, oldest first.
    """

    def __init__(
        self,
        mind_for: MindFor,
        *,
        wall_clock: Callable[[], float],
        senses: Senses | None = None,
        options: ModelOptions | None = None,
        kept: int = SESSIONS_KEPT,
    ) -> None:
        """Begin with none.

        Args:
            mind_for: What decides on its words, by a session's instructions.
            wall_clock: Seconds since the epoch, for ``expires_at``.
            senses: What it hears and speaks with; a voice of tones by default.
            options: Pace and faults.
            kept: How many are remembered, at least.
        """
        self.options = options or ModelOptions()
        self.sessions: list[ModelSession] = []
        self._mind_for = mind_for
        self._wall_clock = wall_clock
        self._senses = senses or ToneSenses()
        self._kept = kept
        self._opened = 0
        self._live = 0

    async def serve(self, socket: Socket, target: str, authorization: str) -> None:
        """Serve one client to its end.

        Args:
            socket: The client's.
            target: What it asked for: path and query.
            authorization: The header of that name.
        """
        query = parse_qs(urlsplit(target).query)
        self._opened += 1
        self._live += 1
        session = ModelSession(
            socket,
            self._mind_for,
            senses=self._senses,
            options=self.options,
            model=query.get("model", ["gpt-realtime-2.1"])[0],
            opened_at_unix=self._wall_clock(),
            key_is_good=self._is_good(authorization),
            number=self._opened,
        )
        self.sessions.append(session)
        del self.sessions[: -max(self._kept, self._live)]
        try:
            await session.run()
        finally:
            self._live -= 1

    def _is_good(self, authorization: str) -> bool:
        scheme, _, key = authorization.partition(" ")
        if scheme != "Bearer" or not key.strip():
            return False
        return self.options.api_key in (None, key.strip())
