"""A call file under pipecat's development runner: the real one, with a simulated call."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

import pytest

import run
from pipeline.runtime import run_async
from tests.pipeline.files import write
from tests.rolling.processes import answering
from transports.simulated.call_outcome import CallEnd, CallOutcome
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import FixedScript, Listen, Say
from transports.simulated.gateway import Gateway
from transports.simulated.line import Line, Subscriber
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.switchboard import Switchboard
from transports.simulated.twilio_rest import TwilioRest
from transports.simulated.voice import ToneVoice

ROOT = Path(run.__file__).parent
PUBLIC = "https://voice.test"
DESK = """\
pipeline:
  - type: twilio_serializer
  - type: mulaw_passthrough
  - {type: openai_realtime, turn_detection: {type: server_vad, silence_duration_ms: 200}}
  - type: interruption
  - {type: call_record, records: records}
agent: {greeting: "Hello, this is the desk.", goodbye: Bye.}
"""


SCENARIO = """\
name: desk
scenarios:
  - name: hello_and_goodbye
    turns:
      - expect:
          - {event: llm_response, text_contains: this is the desk}
      - user: "That's all, thank you. Goodbye."
        expect:
          - event: function_call
            calls: [{name: end_call}]
          - {event: llm_response, text_contains: Bye.}
"""


async def evaluate(folder: Path, port: int) -> str:
    """What pipecat's eval harness finds wrong."""
    scenario = write(folder, SCENARIO, "scenario.yaml")
    harness = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hosted.evaluate"),
        *(str(scenario), f"ws://localhost:{port}/ws"),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await harness.communicate()
    return "" if harness.returncode == 0 else said.decode()


class RunnersGateway(Gateway):
    """The runner has its webhook at the root."""

    def incoming_call_url(self) -> str:
        return f"{PUBLIC}/"


async def one_call(config: Path) -> tuple[CallOutcome, str, str]:
    switchboard = Switchboard()
    rest = TwilioRest(switchboard, {"AC1": "token"})
    await rest.start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_API_URL": rest.base_url,
        "PUBLIC_URL": PUBLIC,
    }
    runner = ("--runner", "-t", "twilio", "-x", "voice.test", "--port", str(port))
    try:
        async with answering(
            config, environment, *runner, ready="Uvicorn running", port=port
        ) as server:
            gateway = RunnersGateway(
                f"http://localhost:{port}",
                account_sid="AC1",
                auth_token="token",
                public_url=PUBLIC,
            )
            person = Caller(
                FixedScript([Listen(quiet=0.2), Say("Bye."), Listen()]), InstantSenses(ToneVoice())
            )
            options = PhoneOptions(hang_up_after=30.0)
            outcome = await Line(gateway, switchboard).call(
                Subscriber("+15550100042", "+15550100001", options=options, person=person)
            )
            await server.logged("The session is over")
            return outcome, await evaluate(config.parent, port), server.log()
    finally:
        await rest.stop()


@pytest.mark.timeout(300)  # a process is started; on a busy machine that takes its time
def test_the_same_call_file_answers_under_pipecats_runner(tmp_path: Path) -> None:
    config = tmp_path / "desk.yaml"
    config.write_text(DESK, encoding="utf-8")

    outcome, failures, log = run_async(one_call(config))

    assert outcome.ended_by is CallEnd.REST, log
    assert outcome.verbs == ["Connect"]
    assert not outcome.errors
    (record,) = (tmp_path / "records").glob("*.json")
    assert json.loads(record.read_text())["call"]["call_sid"] == outcome.call_sid
    assert failures == "", log
