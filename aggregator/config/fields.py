"""What single settings may hold: the kinds of text in the configuration, each with its check. Pure.

A check takes text and gives the value or raises ValueError, whose message completes "this setting …".
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

from aggregator import dates, patterns, urls
from aggregator.config.suggest import closest

_LANGUAGE = re.compile(  # RFC 5646, 2.1
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z0-9]{2,8}",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?=.{1,253}$)[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)*\.?")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_PLACEHOLDER = re.compile(r"[{}]")
_MAX_PORT = 65_535
_ID_LENGTH = 100
_SHORTEST_ZONE = 5
"""Shorter ones are abbreviations, which mean different zones to different people."""


def one_line(value: str) -> str:
    """Text that is shown on one line."""
    value = value.strip()
    if not value:
        raise ValueError("must not be empty")
    if not value.isprintable() and any(character in value for character in "\n\r\t\x85\u2028\u2029"):
        raise ValueError("must be one line")
    return value


def source_id(value: str) -> str:
    """An id that can be typed on a command line and shown in a log."""
    value = one_line(value)
    if value[0] in "-." or not value.isprintable() or re.search(r"[/\\]", value):
        raise ValueError("must be printable, without slashes, and not begin with - or .")
    if len(value) > _ID_LENGTH:
        raise ValueError(f"must have at most {_ID_LENGTH} characters")
    return value


def regular_expression(value: str) -> str:
    """A pattern as :mod:`aggregator.patterns` understands it."""
    if not value:
        raise ValueError("must not be empty: it would match everything")
    if wrong := patterns.check(value):
        raise ValueError(f"is {wrong}" if wrong.startswith("not ") else wrong)
    return value


def language(value: str) -> str:
    """A language tag (BCP 47)."""
    if not _LANGUAGE.fullmatch(value):
        fixed = value.replace("_", "-")
        hint = f" (did you mean {fixed}?)" if fixed != value and _LANGUAGE.fullmatch(fixed) else ""
        raise ValueError(f"must be a language tag such as en, zh or zh-CN{hint}")
    return value


def time_zone(value: str) -> str:
    """A time zone that :func:`aggregator.dates.zone` knows."""
    try:
        dates.zone(value)
    except ValueError as error:
        near = closest(value, available_timezones()) if len(value) >= _SHORTEST_ZONE else None
        mean = f" (did you mean {near}?)" if near else ""
        raise ValueError(f"must be a time zone such as UTC, Asia/Shanghai or +08:00{mean}") from error
    return value


def site_url(value: str) -> str:
    """The address of the site, normalised, with a slash at its end."""
    if "?" in value or "#" in value or _userinfo(value):
        raise ValueError("must have no user name, query or fragment")
    url = urls.absolute(value)
    if url is None or not value.lower().startswith(("http://", "https://")):
        raise ValueError("must be an absolute URL such as https://example.org/news/")
    return url if url.endswith("/") else url + "/"


def _userinfo(value: str) -> bool:
    return "@" in value.partition("://")[2].partition("/")[0]


def listen(value: str) -> str:
    """``HOST:PORT``; an IPv6 address in brackets; port 0 is any that is free."""
    host, _, port = value.strip().rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > _MAX_PORT:
        raise ValueError("must be HOST:PORT such as 127.0.0.1:8080, the port at most 65535")
    if bare != host and not _is_address(bare):
        raise ValueError("must hold an IPv6 address between the brackets")
    if bare == host and (":" in host or not is_host(host)):
        raise ValueError("must be HOST:PORT such as 127.0.0.1:8080; an IPv6 address in brackets, [::1]:8080")
    return f"{host}:{int(port)}"


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def is_host(value: str) -> bool:
    """Whether it is a host name or an IPv4 address; a number with dots that is no address is neither."""
    if re.fullmatch(r"[0-9.]*", value):
        return _is_address(value)
    return bool(_HOST.fullmatch(value))


def host(value: str) -> str:
    """A host in lower case; an IPv6 address without brackets."""
    bare = value.strip().removeprefix("[").removesuffix("]").lower()
    if not _is_address(bare) and not is_host(bare):
        raise ValueError("must be a host name or an address, without scheme, port and path")
    return bare


def host_pattern(value: str) -> str:
    """A host, or ``*.`` and the name that hosts are below."""
    name = value.strip()
    if not name.startswith("*."):
        return host(name)
    if not is_host(name[2:].lower()):
        raise ValueError("must be a host name, an address, or a pattern such as *.example.com")
    return name.lower()


def network(value: str) -> str:
    """A host, an address, or a network."""
    if "/" not in value:
        return host(value)
    try:
        return str(ipaddress.ip_network(value.strip()))
    except ValueError as error:
        try:
            fixed = f" (did you mean {ipaddress.ip_network(value.strip(), strict=False)}?)"
        except ValueError:
            fixed = ""
        raise ValueError(f"must be a host, an address, or a network such as 10.0.0.0/8{fixed}") from error


def proxy(value: str) -> str:
    """The URL of an HTTP proxy; it may carry a user name and a password."""
    message = "must be the URL of an HTTP proxy such as http://proxy.example:3128"
    try:
        parts = urlsplit(one_line(value))
        port = parts.port
    except ValueError as error:
        raise ValueError(message) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ValueError(message)
    return value.strip()


def user_agent(value: str) -> str:
    """A User-Agent; ``{version}`` and ``{site_url}`` are filled in."""
    value = header_value(value)
    rest = value.replace("{version}", "").replace("{site_url}", "")
    if _PLACEHOLDER.search(rest):
        raise ValueError("may hold {version} and {site_url}, no other braces")
    if not value.isascii():
        raise ValueError("must be ASCII")
    return value


def header_name(value: str) -> str:
    """The name of an HTTP header."""
    if not _HEADER.fullmatch(value):
        raise ValueError("is not the name of an HTTP header")
    return value


def header_value(value: str) -> str:
    """The value of an HTTP header: one line."""
    return one_line(value)


def distinct(value: object) -> object:
    """A mapping in which no key is another one in other letters."""
    if isinstance(value, dict) and len({str(name).lower() for name in value}) < len(value):
        raise ValueError("names the same twice, in different letters")
    return value


def location(value: str) -> str:
    """A path of ours."""
    value = one_line(value)
    if "://" in value:
        raise ValueError("must be a path; a database server is not supported")
    return value


def listed(value: object) -> object:
    """One value where a list may stand is a list of one."""
    return [value] if isinstance(value, str) else value


Content = Literal["full", "summary", "none"]
Line = Annotated[str, AfterValidator(one_line), StringConstraints(max_length=500)]
SourceId = Annotated[str, AfterValidator(source_id)]
Pattern = Annotated[
    str, AfterValidator(regular_expression), WithJsonSchema({"type": "string", "format": "regex"})
]
Language = Annotated[str, AfterValidator(language)]
TimeZone = Annotated[str, AfterValidator(time_zone)]
SiteUrl = Annotated[str, AfterValidator(site_url), WithJsonSchema({"type": "string", "format": "uri"})]
Listen = Annotated[str, AfterValidator(listen)]
HostPattern = Annotated[str, AfterValidator(host_pattern)]
Network = Annotated[str, AfterValidator(network)]
Proxy = Annotated[str, AfterValidator(proxy)]
UserAgent = Annotated[str, AfterValidator(user_agent)]
HeaderName = Annotated[str, AfterValidator(header_name)]
HeaderValue = Annotated[str, AfterValidator(header_value)]
Headers = Annotated[dict[HeaderName, HeaderValue], BeforeValidator(distinct)]
Location = Annotated[str, AfterValidator(location)]
Lines = Annotated[list[Line], BeforeValidator(listed, json_schema_input_type=Line | list[Line])]


class Section(BaseModel):
    """A mapping that has these keys and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)
