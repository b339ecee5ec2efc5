"""What happens on the call while an escalation is dealt with."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from processors.state.escalation.handling import Collecting, Offer, callback_time, in_words
from processors.state.hours import BusinessHours, Window

NEW_YORK = ZoneInfo("America/New_York")
HOURS = BusinessHours(NEW_YORK, [(Window(time(9, 30), time(17)),)] * 5 + [(), ()])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize("answer", [True, False])
def test_an_offer_is_answered_once(answer: bool) -> None:
    offer = Offer()

    offer.caller_said(answer)
    offer.caller_said(not answer)

    assert (offer.over, offer.taken) == (True, answer)


def test_an_offer_is_passed_over_when_two_turns_say_neither() -> None:
    offer = Offer()

    offer.caller_said(None)
    assert not offer.over
    offer.caller_said(None)

    assert (offer.over, offer.taken) == (True, None)


def test_what_is_collected_is_waited_for_until_it_takes_too_long() -> None:
    collecting = Collecting(("name", "contact"), turns_left=2)

    assert collecting.missing({"name"}) == ("contact",)
    assert not collecting.over({"name"})
    assert collecting.over({"name", "contact", "budget"})
    collecting.caller_said()
    collecting.caller_said()
    assert collecting.over(set())


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-23T10:00", "as soon as possible"),
        ("2026-11-23T08:00", "today after 9:30 am"),
        ("2026-11-23T18:00", "tomorrow after 9:30 am"),
        ("2026-11-20T18:00", "on Monday after 9:30 am"),
    ],
)
def test_when_somebody_calls_back(now: str, words: str) -> None:
    assert in_words(callback_time(at(now), HOURS), at(now)) == words


def test_afternoons_and_full_hours() -> None:
    assert in_words(at("2026-11-23T14:00"), at("2026-11-23T08:00")) == "today after 2 pm"
    assert in_words(at("2026-11-23T12:00"), at("2026-11-23T08:00")) == "today after 12 pm"


def test_where_nobody_knows_the_time_it_is_as_soon_as_possible() -> None:
    assert callback_time(None, HOURS) is None
    assert callback_time(at("2026-11-22T10:00"), None) is None
    assert in_words(None, None) == "as soon as possible"
