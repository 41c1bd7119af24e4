"""Where a request goes, hop by hop, and what it may say there. Pure.

What is secret (credentials, headers and user agent of a source) is said to the origin it was configured for
and to nobody else, and stands in no message: messages name hosts, never whole URLs.
"""

from __future__ import annotations

import re
from base64 import b64encode
from ipaddress import IPv6Address
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urlsplit

from aggregator.errors import FetchError
from aggregator.exchange import NO_VALIDATORS, Validators
from aggregator.text import plain
from aggregator.urls import absolute
from aggregator.values import dataclass
from aggregator.web.bodies import ACCEPTED
from aggregator.web.guard import literal

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.exchange import Request

MAX_REDIRECTS = 10
PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_EDGES = "".join(map(chr, range(0x21)))
_USERINFO = re.compile(r"((?:https?:)?[/\\]{2,})([^/\\?#]*)@", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_NOT_IN_VALUES = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_FRAMING = frozenset(
    {"connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """What one hop asks for. ``url`` is in ASCII, without credentials and fragment."""

    url: str
    host: str
    """As in ``url``: a name in lower case, or an address in its one spelling, without brackets."""
    written: str
    """The host as it was written, for messages."""
    origin: tuple[str, str, int]


def place(url: str, base: str | None = None) -> Place | None:
    """The place that an http(s) URL without credentials names, or None."""
    normal = absolute(url, base)
    if normal is None:
        return None
    parts = urlsplit(urldefrag(normal).url)
    written = parts.hostname or ""
    address = literal(written)
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    host = written if address is None else str(address)
    port = parts.port or _PORTS[parts.scheme]
    bracketed = f"[{host}]" if isinstance(address, IPv6Address) else host
    netloc = bracketed if parts.port is None else f"{bracketed}:{parts.port}"
    parts = parts._replace(netloc=netloc, path=parts.path or "/")
    return Place(parts.geturl(), host.removesuffix("."), written, (parts.scheme, host, port))


def credentials(url: str) -> tuple[str, str | None]:
    """A URL without its user name and password, and these as a value for ``Authorization``."""
    url = url.strip(_EDGES)
    found = _USERINFO.match(url)
    if found is None:
        return url, None
    bare = found[1] + url[found.end() :]
    user, _, password = found[2].partition(":")
    if not found[2].strip(":"):
        return bare, None
    return bare, "Basic " + b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


class Trip:
    """One request on its way through redirects. Raises FetchError for what cannot be asked or followed."""

    def __init__(self, request: Request, user_agent: str) -> None:
        bare, self._authorization = credentials(request.url)
        start = place(bare)
        if start is None:
            raise FetchError("its address is no http or https URL that can be read")
        self.place = start
        self.retry_after: datetime | None = None
        self.secret = True
        """Whether this hop still goes where the secrets belong."""
        self._validators = sendable(request.validators)
        self._request = request
        self._user_agent = user_agent
        self._start = start
        self._seen = {start.url}
        self._permanent = True
        _check(request.headers, request.user_agent)

    @property
    def who(self) -> str:
        """Who answers, as the subject of a sentence."""
        if self.place.host == self._start.host:
            return "the server"
        return f"{self.place.written}, where it redirects to,"

    def is_known(self, raw_hash: str, content_type: str | None) -> bool:
        """Whether who asks knows what this hash is of, if it comes from here and is announced so."""
        return self._request.is_known(raw_hash, content_type, self.place.url)

    @property
    def moves(self) -> int:
        """How many redirects were followed."""
        return len(self._seen) - 1

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port that this hop asks."""
        return self.place.origin[0], self.place.host, self.place.origin[2]

    @property
    def withheld(self) -> bool:
        """Whether there are credentials that this hop is not told."""
        return not self.secret and self.credible

    @property
    def credible(self) -> bool:
        """Whether there are credentials at all."""
        return self._authorization is not None or bool(self._request.headers)

    @property
    def moved(self) -> str | None:
        """The URL that only permanent redirects led to."""
        return self.place.url if self._permanent and self.moves else None

    def headers(self) -> dict[str, str]:
        """What this hop says; names in lower case."""
        said = {
            "user-agent": self._user_agent,
            "accept": self._request.accept,
            "accept-encoding": ACCEPTED,
        }
        if self.secret:
            if self._request.user_agent is not None:
                said["user-agent"] = self._request.user_agent
            if self._authorization is not None:
                said["authorization"] = self._authorization
            said |= {name.lower(): value for name, value in self._request.headers}
        return said | self._conditions()

    @property
    def validators(self) -> Validators:
        """Those of what this hop asks for: another document's say nothing of it (RFC 9110, 8.8)."""
        is_theirs = self.place.url == (self._request.validated or self._start.url)
        return self._validators if is_theirs else NO_VALIDATORS

    def _conditions(self) -> dict[str, str]:
        said: dict[str, str] = {}
        validators = self.validators
        if validators.etag is not None:
            said["if-none-match"] = validators.etag
            if self._request.deltas:
                said["a-im"] = "feed"
        if validators.last_modified is not None:
            said["if-modified-since"] = validators.last_modified
        return said

    def follow(self, status: int, location: str | None) -> None:
        """Go where a redirect leads. User names and passwords that it brings are left behind."""
        if location is None:
            raise FetchError(f"{self.who} redirects ({status}) without saying where to", status=status)
        goal = place(credentials(_escaped(location))[0], self.place.url)
        if goal is None:
            raise FetchError(
                f"{self.who} redirects ({status}) to what is no http or https URL", status=status
            )
        if goal.url in self._seen:
            raise FetchError(f"{self.who} redirects ({status}) in a circle", status=status)
        if self.moves >= MAX_REDIRECTS:
            raise FetchError(f"it redirects more than {MAX_REDIRECTS} times", status=status)
        self._seen.add(goal.url)
        self._permanent = self._permanent and status in PERMANENT
        self.secret = self.secret and goal.origin == self.place.origin
        self.place = goal


def _escaped(location: str) -> str:
    """A location with its bytes that are no UTF-8 percent-encoded."""
    return "".join(
        f"%{ord(char) - 0xDC00:02X}" if "\udc80" <= char <= "\udcff" else char for char in location
    )


def sendable(validators: Validators) -> Validators:
    """Without what no header can carry: it would have to be changed."""
    if validators == NO_VALIDATORS:
        return validators
    etag, date = (
        None if not value or _NOT_IN_VALUES.search(value) else value
        for value in (validators.etag, validators.last_modified)
    )
    return Validators(etag, date)


def _check(headers: tuple[tuple[str, str], ...], user_agent: str | None) -> None:
    for name, value in (*headers, ("User-Agent", user_agent or "")):
        if not _TOKEN.fullmatch(name) or _NOT_IN_VALUES.search(value):
            raise FetchError(f"the header {plain(name, 40)!r} that is set for it cannot be sent")
        if name.lower() in _FRAMING:
            raise FetchError(f"the header {name!r} cannot be set: it is part of how requests are sent")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where requests are sent instead. It is trusted: the guard sees neither it nor what it connects to."""

    url: str
    """Without credentials."""
    name: str
    """``host:port``."""
    authorization: str | None

    @classmethod
    def of(cls, url: str | None) -> Proxy | None:
        """The proxy at a URL that may hold credentials."""
        if url is None:
            return None
        bare, authorization = credentials(url)
        at = place(bare)
        if at is None:
            raise FetchError("fetch.proxy is no http or https URL")
        return cls(at.url, f"{at.written}:{at.origin[2]}", authorization)
