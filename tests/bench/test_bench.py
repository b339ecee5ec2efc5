"""The benchmark's own parts: a figure that is computed wrongly is worse than none."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from websockets.asyncio.server import serve

from pipeline.catalog import load_catalog
from processors.state.g711 import pcmu_to_pcm16
from tests.bench.bursts import BURST_MS, Onsets, speech
from tests.bench.call_file import CONFIGS, MEMORY, write_without_memory
from tests.bench.cell import Cell
from tests.bench.figures import Figures, percentile
from tests.bench.lean_bridge import LeanBridge
from tests.bench.model import BenchModel
from tests.bench.phones import PhoneCall
from tests.bench.programs import CALLWRIGHT, LEAN
from tests.bench.records import (
    Call,
    Clear,
    Media,
    Run,
    Session,
    load_calls,
    load_sessions,
    save_calls,
    save_sessions,
)
from tests.bench.table import ratios, table


def test_the_onset_of_each_burst_is_found_whatever_the_pieces() -> None:
    audio = speech(3)
    for piece_bytes in (160, 480, 1096):
        onsets = Onsets()

        for at in range(0, len(audio), piece_bytes):
            onsets.passed(audio[at : at + piece_bytes], at / 8)

        period_ms = 2 * BURST_MS
        expected = [n * period_ms * 8 // piece_bytes * piece_bytes / 8 for n in range(3)]
        assert onsets.at == expected


def test_onsets_are_found_in_pcm_at_24_khz_too() -> None:
    samples = np.repeat(np.frombuffer(pcmu_to_pcm16(speech(3)), dtype="<i2"), 3).tobytes()
    onsets = Onsets(pcm16_at_24k=True)

    for at in range(0, len(samples), 960):
        onsets.passed(samples[at : at + 960], at / 48)

    assert onsets.at == [0.0, 400.0, 800.0]


def an_interrupted_call() -> tuple[Call, Session]:
    """Two answers; the first ran dry for 50 ms, the second was cut after 300 ms."""
    call = Call(
        "+15557770000",
        onsets=[12.0, 12.4],
        media=[
            Media(10.002, 0, 0, 799),
            Media(10.15, 800, 800, 1599),
            Media(13.004, 1600, 1640, 9599),
        ],
        clears=[Clear(13.405, 4040, 9600)],
        runs=[Run(0, 800, 10.03), Run(800, 800, 10.18), Run(1600, 2440, 13.03)],
        alive=True,
    )
    session = Session(
        "+15557770000",
        answers=[("item_1", 10.0), ("item_2", 13.0)],
        speech_started=[12.1, 13.4],
        onsets=[12.003, 12.41],
        cuts=[(13.41, "item_2", 310.0)],
        errors=[],
    )
    return call, session


def cell_of(calls: list[Call], sessions: list[Session]) -> Cell:
    return Cell(
        program=CALLWRIGHT.name,
        calls=2,
        started_in=1.0,
        cpu=0.12,
        others=0.1,
        base_mb=100.0,
        full_mb=101.0,
        begins_at=9.0,
        ends_at=15.0,
        phones=calls,
        sessions=sessions,
    )


def test_figures_are_what_the_records_say() -> None:
    call, session = an_interrupted_call()
    figures = Figures()

    figures.add(cell_of([call], [session]))

    assert figures.first_audio == pytest.approx([2.0, 4.0])
    assert figures.caller_audio == pytest.approx([3.0, 10.0])
    assert figures.clear == pytest.approx([5.0])
    assert (figures.cut, figures.truncation) == (1, [10.0])
    assert figures.underruns == 1
    assert figures.underrun_ms == pytest.approx(50.0)
    assert figures.cpu_ms == pytest.approx([10.0])
    assert figures.memory_mb == [0.5]
    assert (figures.lost, figures.errors) == (0, 0)


def test_a_call_that_broke_off_and_a_cut_that_nobody_told_are_counted() -> None:
    call, session = an_interrupted_call()
    call.alive = False
    session.cuts = []
    figures = Figures()

    figures.add(cell_of([call], [session]))

    assert (figures.lost, figures.cut, figures.truncation) == (1, 1, [])
    text = table({(2, CALLWRIGHT.name): figures, (2, LEAN.name): figures})
    assert "1 calls lost" in text
    assert "1 of 1 missing" in text
    assert ratios({(2, CALLWRIGHT.name): figures, (2, LEAN.name): figures}) == [
        "CPU at  2 calls: 1.00 x lean bridge"
    ]


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(100)]

    assert (percentile(values, 0.5), percentile(values, 0.99)) == (50.0, 99.0)


def test_records_survive_their_file(tmp_path: Path) -> None:
    call, session = an_interrupted_call()

    save_calls(tmp_path / "calls", [call])
    save_sessions(tmp_path / "sessions", [session])

    assert load_calls(tmp_path / "calls") == [call]
    assert load_sessions(tmp_path / "sessions") == [session]


@asynccontextmanager
async def bridge(model_url: str) -> AsyncIterator[str]:
    """The lean bridge, served in this process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(
                LeanBridge(model_url), ws="websockets-sansio", lifespan="off", log_config=None
            )
        )
        serving = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


def test_without_memory_is_the_front_desk_less_four_processors(tmp_path: Path) -> None:
    write_without_memory(tmp_path)

    bare, whole = (
        load_catalog(str(path), {}).files[0].call
        for path in (tmp_path / "configs" / "realestate.yaml", CONFIGS / "realestate.yaml")
    )
    types = {entry.type for entry in whole.pipeline}
    assert types - {entry.type for entry in bare.pipeline} == MEMORY < types


async def test_a_call_over_the_lean_bridge_is_seen_by_both_ends() -> None:
    model = BenchModel()
    async with serve(model.session, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with bridge(f"ws://127.0.0.1:{port}/v1") as url:
            phone = PhoneCall(7)
            calling = asyncio.create_task(phone.run(url))
            async with asyncio.timeout(10):
                await phone.heard.wait()
            phone.hang_up()
            await calling

    (session,) = model.records
    assert session.caller == phone.record.caller == "+15557770007"
    assert phone.record.alive
    assert phone.record.media[0].loud_first == 0
    assert session.answers[0][1] < phone.record.media[0].at
    assert session.errors == []
