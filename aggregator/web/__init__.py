"""The network: the only part of this package that opens an outgoing connection.

hosts     whose turn it is
hops      where a request goes, and what it may say there
guard     which addresses are connected to
trustless aiohttp, loaded quickly
sockets   names to addresses, addresses to connections
bodies    what arrives, unpacked
receiving when it is unpacked, and how much is taken
faults    what went wrong, for a person
client    the one client of all of them
probe     small questions of whoever looks after a site
"""

from __future__ import annotations

from aggregator.web import trustless  # noqa: F401 - first: it sees to how aiohttp is loaded
from aggregator.web.client import PoliteWeb, WebSettings

__all__ = ["PoliteWeb", "WebSettings"]
