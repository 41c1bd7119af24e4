"""Is the server of a site well? The answer that a container's runtime acts on.

One rule: it asks that one address, whoever it belongs to, and no other; and never for longer than a moment.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aggregator import __version__, sourcekeys, text
from aggregator.config.settings import ServerSettings
from aggregator.errors import FetchError, UsageError
from aggregator.exchange import Request
from aggregator.values import dataclass
from aggregator.web import PoliteWeb, WebSettings
from aggregator.web.probe import host_of

if TYPE_CHECKING:
    from aggregator.exchange import Answer

PATH = "/-/healthy"
SECONDS = 5.0
_LONGEST = 200
_MAX_BYTES = 1024**2
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not listened at


@dataclass(frozen=True, slots=True)
class Health:
    """What came of asking: ``said`` is one line."""

    url: str
    """As others may see it."""
    well: bool
    said: str


def own_url(server: ServerSettings, path: str = PATH) -> str:
    """Where the site's own server answers, seen from its machine."""
    host = _EVERYWHERE.get(server.host, server.host)
    return f"http://{ServerSettings(host=host, port=server.port).listen}{path}"


def check(written: str, seconds: float = SECONDS) -> Health:
    """Ask an address whether its server is well. Raises UsageError where it is none."""
    url = sourcekeys.address(written)
    if url is None:
        raise UsageError(
            f"{text.plain(written, _LONGEST)}: is no address such as http://127.0.0.1:8080{PATH}"
        )
    shown = sourcekeys.without_credentials(url)
    try:
        answer = asyncio.run(ask(url, seconds))
    except FetchError as error:
        return Health(shown, False, str(error))
    first = answer.body.decode(errors="replace").strip().partition("\n")[0]
    return Health(shown, True, text.plain(first, _LONGEST) or "it answers")


async def ask(url: str, seconds: float = SECONDS) -> Answer:
    """What is at an address; the guard is open for its host and for nothing else. Raises FetchError."""
    settings = WebSettings(
        user_agent=f"aggregator/{__version__} healthcheck",
        host_delay=0.0,
        timeout=seconds,
        max_bytes=_MAX_BYTES,
        allow_private=(host_of(url) or "",),
    )
    async with PoliteWeb(settings) as web:
        return await web.get(Request(url=url))
