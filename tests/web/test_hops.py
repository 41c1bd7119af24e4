"""Where a request goes, and what it says there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import FetchError
from aggregator.exchange import Request, Validators
from aggregator.web.hops import MAX_REDIRECTS, Proxy, Trip, credentials, place

ALICE = "Basic YWxpY2U6czNjcmV0"


def a_trip(url: str = "https://example.org/feed", **request: object) -> Trip:
    return Trip(Request(url=url, **request), "us/1")  # type: ignore[arg-type]


def to(trip: Trip, location: str | None, status: int = 301) -> Trip:
    trip.follow(status, location)
    return trip


# ── places ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "normal", "host"),
    [
        ("HTTP://Example.ORG", "http://example.org/", "example.org"),
        ("https://example.org:443/a?b#c", "https://example.org/a?b", "example.org"),
        ("https://example.org:8443/", "https://example.org:8443/", "example.org"),
        ("http://中国.example/路", "http://xn--fiqs8s.example/%E8%B7%AF", "xn--fiqs8s.example"),
        ("http://example.org./", "http://example.org./", "example.org"),
        ("http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1"),
        ("http://2130706433:81/", "http://127.0.0.1:81/", "127.0.0.1"),
        ("http://127.0.0.1./", "http://127.0.0.1/", "127.0.0.1"),
        ("http://127。0。0。1/", "http://127.0.0.1/", "127.0.0.1"),
        ("http://[::FFFF:7f00:1]:80/", "http://127.0.0.1/", "127.0.0.1"),
        ("http://[2606:2800::1]:81/x", "http://[2606:2800::1]:81/x", "2606:2800::1"),
    ],
)
def test_a_url_has_one_spelling(url: str, normal: str, host: str) -> None:
    found = place(url)

    assert found is not None
    assert (found.url, found.host) == (normal, host)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:x",
        "//",
        "http://",
        "http://a:99999/",
        "http://a b/",
        "x",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchError, match="no http or https URL that can be read"):
        a_trip(url)


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_an_error(text: str) -> None:
    for url in (text, f"http://{text}", f"http://example.org/{text}"):
        try:
            trip = a_trip(url)
        except FetchError:
            continue
        assert trip.place.url.isascii()
        assert place(trip.place.url) is not None


# ── secrets ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "bare", "told"),
    [
        ("https://example.org/a@b", "https://example.org/a@b", None),
        ("https://alice:s3cret@example.org/", "https://example.org/", ALICE),
        ("  HTTPS://alice:s3cret@example.org/", "HTTPS://example.org/", ALICE),
        ("https://alice:%733cret@example.org", "https://example.org", ALICE),
        ("https:\\\\alice:s3cret@example.org", "https:\\\\example.org", ALICE),
        ("//alice:s3cret@example.org", "//example.org", ALICE),
        ("https://a@b:c@d@example.org/", "https://example.org/", "Basic YUBiOmNAZA=="),
        ("https://用户:密码@example.org/", "https://example.org/", "Basic 55So5oi3OuWvhueggQ=="),
        ("https://token@example.org/", "https://example.org/", "Basic dG9rZW46"),
        ("https://@example.org/", "https://example.org/", None),
        ("https://:@example.org/", "https://example.org/", None),
        ("https://good.example\\@evil.example/", "https://good.example\\@evil.example/", None),
    ],
)
def test_user_name_and_password_are_taken_from_a_url(url: str, bare: str, told: str | None) -> None:
    assert credentials(url) == (bare, told)


def test_secrets_are_said_where_they_belong() -> None:
    trip = a_trip(
        "https://alice:s3cret@example.org/", headers=(("X-Key", "k"), ("Accept", "text/xml")), user_agent="me"
    )

    assert trip.headers() == {
        "user-agent": "me",
        "accept": "text/xml",
        "accept-encoding": "gzip, deflate, br, zstd",
        "authorization": ALICE,
        "x-key": "k",
    }


def test_secrets_follow_on_the_same_origin() -> None:
    trip = to(
        a_trip("https://alice:s3cret@example.org/", headers=(("X-Key", "k"),)), "https://EXAMPLE.org:443/b"
    )

    assert trip.headers()["authorization"] == ALICE
    assert trip.headers()["x-key"] == "k"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://other.example/",
        "https://sub.example.org/",
        "https://example.org:8443/",
        "http://example.org/",
        "https://bob:pw@other.example/",
    ],
)
def test_secrets_do_not_follow_to_another_origin_nor_come_back_with_it(elsewhere: str) -> None:
    secret = a_trip("https://alice:s3cret@example.org/a", headers=(("X-Key", "k"),), user_agent="me")
    plain = {"user-agent": "us/1", "accept": "*/*", "accept-encoding": "gzip, deflate, br, zstd"}

    assert to(secret, elsewhere).headers() == plain
    assert to(secret, "https://example.org/b").headers() == plain
    assert secret.withheld


def test_validators_are_told_to_the_url_that_gave_them_and_to_no_other() -> None:
    known = Validators('W/"a"', "yesterday")
    trip = a_trip(validators=known, validated="https://other.example/", deltas=True)

    first, second, third = (
        trip.headers(),
        to(trip, "https://other.example/").headers(),
        to(trip, "/c").headers(),
    )

    assert not {"if-none-match", "if-modified-since", "a-im"} & first.keys()
    assert (second["if-none-match"], second["if-modified-since"]) == ('W/"a"', "yesterday")
    assert second["a-im"] == "feed"
    assert not {"if-none-match", "if-modified-since", "a-im"} & third.keys()


def test_validators_of_nobody_knows_whom_are_told_to_what_is_asked_first() -> None:
    trip = a_trip(validators=Validators('W/"a"'))

    assert trip.headers()["if-none-match"] == 'W/"a"'
    assert "a-im" not in trip.headers()
    assert "if-none-match" not in to(trip, "https://other.example/").headers()


@pytest.mark.parametrize("value", ["", "a\r\nX: y", "\udce9", "\0"])
def test_a_validator_that_no_header_can_carry_is_not_sent(value: str) -> None:
    trip = a_trip(validators=Validators(value, "kept"))

    assert "if-none-match" not in trip.headers()
    assert trip.headers()["if-modified-since"] == "kept"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X Y", "a"),
        ("", "a"),
        ("X", "a\r\nHost: evil"),
        ("X:", "a"),
        ("X", "\0"),
        ("X", "\ud800"),
        ("Ключ", "a"),
    ],
)
def test_a_header_that_cannot_be_sent_is_an_error_without_its_value(name: str, value: str) -> None:
    with pytest.raises(FetchError, match="that is set for it cannot be sent") as failed:
        a_trip(headers=((name, value),))
    assert "evil" not in str(failed.value)


def test_a_user_agent_that_cannot_be_sent_is_an_error() -> None:
    with pytest.raises(FetchError, match="'User-Agent' that is set for it cannot be sent"):
        a_trip(user_agent="a\nb")


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "Connection", "Expect"])
def test_a_header_that_frames_the_request_is_an_error(name: str) -> None:
    with pytest.raises(FetchError, match="is part of how requests are sent"):
        a_trip(headers=((name, "a"),))


# ── redirects ─────────────────────────────────────────────────────────────────────────────────────────────


def test_only_permanent_redirects_move_a_source() -> None:
    assert a_trip().moved is None
    assert to(a_trip(), "/new").moved == "https://example.org/new"
    assert to(to(a_trip(), "/new", 308), "https://other.example/x#y").moved == "https://other.example/x"
    for temporary in (302, 303, 307):
        assert to(a_trip(), "/new", temporary).moved is None
        assert to(to(a_trip(), "/new"), "/newer", temporary).moved is None
        assert to(to(a_trip(), "/new", temporary), "/newer").moved is None


def test_the_place_moved_to_carries_no_secret() -> None:
    trip = to(a_trip("https://alice:s3cret@example.org/a"), "https://alice:s3cret@example.org/b")

    assert trip.moved == "https://example.org/b"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("b", "https://example.org/b"),
        ("?q", "https://example.org/feed?q"),
        ("//other.example/b", "https://other.example/b"),
        ("/a b", "https://example.org/a%20b"),
        ("/\udce9", "https://example.org/%E9"),
        ("/é", "https://example.org/%C3%A9"),
        ("\\b", "https://example.org/b"),
    ],
)
def test_a_location_is_read_as_browsers_do(location: str, url: str) -> None:
    assert to(a_trip(), location).place.url == url


def test_ten_redirects_are_followed_and_no_more() -> None:
    trip = a_trip()
    for hop in range(MAX_REDIRECTS):
        trip.follow(302, f"/{hop}")

    with pytest.raises(FetchError, match="redirects more than 10 times") as failed:
        trip.follow(302, "/one-more")
    assert failed.value.status == 302


def test_a_circle_is_told() -> None:
    with pytest.raises(FetchError, match=r"^the server redirects \(302\) in a circle$"):
        to(to(a_trip(), "/b", 302), "/feed", 302)


@pytest.mark.parametrize(
    "location", ["ftp://example.org/", "javascript:alert(1)", "http://", "http://a:b:c/"]
)
def test_a_redirect_to_what_is_no_web_address_is_an_error(location: str) -> None:
    with pytest.raises(FetchError, match=r"^the server redirects \(307\) to what is no http or https URL$"):
        to(a_trip(), location, 307)


def test_a_redirect_to_nowhere_is_an_error() -> None:
    with pytest.raises(FetchError, match="without saying where to"):
        to(a_trip(), None)


def test_who_answers_after_a_redirect_is_named() -> None:
    assert to(a_trip(), "/b").who == "the server"
    assert to(a_trip(), "https://other.example/").who == "other.example, where it redirects to,"


# ── proxies ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_proxy_keeps_its_password_apart() -> None:
    assert Proxy.of("http://alice:s3cret@proxy.lan:3128") == Proxy(
        "http://proxy.lan:3128/", "proxy.lan:3128", ALICE
    )
    assert Proxy.of(None) is None


def test_what_is_no_proxy_is_an_error_without_its_password() -> None:
    with pytest.raises(FetchError, match=r"^fetch\.proxy is no http or https URL$"):
        Proxy.of("socks5://alice:s3cret@proxy.lan")
