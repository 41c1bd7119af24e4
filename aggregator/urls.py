"""Absolute http(s) URLs, and one spelling to compare them by. Pure: nothing is looked up or fetched."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 8192
"""In characters; what is longer is no link that anything can follow."""

MAX_CANDIDATES = 100
"""Addresses of one ``srcset``; pictures come in ten sizes or so."""

_REMOVED = str.maketrans("", "", "\t\n\r")  # as browsers do (WHATWG URL, 4.4)
_EDGES = "".join(map(chr, range(0x21)))
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HTTP = re.compile(r"(https?):[/\\]+", re.IGNORECASE)
_CHARACTER = "A-Za-z0-9:@!$&'()*+,=._~-"
_SEGMENT = rf"[{_CHARACTER}]*+(?:%[0-9A-Fa-f]{{2}}[{_CHARACTER}]*+)*+"
_PATH = _SEGMENT.replace("A-Z", "/;A-Z")
_REST = r"(?:\?(?=[^#]){0})?+(?:\#(?=.){0})?+".format(_SEGMENT.replace("A-Z", "?/;A-Z"))
# What most links are: normal already, and known to be without a closer look. No port that may be the usual.
_NORMAL = re.compile(
    r"(https?://[a-z0-9-]{1,63}+(?:\.[a-z0-9-]{1,63}+)*+"
    r"(?::(?!(?:80|443)(?!\d))(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3})(?!\d))?+)"
    rf"(?:/{_PATH}{_REST})?+",
    re.ASCII,
)
_NORMAL_PATH = re.compile(rf"(?:/(?![/.]){_SEGMENT})++{_REST}")
# Stricter than browsers, which look `;` or `!` up as well: no name in use holds them, but garbage does.
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-,/:-@\[-^`{-\x7f]")
_BRACKETS = re.compile(r"\[[^\]]*+\](?::.*+)?|[^\[\]]*+", re.DOTALL)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_PATH_CHARACTERS = "/%:@!$&'()*+,;=-._~"
_QUERY_CHARACTERS = _PATH_CHARACTERS + "?"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.~/()-]*+")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_BEFORE_CANDIDATE = re.compile(r"[\s,]*+", re.ASCII)
_CANDIDATE = re.compile(r"\S++", re.ASCII)
_AFTER_CANDIDATE = re.compile(r"(?:\s++([\d.]+[wxh]))?\s*+(?:,|$)", re.ASCII)
_PARTS, _SLASHES_OF_ORIGIN = re.compile("[?#%]"), 2
_MAX_LABEL = 63  # RFC 1035, 2.3.4
# No name is that long (RFC 1035, 2.3.4: 255 bytes); normalising rows of marks takes quadratic time.
_LONG_AUTHORITY = re.compile(r"https?://[^/?#]{1001}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"utm_\w+|mc_[ce]id|(?:fb|g|dc|y|msclk|tt|twc|li_fat_|igsh|wick)(?:clid|id)|[gw]braid|_hs(?:enc|mi)|_ga|_gl|spm",
    re.IGNORECASE,
)


def absolute(url: str | None, base: str | None = None) -> str | None:
    """Make a link an absolute http(s) URL in ASCII, or return None where it is none.

    Read as browsers read it (WHATWG URL): blanks at the ends and line breaks go, backslashes are slashes.
    ``//host/x`` takes the scheme of ``base``, else https; a relative one needs a ``base``. Hosts become
    lower-case, IDN ones Punycode. Refused: other schemes, user names and passwords, control characters.
    Idempotent.
    """
    if not url or len(url) > MAX_LENGTH:
        return None
    if _NORMAL.fullmatch(url):
        return url
    if base and url[0] == "/" and _NORMAL_PATH.fullmatch(url) and (root := _NORMAL.fullmatch(base)):
        return f"{root[1]}{url}" if len(root[1]) + len(url) <= MAX_LENGTH else None
    return _absolute(url, base)


@lru_cache(maxsize=1024)
def _absolute(url: str, base: str | None) -> str | None:
    written = _as_written(url)
    if written is None:
        return None
    try:
        target = _target(written, base)
        if target is None or _LONG_AUTHORITY.match(target):
            return None
        return _normal(urlsplit(target))
    except ValueError:  # what urllib and ipaddress say of impossible hosts and ports
        return None


def _as_written(url: str) -> str | None:
    """The link without what browsers ignore; None for nothing and for what no link may hold."""
    url = url.translate(_REMOVED).strip(_EDGES)
    if not url or _REFUSED.search(url):
        return None
    end = re.search(r"[?#]", url)
    head = url[: end.start()] if end else url
    return head.replace("\\", "/") + url[len(head) :]


def _target(url: str, base: str | None) -> str | None:
    """The link as an absolute one, not yet normal."""
    http = _HTTP.match(url)
    if http:
        return f"{http[1].lower()}://{url[http.end() :]}"
    if _SCHEME.match(url):
        return None
    root = absolute(base)
    if url.startswith("//"):
        scheme = urlsplit(root).scheme if root else "https"
        return f"{scheme}://{url.lstrip('/')}"
    return urljoin(root, url) if root else None


def _normal(parts: SplitResult) -> str | None:
    if "@" in parts.netloc or not parts.hostname or not _BRACKETS.fullmatch(parts.netloc):
        return None
    host = _host(parts.hostname)
    if host is None:
        return None
    port = parts.port
    netloc = host if port is None or port == _DEFAULT_PORTS[parts.scheme] else f"{host}:{port}"
    url = urlunsplit(
        (
            parts.scheme,
            netloc,
            _escaped(parts.path, _PATH_CHARACTERS),
            _escaped(parts.query, _QUERY_CHARACTERS),
            _escaped(parts.fragment, _QUERY_CHARACTERS),
        )
    )
    return url if len(url) <= MAX_LENGTH else None


def _escaped(part: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=safe)


def _host(host: str) -> str | None:
    """The host in its one spelling (UTS #46, non-transitional, near enough for links), or None."""
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]" if "%" not in host else None
    host = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", host).lower().replace("。", "."))
    if _FORBIDDEN_IN_HOST.search(host) or not host.removesuffix("."):
        return None
    labels = host.removesuffix(".").split(".")
    if max(map(len, labels)) > _MAX_LABEL:  # before Punycode is made, which takes long and is never shorter
        return None
    encoded = [label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in labels]
    if not all(0 < len(label) <= _MAX_LABEL for label in encoded):
        return None
    return ".".join(encoded) + ("." if host.endswith(".") else "")


