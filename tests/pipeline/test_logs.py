"""Log lines: what a person and what a collector reads, and what neither may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from loguru import logger

from pipeline.journal_log import journal_log
from pipeline.logs import LogFormat, log_to
from processors.state.journal import Entry

SECRET = "s3cr3t-value"


@pytest.fixture(autouse=True)
def log_put_back() -> Iterator[None]:
    yield
    logger.remove()
    logger.configure(extra={})


def logged(log_format: LogFormat, *, level: str = "INFO", worker: str = "") -> StringIO:
    stream = StringIO()
    log_to(stream, level, log_format, worker=worker)
    return stream


def fail() -> None:
    secret = SECRET
    raise ValueError(f"it has {len(secret)} characters")


def test_a_line_for_people_has_the_call_and_the_worker() -> None:
    stream = logged("text", worker="w2")
    with logger.contextualize(call_sid="CA1"):
        logger.info("hello")

    assert stream.getvalue().split()[2:] == ["w2", "CA1", "hello"]


def test_a_line_of_json_has_the_call_the_kind_and_the_time() -> None:
    stream = logged("json", worker="w2")
    with logger.contextualize(call_sid="CA1"):
        journal_log()(Entry(1.25, "clear", {"unsent": 2}))
        journal_log()(Entry(1.5, "interruption", {"reason": "caller_speech"}))

    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert (told["call_sid"], told["worker"], told["level"]) == ("CA1", "w2", "INFO")
    assert (told["kind"], told["at"]) == ("interruption", 1.5)
    assert told["message"] == "interruption reason=caller_speech"


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_traceback_has_no_values(log_format: LogFormat) -> None:
    stream = logged(log_format)
    try:
        fail()
    except ValueError as error:
        logger.opt(exception=error).error("It failed")

    assert "it has 12 characters" in stream.getvalue()
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_callers_say_is_only_in_the_log_when_asked_for(log_format: LogFormat) -> None:
    entry = Entry(1.0, "caller_said", {"item_id": "item_1"}, {"text": SECRET})
    usual, all_of_it = logged(log_format), StringIO()
    journal_log()(entry)
    log_to(all_of_it, "DEBUG", log_format)
    journal_log()(entry)

    assert SECRET not in usual.getvalue()
    assert SECRET in all_of_it.getvalue()


def test_the_sum_of_a_truncation_is_shown_when_asked_for() -> None:
    cut = Entry(
        2.0,
        "truncation",
        {"item_id": "item_1", "heard_ms": 250, "sent_ms": 900.0, "sum": "250 = 1"},
    )
    stream = logged("text")
    journal_log()(cut)
    usual = stream.getvalue()
    journal_log(timing_math=True)(cut)

    assert "sum" not in usual
    assert "250 = 1" not in usual
    assert "timing: item_1 heard 250 of 900 ms: 250 = 1" in stream.getvalue()
