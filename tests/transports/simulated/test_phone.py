from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from processors.state.journal import Entry, Journal
from tests.transports.simulated.stand_in_server import IDS_STREAM, StandInServer
from tests.transports.twilio.line import until
from tests.virtual_loop import VirtualLoop, run_virtual
from transports.simulated.memory_socket import MemorySocket
from transports.simulated.network import LinkOptions, Span
from transports.simulated.person import Act, HangUp, PressDigits, Speak
from transports.simulated.phone import SimulatedPhone
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.stream_facts import StreamEnd, StreamFacts
from transports.simulated.stream_messages import StreamIds

IDS = StreamIds("AC1", "CA1", IDS_STREAM)


@dataclass
class Setup:
    phone: SimulatedPhone
    server: StandInServer
    running: asyncio.Task[StreamFacts]

    @property
    def started_at(self) -> float:
        return self.phone.facts.started_at


@asynccontextmanager
async def on_the_line(**kwargs: Any) -> AsyncIterator[Setup]:
    ours, theirs = MemorySocket.pair()
    phone = SimulatedPhone(ours, IDS, **kwargs)
    server = StandInServer(theirs)
    running = asyncio.create_task(phone.run())
    await asyncio.sleep(0)
    yield Setup(phone, server, running)
    phone.hang_up()
    await running
    await server.finished()


@dataclass
class Reader:
    """A person who does what the test wrote down, at the tick it wrote down."""

    acts: dict[int, list[Act]] = field(default_factory=dict)
    heard_audio: list[tuple[float, bytes]] = field(default_factory=list)
    ticks: int = 0

    def heard(self, pcmu: bytes, at: float) -> None:
        self.heard_audio.append((at, pcmu))

    def tick(self, now: float) -> Sequence[Act]:
        self.ticks += 1
        return self.acts.get(self.ticks, [])


