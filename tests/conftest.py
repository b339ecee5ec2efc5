"""What tests everywhere share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from transports.simulated.speech.engines import Engines


# How long an example takes on a machine that others use, too, says nothing about us.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The real speech engines, loaded once for all tests that hear or speak."""
    # Only here: most runs of a few tests need none of them.
    from transports.simulated.speech.load import load_engines

    return load_engines()
