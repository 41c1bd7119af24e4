"""Which addresses are connected to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.web.guard import Guard, RefusedError, literal, refusal

INTERNAL = [
    "0.0.0.0",  # noqa: S104 - an address to refuse, not one to listen on
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.23",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]
INTERNAL_6 = [
    "::",
    "::1",
    "::127.0.0.1",
    "::93.184.216.34",
    "100::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:0:5db8:d822::a247:27dd",
    "2001:1::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "64:ff9b:1::1",
    "8000::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2400:3200::1",
    "2606:2800::1",
]


def forms(address: IPv4Address) -> list[IPv6Address]:
    """An IPv4 address in the IPv6 addresses that lead to it."""
    value = int(address)
    return [
        IPv6Address(0xFFFF << 32 | value),  # mapped
        IPv6Address((0x64FF9B << 96) | value),  # NAT64
        IPv6Address((0x2002 << 112) | value << 80 | 1),  # 6to4
        IPv6Address((0x20010000 << 96) | value << 64 | (~0x5DB8D822 & 0xFFFFFFFF)),  # Teredo: its server
        IPv6Address((0x20010000 << 96) | 0x5DB8D822 << 64 | (~value & 0xFFFFFFFF)),  # Teredo: its client
        IPv6Address((0x26062800 << 96) | 0x5EFE << 32 | value),  # ISATAP
        IPv6Address((0x26062800 << 96) | 0x2005EFE << 32 | value),
    ]


def spellings(address: IPv4Address) -> list[str]:
    """An IPv4 address as browsers and ``inet_aton`` read it."""
    value = int(address)
    first, second, third, fourth = address.packed
    full_width = str.maketrans("0123456789.", "0123456789。")
    return [
        str(address),
        f"{address}.",
        str(value),
        hex(value),
        hex(value).upper().replace("X", "x"),
        f"0{value:o}",
        ".".join(map(hex, address.packed)),
        ".".join(f"0{part:o}" for part in address.packed),
        f"{first}.{value & 0xFFFFFF}",
        f"{first}.{second}.{value & 0xFFFF}",
        f"0x{first:x}.0{second:o}.{third}.{fourth}",
        str(address).translate(full_width),
        str(value).translate(full_width),
    ]


@pytest.mark.parametrize("address", INTERNAL + INTERNAL_6)
def test_an_internal_address_is_refused(address: str) -> None:
    assert refusal(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not_refused(address: str) -> None:
    assert refusal(ip_address(address)) is None


@pytest.mark.parametrize("address", INTERNAL)
def test_an_internal_address_is_refused_in_every_ipv6_form(address: str) -> None:
    refused = [form for form in forms(IPv4Address(address)) if refusal(form)]

    assert refused == forms(IPv4Address(address))


def test_a_public_address_is_not_refused_in_an_ipv6_form() -> None:
    mapped, nat64, six_to_four, _, _, *isatap = forms(IPv4Address("93.184.216.34"))

    assert [refusal(form) for form in (mapped, nat64, six_to_four, *isatap)] == [None] * 5


def test_a_refusal_names_the_address_inside() -> None:
    assert refusal(ip_address("64:ff9b::7f00:1")) == "a loopback address (127.0.0.1) in IPv6 form"
    assert refusal(ip_address("::ffff:10.0.0.1")) == "a private address"


@given(st.ip_addresses())
def test_what_is_not_refused_is_what_the_standard_library_calls_public_too(
    address: IPv4Address | IPv6Address,
) -> None:
    if refusal(address) is None:
        assert address.is_global


@given(st.ip_addresses(v=4).map(lambda address: IPv4Address(str(address))))
def test_an_address_is_found_in_every_spelling(address: IPv4Address) -> None:
    assert {literal(spelling) for spelling in spellings(address)} == {address}


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "",
        ".",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.256",
        "4294967296",
        "08.1.1.1",
        "1..2",
        "0x",
        "a.1",
    ],
)
def test_a_name_is_no_address(host: str) -> None:
    assert literal(host) is None or host == "0x"


@pytest.mark.parametrize("host", ["[::1]", "::1", "[::1%25lo]", "0:0:0:0:0:0:0:1"])
def test_an_ipv6_address_is_found_with_and_without_brackets(host: str) -> None:
    assert literal(host) == IPv6Address("::1")


@pytest.mark.parametrize("host", ["[::1::2]", "1" * 5000, "0" * 5000 + "1"])
def test_nonsense_is_no_address(host: str) -> None:
    assert literal(host) is None


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    found = literal(text)

    assert found is None or literal(str(found)) == found


# ── opening ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refusal_names_host_address_and_setting() -> None:
    with pytest.raises(RefusedError) as refused:
        Guard().check("intranet.example", "10.0.0.8")

    assert str(refused.value) == (
        "intranet.example is 10.0.0.8, a private address: it is read only where fetch.allow_private opens it"
    )


def test_a_refusal_of_a_literal_names_it_once() -> None:
    with pytest.raises(RefusedError, match=r"^127\.0\.0\.1 is a loopback address: "):
        Guard().check("127.0.0.1", "127.0.0.1")


def test_a_name_with_public_and_private_addresses_is_refused() -> None:
    with pytest.raises(
        RefusedError, match=r"^mixed\.example is 10\.0\.0\.8, a private address beside public"
    ):
        Guard().check("mixed.example", "93.184.216.34", "10.0.0.8")


@pytest.mark.parametrize(
    ("entry", "host", "addresses"),
    [
        ("rsshub.lan", "rsshub.lan", ["10.0.0.1", "fd00::1"]),
        ("RSSHub.LAN.", "rsshub.lan", ["10.0.0.1"]),
        ("rsshub.lan", "RSSHUB.lan.", ["10.0.0.1"]),
        ("10.0.0.0/8", "any.example", ["10.1.2.3"]),
        ("10.0.0.1/8", "any.example", ["10.1.2.3"]),
        ("127.0.0.1", "127.0.0.1", ["127.0.0.1"]),
        ("127.0.0.1", "any.example", ["::ffff:127.0.0.1"]),
        ("10.0.0.0/8", "any.example", ["64:ff9b::a00:1"]),
        ("::1", "localhost", ["::1"]),
        ("[::1]", "localhost", ["::1"]),
        ("fe80::/10", "printer.lan", ["fe80::1%eth0"]),
        ("10.0.0.8", "mixed.example", ["93.184.216.34", "10.0.0.8"]),
    ],
)
def test_the_setting_opens_hosts_addresses_and_networks(entry: str, host: str, addresses: list[str]) -> None:
    Guard([entry]).check(host, *addresses)


@pytest.mark.parametrize(
    ("entry", "host", "address"),
    [
        ("rsshub.lan", "evil.rsshub.lan", "10.0.0.1"),
        ("rsshub.lan", "other.example", "10.0.0.1"),
        ("127.0.0.1", "localhost", "127.0.0.2"),
        ("10.0.0.0/8", "any.example", "192.168.0.1"),
        ("10.0.0.0/8", "any.example", "fd00::1"),
        ("10.0.0.0/8", "any.example", "2001:0:a00:1::a247:27dd"),
        ("0.0.0.0/0", "any.example", "fd00::1"),
        ("127.0.0.1", "any.example", "not an address"),
    ],
)
def test_what_the_setting_does_not_name_stays_closed(entry: str, host: str, address: str) -> None:
    with pytest.raises(RefusedError):
        Guard([entry]).check(host, address)


def test_nothing_is_refused_where_there_is_nothing_to_connect_to() -> None:
    Guard().check("nowhere.example")
