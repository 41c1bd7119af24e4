"""Names to addresses, of a system that says whatever a stranger's name server does."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiohttp.abc import ResolveResult

from aggregator.web.guard import Guard, RefusedError
from aggregator.web.sockets import MAX_ADDRESSES, Resolver


def resolved(*addresses: str) -> list[str]:
    def look_up(host: str, port: int, family: int) -> list[ResolveResult]:
        del family
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [
            ResolveResult(hostname=host, host=each, port=port, family=kinds[":" in each], proto=6, flags=0)
            for each in addresses
        ]

    found = asyncio.run(Resolver(Guard(), look_up).resolve("many.example", 80))
    return [each["host"] for each in found]


def test_of_a_name_with_many_addresses_the_first_of_either_family_are_tried() -> None:
    four = [f"93.184.216.{number}" for number in range(200)]
    six = [f"2606:2800::{number}" for number in range(200)]

    assert resolved(*four, *six) == [*four[:MAX_ADDRESSES], *six[:MAX_ADDRESSES]]
    assert resolved(*four) == four[:MAX_ADDRESSES]
    assert resolved(four[0], six[0]) == [four[0], six[0]]


def test_a_private_address_behind_many_public_ones_is_seen() -> None:
    with pytest.raises(RefusedError, match="beside public ones"):
        resolved(*(f"93.184.216.{number}" for number in range(200)), "10.0.0.8")
