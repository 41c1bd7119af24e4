"""What went wrong on the network, in one line for a person. Names hosts, never whole URLs."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import http_exceptions as bad

from aggregator.errors import FetchError
from aggregator.text import plain
from aggregator.web.guard import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aggregator.web.hops import Trip

_MAX_SAID = 120

# X509_V_ERR_…, from OpenSSL's x509_vfy.h
_CERTIFICATES = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "comes from an authority that signed itself and is not trusted here",
    20: "comes from an authority that is not trusted here, or the server leaves out a certificate between",
    21: "comes without the certificates that would show who vouches for it",
    23: "was revoked",
    62: "is for another host",
    64: "is for another address",
}
_CONNECTING = {
    errno.ECONNREFUSED: "refuses the connection",
    errno.ECONNRESET: "cuts the connection",
    errno.ECONNABORTED: "cuts the connection",
    errno.EPIPE: "cuts the connection",
    errno.ETIMEDOUT: "does not answer",
    errno.EHOSTUNREACH: "cannot be reached",
    errno.ENETUNREACH: "cannot be reached: there is no way to its network from here",
    errno.EHOSTDOWN: "is down",
}
_BROKEN_OFF = (
    (bad.ContentLengthError, "the answer breaks off: it is shorter than its Content-Length says"),
    (bad.TransferEncodingError, "the answer breaks off, or is not cut into chunks as it says"),
    (aiohttp.ClientPayloadError, "the answer breaks off"),
)
_TLS_RECORD = r"b'\x15\x03"  # an alert, RFC 8446, 5.1
_WRONG_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")


def of_exception(error: Exception, trip: Trip, proxy: str | None) -> FetchError:
    """What an exception of the client or the system says, for a person."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _of_proxy(error, proxy or "")
    if isinstance(error, aiohttp.ClientConnectorError):
        return FetchError(_connecting(error, trip, proxy))
    return FetchError(_talking(error, trip))


def _of_proxy(error: aiohttp.ClientHttpProxyError, proxy: str) -> FetchError:
    if error.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return FetchError(f"the proxy {proxy} answered 407: it wants a user name and password")
    return FetchError(f"the proxy {proxy} answered {_named(error.status)} when asked to connect")


def _connecting(error: aiohttp.ClientConnectorError, trip: Trip, proxy: str | None) -> str:
    cause = error.os_error
    place = trip.place
    host = place.written if proxy is None else f"the proxy {proxy}"
    if isinstance(cause, RefusedError):
        return str(cause)
    if isinstance(cause, socket.gaierror):
        return of_lookup(cause, host)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _certificate(error, place.written)
    if isinstance(cause, ssl.SSLError):
        return _tls(cause, place.written)
    if isinstance(cause, ConnectionError) and cause.errno is None:  # so asyncio says it of a handshake
        return f"no encrypted connection to {place.written} comes about: it cuts the connection"
    what = _CONNECTING.get(cause.errno or 0)
    if proxy is None:
        host = f"{host}, port {place.origin[2]},"
    return f"{host} {what}" if what else f"{host} cannot be connected to: {_said(cause)}"


def of_lookup(cause: socket.gaierror, host: str) -> str:
    """Why a host's name has no address, in words."""
    if cause.errno == socket.EAI_AGAIN:
        return f"the name of {host} cannot be looked up now: no name server answers"
    if cause.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
        return f"there is no host {host}: its name has no address"
    return f"the name of {host} cannot be looked up: {_said(cause)}"


def _certificate(error: aiohttp.ClientConnectorCertificateError, host: str) -> str:
    cause = error.certificate_error
    code = getattr(cause, "verify_code", 0)
    said = (
        _CERTIFICATES.get(code)
        or f"does not hold: {plain(getattr(cause, 'verify_message', '') or str(cause))}"
    )
    return f"the certificate of {host} {said}"


def _tls(cause: ssl.SSLError, host: str) -> str:
    reason = (cause.reason or "").upper()
    if any(wrong in reason for wrong in _WRONG_TLS):
        return f"{host} does not speak https there; is it http?"
    said = reason.replace("_", " ").lower() or _said(cause)
    return f"no encrypted connection to {host} comes about: {said}"


def _talking(error: Exception, trip: Trip) -> str:
    causes = (error, error.__cause__, error.__context__)
    for kind, what in _BROKEN_OFF:
        if any(isinstance(each, kind) for each in causes):
            return what
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return f"{trip.who} closed the connection without an answer"
    if isinstance(error, OSError):
        return f"{trip.who} {_CONNECTING.get(error.errno or 0) or f'fails: {_said(error)}'}"
    return f"{trip.who} {_not_http(error.__cause__ or error)}"


