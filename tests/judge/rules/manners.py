"""Manners: what a request says of the client, and what it must not say."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

from tests.judge.replies import Reply as _Reply
from tests.judge.replies import conditional, document, feed, redirect
from tests.judge.rule import Rule, Subscription
from tests.judge.rules.validators import not_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply


class _Manners(Rule):
    area = "manners"
    hosts = 2

    def answer(self, asked: Asked) -> Reply:
        """By way of a redirect every other time, as headers are easily lost or added on the way."""
        if asked.target == "/feed" and asked.number % 2:
            return redirect(302, self.url("/elsewhere", 1))
        return feed("One", f"Number {asked.number}")


class NoCookies(_Manners):
    """Cookies are not returned, to nobody."""

    source = "practice: a feed needs no session"
    broken_by = "returns cookies"

    def answer(self, asked: Asked) -> Reply:
        return super().answer(asked).with_(("Set-Cookie", "seen=1; Path=/; Max-Age=86400"))

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in seen.exchanges:
            if each.asked.has("Cookie"):
                yield f"{each.asked.target} was asked with Cookie: {each.asked.header('Cookie')}"


class NoReferrer(_Manners):
    """No Referer is sent, not after a redirect either."""

    source = "RFC 9110, 10.1.3"
    broken_by = "sends Referer"

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in seen.exchanges:
            if each.asked.has("Referer"):
                yield f"{each.asked.target} was asked with Referer: {each.asked.header('Referer')}"


class ANameAndAnAddress(_Manners):
    """Every request names the program, its version, and an address where its operator is found."""

    source = "RFC 9110, 10.1.5; practice"
    broken_by = "is anonymous"

    def verdict(self, seen: Seen) -> Iterator[str]:
        names = {each.asked.header("User-Agent") or "" for each in seen.exchanges}
        for name in names:
            if not re.match(r"[^\s/]+/\d", name) or not re.search(r"https?://|@", name):
                yield f"User-Agent: {name!r}"
        if len(names) > 1:
            yield f"goes by several names: {sorted(names)}"


class WantsAFeed(_Manners):
    """Accept says that feeds are wanted, and takes whatever comes."""

    source = "RFC 9110, 12.5.1"
    broken_by = "accepts everything alike"

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in seen.exchanges:
            accepted = (each.asked.header("Accept") or "").lower()
            if not re.search(r"application/(atom|rss|rdf)\+xml", accepted) or "*/*" not in accepted:
                yield f"{each.asked.target} was asked with Accept: {accepted!r}"


class Compressed(Rule):
    """Compression is offered, and a compressed answer understood."""

    area = "manners"
    source = "RFC 9110, 8.4 and 12.5.3"
    broken_by = "takes no compression"

    def answer(self, asked: Asked) -> Reply:
        if "gzip" not in (asked.header("Accept-Encoding") or ""):
            return feed()
        packed = gzip.compress(document("One"), mtime=0)
        headers = (
            ("Content-Type", "application/rss+xml"),
            ("Content-Encoding", "gzip"),
            ("Vary", "Accept-Encoding"),
        )
        return conditional(asked, _Reply(200, headers, packed), tag='"v1-gzip"')

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in self.main(seen):
            if "gzip" not in (each.asked.header("Accept-Encoding") or ""):
                yield f"came with Accept-Encoding: {each.asked.header('Accept-Encoding')!r}"
        # Whoever sends back its ETag has understood it.
        yield from not_sent(self.main(seen)[1:], '"v1-gzip"', None)


class GetAlone(_Manners):
    """Only GET is used: a HEAD before it is a request for nothing."""

    source = "RFC 9110, 9.3.1; practice"
    broken_by = "asks by HEAD before"

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in seen.exchanges:
            if each.asked.method != "GET":
                yield f"{each.asked.method} {each.asked.target}"


class AsWritten(Rule):
    """A URL is asked as it was written: its order, percent signs and blanks; only a fragment is not sent."""

    area = "manners"
    source = "RFC 3986, 6.2.2; RFC 9110, 7.1"
    broken_by = "rewrites URLs"
    target = "/feed/%E4%B8%AD/a%2Fb;c=1?z=2&a=1&a=0&empty=&q=%e4%bd%a0+x%20y&t=%7Eme"
    feeds = (Subscription(target + "#part"),)

    def answer(self, asked: Asked) -> Reply:
        del asked
        return feed()

    def polled(self, seen: Seen) -> int:
        return len(seen.exchanges)

    def verdict(self, seen: Seen) -> Iterator[str]:
        for wrong in sorted({each.asked.target for each in seen.exchanges} - {self.target}):
            yield f"asked for {wrong}, not {self.target}"


class HostOfTheUrl(_Manners):
    """Host is that of the URL asked, after a redirect as well, and the protocol is no older than HTTP/1.1."""

    source = "RFC 9110, 7.2; RFC 9112, 2.3"
    broken_by = "keeps Host through redirects"

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in seen.exchanges:
            due = f"{self.place.hosts[each.asked.host]}:{self.place.port}"
            if each.asked.header("Host") != due:
                yield f"{each.asked.target} at {due} was asked with Host: {each.asked.header('Host')!r}"
            if each.asked.version < "HTTP/1.1":
                yield f"{each.asked.target} was asked by {each.asked.version}"


class NoDetour(_Manners):
    """No request tells caches on the way to step aside."""

    source = "RFC 9111, 5.2.1.4 and 5.4"
    broken_by = "tells caches to step aside"

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in seen.exchanges:
            said = f"{each.asked.header('Cache-Control')} {each.asked.header('Pragma')}"
            if re.search(r"no-cache|no-store|max-age=0", said):
                yield f"{each.asked.target} was asked with Cache-Control and Pragma: {said}"
