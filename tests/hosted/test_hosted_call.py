"""Who may have a call on another host, and which call file holds it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pipecat.evals.serializer import EvalConnectionFlags, eval_connect_message
from pipecat.runner.types import RunnerArguments
from pydantic import SecretStr
from starlette.types import Message
from starlette.websockets import WebSocket

import run
from pipeline.hosted_gate import NO_WAY, HostedGate
from pipeline.settings import Settings, SettingsError
from tests.pipeline.caller import CALL_SID, PUBLIC_URL, SIGNED, sign
from tests.pipeline.files import MINIMAL, write
from transports.twilio.messages import Start, StartMessage, decode
from transports.twilio.token import StreamClaims, StreamTokens

NOW = 1_000_000
SECRET = "a secret of some length"
OPEN = Settings.model_construct()
GUARDED = Settings.model_construct(stream_secret=SecretStr(SECRET))


def start_message(**parameters: str) -> str:
    body = {
        "streamSid": "MZ1",
        "accountSid": "AC1",
        "callSid": CALL_SID,
        "tracks": ["inbound"],
        "customParameters": parameters,
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }
    return json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": body})


def start(**parameters: str) -> Start:
    message = decode(start_message(**parameters))
    assert isinstance(message, StartMessage)
    return message.start


def handshake(client: str = "127.0.0.1", **headers: str) -> dict[str, Any]:
    fields = {"host": "127.0.0.1:7860", **headers}
    return {
        "type": "websocket",
        "scheme": "ws",
        "path": "/ws",
        "raw_path": b"/ws",
        "query_string": b"",
        "headers": [(name.lower().encode(), text.encode()) for name, text in fields.items()],
        "client": (client, 4711),
    }


def test_the_hosts_secret_lets_a_stream_in_with_the_numbers_that_twiml_names() -> None:
    shown = start(token=SECRET, from_number="+15550100002", to_number="+15550100001")

    claims = HostedGate(GUARDED).admit(handshake("10.0.0.1"), shown, NOW)

    assert claims == StreamClaims(CALL_SID, "+15550100001", "+15550100002", "", "AC1")


@pytest.mark.parametrize("token", ["", "guess", SECRET[:-1]])
def test_without_it_nobody_gets_in(token: str) -> None:
    parameters = {"token": token} if token else {}

    for settings in (GUARDED, SIGNED):
        assert isinstance(HostedGate(settings).admit(handshake(), start(**parameters), NOW), str)


def test_a_token_of_our_own_webhook_is_good_for_one_stream() -> None:
    claims = StreamClaims(CALL_SID, "+15550100001", file_name="desk.yaml")
    token = StreamTokens(SIGNED.token_secret).issue(claims, NOW)
    gate = HostedGate(SIGNED)

    assert gate.admit(handshake(), start(token=token), NOW) == claims
    assert gate.admit(handshake(), start(token=token), NOW) == "token used before"


def test_a_handshake_that_twilio_signed_lets_a_stream_in() -> None:
    address = PUBLIC_URL.replace("https", "wss") + "/ws"
    gate = HostedGate(SIGNED)

    assert isinstance(gate.admit(handshake(**sign(address)), start(), NOW), StreamClaims)
    assert gate.admit(handshake(**sign(address + "x")), start(), NOW) == NO_WAY
    assert gate.admit(handshake(), start(), NOW) == NO_WAY


def test_where_nothing_can_be_checked_only_this_machine_may_call() -> None:
    gate = HostedGate(OPEN)

    assert isinstance(gate.admit(handshake(), start(), NOW), StreamClaims)
    assert isinstance(gate.admit(handshake("10.0.0.1"), start(), NOW), str)
    relayed = {"X-Forwarded-For": "203.0.113.7"}
    assert isinstance(gate.admit(handshake(**relayed), start(), NOW), str)


@dataclass
class CloudArguments:
    """What Pipecat Cloud's base image hands over: a class of its own, with these names."""

    websocket: WebSocket
    body: Any = None


class Peer:
    def __init__(self, *messages: str) -> None:
        self.sent: list[Message] = []
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        for text in messages:
            self._incoming.put_nowait({"type": "websocket.receive", "text": text})

    async def session(self, body: Any = None) -> Any:
        websocket = WebSocket(handshake(), self._incoming.get, self._send)
        await websocket.accept()
        return CloudArguments(websocket, body)

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})

    @property
    def closed_with(self) -> list[int]:
        return [message["code"] for message in self.sent if message["type"] == "websocket.close"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no .env of somebody's
    for name in ("CALL_FILE", "STREAM_SECRET", "TWILIO_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)


async def test_a_stream_without_a_token_is_closed_before_anything_is_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STREAM_SECRET", SECRET)
    peer = Peer(start_message(token="guess"))

    await run.bot(await peer.session())

    assert peer.closed_with == [1008]


@pytest.mark.parametrize(
    "body", [None, {}, {"call_file": "../secrets"}, {"call_file": "/etc/passwd"}]
)
async def test_a_session_can_only_ask_for_files_of_ours(body: Any) -> None:
    with pytest.raises(SettingsError, match=r"CALL_FILE|call_file"):
        await run.bot(await Peer(start_message()).session(body))


async def test_a_folder_that_answers_no_such_number_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, f'numbers: ["+15550100009"]\n{MINIMAL}', "calls/one.yaml")
    monkeypatch.setenv("CALL_FILE", str(tmp_path / "calls"))

    with pytest.raises(SettingsError, match=r"no file of .* answers"):
        await run.bot(await Peer(start_message(to_number="+15550100001")).session())


async def test_an_eval_harness_on_another_machine_is_refused() -> None:
    peer = Peer(eval_connect_message(EvalConnectionFlags()))
    session = await peer.session({"call_file": "minimal"})
    session.websocket.scope["client"] = ("10.0.0.1", 4711)

    await run.bot(session)

    assert peer.closed_with == [1008]


async def test_other_transports_than_a_phone_are_refused() -> None:
    with pytest.raises(SettingsError, match="-t twilio"):
        await run.bot(RunnerArguments())
