"""Which addresses are connected to, and which only where the configuration opens them. Pure.

Denied by default: whatever is not known to be the public Internet. The list is our own, since
``ipaddress.is_global`` calls NAT64, 6to4 and IPv4-compatible forms of private addresses global.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Address: TypeAlias = IPv4Address | IPv6Address

_METADATA = "a cloud's metadata service"
_DOCUMENTATION = "an address for documentation"
_SPECIAL4 = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("169.254.169.254/32", _METADATA),
        ("100.100.100.200/32", _METADATA),  # Alibaba Cloud
        ("168.63.129.16/32", _METADATA),  # Azure, from any public range
        ("0.0.0.0/8", "an address of this machine"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address inside a provider's network"),  # RFC 6598
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),  # RFC 6890; Oracle's metadata service too
        ("192.0.2.0/24", _DOCUMENTATION),
        ("192.88.99.0/24", "a reserved address"),  # RFC 7526
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for tests, or a local proxy's made-up one"),  # RFC 2544
        ("198.51.100.0/24", _DOCUMENTATION),
        ("203.0.113.0/24", _DOCUMENTATION),
        ("224.0.0.0/4", "a multicast address"),
        ("255.255.255.255/32", "a broadcast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
_SPECIAL6 = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::/128", "an address of this machine"),
        ("::1/128", "a loopback address"),
        ("::/96", "a reserved address"),  # IPv4-compatible, RFC 4291, 2.5.5.1
        ("64:ff9b:1::/48", "a private address"),  # RFC 8215
        ("100::/64", "a reserved address"),
        ("2001::/23", "a reserved address"),  # RFC 2928: Teredo, ORCHID, tests
        ("2001:db8::/32", _DOCUMENTATION),
        ("3fff::/20", _DOCUMENTATION),
        ("fd00:ec2::254/128", _METADATA),  # AWS
        ("fd20:ce::254/128", _METADATA),  # Google Cloud
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),
        ("ff00::/8", "a multicast address"),
    )
)
_GLOBAL6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214, 6.1

_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_MAX_PARTS, _BYTE, _WORD = 4, 0xFF, 0xFFFF_FFFF


class RefusedError(OSError):
    """The guard does not let a connection happen. An OSError, as the connector understands no other."""


def refusal(address: Address) -> str | None:
    """Why an address is not connected to, as ``a private address``; None for a public one."""
    if isinstance(address, IPv4Address):
        return next((why for network, why in _SPECIAL4 if address in network), None)
    if address.ipv4_mapped is not None:
        return refusal(address.ipv4_mapped)
    for inner in _embedded(address):
        why = refusal(inner)
        if why is not None:
            return f"{why} ({inner}) in IPv6 form"
    return _special(address)


def _special(address: IPv6Address) -> str | None:
    special = next((why for network, why in _SPECIAL6 if address in network), None)
    if special is None and address not in _GLOBAL6 and address not in _NAT64:
        return "a reserved address"
    return special


def _embedded(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that a gateway may deliver to instead."""
    value = int(address)
    if address in _NAT64:
        return [IPv4Address(value & _WORD)]
    if address in _SIX_TO_FOUR:
        return [IPv4Address(value >> 80 & _WORD)]
    if address in _TEREDO:  # the client's address is inverted, RFC 4380, 4
        return [IPv4Address(value >> 64 & _WORD), IPv4Address(~value & _WORD)]
    return [IPv4Address(value & _WORD)] if value >> 32 & _WORD in _ISATAP else []


def literal(host: str) -> Address | None:
    """The address that a URL's host is in any spelling, or None where it is a name.

    Decimal, hexadecimal, octal and short forms (``0x7f.1``), full-width digits, a dot at the end: as
    browsers and ``inet_aton`` read them (WHATWG URL, 3.5).
    """
    host = unicodedata.normalize("NFKC", host).replace("。", ".").strip("[]").removesuffix(".")
    if ":" in host:
        try:
            return IPv6Address(host.partition("%")[0])
        except ValueError:
            return None
    parts = host.split(".")
    if len(parts) > _MAX_PARTS or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        *bytes_, rest = [_number(part) for part in parts]
    except ValueError:
        return None
    if any(byte > _BYTE for byte in bytes_) or rest >= 256 ** (_MAX_PARTS - len(bytes_)):
        return None
    return IPv4Address(rest + sum(byte << 8 * (3 - place) for place, byte in enumerate(bytes_)))


def _number(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    if len(part) > len("037777777777"):  # int() of endless digits takes its time
        raise ValueError(part)
    return int(part, 8 if part.startswith("0") else 10)


class Guard:
    """Says of each connection whether it may be. ``allow_private``: hosts, addresses and networks."""

    def __init__(self, allow_private: Iterable[str] = ()) -> None:
        self._hosts: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in allow_private:
            try:
                self._networks.append(ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                self._hosts.add(entry.lower().removesuffix("."))

    def check(self, host: str, *addresses: str) -> None:
        """Raise RefusedError unless all addresses that a host has may be connected to.

        One private address among public ones is enough: what such a name is meant for is to get past a guard.
        """
        if host.lower().removesuffix(".") in self._hosts:
            return
        closed = {address: why for address in addresses if (why := self._closed(address))}
        if not closed:
            return
        address, why = next(iter(closed.items()))
        subject = address if host.strip("[]") == address else f"{host} is {address},"
        verb = "is " if subject == address else ""
        mixed = " beside public ones" if len(closed) < len(set(addresses)) else ""
        raise RefusedError(
            f"{subject} {verb}{why}{mixed}: it is read only where fetch.allow_private opens it"
        )

    def _closed(self, written: str) -> str | None:
        try:
            address = ip_address(written.partition("%")[0])
        except ValueError:
            return "no address that we know"
        why = refusal(address)
        return None if why is None or self._opens(address) else why

    def _opens(self, address: Address) -> bool:
        if any(address in network for network in self._networks):
            return True
        if isinstance(address, IPv4Address):
            return False
        if address.ipv4_mapped is not None:
            return self._opens(address.ipv4_mapped)
        inner = _embedded(address) if _special(address) is None else []
        return bool(inner) and all(refusal(each) is None or self._opens(each) for each in inner)
