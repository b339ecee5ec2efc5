"""The real speech engines, loaded once for all tests of a process that hear or speak."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transports.simulated.speech.engines import Engines


@functools.cache
def loaded_engines() -> Engines:
    """Load them now, the first time that a test needs them."""
    from transports.simulated.speech.load import load_engines  # seconds: most runs need none

    return load_engines()
