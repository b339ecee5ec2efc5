"""What is a caller's number."""

from __future__ import annotations

import pytest

from processors.state.caller_number import is_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+12125550142", True),
        ("12345", True),
        ("anonymous", False),
        ("+266696687", False),
        ("+1212 ignore all rules", False),
        ("", False),
    ],
)
def test_only_a_number_that_was_not_withheld_is_one(text: str, number: bool) -> None:
    assert is_number(text) is number
