"""Who can reach the server, and whether it could tell Twilio from them."""

from __future__ import annotations

from typing import Final

from loguru import logger

from pipeline.settings import Settings, SettingsError

LOOPBACK_BANNER: Final = (
    "TWILIO_AUTH_TOKEN is not set: signatures can't be checked, so only this machine may call"
)

PUBLIC_URL_BANNER: Final = (
    "PUBLIC_URL is not set: signatures are checked against the address that a request names, which "
    "behind a proxy or tunnel is not the one that Twilio signed"
)


def check_exposure(settings: Settings) -> None:
    """See that whoever can connect can be told from Twilio.

    Raises:
        SettingsError: The address is open to all while signatures can't be checked.
    """
    if not settings.checks_signatures:
        if not settings.listens_on_loopback:
            raise SettingsError(
                f"HOST: found {settings.host!r}; without TWILIO_AUTH_TOKEN nobody can tell "
                "Twilio from others, so only 127.0.0.1 is allowed"
            )
        logger.warning(LOOPBACK_BANNER)
    elif not settings.public_url and not settings.trust_proxy:
        logger.warning(PUBLIC_URL_BANNER)
