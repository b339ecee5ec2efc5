"""Transfers where the webhooks reach another worker than the one that holds the call's stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pipeline.catalog import Catalog
from pipeline.memory_runtime import simulated_settings, wall_clock
from pipeline.outside import Outside
from pipeline.placed_call import Answering, Peers
from pipeline.serve import serving
from processors.disk import PatientDisk
from tests.virtual_loop import virtual
from tests.whole_call.harness import World, hold
from tests.whole_call.test_escalation import desk
from tests.whole_call.test_transfer import COLD, PERSON, WAITING, WARM, transfers
from transports.simulated.asgi_access import AsgiAccess
from transports.simulated.gateway import Gateway
from transports.simulated.people import Doing, PersonPlan
from transports.simulated.server_access import Form
from transports.socket import Socket


class TwoWorkers(Gateway):
    """A load balancer: streams and calls go to one worker, transfers' webhooks to the other."""

    def __init__(self, first: Gateway, second: Gateway) -> None:
        super().__init__(first.incoming_call_url(), account_sid=first.account_sid)
        self._first, self._second = first, second
        self.asked_second: list[str] = []

    def incoming_call_url(self) -> str:
        return self._first.incoming_call_url()

    async def fetch(self, method: str, url: str, form: Form | None) -> tuple[int, str]:
        if "/transfer/" not in url:
            return await self._first.fetch(method, url, form)
        self.asked_second.append(url)
        return await self._second.fetch(method, url, form)

    async def open_stream(self, url: str) -> Socket:
        return await self._first.open_stream(url)


def with_a_second_worker(catalog: Catalog, seen: list[TwoWorkers]) -> World:
    def around(runtime: Answering) -> Answering:
        @asynccontextmanager
        async def answering(peers: Peers) -> AsyncIterator[Gateway]:
            outside = Outside(
                wall_clock=wall_clock,
                jitter=lambda: 0.5,
                post=peers.rest.post,
                disk=PatientDisk(),
                listens=False,
            )
            url = "https://voice.test"
            settings = simulated_settings(peers, public_url=url, openai_base_url="ws://nobody.test")
            async with (
                runtime(peers) as first,
                serving(catalog, settings, outside=outside, announce=False) as worker,
            ):
                second = Gateway(
                    url,
                    account_sid=peers.account_sid,
                    auth_token=peers.auth_token,
                    access=AsgiAccess(worker.app),
                )
                seen.append(TwoWorkers(first, second))
                yield seen[0]

        return answering

    return World(around=around)


@pytest.mark.parametrize(
    ("does", "outcome"),
    [("accepts", "accepted"), ("declines", "declined"), ("machine", "machine")],
)
@virtual
async def test_a_warm_transfer_needs_no_shared_memory(
    tmp_path: Path, does: Doing, outcome: str
) -> None:
    catalog, seen = desk(tmp_path, WARM), list[TwoWorkers]()
    world = with_a_second_worker(catalog, seen)
    world.people = {PERSON: PersonPlan(does)}

    held = await hold(catalog, WAITING, world)

    assert held.broken == []
    assert seen[0].asked_second != [], "the other worker was asked"
    assert transfers(held) == [outcome]


@virtual
async def test_a_call_comes_back_by_whichever_worker_is_asked(tmp_path: Path) -> None:
    catalog, seen = desk(tmp_path, COLD), list[TwoWorkers]()
    world = with_a_second_worker(catalog, seen)
    world.people = {PERSON: PersonPlan("busy")}

    held = await hold(catalog, WAITING, world)

    assert len(seen[0].asked_second) == 1
    assert len(held.evidence.outcome.streams) == 2
    assert transfers(held) == ["dialled", "busy"]
