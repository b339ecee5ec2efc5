"""What is left of whole calls: a record and a recording, however they end."""

from __future__ import annotations

import asyncio
import base64
import errno
import gc
import hashlib
import hmac
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.record_file import read_record
from processors.state.record_format import CallDocument
from processors.state.turn import TurnState
from tests.pipeline.test_transcript_call import FACT, GREETING, QUESTION, SCRIPT, drop_after
from tests.pipeline.whole_call import WholeCall, catalog_of, recorded_in, whole_call
from tests.virtual_loop import virtual
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Say, StaySilent, Step
from transports.simulated.network import LinkOptions
from transports.simulated.person import HangUp, PressDigits
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.virtual_loop import run_virtual

STEPS: list[Step] = [
    Listen(),
    Say(QUESTION),
    InterruptWhenHeard("And on Sundays?", ms=2500),
    Listen(),
    PressDigits("1"),
    Listen(),
    Say("Thanks, goodbye."),
    Listen(),
    StaySilent(5),
]


def record_in(folder: Path) -> CallDocument:
    (path,) = folder.glob("*.json")
    return read_record(path)


def lanes(path: Path) -> tuple[bytes, bytes]:
    data = path.read_bytes()
    (size,) = struct.unpack_from("<I", data, 54)
    assert len(data) == 58 + size
    return data[58::2], data[59::2]


@virtual
async def test_a_record_tells_the_whole_call(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    catalog = catalog_of(tmp_path, recorded_in(folder))

    call = await whole_call(catalog, STEPS, script=SCRIPT)

    record = record_in(folder)
    facts = record.call
    assert (facts.caller, facts.called) == ("+15550100042", "+15550100001")
    assert facts.call_file.name == "call.yaml"
    assert facts.call_file.sha256 == catalog.files[0].sha256
    assert facts.began == "2026-01-05T15:00:00.000+00:00"
    assert (facts.model, facts.ended.how) == ("gpt-realtime-2.1", "hangup")
    stream = call.evidence.stream
    assert stream is not None
    assert stream.ended_at is not None
    assert facts.duration_ms == pytest.approx((stream.ended_at - stream.started_at) * 1000, abs=50)
    assert [(turn.role, turn.text) for turn in record.turns][:2] == [
        ("assistant", GREETING),
        ("caller", QUESTION),
    ]
    cut = record.turns[2]
    assert cut.state is TurnState.CUT
    assert f"{cut.text} {cut.unheard}".startswith(FACT)
    (one,) = record.interruptions
    assert (one.item_id, one.reason) == (cut.item_id, "caller_speech")
    assert one.heard_ms == cut.heard_ms
    assert one.stop_ms is not None
    assert 0 <= one.stop_ms <= 60
    assert [key.key for key in record.keys] == ["1"]
    assert [tool.name for tool in record.tools] == ["end_call"]
    assert len(record.answers) == 3
    assert all(750 <= answer.to_first_sent_ms <= 1200 for answer in record.answers)
    assert record.usage.usd is not None
    assert record.usage.models[0].responses == len(call.journal("response_ended"))
    assert record.usage.transcription.seconds + record.usage.transcription.input_tokens > 0
    assert len(record.timeline.clears_ms) == 1
    assert len(record.timeline.marks_ms) > 50
    assert record.problems == ()
    assert record.recording is not None
    assert (folder / record.recording).exists()
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".wav"]


@virtual
async def test_on_a_perfect_line_the_recording_is_what_the_phone_heard(tmp_path: Path) -> None:
    """Against the simulated phone's own recording, which shares no code with ours."""
    folder, truth = tmp_path / "records", tmp_path / "phone.wav"

    await whole_call(
        catalog_of(tmp_path, recorded_in(folder)), STEPS, script=SCRIPT, recorder=truth
    )

    (ours,) = folder.glob("*.wav")
    left, right = lanes(ours)
    true_left, true_right = lanes(truth)
    assert left == true_left
    assert len(right) == len(true_right)
    differing = sum(a != b for a, b in zip(right, true_right, strict=True))
    assert differing <= 16  # a ms or two where the caller cut in


