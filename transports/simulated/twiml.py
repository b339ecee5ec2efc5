"""TwiML as the phone company reads it: a list of verbs, carried out one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET


class TwimlError(Exception):
    """The document can't be carried out; Twilio would say so to the caller and hang up."""


@dataclass(frozen=True, slots=True)
class Connect:
    """``<Connect><Stream>``: hand the call's audio to a server, until that closes the stream.

    Attributes:
        url: Where to dial.
        parameters: What ``start.customParameters`` will hold.
    """

    url: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Say:
    """``<Say>``: words in Twilio's own voice."""

    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """``<Pause>``: ``seconds`` of nothing."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Redirect:
    """``<Redirect>``: go on with the document at ``url``."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """``<Hangup>`` or ``<Reject>``: the call is over."""


@dataclass(frozen=True, slots=True)
class Gather:
    """``<Gather>``: words, and a key that is waited for.

    Attributes:
        action: Where the key goes.
        text: The words.
        timeout: Seconds that are waited after them.
    """

    action: str
    text: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Dial:
    """``<Dial>``: connect with others.

    Attributes:
        numbers: Whose telephones ring.
        room: The conference to go to; empty: none.
        action: What is asked when it is over; empty: the next verb follows.
        timeout: Seconds that it rings.
    """

    numbers: tuple[str, ...] = ()
    room: str = ""
    action: str = ""
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Other:
    """A verb that this phone only notes, ``<Record>`` for one.

    Attributes:
        verb: Its name.
        text: All text in it.
    """

    verb: str
    text: str


Verb = Connect | Say | Pause | Redirect | Hangup | Gather | Dial | Other


def parse_twiml(document: str) -> list[Verb]:
    """The verbs of a document, in order.

    Raises:
        TwimlError: It is no TwiML, or lacks what a verb needs.
    """
    try:
        root = ET.fromstring(document)  # noqa: S314  our own server's answer, not a stranger's
    except ET.ParseError as error:
        raise TwimlError(f"no XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(f"the root is <{root.tag}>, not <Response>")
    return [_verb(element) for element in root]


def _verb(element: ET.Element) -> Verb:
    text = " ".join("".join(element.itertext()).split())
    if element.tag == "Connect":
        return _connect(element)
    if element.tag == "Say":
        return Say(text)
    if element.tag == "Pause":
        return Pause(float(element.get("length", "1")))
    if element.tag == "Redirect":
        return Redirect(text, element.get("method", "POST").upper())
    if element.tag in {"Hangup", "Reject"}:
        return Hangup()
    if element.tag == "Gather":
        return Gather(element.get("action", ""), text, float(element.get("timeout", "5")))
    if element.tag == "Dial":
        return _dial(element, text)
    return Other(element.tag, text)


def _dial(element: ET.Element, text: str) -> Dial:
    room = element.findtext("Conference", "").strip()
    numbers = tuple((number.text or "").strip() for number in element.iter("Number"))
    return Dial(
        numbers or (() if room else (text,)),
        room,
        element.get("action", ""),
        float(element.get("timeout", "30")),
    )


def _connect(element: ET.Element) -> Connect:
    stream = element.find("Stream")
    if stream is None or not stream.get("url"):
        raise TwimlError("<Connect> without a <Stream url=...>")
    parameters = {
        parameter.get("name", ""): parameter.get("value", "")
        for parameter in stream.iter("Parameter")
    }
    return Connect(stream.get("url", ""), parameters)
