"""Writes the record of a call when it is over, once, however it ended; and tells who wants it.

Stands in the pipeline only to be named there: all it knows comes from the journal and the playback
ledger (``state.call_record``). The record is put together and written on the disk's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from loguru import logger

from processors.atomic_file import write_atomically
from processors.base import Bystander
from processors.disk import disk_of
from processors.record_name import record_path
from processors.state.call_record import CallRecord, PriceTags
from processors.state.heard import Heard
from processors.state.record_format import CallDocument, CallFacts, CallFileFacts

if TYPE_CHECKING:
    from processors.configs import CallRecordConfig
    from processors.context import CallContext
    from processors.state.journal import Entry

PRICES: Final = "prices"
"""Name of the ``PriceTags`` among a call's resources."""

WEBHOOKS: Final = "webhooks"
"""Name of the ``Webhooks`` among a call's resources."""


class Webhooks(Protocol):
    """Takes what is to be told to the outside; tries, and gives up in time."""

    def send(self, urls: Sequence[str], body: bytes, delivery: str) -> None:
        """Have JSON posted to each address; returns at once.

        Args:
            urls: Where to.
            body: The JSON.
            delivery: Names it, the same at each try.
        """
        ...


class CallRecorder(Bystander):
    """Gathers one call's record, and writes it."""

    def __init__(self, config: CallRecordConfig, context: CallContext) -> None:
        super().__init__(name="call_record")
        self._config = config
        self._context = context
        prices: PriceTags | None = context.resources.get(PRICES)
        self._record = CallRecord(prices)
        self._path = record_path(context, config.records, "json")
        self._written = False
        context.journal.listen(self._take)
        context.playback.on_heard(self._heard)

    def _take(self, entry: Entry) -> None:
        self._record.take(entry)
        if entry.kind == "call_ended" and not self._written:
            self._written = True
            self._finish()

    def _heard(self, heard: Heard) -> None:
        self._record.heard(heard, self._context.transcript.started_at)

    def _finish(self) -> None:
        context, record, path = self._context, self._record, self._path
        facts = call_facts(context)
        turns, tools = context.transcript.turns(), context.transcript.tools()
        hooks: Webhooks | None = context.resources.get(WEBHOOKS)
        urls = self._config.on_call_end if hooks is not None else ()
        loop, disk, delivery = asyncio.get_running_loop(), disk_of(context), path.stem
        log = logger.bind(call_sid=context.info.call_sid)

        def write() -> None:
            """Write the record, and have it sent; runs where the disk's work does."""
            data = document_json(record.document(facts, turns, tools))
            if hooks is not None and urls:
                loop.call_soon_threadsafe(hooks.send, urls, data, delivery)
            fault = _written(path, data)
            if fault:
                disk.failures += 1
                log.error("The record was not written: {}", fault)

        if not disk.do(write):
            log.error("The record was not written: the disk does not keep up")


def _written(path: Path, data: bytes) -> str:
    """Write it; what went wrong, if anything did."""
    try:
        write_atomically(path, data)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def document_json(document: CallDocument) -> bytes:
    """A record as it is written: JSON on one line."""
    return document.model_dump_json().encode() + b"\n"


def call_facts(context: CallContext) -> CallFacts:
    """What stands at the head of a call's record."""
    info = context.info
    return CallFacts(
        call_sid=info.call_sid,
        stream_sid=info.stream_sid,
        account_sid=info.account_sid,
        caller=info.caller,
        called=info.called,
        began="" if info.began is None else info.began.isoformat(timespec="milliseconds"),
        call_file=CallFileFacts(name=info.file_name, sha256=info.file_sha256),
    )