@virtual
async def test_on_a_real_line_only_silences_differ(tmp_path: Path) -> None:
    folder, truth = tmp_path / "records", tmp_path / "phone.wav"
    line = LinkOptions(0.05, 0.03)

    await whole_call(
        catalog_of(tmp_path, recorded_in(folder)),
        STEPS,
        script=SCRIPT,
        phone=PhoneOptions(down=line, up=line),
        recorder=truth,
    )

    (ours,) = folder.glob("*.wav")
    (left, right), (true_left, true_right) = lanes(ours), lanes(truth)
    assert left == true_left[: len(left)]
    at, true_at = first_sound(right), first_sound(true_right)
    assert abs(at - true_at) <= 0.06 * 8000
    greeting = 3234 * 8
    assert right[at : at + greeting] == true_right[true_at : true_at + greeting]


def first_sound(lane: bytes) -> int:
    return len(lane) - len(lane.lstrip(b"\xff"))


@virtual
async def test_a_caller_who_hangs_up_in_mid_sentence_leaves_a_whole_record(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    steps: list[Step] = [Listen(), Say(QUESTION), StaySilent(3.0), HangUp()]

    call = await whole_call(catalog_of(tmp_path, recorded_in(folder)), steps, script=SCRIPT)

    record = record_in(folder)
    assert record.call.ended.how == "stream_stopped"
    last = record.turns[-1]
    assert last.state is TurnState.CUT
    part = (call.evidence.parts or [])[-1]
    assert last.heard_ms == pytest.approx(call.evidence.heard_ms(part), abs=5)
    assert call.journal("call_ended")[-1].fields["reason"] == "stream_stopped"


@virtual
async def test_a_server_that_stops_leaves_a_record_of_its_live_calls(tmp_path: Path) -> None:
    folder = tmp_path / "records"

    def stop(*_: object) -> None:
        loop = asyncio.get_running_loop()
        call = asyncio.current_task()
        assert call is not None
        loop.call_later(6.0, call.cancel)

    await whole_call(
        catalog_of(tmp_path, recorded_in(folder)), [Listen(), StaySilent(20)], on_call=stop
    )

    record = record_in(folder)
    assert record.call.ended.how == "server_stopped"
    assert record.turns[0].text == "Welcome to Acme Realty, how can I help you today?"
    (wav,) = folder.glob("*.wav")
    assert 5.5 * 8000 <= len(lanes(wav)[0]) <= 6.1 * 8000


@virtual
async def test_a_model_that_dies_is_in_the_record(tmp_path: Path) -> None:
    folder = tmp_path / "records"

    await whole_call(
        catalog_of(tmp_path, recorded_in(folder)), STEPS, script=SCRIPT, on_call=drop_after(8.0)
    )

    record = record_in(folder)
    assert len(record.reconnects) == 1
    assert record.reconnects[0].at_ms == pytest.approx(8000, abs=500)
    assert record.problem_counts["model_down"] == 1


@pytest.mark.parametrize("full", [False, True])
def test_no_disk_hurts_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, full: bool
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    folder = tmp_path / "records" if full else blocked / "records"

    if full:

        def no_space(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "pwrite", no_space)
        monkeypatch.setattr(os, "fsync", no_space)

    async def place() -> WholeCall:
        return await whole_call(catalog_of(tmp_path, recorded_in(folder)), STEPS, script=SCRIPT)

    call = run_virtual(place())
    assert call.turns[-1].text == SCRIPT.goodbye
    assert call.turns[-1].state is TurnState.SAID
    (failed,) = call.journal("recording_failed")
    assert failed.fields["error"] in ("No space left on device", "Not a directory")
    assert not list(tmp_path.glob("records/*.json"))
    del call, failed
    gc.collect()  # a file that was left open is told of here, and fails the test


@virtual
async def test_the_record_is_posted_to_who_wants_it(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    text = recorded_in(folder).replace(
        "type: call_record,", "type: call_record, on_call_end: ['https://crm.example/calls'],"
    )
    got: list[tuple[str, bytes, Mapping[str, str]]] = []

    async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        got.append((url, body, headers))
        return 204

    await whole_call(catalog_of(tmp_path, text), STEPS, script=SCRIPT, webhook_post=post)

    ((url, body, headers),) = got
    (path,) = folder.glob("*.json")
    assert url == "https://crm.example/calls"
    assert body == path.read_bytes()
    assert headers["X-Callwright-Delivery"] == path.stem
    stamp = headers["X-Callwright-Timestamp"]
    digest = hmac.new(b"simulated", f"{stamp}.{url}.".encode() + body, hashlib.sha256).digest()
    assert headers["X-Callwright-Signature"] == base64.b64encode(digest).decode()
    assert json.loads(body)["version"] == 1
