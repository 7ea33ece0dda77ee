"""Outgoing connections: the guard that keeps a receiver's URL from reaching into our own network.

The check is made on the address a socket is about to connect to, after name resolution and for
literal addresses alike, so neither a name that points inward nor one that changes between check
and use gets through.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp import ClientSession, DummyCookieJar, TCPConnector

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class ForbiddenAddress(OSError):
    """The address is not on the public internet."""

    def __init__(self) -> None:
        super().__init__("the address is not on the public internet")


class GuardedConnector(TCPConnector):
    """Connects to public addresses only."""

    def __init__(self, **options: Any) -> None:
        super().__init__(socket_factory=_public_socket, **options)


def open_session(*, allow_private: bool = False) -> ClientSession:
    """A session that ignores proxies and cookies of its surroundings; guarded unless `allow_private`."""
    connector = TCPConnector() if allow_private else GuardedConnector()
    return ClientSession(connector=connector, cookie_jar=DummyCookieJar(), trust_env=False)


def is_public(host: str) -> bool:
    """Whether a literal address is a public unicast one, looking through IPv4 wrapped in IPv6."""
    address = _unwrapped(ip_address(host.partition("%")[0]))
    return address.is_global and not address.is_multicast


def _public_socket(info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
    family, kind, protocol, _, target = info
    if not is_public(str(target[0])):
        raise ForbiddenAddress
    return socket.socket(family=family, type=kind, proto=protocol)


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[12:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