def _not_http(error: BaseException) -> str:
    said = str(getattr(error, "message", ""))
    if said.startswith("Got more than"):
        return "sends a header that is too long"
    if _TLS_RECORD in said:
        return "does not speak http there; is it https?"
    detail = plain(said.partition("\n")[0].partition(":")[0], 60)
    return "does not answer in HTTP that can be read" + (f" ({detail})" if detail else "")


def _said(error: OSError) -> str:
    return plain(error.strerror or str(error), _MAX_SAID)


# ── answers that are none ─────────────────────────────────────────────────────────────────────────────────

_WALLS = (
    # who, a header's name, what its value holds
    ("Cloudflare", "cf-ray", ""),
    ("Cloudflare", "cf-mitigated", ""),
    ("Cloudflare", "server", "cloudflare"),
    ("Akamai", "server", "akamai"),
    ("DataDome", "x-datadome", ""),
    ("DataDome", "server", "datadome"),
    ("DDoS-Guard", "server", "ddos-guard"),
    ("Imperva", "x-iinfo", ""),
    ("Imperva", "x-cdn", "imperva"),
    ("Sucuri", "x-sucuri-id", ""),
    ("Sucuri", "server", "sucuri"),
    ("AWS WAF", "x-amzn-waf-action", ""),
    ("Vercel", "x-vercel-mitigated", ""),
    ("Knownsec (知道创宇)", "server", "jiasule"),
    ("Knownsec (知道创宇)", "x-via-jsl", ""),
    ("Yunsuo (云锁)", "server", "yunsuo"),
    ("Safe3", "server", "safe3"),
)
_WALLED_PAGES = (
    ("Cloudflare", re.compile(rb"cloudflare|cdn-cgi/challenge|cf-browser-verification", re.IGNORECASE)),
    ("Anubis", re.compile(rb"anubis", re.IGNORECASE)),
    ("DataDome", re.compile(rb"datadome", re.IGNORECASE)),
    ("Imperva", re.compile(rb"_Incapsula_|incapsula", re.IGNORECASE)),
    ("Aliyun WAF (阿里云)", re.compile(rb"aliyun_waf|acw_sc__v2|errors\.aliyun\.com", re.IGNORECASE)),
    ("Ruishu (瑞数)", re.compile(rb"\$_ts\s*=")),
    ("Akamai", re.compile(rb"errors\.edgesuite\.net")),
    ("a captcha", re.compile(rb"captcha", re.IGNORECASE)),
)
WALLED = frozenset({401, 403, 405, 406, 412, 418, 429, 468, 503, 521, 567})
"""Statuses that bot walls answer with."""

_MEANINGS = {
    204: "it has no content to send",
    205: "it has no content to send",
    206: "it sends a part, though the whole was asked for",
    300: "it offers several documents and names none",
    400: "it does not understand the request",
    402: "it wants to be paid",
    403: "it does not let us in",
    404: "there is nothing at this address",
    406: "it has nothing in a format that we read",
    408: "it gave up waiting for us",
    410: "gone, and for good",
    421: "it does not answer for this host",
    429: "we ask too often",
    451: "it may not show this here, for legal reasons",
    521: "the site behind it is down",
    522: "the site behind it does not answer",
    523: "the site behind it cannot be reached",
    524: "the site behind it does not answer",
    525: "no encrypted connection to the site behind it comes about",
    526: "the certificate of the site behind it does not hold",
    530: "the site behind it cannot be reached",
}
_ERRORS, _TROUBLES = 400, 500


def of_status(trip: Trip, status: int, headers: Mapping[str, str], page: bytes) -> FetchError:
    """What an answer says that brings no document; ``page``: the beginning of its body."""
    wall = _wall(headers, page) if status in WALLED else None
    if status in (401, 407):
        what = f"answered {status}: {_login(trip)}"
    elif wall is not None:
        what = f"answered {status} to us and names {wall}: probably a bot wall"
    else:
        what = f"answered {_named(status)}"
    pause = "" if trip.retry_after is None else f"; it asks for a pause until {_when(trip.retry_after)}"
    return FetchError(f"{trip.who} {what}{pause}", status=status, retry_after=trip.retry_after, wall=wall)


def _wall(headers: Mapping[str, str], page: bytes) -> str | None:
    for who, name, part in _WALLS:
        if part in headers.get(name, "\0").lower() and name in headers:
            return who
    return next((who for who, sign in _WALLED_PAGES if sign.search(page)), None)


def _login(trip: Trip) -> str:
    if trip.withheld:
        return "it wants a user name and password, and those of the source are not sent to another host"
    if trip.credible:
        return "it does not accept the user name, password or headers that are set"
    return "it wants a user name and password"


def _named(status: int) -> str:
    meaning = _MEANINGS.get(status)
    if meaning is not None:
        return f"{status}: {meaning}"
    try:
        name = f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        name = str(status)
    if status >= _TROUBLES:
        return f"{name}: it has trouble of its own"
    return name if status >= _ERRORS else f"{name}, which is no answer to what was asked"


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
