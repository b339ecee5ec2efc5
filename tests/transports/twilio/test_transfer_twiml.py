"""The TwiML of transfers, held against what Twilio's own package knows of each verb."""

from __future__ import annotations

import inspect
from xml.etree import ElementTree

import pytest
from twilio.twiml import voice_response

from transports.twilio.transfer_twiml import dial, join, whisper
from transports.twilio.twiml import Spoken

WHISPER = whisper(
    Spoken("Ana <needs> you & waits.", "en-US", "Polly.Joanna"), "https://h/answer?t=a_-b", 10
)
DOCUMENTS = (
    WHISPER,
    join("callwright-CA1"),
    dial(["+15550100099", "+15550100098"], "+15550100001", 20, "https://h/after?t=x"),
)
BUILDERS = {
    ("Response", "Gather"): voice_response.VoiceResponse.gather,
    ("Response", "Dial"): voice_response.VoiceResponse.dial,
    ("Response", "Hangup"): voice_response.VoiceResponse.hangup,
    ("Gather", "Say"): voice_response.Gather.say,
    ("Dial", "Conference"): voice_response.Dial.conference,
    ("Dial", "Number"): voice_response.Dial.number,
}


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_verb_and_attribute_is_one_of_twilios(document: str) -> None:
    root = ElementTree.fromstring(document)
    for parent in root.iter():
        for child in parent:
            known = inspect.signature(BUILDERS[parent.tag, child.tag]).parameters
            assert set(child.attrib) <= {camel(name) for name in known}, child.tag


def test_a_person_is_told_and_asked_and_hung_up_on() -> None:
    root = ElementTree.fromstring(WHISPER)

    gather = root.find("Gather")
    assert gather is not None
    assert gather.attrib == {
        "action": "https://h/answer?t=a_-b",
        "method": "POST",
        "numDigits": "1",
        "timeout": "10",
        "input": "dtmf",
    }
    assert gather.findtext("Say") == "Ana <needs> you & waits."
    assert [verb.tag for verb in root] == ["Gather", "Hangup"]


def test_both_meet_in_a_room_that_ends_with_whoever_leaves() -> None:
    conference = ElementTree.fromstring(join("room")).find("Dial/Conference")

    assert conference is not None
    assert conference.text == "room"
    assert conference.attrib == {
        "beep": "false",
        "startConferenceOnEnter": "true",
        "endConferenceOnExit": "true",
        "waitUrl": "",
        "maxParticipants": "2",
    }


def test_a_cold_transfer_rings_all_numbers_and_asks_what_follows() -> None:
    verb = ElementTree.fromstring(DOCUMENTS[2]).find("Dial")

    assert verb is not None
    assert [number.text for number in verb] == ["+15550100099", "+15550100098"]
    assert verb.attrib == {
        "action": "https://h/after?t=x",
        "method": "POST",
        "timeout": "20",
        "callerId": "+15550100001",
    }


def test_without_a_number_of_its_own_the_caller_is_shown() -> None:
    verb = ElementTree.fromstring(dial(["+15550100099"], "", 20, "https://h/after")).find("Dial")

    assert verb is not None
    assert "callerId" not in verb.attrib