def virtual(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    def runs() -> None:
        async def whole() -> None:
            await test()
            assert len(asyncio.all_tasks()) == 1, "the phone left a task behind"

        run_virtual(whole())

    runs.__name__ = test.__name__
    return runs


@virtual
async def test_stream_opens_as_documented() -> None:
    async with on_the_line(parameters={"session": "t1"}) as line:
        await asyncio.sleep(0.05)

    assert [message for _, message in line.server.got[:3]] == [
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": "MZ1",
            "start": {
                "streamSid": "MZ1",
                "accountSid": "AC1",
                "callSid": "CA1",
                "tracks": ["inbound"],
                "customParameters": {"session": "t1"},
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        },
        {
            "event": "media",
            "sequenceNumber": "2",
            "streamSid": "MZ1",
            "media": {
                "track": "inbound",
                "chunk": "1",
                "timestamp": "0",
                "payload": "/" * 213 + "w==",
            },
        },
    ]


@virtual
async def test_media_comes_every_20_ms_without_drift_and_with_one_running_number() -> None:
    async with on_the_line() as line:
        await asyncio.sleep(60.001)

    media = line.server.events("media")
    times = line.server.times("media")
    assert len(media) == 3000
    assert [m["media"]["timestamp"] for m in media] == [str(20 * k) for k in range(3000)]
    assert [m["media"]["chunk"] for m in media] == [str(k + 1) for k in range(3000)]
    assert max(
        abs(at - line.started_at - 0.02 * (k + 1)) for k, at in enumerate(times)
    ) == pytest.approx(0, abs=0.0011)
    numbers = [int(m["sequenceNumber"]) for _, m in line.server.got[1:]]
    assert numbers == list(range(1, len(numbers) + 1))


@virtual
async def test_stop_is_the_last_message_and_the_socket_closes() -> None:
    async with on_the_line() as line:
        await asyncio.sleep(0.101)
        line.phone.hang_up()
        facts = await line.running

    assert line.server.got[-1][1] == {
        "event": "stop",
        "sequenceNumber": "7",
        "streamSid": "MZ1",
        "stop": {"accountSid": "AC1", "callSid": "CA1"},
    }
    assert line.server.closed_at is not None
    assert facts.end is StreamEnd.CALLER_HUNG_UP
    assert facts.media_sent == 5


@virtual
async def test_a_line_without_stop_just_dies() -> None:
    async with on_the_line(options=PhoneOptions(sends_stop=False)) as line:
        await asyncio.sleep(0.1)

    assert line.server.events("stop") == []
    assert line.server.closed_at is not None


@virtual
async def test_marks_come_back_in_order_when_their_audio_was_played() -> None:
    async with on_the_line() as line:
        for name in "ab":
            await line.server.media(b"\x11" * 800)
            await line.server.mark(name)
        await asyncio.sleep(0.3)

    assert line.server.marks() == ["a", "b"]
    assert [at - line.started_at for at in line.server.times("mark")] == [
        pytest.approx(0.1, abs=0.0015),
        pytest.approx(0.2, abs=0.0015),
    ]


@virtual
async def test_mark_with_nothing_queued_comes_back_at_once() -> None:
    async with on_the_line() as line:
        await asyncio.sleep(0.05)
        asked_at = asyncio.get_running_loop().time()
        await line.server.mark("a")
        await asyncio.sleep(0.05)

    assert line.server.times("mark") == [pytest.approx(asked_at, abs=0.0011)]


@virtual
async def test_clear_returns_all_marks_and_ends_the_audio_there() -> None:
    async with on_the_line() as line:
        for name in "abc":
            await line.server.media(b"\x11" * 800)
            await line.server.mark(name)
        await asyncio.sleep(0.15)
        await line.server.clear()
        await asyncio.sleep(0.3)

    assert line.server.marks() == ["a", "b", "c"]
    assert line.phone.facts.playout.heard_bytes == pytest.approx(1200, abs=1)
    assert line.phone.facts.marks_returned == line.phone.facts.marks_received == 3


@virtual
async def test_on_a_busy_machine_all_leaves_late_but_in_the_order_of_its_time() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    async with on_the_line() as line:
        for name in "abc":
            await line.server.media(b"\x11" * 800)
            await line.server.mark(name)
        await asyncio.sleep(0.095)
        loop.stand_still(0.15)
        await line.server.clear()
        await asyncio.sleep(0)

    media_before: dict[str, int] = {}
    media = 0
    for _, message in line.server.got:
        media += message["event"] == "media"
        if message["event"] == "mark":
            media_before[message["mark"]["name"]] = media
    # Played after 100 and 200 ms; cleared after 245.
    assert media_before == {"a": 5, "b": 10, "c": 12}


@virtual
async def test_one_way_delays_shift_each_direction() -> None:
    options = PhoneOptions(down=LinkOptions(delay=0.2), up=LinkOptions(delay=0.05))
    async with on_the_line(options=options) as line:
        await line.server.media(b"\x11" * 800)
        await line.server.mark("a")
        await asyncio.sleep(0.5)

    assert line.phone.facts.playout.runs[0].started_at - line.started_at == pytest.approx(
        0.2, abs=0.0011
    )
    assert line.server.times("mark")[0] - line.started_at == pytest.approx(0.35, abs=0.003)
    assert line.server.times("start")[0] - line.started_at == pytest.approx(0.05, abs=0.0011)


@virtual
async def test_delayed_stop_still_arrives_before_the_socket_closes() -> None:
    async with on_the_line(options=PhoneOptions(up=LinkOptions(delay=0.1))) as line:
        await asyncio.sleep(0.2)

    assert line.server.got[-1][1]["event"] == "stop"


@virtual
async def test_jitter_keeps_the_order_and_the_seed_repeats_it() -> None:
    async def times() -> list[float]:
        options = PhoneOptions(up=LinkOptions(delay=0.01, jitter=0.08), seed=7)
        async with on_the_line(options=options) as line:
            await asyncio.sleep(1.0)
        stamps = [int(m["media"]["timestamp"]) for m in line.server.events("media")]
        assert stamps == sorted(stamps)
        return [round(at - line.started_at, 6) for at in line.server.times("media")]

    first, second = await times(), await times()

    assert first == second
    assert len({round(b - a, 4) for a, b in itertools.pairwise(first)}) > 5


@virtual
async def test_a_stalled_line_delivers_everything_afterwards() -> None:
    options = PhoneOptions(up=LinkOptions(stalls=(Span(0.1, 0.4),)))
    async with on_the_line(options=options) as line:
        await asyncio.sleep(1.001)

    after = [round(at - line.started_at, 2) for at in line.server.times("media")]
    assert after.count(0.5) == 21
    assert not [at for at in after if 0.1 < at < 0.5]
    assert len(after) == 50


@virtual
async def test_timestamps_go_on_counting_through_a_gap() -> None:
    options = PhoneOptions(gaps=(Span(0.09, 0.2),))
    async with on_the_line(options=options) as line:
        await asyncio.sleep(0.401)

    media = [message["media"] for message in line.server.events("media")]
    assert [m["timestamp"] for m in media] == [str(20 * k) for k in [*range(5), *range(15, 20)]]
    assert [m["chunk"] for m in media] == [str(k + 1) for k in range(10)]


@virtual
async def test_the_person_speaks_presses_and_hangs_up_in_mid_word() -> None:
    person = Reader({3: [Speak(b"\x22" * 1000)], 4: [PressDigits("5#")], 6: [HangUp()]})
    async with on_the_line(person=person, options=PhoneOptions(keep_audio=True)) as line:
        facts = await line.running

    digits = [message["dtmf"] for message in line.server.events("dtmf")]
    assert digits == [{"track": "inbound_track", "digit": d} for d in "5#"]
    assert line.server.caller_audio() == b"\xff" * 480 + b"\x22" * 480
    assert bytes(facts.caller_audio) == line.server.caller_audio()
    assert line.server.got[-1][1]["event"] == "stop"


@virtual
async def test_a_last_part_frame_of_speech_is_filled_with_silence() -> None:
    person = Reader({1: [Speak(b"\x22" * 200)]})
    async with on_the_line(person=person) as line:
        await asyncio.sleep(0.101)

    assert line.server.caller_audio() == b"\xff" * 160 + b"\x22" * 200 + b"\xff" * 440


@virtual
async def test_the_person_hears_what_was_played_and_not_what_was_cleared() -> None:
    person = Reader()
    async with on_the_line(person=person, options=PhoneOptions(keep_audio=True)) as line:
        await line.server.media(bytes(range(256)) * 10)
        await asyncio.sleep(0.1)
        await line.server.clear()
        await asyncio.sleep(0.2)

    heard = b"".join(pcmu for _, pcmu in person.heard_audio)
    assert len(heard) == pytest.approx(800, abs=1)
    assert heard == (bytes(range(256)) * 10)[: len(heard)]
    assert bytes(line.phone.facts.assistant_audio) == bytes(range(256)) * 10


@virtual
async def test_what_twilio_would_refuse_is_dropped_and_counted() -> None:
    async with on_the_line() as line:
        await line.server.socket.send_binary(b"\x00")
        await line.server.socket.send("no json")
        await line.server.send("seek")
        await line.server.send("mark")
        await line.server.send("mark", mark={"name": "a", "at": 1})
        await line.server.send("clear", extra=True)
        await line.server.send("media", media={"payload": "not base64!"})
        await line.server.socket.send('{"event":"clear","streamSid":"MZother"}')
        await asyncio.sleep(0.05)

    assert line.phone.facts.warnings == {31950: 1, 31951: 7}
    assert line.server.marks() == []
    assert len(line.server.events("media")) == 2


@virtual
async def test_audio_over_the_limit_is_warned_about() -> None:
    async with on_the_line(options=PhoneOptions(buffer_bytes=1000)) as line:
        await line.server.media(b"\x11" * 1500)
        await asyncio.sleep(0.2)

    assert line.phone.facts.warnings == {31931: 1}
    assert line.phone.facts.playout.heard_bytes == 1000


@virtual
async def test_marks_come_twice_or_late_on_demand() -> None:
    async with on_the_line(options=PhoneOptions(duplicate_marks=1.0)) as line:
        await line.server.mark("a")
        await asyncio.sleep(0.05)
    async with on_the_line(options=PhoneOptions(late_marks=1.0, late_by=0.2)) as late:
        await late.server.mark("a")
        await asyncio.sleep(0.3)

    assert line.server.marks() == ["a", "a"]
    assert late.server.times("mark")[0] - late.started_at == pytest.approx(0.2, abs=0.003)


@virtual
async def test_server_closing_ends_the_stream_without_stop() -> None:
    async with on_the_line() as line:
        await line.server.media(b"\x11" * 8000)
        await asyncio.sleep(0.1)
        await line.server.socket.close()
        facts = await line.running

    assert facts.end is StreamEnd.CLOSED_BY_SERVER
    assert line.server.events("stop") == []
    assert facts.playout.heard_bytes == pytest.approx(800, abs=1)


@virtual
async def test_caller_drops_the_phone_when_told_to() -> None:
    async with on_the_line(options=PhoneOptions(hang_up_after=0.5)) as line:
        facts = await line.running

    assert facts.media_sent == 25
    assert facts.end is StreamEnd.CALLER_HUNG_UP


@virtual
async def test_the_journal_is_told() -> None:
    entries: list[Entry] = []
    journal = Journal(0.0)
    journal.listen(entries.append)
    async with on_the_line(journal=journal) as line:
        line.phone.press("7")
        await line.server.media(b"\x11" * 800)
        await line.server.mark("a")
        await asyncio.sleep(0.05)
        await line.server.clear()
        await asyncio.sleep(0.01)

    kinds = [entry.kind for entry in entries]
    assert kinds == ["stream_started", "digit_pressed", "mark_returned", "cleared", "stream_ended"]
    assert entries[1].fields == {}
    assert entries[1].private == {"digit": "7"}
    assert entries[3].fields == {"dropped_ms": pytest.approx(50, abs=1), "marks": 1}


async def test_it_keeps_real_time_on_an_ordinary_loop() -> None:
    async with on_the_line() as line:
        began_at = asyncio.get_running_loop().time()
        await line.server.media(b"\x11" * 400)
        await line.server.mark("a")
        await until(lambda: line.server.marks() == ["a"])
        took = asyncio.get_running_loop().time() - began_at

    assert took >= 0.05
    assert len(line.server.events("media")) >= 2
