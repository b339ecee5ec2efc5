from __future__ import annotations

import pytest

from transports.simulated.talk import day_and_time


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("Saturday morning would be good.", "Saturday morning"),
        ("Tuesday at two thirty", "Tuesday at 2:30"),
        ("the third of May, 1988", "May 3, 1988"),
        ("May third nineteen eighty eight", "May 3, 1988"),
        ("twenty first of June", "June 21"),
        ("Within the next two months.", "within the next two months"),
        ("tomorrow at half past two in the afternoon", "tomorrow at 2:30 in the afternoon"),
        ("next Tuesday or Thursday after five", "next Tuesday or Thursday after five"),
        ("Between two and four on Friday", "between two and four on Friday"),
        ("at 2 pm", "at 2 PM"),
        ("2:30 p.m. on Monday", "2:30 PM on Monday"),
        ("around quarter to three", "around 2:45"),
        ("a quarter past nine", "9:15"),
        ("two o'clock", "2 o'clock"),
        ("I could do ten thirty or eleven on Wednesday", "10:30 or eleven on Wednesday"),
        ("as soon as possible", "as soon as possible"),
        ("In the spring", "in the spring"),
        ("monday", "Monday"),
        ("It may be soon", ""),
        ("Two bedrooms", ""),
    ],
)
def test_days_and_times_are_kept_in_figures(said: str, when: str) -> None:
    assert day_and_time.when_in(said) == when


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("Monday at 2:30", "actually make it Tuesday", "Tuesday at 2:30"),
        ("Saturday morning", "no, Sunday", "Sunday morning"),
        ("Saturday morning", "afternoon please", "Saturday afternoon"),
        ("Tuesday at 2 PM", "make it three pm", "Tuesday at 3 PM"),
        ("Friday after five", "before five", "Friday before five"),
        ("Monday", "at two pm", "Monday at 2 PM"),
        ("Monday", "Wednesday at noon", "Wednesday at noon"),
        ("Monday", "no", ""),
    ],
)
def test_another_day_keeps_the_time_and_the_reverse(before: str, said: str, after: str) -> None:
    assert day_and_time.corrected(before, said) == after