def absolute_set(value: str, base: str | None = None) -> str | None:
    """Make a ``srcset`` one of absolute http(s) URLs (WHATWG HTML, 4.8.4.2.1), or return None for none.

    Of its candidates the first :data:`MAX_CANDIDATES` stay.
    """
    candidates = ((absolute(url, base), size) for url, size in islice(_candidates(value), MAX_CANDIDATES))
    return ", ".join(f"{_closed(url)} {size}".rstrip() for url, size in candidates if url) or None


def _closed(url: str) -> str:
    """The address so that a comma at its end is not taken for the end of its candidate."""
    return f"{url[:-1]}%2C" if url.endswith(",") else url


def _candidates(value: str) -> Iterator[tuple[str, str]]:
    """Each address and its size, in one pass: a search would begin anew at every comma of a long row."""
    position = _end(_BEFORE_CANDIDATE, value, 0)
    while position < len(value):
        end = _end(_CANDIDATE, value, position)
        written = value[position:end]
        after = None if written.endswith(",") else _AFTER_CANDIDATE.match(value, end)
        if after:
            yield written, after[1] or ""
            end = after.end()
        elif "," in written:  # what is before the last commas has no size
            until = len(written[: written.rindex(",")].rstrip(","))
            yield written[:until], ""
            end = position + until + 1
        position = _end(_BEFORE_CANDIDATE, value, end)


def _end(pattern: re.Pattern[str], value: str, position: int) -> int:
    found = pattern.match(value, position)
    return found.end() if found else position


def canonical(url: str) -> str:
    """One spelling of a URL for comparing, never for following.

    Without fragment (but for ``#!…`` and ``#/…``, which name pages) and tracking parameters. What is no
    http(s) URL comes back trimmed.
    """
    normal = absolute(url)
    if normal is None:
        return url.strip()
    if not _PARTS.search(normal) and normal.count("/") > _SLASHES_OF_ORIGIN:
        return normal
    parts = urlsplit(normal)
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    query = "&".join(
        field for field in parts.query.split("&") if field and not _TRACKING.fullmatch(field.split("=", 1)[0])
    )
    return urlunsplit(
        (parts.scheme, parts.netloc, _one_spelling(parts.path or "/"), _one_spelling(query), fragment)
    )


def _one_spelling(part: str) -> str:
    """Escapes of unreserved characters undone, all others in capitals (RFC 3986, 6.2.2)."""
    return _ESCAPE.sub(_one_escape, part)


def _one_escape(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def quote_path(path: str) -> str:
    """Percent-encode a relative path of ours for use in a link; ``/`` and brackets stay."""
    return path if _PLAIN_PATH.fullmatch(path) else quote(path, safe="/()", errors="surrogatepass")
