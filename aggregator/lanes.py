"""Which hosts share one queue, and one pause that their server asked for. Pure."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_WILD = "*."
_PORTS = {"http": 80, "https": 443}


class HostRule(NamedTuple):
    """How a host is treated: connections at once, and the pause between two requests in seconds.

    Hosts of one ``group`` share their queue and whatever pause one of them asks for.
    """

    connections: int
    delay: float
    group: str | None = None


USUAL = HostRule(1, 1.0)


class Lane(NamedTuple):
    """A queue: what it is called, and its rule."""

    key: str
    rule: HostRule


class Lanes:
    """Finds the lane of a host.

    A rule for ``*.example.com`` is for every host below it, which are a group where it names none. The
    rule of a host itself comes before that, and a longer pattern before a shorter.
    """

    def __init__(self, usual: HostRule = USUAL, rules: Mapping[str, HostRule] = MappingProxyType({})) -> None:
        self._usual, self._rules = usual, rules

    def lane(self, host: str) -> Lane:
        """The lane of a host, named in lower case."""
        if (own := self._rules.get(host)) is not None:
            return Lane(own.group or host, own)
        _, dot, parent = host.partition(".")
        while dot:
            if (shared := self._rules.get(_WILD + parent)) is not None:
                return Lane(shared.group or _WILD + parent, shared)
            _, dot, parent = parent.partition(".")
        return Lane(host, self._usual)

    def hold_key(self, scheme: str, host: str, port: int) -> str:
        """What a pause holds that a server there asks for: the group, else the host and an unusual port.

        Behind another port of one host answers another server, whose pause that is not.
        """
        key = self.lane(host).key
        return key if key != host or port in _PORTS.values() else f"{host}:{port}"

    def hold_key_of(self, url: str) -> str | None:
        """The same, of an absolute http(s) URL; None: it is none."""
        host = host_of(url)
        if host is None:
            return None
        parts = urlsplit(url)
        return self.hold_key(parts.scheme, host, parts.port or _PORTS[parts.scheme])


@lru_cache(maxsize=4096)
def host_of(url: str) -> str | None:
    """The host of an absolute http(s) URL, in lower case; None: it is none."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removesuffix(".") if parts.port or _PORTS[parts.scheme] else None
    except (ValueError, KeyError):
        return None
