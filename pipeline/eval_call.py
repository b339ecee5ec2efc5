"""A call for pipecat's eval harness: the real pipeline of a call file, with the harness as caller.

The phone is the simulated one, so that audio is played, marked and heard as on a real call, in
real time. Nothing else of the world is touched: no REST, no webhooks, records go nowhere.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipecat.evals.serializer import EvalConnectionFlags

from pipeline.catalog import Catalog
from pipeline.config import Loaded
from pipeline.media_stream import start_of
from pipeline.memory_runtime import nobody_listens
from pipeline.open_calls import open_calls
from pipeline.outside import Outside
from pipeline.settings import Settings
from processors.context import CallContext
from transports.pipecat_eval.desk import EvalDesk
from transports.simulated.memory_socket import MemorySocket
from transports.simulated.phone import SimulatedPhone
from transports.simulated.sids import random_sid
from transports.simulated.stream_messages import StreamIds
from transports.socket import Socket
from transports.twilio.token import StreamClaims

_LAST_SECONDS: Final = 20.0
"""For a call to end of itself, its last notes included."""


async def hold_eval(
    socket: Socket,
    flags: EvalConnectionFlags,
    catalog: Catalog,
    loaded: Loaded,
    settings: Settings,
) -> None:
    """Hold the session of one eval to its end.

    Args:
        socket: To the harness, its first message read.
        flags: What that asked for.
        catalog: The call files.
        loaded: The one that answers.
        settings: The environment; nothing of Twilio's is used.
    """
    nobody = {"twilio_auth_token": None, "twilio_api_key_secret": None, "twilio_api_key_sid": ""}
    ids = StreamIds(random_sid("AC"), random_sid("CA"), random_sid("MZ"))
    ours, theirs = MemorySocket.pair()
    with TemporaryDirectory(prefix="callwright-") as folder:
        async with AsyncExitStack() as stack:

            def began(context: CallContext) -> None:
                """Show the harness what the call's journal tells."""
                context.journal.listen(desk.journal_says)

            calls = await open_calls(
                catalog,
                settings.model_copy(update=nobody),
                stack,
                began,
                Outside(webhook_post=nobody_listens, records=Path(folder)),
                announce=False,
            )
            desk = EvalDesk(socket, flags, typed=calls.say_to_model)
            phone = SimulatedPhone(theirs, ids, person=desk)
            writing = asyncio.create_task(desk.write(), name="eval tells")
            reading = asyncio.create_task(desk.read(), name="eval reads")

            async def call() -> None:
                await desk.ready.wait()
                holding = asyncio.create_task(phone.run(), name="eval phone")
                start = await start_of(ours)
                assert start is not None, "the simulated phone begins with a start"
                claims = StreamClaims(ids.call_sid, file_name=loaded.path.name)
                await calls(ours, start, claims)
                await ours.close()
                await asyncio.wait({holding})

            talking = asyncio.create_task(call(), name="eval call")
            try:
                await asyncio.wait({talking, reading}, return_when=asyncio.FIRST_COMPLETED)
                phone.hang_up()
                if not talking.done():
                    await asyncio.wait({talking}, timeout=_LAST_SECONDS)
            finally:
                for task in (talking, reading, writing):
                    task.cancel()
                await asyncio.wait({talking, reading, writing})
