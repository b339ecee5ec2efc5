"""How Twilio signs what it sends us, done by hand from its recipe.

The string is the full URL as configured; for a form, each parameter's name and then each of its
distinct values follow, both sorted. Base64 of HMAC-SHA1 with the account's auth token over it is
``X-Twilio-Signature`` (Twilio, Webhooks security). A WebSocket's upgrade is a GET: the URL alone,
with its ``wss`` scheme (Twilio, Firewall: Media Streams configuration).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable


def twilio_signature(
    auth_token: str, url: str, form: Iterable[tuple[str, str]] | None = None
) -> str:
    """The header's value for a request to ``url``, with a form's fields if it has any."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for name, value in form or ():
        values[name].add(value)
    text = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")
