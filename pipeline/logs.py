"""The process's log: lines to read in a terminal, or JSON for a collector; a call's SID on each."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Final, Literal, TextIO

import msgspec
from loguru import logger

if TYPE_CHECKING:
    from loguru import Message, Record

LogFormat = Literal["text", "json"]

_LINE: Final = (
    "<green>{time:HH:mm:ss.SSS}</green> <level>{level: <7}</level> "
    "{extra[worker]}<cyan>{extra[call_sid]}</cyan> {message}"
)


def log_to(stream: TextIO, level: str, log_format: LogFormat = "text", *, worker: str = "") -> None:
    """Log to a stream, and nowhere else.

    A traceback shows where something failed, not with which values: those may be a caller's words
    or a secret.

    Args:
        stream: Where to.
        level: The least that is logged.
        log_format: ``text`` for people, ``json`` for one object a line.
        worker: Which of several processes this is; empty: the only one.
    """
    logger.configure(extra={"call_sid": "-", "worker": f"{worker} " if worker else ""})
    logger.remove()
    if log_format == "json":
        logger.add(_JsonLines(stream, worker), level=level, format="{message}")
    else:
        logger.add(stream, level=level, format=_LINE, backtrace=False, diagnose=False)


def log_to_stderr(level: str, log_format: LogFormat = "text", *, worker: str = "") -> None:
    """Log to stderr, and nowhere else; see ``log_to``."""
    log_to(sys.stderr, level, log_format, worker=worker)


class _JsonLines:
    """Writes each message as one JSON object."""

    def __init__(self, stream: TextIO, worker: str) -> None:
        self._stream = stream
        self._worker = worker

    def __call__(self, message: Message) -> None:
        self._stream.write(json_line(message.record, self._worker))
        self._stream.flush()


def json_line(record: Record, worker: str = "") -> str:
    """A log record as one line: time, level, call, message, and what it names besides."""
    extra = record["extra"]
    line: dict[str, object] = {
        "time": record["time"].isoformat(timespec="milliseconds"),
        "level": record["level"].name,
        "call_sid": extra.get("call_sid", "-"),
        "message": record["message"].rstrip(),
        "where": f"{record['name']}:{record['line']}",
    }
    if worker:
        line["worker"] = worker
    for name, value in extra.items():
        if name not in line and name not in ("worker", "fields", "private"):
            line[name] = value
    error = record["exception"]
    if error is not None:
        line["exception"] = "".join(
            traceback.format_exception(error.type, error.value, error.traceback)
        )
    return msgspec.json.encode(line, enc_hook=str).decode() + "\n"
