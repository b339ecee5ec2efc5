"""One call on another host: pipecat's development runner, or Pipecat Cloud.

The host has the webhook, accepts the stream and calls ``bot(runner_args)``; from there on it is the
same call, of the same call file.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any, Final

from loguru import logger
from pipecat.evals.serializer import EvalConnectionFlags
from pipecat.runner.types import RunnerArguments
from starlette.websockets import WebSocket

from pipeline.catalog import CONFIGS, Catalog, Refusal, load_catalog
from pipeline.config import Loaded
from pipeline.eval_call import hold_eval
from pipeline.gate import Gate
from pipeline.hosted_gate import HostedGate
from pipeline.media_stream import NO_START, REFUSED, START_TIMEOUT, start_of
from pipeline.open_calls import open_calls
from pipeline.outside import REAL
from pipeline.runtime import ENV_FILE, environment
from pipeline.settings import Settings, SettingsError, load_settings
from transports.pipecat_eval.messages import eval_flags
from transports.socket import SocketClosedError
from transports.twilio.hosted_socket import HostedSocket
from transports.twilio.messages import Start

CALL_FILE: Final = "call_file"
"""Key of the session's body, or ``<Parameter>``, that picks a call file."""

_BARE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


async def answer(runner_args: RunnerArguments) -> None:
    """Hold the call of one stream, to its end.

    Raises:
        SettingsError: It is no Twilio stream, or no call file is named.
        ConfigError: The call file can't be used.
    """
    websocket = getattr(runner_args, "websocket", None)  # Pipecat Cloud has a class of its own
    if not isinstance(websocket, WebSocket):
        raise SettingsError("Callwright answers phone calls: found no Twilio stream (-t twilio)")
    settings = load_settings(ENV_FILE)
    socket = HostedSocket(websocket)
    try:
        async with asyncio.timeout(START_TIMEOUT):
            flags = eval_flags(await socket.peek())
        if flags is not None:
            await _hold_eval(websocket, socket, flags, settings, runner_args)
            return
        start = await start_of(socket)
    except TimeoutError:
        start = None
    except SocketClosedError:
        logger.info("Media stream closed before it started")
        return
    if start is None:
        logger.warning("Media stream refused: it did not start")
        await socket.close(NO_START, "no start")
        return
    admitted = HostedGate(settings).admit(
        websocket.scope, start, int(REAL.wall_clock().timestamp())
    )
    if isinstance(admitted, str):
        logger.warning("Media stream refused: {reason}", reason=admitted)
        await socket.close(REFUSED, "token refused")
        return
    catalog = _catalog(settings, runner_args.body, start)
    loaded = _pick(catalog, admitted.called, _asked(runner_args.body, start))
    claims = replace(admitted, file_name=loaded.path.name)
    async with AsyncExitStack() as stack:
        calls = await open_calls(catalog, settings, stack)
        call = asyncio.create_task(calls(socket, start, claims), name=f"call {claims.call_sid}")
        try:
            await asyncio.shield(call)
        except asyncio.CancelledError:  # the host ends the session
            call.cancel()
            await asyncio.wait({call})
            raise
        finally:
            await socket.close()
    logger.info("The session is over, its records are written")


async def _hold_eval(
    websocket: WebSocket,
    socket: HostedSocket,
    flags: EvalConnectionFlags,
    settings: Settings,
    runner_args: RunnerArguments,
) -> None:
    """Let pipecat's eval harness be the caller, where it runs on this machine."""
    refused = Gate(Settings.model_construct()).refuses_stream(websocket.scope)
    if refused is not None:
        logger.warning("Eval harness refused: {reason}", reason=refused)
        await socket.close(REFUSED, "not from this machine")
        return
    catalog = _catalog(settings, runner_args.body)
    loaded = _pick(catalog, "", _asked(runner_args.body))
    await hold_eval(socket, flags, catalog, loaded, settings)
    await socket.close()


def _catalog(settings: Settings, body: Any, start: Start | None = None) -> Catalog:
    """The call files of this host: ``CALL_FILE``, or the one in ``configs/`` that is asked for."""
    name = settings.call_file or _asked(body, start)
    if not name:
        raise SettingsError(
            "CALL_FILE: found nothing; allowed: a call file, its bare name in configs/, or a "
            f"folder. Or name one as {CALL_FILE!r} in the session's body"
        )
    if not settings.call_file:
        name = str(_of_ours(name))
    return load_catalog(name, environment())


def _of_ours(name: str) -> FilePath:
    """A file of ``configs/``, and no other: whoever starts a session can write a body."""
    if _BARE_NAME.fullmatch(name):
        for candidate in (name, f"{name}.yaml", f"{name}.yml"):
            if (CONFIGS / candidate).is_file():
                return CONFIGS / candidate
    raise SettingsError(f"{CALL_FILE}: found {name!r}; allowed: a file's bare name in configs/")


def _asked(body: Any, start: Start | None = None) -> str:
    """The call file that the session asks for; empty: none."""
    for given in (body, None if start is None else start.custom_parameters):
        if isinstance(given, dict) and isinstance(given.get(CALL_FILE), str):
            return str(given[CALL_FILE])
    return ""


def _pick(catalog: Catalog, called: str, asked: str) -> Loaded:
    """The file that holds this call: the one asked for, or whose number was called."""
    for loaded in catalog.files:
        if catalog.is_folder and asked in (loaded.path.name, loaded.path.stem):
            return loaded
    picked = catalog.pick(called)
    if isinstance(picked, Refusal):
        raise SettingsError(
            f"{CALL_FILE}: found {asked!r}, and no file of {catalog.path} answers the called number"
        )
    return picked
