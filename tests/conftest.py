"""What tests everywhere share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loaded_engines import loaded_engines

if TYPE_CHECKING:
    from transports.simulated.speech.engines import Engines


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The real speech engines."""
    return loaded_engines()
