"""Makes a session of each socket that comes to the simulated model, whatever socket that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, urlsplit

from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import ModelOptions
from transports.simulated.model_session import ModelSession
from transports.simulated.voice import ToneVoice, Voice
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
        script_for: Callable[[str], BrainScript],
        *,
        wall_clock: Callable[[], float],
        voice: Voice | None = None,
        options: ModelOptions | None = None,
        kept: int = SESSIONS_KEPT,
    ) -> None:
        """Begin with none.

        Args:
            script_for: The script for a session's instructions (the composed prompt).
            wall_clock: Seconds since the epoch, for ``expires_at``.
            voice: What both ends speak and hear by; tones by default.
            options: Pace and faults.
            kept: How many are remembered, at least.
        """
        self.options = options or ModelOptions()
        self.sessions: list[ModelSession] = []
        self._script_for = script_for
        self._wall_clock = wall_clock
        self._voice = voice or ToneVoice()
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
            self._script_for,
            voice=self._voice,
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
