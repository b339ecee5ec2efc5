"""How a simulated phone and its line behave; every fault that a test wants is a field here."""

from __future__ import annotations

from dataclasses import dataclass, field

from transports.simulated.network import LinkOptions, Span
from transports.simulated.playout import TEN_MINUTES_BYTES


@dataclass(frozen=True, slots=True)
class PhoneOptions:
    """How the phone and its line behave.

    Attributes:
        down: The line from the server to the phone.
        up: The line from the phone to the server.
        gaps: When no media is sent; its timestamps go on counting.
        sends_stop: False: the stream ends without ``stop``, the socket just dies.
        duplicate_marks: Chance that a returned mark is returned again.
        late_marks: Chance that a mark is held back.
        late_by: Seconds for which it is.
        lost_marks: Chance that a mark never comes back.
        hang_up_after: Seconds after the start at which the caller drops the phone, if ever.
        buffer_bytes: How much audio may be queued.
        keep_audio: Keep all audio of both sides in the facts.
        seed: Of all randomness.
    """

    down: LinkOptions = field(default_factory=LinkOptions)
    up: LinkOptions = field(default_factory=LinkOptions)
    gaps: tuple[Span, ...] = ()
    sends_stop: bool = True
    duplicate_marks: float = 0.0
    late_marks: float = 0.0
    late_by: float = 0.5
    lost_marks: float = 0.0
    hang_up_after: float | None = None
    buffer_bytes: int = TEN_MINUTES_BYTES
    keep_audio: bool = False
    seed: int = 0
