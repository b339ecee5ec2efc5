"""What a call has learned, field by field."""

from __future__ import annotations

from typing import Any

from processors.state.detail_values import DetailField, Surroundings
from processors.state.details import Details, SaveReport
from processors.state.memory import Remembered

AROUND = Surroundings(None, "US")


def details() -> Details:
    return Details(
        [
            DetailField("name", confirm=True),
            DetailField("phone", "phone", confirm=True),
            DetailField("people", "integer"),
            DetailField("notes", required=False),
        ]
    )


def save(found: Details, confirmed: tuple[str, ...] = (), **given: Any) -> SaveReport:
    return found.save(given, confirmed, AROUND)


def test_report_says_what_is_saved_missing_and_to_be_confirmed() -> None:
    call = details()

    report = save(call, name="Jo Smith", people="three", age="40", notes=None)

    assert report.saved == {"name": "Jo Smith"}
    assert list(report.refused) == ["people", "age"]
    assert report.to_confirm == ("name",)
    assert report.missing == ("phone", "people")
    assert report.for_model() == {
        "saved": {"name": "Jo Smith"},
        "not saved, so ask again": {
            "people": "is no whole number in digits",
            "age": "is no field; the fields are name, phone, people, notes",
        },
        "to be read back and confirmed": ["name"],
        "still missing": ["phone", "people"],
    }


def test_doubt_lasts_until_the_caller_agreed() -> None:
    call = details()

    first = save(call, phone="+15550100042")
    second = save(call, ("phone",), phone="+15550100042")

    assert list(first.doubtful) == ["phone"]
    assert second.doubtful == {}
    assert call.known == {"phone": Remembered("+15550100042", confirmed=True)}


def test_confirmation_may_come_later_and_is_lost_when_the_answer_changes() -> None:
    call = details()
    save(call, name="Jo Smith")
    assert save(call, ("name", "phone")).to_confirm == ()
    assert save(call, name="Jo Smith").to_confirm == ()

    assert save(call, name="Jo Smythe").to_confirm == ("name",)


def test_what_was_refused_is_not_confirmed() -> None:
    call = details()
    save(call, phone="2125550142")

    report = save(call, ("phone",), phone="12")

    assert report.to_confirm == ("phone",)
    assert call.known["phone"] == Remembered("+12125550142")


def test_when_all_is_known_the_model_is_told_so() -> None:
    call = details()
    save(call, ("name", "phone"), name="Jo", phone="2125550142", people=2)

    assert save(call).for_model() == {"saved": {}, "still missing": "nothing"}
