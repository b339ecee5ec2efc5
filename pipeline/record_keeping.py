"""What the processes' calls need to be put on record: disk, webhooks, prices, a folder."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from loguru import logger

from pipeline.catalog import Catalog
from pipeline.outside import Outside
from pipeline.prices import load_prices
from pipeline.settings import Settings, SettingsError
from processors.call_record import PRICES, WEBHOOKS
from processors.configs import CallRecordConfig, RecordingConfig
from processors.disk import DISK, DiskThread
from processors.escalation_config import EscalationDetectorConfig
from processors.record_name import RECORDS
from processors.state.call_record import PriceTags
from transports.webhooks.sender import WebhookSender

UNSIGNED_BANNER = (
    "WEBHOOK_SECRET is not set: records and escalations are posted unsigned, and who gets them "
    "can't tell that they are ours"
)


def check_folders(catalog: Catalog) -> None:
    """Make the folders of records and recordings, and see that they can be written to.

    Raises:
        SettingsError: One can't: no call that is answered now would leave anything behind.
    """
    for loaded in catalog.files:
        folders = [entry.records for entry in loaded.call.entries(CallRecordConfig)]
        folders += [entry.records for entry in loaded.call.entries(RecordingConfig)]
        for folder in dict.fromkeys(folders):
            try:
                Path(folder).mkdir(parents=True, exist_ok=True)
                with TemporaryFile(dir=folder):
                    pass
            except OSError as error:
                raise SettingsError(
                    f"{loaded.path}: records: found {folder!r}, where nothing can be kept:"
                    f" {error.strerror}; allowed: a folder that can be written to"
                ) from error


def _notifies(catalog: Catalog) -> bool:
    """Whether any call file tells somebody of escalations by webhook."""
    return any(
        entry.notify.webhooks
        for loaded in catalog.files
        for entry in loaded.call.entries(EscalationDetectorConfig)
    )


def record_keeping(
    catalog: Catalog,
    settings: Settings,
    outside: Outside,
    stack: AsyncExitStack,
    *,
    announce: bool = True,
) -> dict[str, Any]:
    """What calls share to be recorded, open until the stack is unwound."""
    records = [entry for loaded in catalog.files for entry in loaded.call.entries(CallRecordConfig)]
    shared: dict[str, Any] = {RECORDS: outside.records}
    if any(record.on_call_end for record in records) or _notifies(catalog):
        if announce and not settings.webhook_key:
            logger.warning(UNSIGNED_BANNER)
        sender = WebhookSender(
            settings.webhook_key,
            wall_clock=lambda: outside.wall_clock().timestamp(),
            post=outside.webhook_post,
        )
        stack.push_async_callback(sender.close)
        shared[WEBHOOKS] = sender
    if outside.disk is not None:
        shared[DISK] = outside.disk
    else:
        thread = DiskThread()
        stack.push_async_callback(thread.close)  # before the sender: it still hands over records
        shared[DISK] = thread
    if records:
        prices = load_prices()
        shared[PRICES] = PriceTags(prices.as_of.isoformat(), prices.models)
    return shared
