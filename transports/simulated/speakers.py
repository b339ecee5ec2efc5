"""Plays a call on this machine's speakers, by a program that most machines with speakers have."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Final

from loguru import logger

from transports.simulated.recording import SAMPLE_RATE, Sides

_RATE: Final = str(SAMPLE_RATE)
_PLAYERS: Final = (
    ("pacat", "--playback", "--format=ulaw", f"--rate={_RATE}", "--channels=2"),
    ("aplay", "-q", "-t", "raw", "-f", "MU_LAW", "-r", _RATE, "-c", "2"),
    ("play", "-q", "-t", "raw", "-e", "mu-law", "-b", "8", "-r", _RATE, "-c", "2", "-"),
    ("ffplay", "-v", "error", "-nodisp", "-autoexit", "-f", "mulaw", "-ar", _RATE, "-ac", "2", "-"),
)
_BLOCK: Final = SAMPLE_RATE // 10
"""Samples to collect before they are played: a tenth of a second behind the call."""
_LAST_SOUNDS: Final = 2.0
"""Seconds that a player has to finish once the call is over."""
NO_PLAYER: Final = "No way to the speakers: pacat, aplay, play or ffplay would be one."
_GONE: Final = "The speakers can't be had: {} has given up. The call goes on."

Player = tuple[str, ...]
"""A program that plays stereo µ-law from its input, with its arguments."""


def find_player(which: Callable[[str], str | None] = shutil.which) -> Player | None:
    """The program by which this machine plays; None if it has none."""
    for name, *arguments in _PLAYERS:
        path = which(name)
        if path is not None:
            return path, *arguments
    return None


class Speakers:
    """Plays one stream: the caller on the left, the assistant, as heard, on the right."""

    def __init__(self, player: Player, last_sounds: float = _LAST_SOUNDS) -> None:
        """Start the player.

        Args:
            player: The program, with its arguments.
            last_sounds: Seconds that it has to finish once the call is over.
        """
        self._last_sounds = last_sounds
        self._name = player[0]
        self._process = subprocess.Popen(  # noqa: S603  a player of this file's list
            player, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert self._process.stdin is not None, "it was asked for"
        self._input = self._process.stdin
        os.set_blocking(self._input.fileno(), False)  # the call never waits for the speakers
        self._gone = False
        self._sides = Sides(self._play, _BLOCK)

    def caller(self, pcmu: bytes) -> None:
        """Play the caller's next audio."""
        self._sides.caller(pcmu)

    def assistant(self, pcmu: bytes, at: float) -> None:
        """Play what the caller heard from ``at`` on, in seconds after the stream's start."""
        self._sides.assistant(pcmu, at)

    def close(self) -> None:
        """Play what is left, and nothing more; the player goes on alone until it has."""
        if self._input.closed:
            return
        self._sides.finish()
        try:
            self._input.close()
        except OSError:
            self._give_up()

    def wait(self) -> None:
        """Let the player finish, but not for long."""
        self.close()
        try:
            self._process.wait(self._last_sounds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _play(self, both: bytes) -> None:
        if self._gone or not both:
            return
        try:
            os.write(self._input.fileno(), both)
        except BlockingIOError:
            return  # it is behind: a gap is better than a call that waits
        except OSError:
            self._give_up()

    def _give_up(self) -> None:
        if not self._gone:
            self._gone = True
            logger.warning(_GONE, self._name)
