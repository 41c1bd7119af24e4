"""aiohttp, loaded without the certificates that it would read for itself and that nobody here asks it for.

At its import aiohttp makes two TLS contexts and reads for each what the system trusts: more than half of the
90 ms that it takes. Here each request over TLS brings a context of its own
(:meth:`aggregator.web.client.PoliteWeb._trust`), made when the first one needs it. Of its own two, one trusts
nobody then, so whoever forgot to bring one would be refused; the other is for those who check nothing.
"""

from __future__ import annotations

import ssl
import sys
from typing import Any


def _trust_nobody(_context: ssl.SSLContext, *_purpose: Any) -> None:
    """In place of reading certificates."""


if "aiohttp" not in sys.modules:
    _usual = ssl.SSLContext.load_default_certs
    ssl.SSLContext.load_default_certs = _trust_nobody  # type: ignore[assignment]
    # This one OpenSSL's own class has, so that it is not put back but taken away.
    ssl.SSLContext.set_default_verify_paths = _trust_nobody  # type: ignore[assignment]
    try:
        import aiohttp  # noqa: F401 - loaded here so that it is loaded so
    finally:
        ssl.SSLContext.load_default_certs = _usual  # type: ignore[method-assign]
        del ssl.SSLContext.set_default_verify_paths
