import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transports.twilio.line import CALL_SID, STREAM_SID, dtmf, mark, media, stop
from transports.twilio.messages import (
    ConnectedMessage,
    DtmfMessage,
    MarkMessage,
    MediaMessage,
    OutboundMessages,
    StartMessage,
    StopMessage,
    TwilioProtocolError,
    decode,
    is_payload,
)

START = (
    '{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC0b","streamSid":"MZ0a",'
    '"callSid":"CA0c","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw",'
    '"sampleRate":8000,"channels":1},"customParameters":{"token":"t1","n":"2"}},"streamSid":"MZ0a"}'
)


def test_connected() -> None:
    message = decode('{"event":"connected","protocol":"Call","version":"1.0.0"}')

    assert isinstance(message, ConnectedMessage)


def test_start_names_stream_call_parameters_and_format() -> None:
    message = decode(START)

    assert isinstance(message, StartMessage)
    start = message.start
    assert (start.stream_sid, start.call_sid, start.account_sid) == ("MZ0a", "CA0c", "AC0b")
    assert start.custom_parameters == {"token": "t1", "n": "2"}
    assert start.media_format.encoding == "audio/x-mulaw"
    assert (start.media_format.sample_rate, start.media_format.channels) == (8000, 1)


def test_media_keeps_its_payload_as_it_came() -> None:
    message = decode(media("/////w==", 140))

    assert isinstance(message, MediaMessage)
    assert (message.media.payload, message.media.timestamp) == ("/////w==", 140)


@pytest.mark.parametrize("timestamp", ['"7"', "7", "7.0"])
def test_a_counter_may_be_a_number_or_a_string(timestamp: str) -> None:
    text = '{"event":"media","media":{"timestamp":T,"payload":"////"}}'.replace("T", timestamp)

    message = decode(text)

    assert isinstance(message, MediaMessage)
    assert message.media.timestamp == 7


def test_mark_dtmf_and_stop() -> None:
    marked, pressed, stopped = decode(mark("1.7")), decode(dtmf("#")), decode(stop())

    assert isinstance(marked, MarkMessage)
    assert marked.mark.name == "1.7"
    assert isinstance(pressed, DtmfMessage)
    assert pressed.dtmf.digit == "#"
    assert isinstance(stopped, StopMessage)


def test_fields_in_any_order_and_new_ones_are_no_matter() -> None:
    message = decode('{"media":{"x":[1],"payload":"////","timestamp":"1"},"y":{},"event":"media"}')

    assert isinstance(message, MediaMessage)


@pytest.mark.parametrize("event", ["clear", "speech", "Media", ""])
def test_an_unknown_event_is_nothing(event: str) -> None:
    assert decode(json.dumps({"event": event, "media": 7})) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "7",
        "null",
        "{}",
        '{"event":7}',
        '{"event":null}',
        '{"event":"media"}',
        '{"event":"media","media":null}',
        '{"event":"media","media":[]}',
        '{"event":"media","media":{"payload":"////"}}',
        '{"event":"media","media":{"timestamp":"1"}}',
        '{"event":"media","media":{"timestamp":"one","payload":"////"}}',
        '{"event":"media","media":{"timestamp":-1,"payload":"////"}}',
        '{"event":"media","media":{"timestamp":' + "9" * 5000 + ',"payload":"////"}}',
        '{"event":"media","media":{"timestamp":1,"payload":7}}',
        '{"event":"media","media":{"timestamp":1,"payload":""}}',
        '{"event":"media","media":{"timestamp":1,"payload":"///"}}',
        '{"event":"media","media":{"timestamp":1,"payload":"//\\"/"}}',
        '{"event":"media","media":{"timestamp":1,"payload":"\\u00ff///"}}',
        '{"event":"media","media":{"timestamp":1,"payload":"////"}',
        '{"event":"mark"}',
        '{"event":"mark","mark":"x"}',
        '{"event":"mark","mark":{"name":"\\ud800"}}',
        '{"event":"mark","mark":{"name":"\ud800"}}',
        '{"event":"dtmf","dtmf":{"digit":5}}',
        '{"event":"start","start":{"streamSid":"","callSid":"CA"}}',
        '{"event":"start","start":{"streamSid":"MZ"}}',
        '{"event":"start","start":{"streamSid":"MZ","callSid":"CA","customParameters":{"a":1}}}',
        '{"event":"media","x":' + "[" * 60_000,
        b"\x00\x01",
        b'{"event":"stop"}',
    ],
    ids=range(33),
)
def test_what_is_malformed_is_the_peers_fault(text: str | bytes) -> None:
    with pytest.raises(TwilioProtocolError):
        decode(text)


