from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import fields

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED: list[tuple[Callable[[str], str], str, str]] = [
    (fields.one_line, "  News ", "News"),
    (fields.source_id, "新华社 要闻", "新华社 要闻"),
    (fields.source_id, "a.b-c_d", "a.b-c_d"),
    (fields.regular_expression, r"^\[广告\]", r"^\[广告\]"),
    (fields.language, "zh-Hans-CN", "zh-Hans-CN"),
    (fields.language, "x-own", "x-own"),
    (fields.time_zone, "+08:00", "+08:00"),
    (fields.site_url, "HTTPS://Example.org", "https://example.org/"),
    (fields.site_url, "http://localhost:8080/news", "http://localhost:8080/news/"),
    (fields.listen, "localhost:0", "localhost:0"),
    (fields.listen, "[::1]:080", "[::1]:80"),
    (fields.host, "[::1]", "::1"),
    (fields.host, "RSSHub.LAN", "rsshub.lan"),
    (fields.host, "新闻.cn", "新闻.cn"),
    (fields.host, "my_host", "my_host"),
    (fields.network, "192.168.1.1", "192.168.1.1"),
    (fields.network, "fd00::/8", "fd00::/8"),
    (fields.proxy, "http://u:p@proxy.lan:3128/", "http://u:p@proxy.lan:3128/"),
    (fields.user_agent, "me/{version} (+{site_url})", "me/{version} (+{site_url})"),
    (fields.header_name, "X-Api-Key", "X-Api-Key"),
    (fields.header_value, " Bearer x ", "Bearer x"),
    (fields.location, "var/a b.db", "var/a b.db"),
]

REFUSED: list[tuple[Callable[[str], str], str, str]] = [
    (fields.one_line, " ", "must not be empty"),
    (fields.one_line, "a\nb", "must be one line"),
    (fields.source_id, "-x", "must be printable"),
    (fields.source_id, ".x", "must be printable"),
    (fields.source_id, "a/b", "must be printable"),
    (fields.source_id, "a\u202eb", "must be printable"),
    (fields.source_id, "x" * 101, "at most 100 characters"),
    (fields.regular_expression, "", "must not be empty"),
    (fields.regular_expression, "(", "is not a regular expression"),
    (fields.regular_expression, "a" * 5000, "longer than"),
    (fields.language, "chinese!", "must be a language tag"),
    (fields.language, "zh_CN", r"did you mean zh-CN\?"),
    (fields.language, "_", "must be a language tag"),
    (fields.time_zone, "Asia/Shanghia", r"did you mean Asia/Shanghai\?"),
    (fields.time_zone, "CST", "must be a time zone such as UTC, Asia/Shanghai or \\+08:00$"),
    (fields.time_zone, "../etc/passwd", "must be a time zone"),
    (fields.site_url, "ftp://example.org/", "must be an absolute URL"),
    (fields.site_url, "//example.org/", "must be an absolute URL"),
    (fields.site_url, "/news", "must be an absolute URL"),
    (fields.site_url, "https://", "must be an absolute URL"),
    (fields.site_url, "https://example.org:99999/", "must be an absolute URL"),
    (fields.site_url, "https://example.org/?a", "must have no user name, query or fragment"),
    (fields.site_url, "https://example.org/#a", "must have no user name, query or fragment"),
    (fields.site_url, "https://a:b@example.org/", "must have no user name, query or fragment"),
    (fields.listen, "8080", "must be HOST:PORT"),
    (fields.listen, ":8080", "must be HOST:PORT"),
    (fields.listen, "localhost", "must be HOST:PORT"),
    (fields.listen, "localhost:65536", "the port at most 65535"),
    (fields.listen, "::1:80", "an IPv6 address in brackets"),
    (fields.listen, "[x]:80", "an IPv6 address between the brackets"),
    (fields.listen, "300.1.1.1:80", "must be HOST:PORT"),
    (fields.host, "http://lan", "must be a host name or an address"),
    (fields.host, "lan:80", "must be a host name or an address"),
    (fields.host, "*.lan", "must be a host name or an address"),
    (fields.host, "10.0.0", "must be a host name or an address"),
    (fields.host, "", "must be a host name or an address"),
    (fields.network, "10.0.0.1/8", r"did you mean 10.0.0.0/8\?"),
    (fields.network, "lan/8", "must be a host, an address, or a network such as 10.0.0.0/8$"),
    (fields.proxy, "socks5://proxy:1080", "must be the URL of an HTTP proxy"),
    (fields.proxy, "proxy:3128", "must be the URL of an HTTP proxy"),
    (fields.proxy, "http://proxy:x", "must be the URL of an HTTP proxy"),
    (fields.proxy, "http://[x", "must be the URL of an HTTP proxy"),
    (fields.user_agent, "me/{verson}", "no other braces"),
    (fields.user_agent, "me\r\nX: y", "must be one line"),
    (fields.user_agent, "我", "must be ASCII"),
    (fields.header_name, "a b", "is not the name of an HTTP header"),
    (fields.header_name, "", "is not the name of an HTTP header"),
    (fields.location, "postgresql://x", "must be a path"),
]


@pytest.mark.parametrize(("check", "text", "value"), ACCEPTED)
def test_what_a_setting_may_hold_is_taken(check: Callable[[str], str], text: str, value: str) -> None:
    assert check(text) == value


@pytest.mark.parametrize(("check", "text", "problem"), REFUSED)
def test_what_it_may_not_hold_is_refused_in_plain_words(
    check: Callable[[str], str], text: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        check(text)


CHECKS = sorted({check for check, _, _ in ACCEPTED + REFUSED}, key=lambda check: check.__name__)


@given(st.sampled_from(CHECKS), st.text(max_size=30))
def test_any_text_is_taken_or_refused_and_what_is_taken_is_taken_again(
    check: Callable[[str], str], text: str
) -> None:
    value, told = text, "nothing"
    try:
        value = check(text)
    except ValueError as error:
        told = str(error)
    assert len(told.splitlines()) == 1
    assert told != "nothing" or check(value) == value


def test_one_value_may_stand_for_a_list_of_one() -> None:
    assert fields.listed("a") == ["a"]
    assert fields.listed(["a"]) == ["a"]
