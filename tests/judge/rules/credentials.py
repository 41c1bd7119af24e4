"""Credentials: for the host they were given for, and nobody else (RFC 9110, 11 and 15.4)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, ClassVar

from tests.judge.replies import error, feed, redirect
from tests.judge.rule import Rule, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply

BASIC = "Basic " + base64.b64encode(b"reader:p@ss wort").decode()
BEARER = "Bearer judge-secret-7f3a"
KEY = "judge-key-91c4"


class _Credentials(Rule):
    area = "credentials"
    source = "RFC 9110, 11 and 15.4"
    broken_by = "sends no credentials"
    hosts = 2
    header: ClassVar[str] = "Authorization"
    value: ClassVar[str] = ""
    to: ClassVar[int] = 1
    """The host that its redirect leads to."""

    def answer(self, asked: Asked) -> Reply:
        if asked.host == 0 and asked.header(self.header) != self.value:
            return error(401, ("WWW-Authenticate", 'Basic realm="judge"'))
        return redirect(302, self.url("/elsewhere", self.to)) if asked.target == "/feed" else feed()

    def verdict(self, seen: Seen) -> Iterator[str]:
        for each in seen.exchanges:
            sent = each.asked.header(self.header)
            if each.asked.host == 0 and sent != self.value:
                yield f"{each.asked.target} of its own host was asked with {self.header}: {sent!r}"
            if each.asked.host != 0 and any(self.value in value for _, value in each.asked.headers):
                yield f"{self.header} was sent to another host"
        if not seen.of("/elsewhere"):
            yield "never got past its own host"


class BasicOfItsUrl(_Credentials):
    """Name and password of a URL are sent to its own host at once, and to no other one after a redirect."""

    source = "RFC 7617; RFC 9110, 15.4"
    broken_by = "sends credentials anywhere"
    feeds = (Subscription(userinfo="reader:p%40ss%20wort"),)
    value = BASIC


class BasicOnTheSameHost(_Credentials):
    """Name and password go along with a redirect on their own host."""

    source = "RFC 7617, 2.2"
    broken_by = "drops credentials at any redirect"
    feeds = (Subscription(userinfo="reader:p%40ss%20wort"),)
    value = BASIC
    to = 0


class Bearer(_Credentials):
    """A token of the configuration is sent to its own host, and not to another one after a redirect."""

    source = "RFC 6750, 2.1 and 5.3; RFC 9110, 15.4"
    broken_by = "sends credentials anywhere"
    feeds = (Subscription(headers={"Authorization": BEARER}),)
    value = BEARER
    needs = frozenset({"headers"})


class KeyInAHeader(_Credentials):
    """A key in a header of its own is sent to its own host, and not to another one after a redirect."""

    source = "RFC 9110, 15.4"
    broken_by = "sends credentials anywhere"
    feeds = (Subscription(headers={"X-Api-Key": KEY}),)
    header = "X-Api-Key"
    value = KEY
    needs = frozenset({"headers"})
