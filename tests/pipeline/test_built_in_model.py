"""The model that answers where no other is named: with its engines, and where they are missing."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

import pytest
from loguru import logger
from websockets.asyncio.client import connect

from pipeline.built_in_model import built_in_model
from pipeline.serve_model import serve_model
from pipeline.settings import SettingsError
from transports.simulated.speech.load import missing_packages


async def first_event(base_url: str) -> str:
    url = f"{base_url.replace('http', 'ws', 1)}/realtime?model=gpt-realtime-2.1"
    headers = {"Authorization": "Bearer any"}
    async with connect(url, additional_headers=headers) as socket:
        kind: str = json.loads(await socket.recv())["type"]
        return kind


async def test_without_its_engines_it_talks_in_tones_and_says_once_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)
    said: list[str] = []
    sink = logger.add(lambda message: said.append(message.record["message"]), level="WARNING")

    async with built_in_model(None) as model, model.served() as server:
        assert await first_event(server.base_url) == "session.created"
    logger.remove(sink)

    assert not model.speaks
    assert len(said) == 1
    assert "packages are missing: hibari." in said[0]
    assert "pip install -e '.[local]'" in said[0]


def test_either_of_two_ears_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_packages() == []

    monkeypatch.setitem(sys.modules, "moonshine_cpp", None)
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    assert missing_packages() == ["moonshine_cpp or faster_whisper"]


async def test_served_alone_it_says_where_it_is_and_ends_at_a_signal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)
    said: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.create_task(serve_model("127.0.0.1", 0, None, said.put_nowait))

    ready, _, base_url = (await said.get()).partition("OPENAI_BASE_URL=")
    assert ready.startswith("Ready after ")
    assert await first_event(base_url) == "session.created"
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_where_it_can_not_listen_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)

    with pytest.raises(SettingsError, match=r"can't listen on 192\.0\.2\.1:0"):
        await serve_model("192.0.2.1", 0, None, print)
