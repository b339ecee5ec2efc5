"""What tests everywhere share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from transports.simulated.speech.engines import Engines


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The real speech engines, loaded once for all tests that hear or speak."""
    # Only here: most runs of a few tests need none of them.
    from transports.simulated.speech.load import load_engines

    return load_engines()
