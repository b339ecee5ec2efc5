from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conformance.servers import SERVERS, ServerUnderTest


@pytest.fixture(params=SERVERS, ids=lambda server: server.__name__)
async def server(request: pytest.FixtureRequest) -> AsyncIterator[ServerUnderTest]:
    async with request.param() as running:
        yield running
