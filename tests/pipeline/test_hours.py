"""The ``hours:`` block of a call file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.pipeline.files import MINIMAL, call_file, problems

NEW_YORK = ZoneInfo("America/New_York")
IN_NEW_YORK = MINIMAL.replace("timezone: UTC", "timezone: America/New_York")
SHOP = """\
hours:
  mon_fri: 09:00-12:00, 13:00-17:30
  fri: 9:00-13:00
  sat: 00:00-24:00
  holidays: {country: US, subdivision: NY}
  days:
    - {date: 2026-12-24, hours: closed}
    - {date: 2026-12-25, hours: "22:00-02:00"}
"""


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T11:59", True),
        ("2026-11-23T12:00", False),
        ("2026-11-23T17:29", True),
        ("2026-11-20T12:59", True),
        ("2026-11-20T13:00", False),
        ("2026-11-21T23:59", True),
        ("2026-11-22T00:00", False),
        ("2026-11-26T10:00", False),  # Thanksgiving
        ("2026-12-24T10:00", False),
        ("2026-12-25T23:00", True),
        ("2026-12-26T01:00", True),
    ],
)
def test_hours_in_the_files_zone(tmp_path: Path, moment: str, is_open: bool) -> None:
    hours = call_file(tmp_path, IN_NEW_YORK + SHOP).business_hours

    assert hours is not None
    assert hours.is_open(datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK)) is is_open


def test_a_file_without_hours_is_open_at_all_times(tmp_path: Path) -> None:
    assert call_file(tmp_path, MINIMAL).business_hours is None


def test_calls_of_a_file_share_its_holidays(tmp_path: Path) -> None:
    call = call_file(tmp_path, IN_NEW_YORK + SHOP)

    assert call.business_hours is call.business_hours


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("hours: {mon_fri: 9 to 5}", "found '9 to 5'; allowed: times as in 09:00-17:00"),
        ("hours: {sat: 25:00-26:00}", "allowed: times as in 09:00-17:00"),
        ("hours: {saturday: closed}", "found an unknown key; allowed: mon_fri, mon, tue"),
        ("hours: {holidays: {country: usa}}", "allowed: a country's two letters, in capitals"),
        ("hours: {holidays: {country: US, subdivision: XX}}", "NY"),
        ("hours: {days: [{date: 2026-02-30, hours: closed}]}", "allowed: a date, as in 2026-12-24"),
    ],
)
def test_what_is_wrong_is_told_with_what_is_allowed(tmp_path: Path, block: str, told: str) -> None:
    (problem,) = problems(tmp_path, IN_NEW_YORK + block)

    assert told in problem


def test_hours_need_a_zone(tmp_path: Path) -> None:
    without = MINIMAL.replace("timezone: UTC\n", "")

    (problem,) = problems(tmp_path, without + "hours: {mon_fri: 09:00-17:00}")

    assert problem.startswith("6: hours: needs the zone")
