"""A read-only HTTP server over the output folder: fast enough to stand alone, at ease behind a proxy."""

from aggregator.server.connections import Limits
from aggregator.server.door import OutputServer
from aggregator.server.listening import Address, Server
from aggregator.server.site import Vitals

__all__ = ["Address", "Limits", "OutputServer", "Server", "Vitals"]
