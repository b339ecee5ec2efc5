from xml.etree import ElementTree

import pytest

from transports.twilio.twiml import Spoken, connect_stream, say_and_dial, say_and_hang_up


def test_a_call_is_connected_with_its_token_and_a_fallback_behind() -> None:
    fallback = Spoken("Please call again.", "en-GB", "Polly.Amy")

    twiml = connect_stream("wss://h.example/media-stream", "tok", fallback)

    assert twiml == (
        '<?xml version="1.0" encoding="UTF-8"?><Response>'
        '<Connect><Stream url="wss://h.example/media-stream">'
        '<Parameter name="token" value="tok" /></Stream></Connect>'
        '<Say language="en-GB" voice="Polly.Amy">Please call again.</Say><Hangup /></Response>'
    )


def test_a_refusal_is_said_and_the_call_ends() -> None:
    assert say_and_hang_up(Spoken("No.")) == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say>No.</Say><Hangup /></Response>'
    )


def test_somebody_else_is_rung_after_the_words() -> None:
    assert say_and_dial(Spoken("One moment."), "+15550100099", 30) == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say>One moment.</Say>'
        '<Dial timeout="30">+15550100099</Dial><Hangup /></Response>'
    )


def test_without_words_it_only_ends() -> None:
    assert say_and_hang_up(Spoken("")) == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup /></Response>'
    )


@pytest.mark.parametrize("text", ["<Dial>+1900</Dial>", 'A & "B"', "Grüße, 東京", "]]>"])
def test_words_are_words_and_never_markup(text: str) -> None:
    root = ElementTree.fromstring(connect_stream("wss://h/m", "t", Spoken(text)))

    assert [child.tag for child in root] == ["Connect", "Say", "Hangup"]
    assert root[1].text == text
