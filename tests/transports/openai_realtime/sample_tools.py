"""Functions for a model to call."""

from __future__ import annotations

import asyncio
from typing import Any

from pipecat.services.llm_service import FunctionCallParams

release = asyncio.Event()


async def look_up(params: FunctionCallParams, street: str) -> None:
    """Look up a listing.

    Args:
        params: Of the call.
        street: Where it is.
    """
    await params.result_callback({"street": street, "price": 450000})


async def slow(params: FunctionCallParams) -> None:
    """Take a while."""
    await release.wait()
    await params.result_callback("done")


async def broken(params: FunctionCallParams) -> None:
    """Raise."""
    raise RuntimeError("no database")


async def silent(params: FunctionCallParams) -> Any:
    """Report nothing."""
