"""Answers by their type."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from processors.state.detail_values import (
    MOST_LETTERS,
    BadDetailError,
    DetailField,
    DetailType,
    Reading,
    Surroundings,
    read_detail,
    region_of,
)

NEW_YORK = ZoneInfo("America/New_York")
HERE = Surroundings(datetime(2026, 1, 5, 10, 0, tzinfo=NEW_YORK), "US")
NOWHERE = Surroundings()


def field(kind: DetailType, **more: Any) -> DetailField:
    return DetailField("field", kind, **more)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("text", "  two \n words ", "two words"),
        ("text", "x" * 600, "x" * MOST_LETTERS),
        ("text", 7, "7"),
        ("phone", "212 555 0142", "+12125550142"),
        ("phone", "+44 20 7946 0018", "+442079460018"),
        ("phone", "(212) 736-5000 ext. 12", "+12127365000 ext. 12"),
        ("email", "Jo.Smith@Example.com", "Jo.Smith@example.com"),
        ("contact", "jo@example.org", "jo@example.org"),
        ("contact", "2125550142", "+12125550142"),
        ("date", "2026-01-05", "2026-01-05"),
        ("date", "2026-01-06T14:30", "2026-01-06T14:30"),
        ("date", "2026-01-06T14:30:00+00:00", "2026-01-06T09:30"),  # on the business's clock
        ("birthday", "1990-02-28", "1990-02-28"),
        ("birthday", "1990-02-28T00:00", "1990-02-28"),
        ("money", "450000", "450000"),
        ("money", "$450,000.50", "450000.50 $"),
        ("money", "$1.2 million", "1200000 $"),
        ("money", "300-450k", "300000-450000"),
        ("money", "300k to 450 thousand", "300000-450000"),
        ("money", "2 000 EUR a month", "2000 EUR a month"),
        ("money", 1800, "1800"),
        ("integer", " 3 ", "3"),
        ("integer", 4, "4"),
        ("yes_no", "Yes.", "yes"),
        ("yes_no", True, "yes"),
        ("yes_no", False, "no"),
    ],
)
def test_answer_is_written_in_one_way(kind: DetailType, given: object, value: str) -> None:
    assert read_detail(field(kind), given, HERE) == Reading(value)


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        ("text", " ", "is empty"),
        ("phone", "a while ago", "digit by digit"),
        ("phone", "55501", "has 5 digits"),
        ("email", "jo at example", "letter by letter"),
        ("contact", "jo@", "letter by letter"),
        ("contact", "by mail", "digit by digit"),
        ("date", "tomorrow", "YYYY-MM-DDTHH:MM; today is Monday 2026-01-05"),
        ("date", "2026-02-30", "YYYY-MM-DD"),
        ("birthday", "2026-01-06", "is no birthday; today is Monday"),
        ("birthday", "1890-01-01", "is no birthday"),
        ("money", "what it takes", "in digits"),
        ("integer", "three", "whole number"),
        ("yes_no", "perhaps", "neither yes nor no"),
    ],
)
def test_what_cannot_be_right_is_refused_with_what_is_wanted(
    kind: DetailType, given: str, wanted: str
) -> None:
    with pytest.raises(BadDetailError, match=wanted):
        read_detail(field(kind), given, HERE)


@pytest.mark.parametrize(
    ("kind", "given", "doubt"),
    [
        ("phone", "+15550100042", "no such number is known"),
        ("date", "2026-01-04", "in the past; today is Monday 2026-01-05"),
        ("date", "2026-01-05T09:59", "in the past"),
        ("date", "2029-01-01", "more than two years ahead"),
        ("money", "500-300", "the larger one"),
    ],
)
def test_what_may_be_wrong_is_kept_with_a_doubt(kind: DetailType, given: str, doubt: str) -> None:
    assert doubt in read_detail(field(kind), given, HERE).doubt


def test_without_a_clock_days_are_taken_as_they_are() -> None:
    assert read_detail(field("date"), "1999-01-01", NOWHERE) == Reading("1999-01-01")
    assert read_detail(field("date"), "1999-01-01T08:00Z", NOWHERE).value == "1999-01-01T08:00"
    assert read_detail(field("birthday"), "2999-01-01", NOWHERE) == Reading("2999-01-01")
    with pytest.raises(BadDetailError, match=r"YYYY-MM-DDTHH:MM$"):
        read_detail(field("date"), "soon", NOWHERE)


def test_number_without_its_country_needs_a_region() -> None:
    with pytest.raises(BadDetailError):
        read_detail(field("phone"), "212 555 0142", NOWHERE)


@pytest.mark.parametrize(
    ("given", "allowed"), [("2", True), ("1", False), ("9", False), ("8", True)]
)
def test_bounds_hold(given: str, allowed: bool) -> None:
    bounded = field("integer", minimum=2, maximum=8)

    if allowed:
        assert read_detail(bounded, given, HERE).value == given
    else:
        with pytest.raises(BadDetailError, match="is too"):
            read_detail(bounded, given, HERE)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("buy", "buy"),
        ("Rent", "rent"),
        ("I want to buy", "buy"),
        ("lease", "lease or sublet"),
        ("buy or rent", None),
        ("neither", None),
    ],
)
def test_choice_is_one_of_those_listed(given: str, value: str | None) -> None:
    choice = field("choice", choices=("buy", "rent", "lease or sublet"))

    if value is None:
        with pytest.raises(BadDetailError, match="buy, rent, lease or sublet"):
            read_detail(choice, given, HERE)
    else:
        assert read_detail(choice, given, HERE).value == value


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+15550100001", "US"),
        ("+442079460018", "GB"),
        ("", ""),
        ("+88213000000", ""),
        ("+9990", ""),
    ],
)
def test_region_is_the_numbers(number: str, region: str) -> None:
    assert region_of(number) == region
