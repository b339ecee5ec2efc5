"""What tests everywhere share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.loaded_engines import loaded_engines

if TYPE_CHECKING:
    from transports.simulated.speech.engines import Engines


# How long an example takes on a machine that others use, too, says nothing about us.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The real speech engines."""
    return loaded_engines()
