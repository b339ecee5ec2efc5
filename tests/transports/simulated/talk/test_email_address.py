from __future__ import annotations

import pytest

from transports.simulated.talk import email_address

SAID = [
    ("jordan dot lee at example dot com", "jordan.lee@example.com"),
    ("It's Jordan.Lee at example.com.", "jordan.lee@example.com"),
    ("j o r d a n underscore lee four two at gmail dot com", "jordan_lee42@gmail.com"),
    ("my email is jordan.lee@example.com.", "jordan.lee@example.com"),
    ("You can reach me at bob at mail dot example dot org please", "bob@mail.example.org"),
    ("J-O-R-D-A-N at example dot co dot uk", "jordan@example.co.uk"),
    ("bob smith, all one word, at example dot com", "bobsmith@example.com"),
    ("jay at e x a m p l e dot com", "jay@example.com"),
    ("bob at big dash house dot com", "bob@big-house.com"),
    ("ann plus news at my house dot com", "ann+news@myhouse.com"),
]


@pytest.mark.parametrize(("said", "address"), SAID)
def test_an_address_is_put_together(said: str, address: str) -> None:
    assert email_address.email_in(said) == address


@pytest.mark.parametrize("said", ["no", "meet me at the office", "look at example dot com"])
def test_what_is_no_address_is_none(said: str) -> None:
    assert email_address.email_in(said).partition("@")[0] in ("", "look")


@pytest.mark.parametrize("address", [address for _, address in SAID])
def test_what_is_read_out_is_understood_again(address: str) -> None:
    assert email_address.email_in(email_address.spoken(address)) == address


def test_what_stands_before_the_at_is_spelled() -> None:
    assert email_address.spoken("jo.lee@example.com") == ("J, O, dot, L, E, E, at example dot com")
