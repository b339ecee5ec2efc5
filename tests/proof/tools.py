"""The tool that calls here use; how long it takes, each call says itself."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

from pipecat.services.llm_service import FunctionCallParams

takes: ContextVar[float] = ContextVar("takes", default=0.0)


async def look_up_listing(params: FunctionCallParams, address: str) -> None:
    """Look up a listing.

    Args:
        params: Of the call, by pipecat.
        address: Where it is.
    """
    await asyncio.sleep(takes.get())
    await params.result_callback({"say": "It has three bedrooms."})
