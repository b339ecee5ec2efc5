"""Which addresses belong to everybody, and which only to the network that this machine is in."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as IPv6 networks reach them (RFC 6052)."""

_OWN_NAT64: Final = IPv6Network("64:ff9b:1::/48")
"""The same, as every network has it for itself (RFC 8215)."""


def is_public(address: str) -> bool:
    """Whether an address lies in the public internet, by what it stands for in the end.

    Not those of this machine, of private and local networks, of a cloud's own services
    (169.254.169.254), and none that hide such a one in an IPv6 address.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    for meant in (found, *_embedded(found)):
        if not meant.is_global or meant.is_multicast or meant in _OWN_NAT64:
            return False
    return True


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [one for one in found if one is not None]
