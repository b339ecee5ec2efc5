from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processors.call_record import WEBHOOKS
from processors.configs import CallRecordConfig
from processors.context import CallContext, CallInfo, Speech
from processors.disk import DISK
from processors.record_name import RECORDS, record_path
from processors.state.journal import Journal
from processors.state.playback import PlaybackLedger
from tests.transports.openai_realtime.harness import FakePhone


class HeldDisk:
    """Does nothing before it is told to; or takes nothing at all."""

    def __init__(self, *, full: bool = False) -> None:
        self.failures = 0
        self.work: list[Callable[[], None]] = []
        self._full = full

    def do(self, work: Callable[[], None]) -> bool:
        self.work.append(work)
        return not self._full


def context(folder: Path, **resources: Any) -> CallContext:
    return CallContext(
        info=CallInfo(
            "CA/../1", file_name="call.yaml", began=datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
        ),
        speech=Speech(),
        clock=lambda: 5.0,
        journal=Journal(0.0),
        playback=PlaybackLedger(),
        phone=FakePhone(),
        resources={RECORDS: folder, **resources},
    )


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_record_is_written_once_and_never_in_the_calls_way(tmp_path: Path) -> None:
    disk = HeldDisk()
    call = context(tmp_path, **{DISK: disk})
    CallRecordConfig(type="call_record").build(call)

    call.record("stream_stopped")
    call.record("call_ended", reason="stream_stopped", duration_ms=5000)
    call.record("call_ended", reason="stream_stopped", duration_ms=5000)
    assert names(tmp_path) == []

    (work,) = disk.work
    work()
    (name,) = names(tmp_path)
    assert name == "20260302-103000-CA1.json"
    assert json.loads((tmp_path / name).read_bytes())["call"]["duration_ms"] == 5000


async def test_a_disk_that_takes_nothing_hurts_nobody(tmp_path: Path) -> None:
    call = context(tmp_path, **{DISK: HeldDisk(full=True)})
    CallRecordConfig(type="call_record").build(call)

    call.record("call_ended", reason="stream_stopped", duration_ms=5000)

    assert names(tmp_path) == []


async def test_webhooks_are_told_even_if_the_disk_is_full(tmp_path: Path) -> None:
    class Hooks:
        def __init__(self) -> None:
            self.sent: list[tuple[tuple[str, ...], bytes, str]] = []

        def send(self, urls: tuple[str, ...], body: bytes, delivery: str) -> None:
            self.sent.append((urls, body, delivery))

    blocked = tmp_path / "file"
    blocked.write_text("")
    disk, hooks = HeldDisk(), Hooks()
    call = context(blocked / "records", **{DISK: disk, WEBHOOKS: hooks})
    url = "https://crm.example/calls"
    CallRecordConfig(type="call_record", on_call_end=(url,)).build(call)

    call.record("call_ended", reason="stream_stopped", duration_ms=5000)
    disk.work[0]()
    await asyncio.sleep(0)

    ((urls, body, delivery),) = hooks.sent
    assert (urls, delivery) == ((url,), "20260302-103000-CA1")
    assert json.loads(body)["version"] == 1
    assert disk.failures == 1


def test_names_are_safe_and_sort_by_time(tmp_path: Path) -> None:
    call = context(tmp_path)
    assert record_path(call, "x", "wav") == tmp_path / "20260302-103000-CA1.wav"

    bare = context(tmp_path)
    bare.info = CallInfo("../..")
    del bare.resources[RECORDS]
    assert record_path(bare, "records", "json") == Path("records/call.json")
