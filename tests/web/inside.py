"""Run in a network namespace of its own: servers on public-looking and internal addresses, and a name server.

Reads questions from standard input, asks each of them through the client, and writes what they came to.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from aggregator.errors import FetchError
from aggregator.exchange import Request
from tests.web.server import SETTINGS, Server, a_web, redirect, reply

if TYPE_CHECKING:
    from collections.abc import Mapping

PORT = 8000
BODY = b"<rss/>"
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # not needed, but dear to make for each question
NAMES = {
    "public.example": ["93.184.216.34"],
    "public6.example": ["2606:2800::1"],
    "both.example": ["93.184.216.34", "2606:2800::1"],
    "private.example": ["10.0.0.8"],
    "loopback.example": ["127.0.0.1"],
    "loopback6.example": ["::1"],
    "metadata.example": ["169.254.169.254"],
    "mixed.example": ["93.184.216.34", "10.0.0.8"],
    "mixed6.example": ["93.184.216.34", "fd00::8"],
    "nat64.example": ["64:ff9b::a00:8"],
    "public64.example": ["64:ff9b::5db8:d822"],
    "closed.example": ["93.184.216.35"],
}
ADDRESSES = [
    *(
        "93.184.216.34/32",
        "93.184.216.35/32",
        "10.0.0.8/32",
        "192.168.1.1/32",
        "172.16.0.1/32",
        "100.64.0.1/32",
    ),
    *("169.254.169.254/32", "198.18.0.1/32", "203.0.113.1/32", "168.63.129.16/32", "240.0.0.1/32"),
    *("2606:2800::1/128", "fd00::8/128", "fec0::1/128", "2001:db8::1/128", "::10.0.0.8/128"),
    *("64:ff9b::a00:8/128", "64:ff9b::7f00:1/128", "64:ff9b::5db8:d822/128", "64:ff9b:1::1/128"),
    *("2002:7f00:1::/128", "2002:a00:8::1/128", "2001:0:a00:8::1/128", "2606:2800::5efe:a00:8/128"),
    *("::ffff:0:10.0.0.8/128", "fe80::1/128"),
]
FAILING, NO_SUCH_NAME = 2, 3


class Names(asyncio.DatagramProtocol):
    """A name server (RFC 1035, 4). ``rebind.example`` is public once, and private from then on."""

    def __init__(self) -> None:
        self.rebound = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        name, kind, end = question(data)
        code, addresses = self.answer(name, kind)
        if code is None:
            return
        records = b"".join(
            b"\xc0\x0c" + kind.to_bytes(2) + b"\0\x01" + b"\0\0\0\0" + len(packed).to_bytes(2) + packed
            for packed in addresses
        )
        flags = (0x8180 | code).to_bytes(2)
        head = data[:2] + flags + b"\0\x01" + len(addresses).to_bytes(2) + b"\0\0\0\0"
        self.transport.sendto(head + data[12:end] + records, addr)

    def answer(self, name: str, kind: int) -> tuple[int | None, list[bytes]]:
        if name == "silent.example":
            return None, []
        if name == "failing.example":
            return FAILING, []
        if name == "rebind.example":
            if kind == 1:
                self.rebound += 1
            known = ["93.184.216.34"] if self.rebound <= 1 else ["10.0.0.8"]
        elif name in NAMES:
            known = NAMES[name]
        else:
            return NO_SUCH_NAME, []
        packed = [ip_address(address).packed for address in known]
        return 0, [each for each in packed if len(each) == (4 if kind == 1 else 16)]


def question(data: bytes) -> tuple[str, int, int]:
    labels, at = [], 12
    while length := data[at]:
        labels.append(data[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels).lower(), int.from_bytes(data[at + 1 : at + 3]), at + 5


def answering(target: str) -> bytes:
    """A document for everything, but for ``/to?URL``: a redirect."""
    kind, _, goal = target.partition("?")
    return redirect(unquote(goal), 302) if kind == "/to" else reply(BODY)


def set_up() -> None:
    commands = ["link set lo up"]
    commands += [f"address add {address} dev lo{' nodad' * (':' in address)}" for address in ADDRESSES]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)


async def ask(url: str, allow: tuple[str, ...], servers: list[Server]) -> Mapping[str, object]:
    """What one request comes to, and how many reached a server."""
    before = sum(len(server.asked) for server in servers)
    result: dict[str, object] = {}
    async with a_web(replace(SETTINGS, allow_private=allow), tls=TLS) as web:
        try:
            result["body"] = (await web.get(Request(url=url))).body.decode()
        except FetchError as error:
            result["error"] = str(error)
    return result | {"reached": sum(len(server.asked) for server in servers) - before}


async def main() -> None:
    set_up()
    loop = asyncio.get_running_loop()
    names, _ = await loop.create_datagram_endpoint(Names, local_addr=("127.0.0.1", 53))
    everywhere = "0.0.0.0"  # noqa: S104 - all of the namespace
    async with (
        Server(answering, host=everywhere, port=PORT) as four,
        Server(answering, host="::", port=PORT) as six,
    ):
        questions = json.load(sys.stdin)
        answers = [await ask(url, tuple(allow), [four, six]) for url, allow in questions]
    names.close()
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
