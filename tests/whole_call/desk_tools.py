"""Functions that the test desk's model may call; they take virtual time."""

from __future__ import annotations

import asyncio

from pipecat.services.llm_service import FunctionCallParams


async def listing_price(params: FunctionCallParams) -> None:
    """Tell the price of a listing."""
    await params.result_callback({"say": "The listing costs ninety thousand."})


async def calendar_slot(params: FunctionCallParams) -> None:
    """Find a free slot in the calendar."""
    await asyncio.sleep(2)
    await params.result_callback({"say": "The calendar is free on Monday."})


async def weather_report(params: FunctionCallParams) -> None:
    """Tell the weather."""
    await asyncio.sleep(3)
    await params.result_callback({"say": "The weather is fine."})


async def coffee_menu(params: FunctionCallParams) -> None:
    """Tell what coffee there is."""
    await asyncio.sleep(1)
    await params.result_callback({"say": "There is filter coffee."})


async def broken_printer(params: FunctionCallParams) -> None:
    """Start the printer."""
    raise RuntimeError("out of paper")


async def stuck_lift(params: FunctionCallParams) -> None:
    """Call the lift."""
    await asyncio.Event().wait()