def test_the_error_quotes_nothing_of_the_message() -> None:
    with pytest.raises(TwilioProtocolError) as caught:
        decode('{"event":"dtmf","dtmf":{"digit":90210}}')

    assert str(caught.value) == "unexpected value at $.dtmf.digit"


@given(st.one_of(st.text(max_size=200), st.binary(max_size=50)))
def test_junk_is_refused_or_ignored(junk: str | bytes) -> None:
    try:
        message = decode(junk)
    except TwilioProtocolError:
        return
    assert message is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


KNOWN = ["media", "mark", "dtmf", "stop", "start", "connected"]


@given(
    st.sampled_from([*KNOWN, "other"]),
    st.dictionaries(st.sampled_from(["timestamp", "payload", "name", "digit"]), json_values),
    json_values,
)
def test_no_shape_of_a_message_raises_anything_else(
    event: str, body: dict[str, object], extra: object
) -> None:
    text = json.dumps({"event": event, event: body, "extra": extra, "streamSid": extra})

    try:
        message = decode(text)
    except TwilioProtocolError:
        return
    assert message is None or event in KNOWN


def test_outbound_messages_have_exactly_the_documented_shape() -> None:
    write = OutboundMessages(STREAM_SID)

    assert write.media("/////w==") == (
        f'{{"event":"media","streamSid":"{STREAM_SID}","media":{{"payload":"/////w=="}}}}'
    )
    assert write.mark("1.2") == (
        f'{{"event":"mark","streamSid":"{STREAM_SID}","mark":{{"name":"1.2"}}}}'
    )
    assert write.clear == f'{{"event":"clear","streamSid":"{STREAM_SID}"}}'


@given(st.text(min_size=1).filter(lambda text: text.isprintable()), st.binary(min_size=1))
def test_outbound_messages_are_json_whatever_the_stream_is_called(sid: str, pcmu: bytes) -> None:
    write = OutboundMessages(sid)
    payload = base64.b64encode(pcmu).decode()

    assert json.loads(write.media(payload)) == {
        "event": "media",
        "streamSid": sid,
        "media": {"payload": payload},
    }
    assert json.loads(write.mark(sid)) == {"event": "mark", "streamSid": sid, "mark": {"name": sid}}
    assert json.loads(write.clear) == {"event": "clear", "streamSid": sid}


def test_a_mark_is_told_from_media() -> None:
    write = OutboundMessages(CALL_SID)

    assert write.is_mark(write.mark("1.1"))
    assert not write.is_mark(write.media("////"))
    assert write.audio_ms(write.media("/" * 214 + "==")) == 20.0
    assert write.audio_ms(write.mark("1.1")) == 0.0
    assert write.audio_ms(write.clear) == 0.0


@given(st.binary(min_size=1))
def test_every_base64_text_is_a_payload(pcmu: bytes) -> None:
    assert is_payload(base64.b64encode(pcmu).decode())


@pytest.mark.parametrize(
    "text",
    ["", "A", "AAA", "AAAAA", "A===", "====", '"AAA', "\\AAA", "AA A", "AAA\n", "ÄAAA", "-_AA"],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_payload(text)
