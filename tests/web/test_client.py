"""The client, against a server on loopback that does what servers do."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import tracemalloc
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from aggregator.errors import FetchError, HeldError
from aggregator.exchange import Request, Validators
from tests.web.server import (
    SETTINGS,
    Behaviour,
    FakeTime,
    Reply,
    Server,
    a_web,
    cut,
    forever,
    get,
    gone,
    redirect,
    reply,
    saying,
)

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
SHORTLY = replace(SETTINGS, timeout=0.2)
BODY = b"<rss/>" * 1000
OK = b"HTTP/1.1 200 OK\r\n"


def failure(answer: Reply, target: str = "/", **how: object) -> FetchError:
    with pytest.raises(FetchError) as failed:
        get(Server({target: answer}), target, **how)  # type: ignore[arg-type]
    assert "\n" not in str(failed.value)
    return failed.value


# ── what is asked and answered ────────────────────────────────────────────────────────────────────────────


def test_a_document_comes_with_all_that_belongs_to_it() -> None:
    server = Server(
        {"/feed?a=1": reply(BODY, "Content-Type: text/xml", 'ETag: W/"1"', "Last-Modified: Monday")}
    )

    (answer,) = get(server, "/feed?a=1")

    assert answer.status == 200
    assert answer.body == BODY
    assert answer.url == server.url("/feed?a=1")
    assert answer.raw_hash == hashlib.sha256(BODY).hexdigest()
    assert answer.validators == Validators('W/"1"', "Monday")
    assert answer.content_type == "text/xml"
    assert answer.headers["content-length"] == "6000"
    assert (answer.moved, answer.retry_after) == (None, None)


def test_a_request_says_who_asks_and_nothing_more() -> None:
    server = Server({"/": reply(BODY)})

    get(server)

    assert server.asked[0].headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "tests/1 (+https://example.org/)",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate, br, zstd",
    }


def test_validators_are_sent_byte_for_byte_and_a_304_is_an_answer() -> None:
    server = Server({"/": reply(status="304 Not Modified")})
    sent = Validators('W/"é,"', "Mon, 1 Jan 26 00:00:00 +0800")

    async def ask() -> None:
        async with server, a_web() as web:
            answer = await web.get(Request(url=server.url(), validators=sent))
            assert (answer.status, answer.body, answer.raw_hash) == (304, b"", "")
            assert answer.validators == sent

    asyncio.run(ask())

    assert server.asked[0].headers["if-none-match"] == 'W/"é,"'
    assert server.asked[0].headers["if-modified-since"] == "Mon, 1 Jan 26 00:00:00 +0800"


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("br", brotli.compress(BODY)),
        ("gzip, br", brotli.compress(gzip.compress(BODY, mtime=0))),
    ],
)
def test_a_packed_body_is_unpacked_and_the_hash_is_of_what_came(coding: str, packed: bytes) -> None:
    (answer,) = get(Server({"/": reply(packed, f"Content-Encoding: {coding}")}))

    assert answer.body == BODY
    assert answer.raw_hash == hashlib.sha256(packed).hexdigest()


SMALL, LARGE = BODY, b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(4096))


@pytest.mark.parametrize(("document", "unpacked"), [(SMALL, b""), (LARGE, LARGE)], ids=["small", "large"])
def test_what_is_known_is_not_unpacked_if_it_is_small_enough_to_wait_for_that(
    document: bytes, unpacked: bytes
) -> None:
    packed = gzip.compress(document, mtime=0)
    server = Server({"/": reply(packed, "Content-Encoding: gzip", "Content-Type: text/xml")})
    said: list[tuple[str, str | None, str]] = []

    def is_known(*about: str | None) -> bool:
        said.append(about)  # type: ignore[arg-type]
        return True

    async def ask() -> None:
        async with server, a_web() as web:
            answer = await web.get(Request(url=server.url(), is_known=is_known))
            assert answer.body == unpacked
            assert (answer.raw_hash, answer.received) == (hashlib.sha256(packed).hexdigest(), len(packed))
            asked = [(answer.raw_hash, "text/xml", server.url())]
            assert said == (asked if document is SMALL else [])

    asyncio.run(ask())


def test_a_body_may_come_in_chunks_or_until_the_end() -> None:
    server = Server(
        {
            "/chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "/end": b"HTTP/1.0 200 OK\r\n\r\nabcde",
            "/early": b"HTTP/1.1 103 Early Hints\r\n\r\n" + reply(b"abcde"),
        }
    )

    assert [answer.body for answer in get(server, "/chunks", "/end", "/early")] == [b"abcde"] * 3


@pytest.mark.parametrize(("status", "shown"), [("203 Non-Authoritative", 200), ("226 IM Used", 226)])
def test_other_answers_with_a_document_count(status: str, shown: int) -> None:
    (answer,) = get(Server({"/": reply(BODY, status=status)}))

    assert (answer.status, answer.body) == (shown, BODY)


def test_a_connection_is_used_again() -> None:
    server = Server({"/a": reply(BODY), "/b": redirect("/c"), "/c": reply(status="404 No")})

    get(server, "/a", "/a")
    with pytest.raises(FetchError):
        get(server, "/a", "/b")

    assert [asked.connection for asked in server.asked] == [1, 1, 2, 2, 2]


def test_cookies_are_not_kept() -> None:
    server = Server({"/": reply(BODY, "Set-Cookie: a=b; Path=/")})

    get(server, "/", "/")

    assert "cookie" not in server.asked[1].headers


def test_a_password_is_used_and_never_shown() -> None:
    server = Server({"/": reply(BODY), "/no": reply(status="401 Who?")})

    async def ask() -> None:
        async with server, a_web() as web:
            url = server.url().replace("//", "//alice:s3cret@")
            answer = await web.get(Request(url=url))
            assert answer.url == server.url()
            with pytest.raises(FetchError, match="does not accept the user name, password") as failed:
                await web.get(Request(url=f"{url}no"))
            assert "s3cret" not in str(failed.value)

    asyncio.run(ask())

    assert server.asked[0].headers["authorization"] == "Basic YWxpY2U6czNjcmV0"


# ── redirects ─────────────────────────────────────────────────────────────────────────────────────────────


def test_permanent_redirects_are_followed_and_told() -> None:
    server = Server({"/a": redirect("/b"), "/b": redirect("c", 308), "/c": reply(BODY)})

    (answer,) = get(server, "/a")

    assert (answer.url, answer.moved) == (server.url("/c"), server.url("/c"))


def test_a_temporary_redirect_moves_nothing() -> None:
    server = Server({"/a": redirect("/b"), "/b": redirect("/c", 302), "/c": reply(BODY)})

    (answer,) = get(server, "/a")

    assert (answer.url, answer.moved) == (server.url("/c"), None)


def test_secrets_do_not_follow_to_another_host() -> None:
    other = Server({"/": reply(status="401 Who?")}, host="127.0.0.2")

    async def ask() -> None:
        async with other, Server({"/": redirect(other.url(host="127.0.0.2"))}) as first, a_web() as web:
            request = Request(
                url=first.url().replace("//", "//alice:s3cret@"),
                headers=(("X-Key", "k"),),
                user_agent="secret",
            )
            with pytest.raises(FetchError) as failed:
                await web.get(request)
            assert str(failed.value) == (
                "127.0.0.2, where it redirects to, answered 401: it wants a user name and password, and those"
                " of the source are not sent to another host"
            )
            assert first.asked[0].headers["x-key"] == "k"

    asyncio.run(ask())

    assert set(other.asked[0].headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert other.asked[0].headers["user-agent"] == SETTINGS.user_agent


def test_a_circle_and_an_endless_path_are_told() -> None:
    server = Server({"/a": redirect("/b", 302), "/b": redirect("/a", 302)})
    endless = {f"/{hop}": redirect(f"/{hop + 1}", 302) for hop in range(50)}

    with pytest.raises(FetchError, match="in a circle"):
        get(server, "/a")
    with pytest.raises(FetchError, match="redirects more than 10 times"):
        get(Server(endless), "/0")


def test_the_deadline_is_one_for_all_hops() -> None:
    def later(to: str) -> Behaviour:
        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.12)
            writer.write(redirect(to, 302).replace(b"\r\n", b"\r\nConnection: close\r\n", 1))

        return answer

    with pytest.raises(FetchError, match=r"^the server: no answer within 0\.2s$"):
        get(Server({"/a": later("/b"), "/b": later("/c"), "/c": reply(BODY)}), "/a", settings=SHORTLY)


# ── failures ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("204 No", "204: it has no content to send"),
        ("206 Part", "206: it sends a part, though the whole was asked for"),
        ("300 Many", "300: it offers several documents and names none"),
        ("305 Proxy", "305 (Use Proxy), which is no answer to what was asked"),
        ("400 Bad", "400: it does not understand the request"),
        ("401 Who", "401: it wants a user name and password"),
        ("403 No", "403: it does not let us in"),
        ("404 No", "404: there is nothing at this address"),
        ("410 Gone", "410: gone, and for good"),
        ("418 Tea", "418 (I'm a Teapot)"),
        ("429 Slow", "429: we ask too often"),
        ("451 Law", "451: it may not show this here, for legal reasons"),
        ("500 Oh", "500 (Internal Server Error): it has trouble of its own"),
        ("503 Oh", "503 (Service Unavailable): it has trouble of its own"),
        ("522 Oh", "522: the site behind it does not answer"),
        ("499 Odd", "499"),
        ("599 Odd", "599: it has trouble of its own"),
        ("101 Switching", "101 (Switching Protocols), which is no answer to what was asked"),
    ],
)
def test_a_status_is_told_in_words(status: str, said: str) -> None:
    error = failure(b"HTTP/1.1 " + status.encode() + b"\r\nContent-Length: 0\r\nUpgrade: x\r\n\r\n")

    assert str(error) == f"the server answered {said}"
    assert error.status == int(status[:3])


@pytest.mark.parametrize(
    ("header", "body", "who"),
    [
        ("Server: cloudflare", b"", "Cloudflare"),
        ("CF-RAY: 1", b"", "Cloudflare"),
        ("X: y", b"<title>Attention Required! | Cloudflare</title>", "Cloudflare"),
        ("Server: AkamaiGHost", b"", "Akamai"),
        ("X-DataDome: protected", b"", "DataDome"),
        ("X: y", b"<script>var $_ts = 1</script>", "Ruishu (瑞数)"),
        ("Content-Encoding: gzip", gzip.compress(b"/cdn-cgi/challenge-platform/", mtime=0), "Cloudflare"),
    ],
)
def test_a_bot_wall_is_named(header: str, body: bytes, who: str) -> None:
    error = failure(reply(body, header, status="403 Forbidden"))

    assert str(error) == f"the server answered 403 to us and names {who}: probably a bot wall"


@pytest.mark.parametrize(
    "page",
    [
        reply(b"x" * 100_000, status="403 Forbidden"),
        saying(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 99\r\n\r\nx", then=gone),
        saying(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 99\r\nContent-Encoding: gzip\r\n\r\nx", then=gone),
        reply(b"x", "Content-Encoding: odd", status="403 Forbidden"),
    ],
)
def test_an_error_page_that_cannot_be_read_does_not_hide_the_status(page: Reply) -> None:
    assert str(failure(page)) == "the server answered 403: it does not let us in"


SILENT = {
    "nothing": forever,
    "half a status line": saying(b"HTTP/1.1 20"),
    "half the header": saying(OK + b"Content-"),
    "hints and hints": saying(*[b"HTTP/1.1 103 Early\r\n\r\n"] * 100),
}


@pytest.mark.parametrize("answer", SILENT.values(), ids=SILENT)
def test_silence_ends_at_the_deadline(answer: Behaviour) -> None:
    assert str(failure(answer, settings=SHORTLY)) == "no answer within 0.2s"


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


SLOW = {
    "a body that stops": saying(OK + b"Content-Length: 9\r\n\r\nabc"),
    "a body that drips": saying(OK + b"\r\n", then=drip),
    "a chunk that does not come": saying(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_body_that_does_not_end_does_at_the_deadline(answer: Behaviour) -> None:
    assert str(failure(answer, settings=SHORTLY)) == "still sending after 0.2s"


async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


@pytest.mark.parametrize(
    "answer",
    [
        saying(OK + b"\r\n", then=pour),
        saying(OK + b"Content-Length: 1048577\r\n\r\n"),
        reply(gzip.compress(b"\0" * (1 << 24), mtime=0), "Content-Encoding: gzip"),
        reply(b"\x1f\x8b" + b"x" * (1 << 20), "Content-Encoding: gzip"),
    ],
)
def test_what_is_too_large_is_not_read(answer: Reply) -> None:
    error = failure(answer, settings=replace(SETTINGS, max_bytes=1 << 20))

    assert str(error) == "the document is larger than 1 MiB, the most that is read (fetch.max_bytes)"


BROKEN: dict[str, tuple[Behaviour, str]] = {
    "closed": (gone, "the server closed the connection without an answer"),
    "reset": (cut, "the server closed the connection without an answer"),
    "shorter than it says": (
        saying(OK + b"Content-Length: 9\r\n\r\nabc", then=gone),
        "the answer breaks off: it is shorter than its Content-Length says",
    ),
    "cut in its chunks": (
        saying(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", then=gone),
        "the answer breaks off, or is not cut into chunks as it says",
    ),
    "packed and cut": (
        saying(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY, mtime=0)[:50], then=gone),
        "the body breaks off in the middle of its gzip data",
    ),
    "packed for its way": (
        saying(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        "the answer is packed for its way here, which was not asked for",
    ),
    "a long header": (
        saying(OK + b"X: " + b"x" * 100_000, then=forever),
        "the server sends a header that is too long",
    ),
    "https": (saying(b"\x15\x03\x01\x00\x02\x02\x0a"), "the server does not speak http there; is it https?"),
}


@pytest.mark.parametrize(("answer", "said"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_off_is_told(answer: Behaviour, said: str) -> None:
    assert str(failure(answer)) == said


GARBAGE = {
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
    "HTTP/0.9": b"<rss></rss>",
    "HTTP/9.9": b"HTTP/9.9 200 OK\r\n\r\n",
    "an impossible status": b"HTTP/1.1 99999 OK\r\n\r\n",
    "a flood of headers": OK + b"".join(b"X-%d: 1\r\n" % number for number in range(10_000)),
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length below nothing": OK + b"Content-Length: -1\r\n\r\nab",
    "no colon": OK + b"header\r\n\r\n",
    "a NUL": OK + b"X: a\0b\r\n\r\n",
    "no chunks": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab",
    "a flood of trailers": OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n" + b"X: y\r\n" * 10_000,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_http_is_told(garbage: bytes) -> None:
    assert str(failure(saying(garbage))).startswith("the server does not answer in HTTP that can be read (")


def test_a_port_where_nobody_listens_is_told() -> None:
    async def ask() -> str:
        async with Server({}) as server:
            pass
        async with a_web() as web:
            with pytest.raises(FetchError) as failed:
                await web.get(Request(url=server.url()))
        return str(failed.value).replace(str(server.port), "PORT")

    assert asyncio.run(ask()) == "127.0.0.1, port PORT, refuses the connection"


def test_a_name_that_can_be_none_is_told() -> None:
    name = ".".join(["a" * 63] * 5)

    async def ask() -> None:
        async with a_web() as web:
            await web.get(Request(url=f"http://{name}/"))

    with pytest.raises(FetchError, match=f"host {name}|name of {name}"):
        asyncio.run(ask())


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://0x7f.1:9/", "http://localhost:9/"])
def test_what_is_private_is_refused_and_says_how_to_open_it(url: str) -> None:
    async def ask() -> None:
        async with a_web(replace(SETTINGS, allow_private=())) as web:
            await web.get(Request(url=url))

    with pytest.raises(FetchError, match=r"a loopback address: it is read only where fetch\.allow_private"):
        asyncio.run(ask())


# ── pauses ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pause_that_is_asked_for_is_told_and_kept_for_the_whole_host() -> None:
    server = Server({"/a": reply(b"", "Retry-After: 120", status="429 Slow"), "/b": reply(BODY)})
    time = FakeTime()
    until = NOW + timedelta(seconds=120)

    async def ask() -> None:
        async with server, a_web(clock=lambda: NOW, time=time) as web:
            for target, said in (
                ("/a", "the server answered 429"),
                ("/b", "not asked: 127.0.0.1:[0-9]+ wants a"),
            ):
                with pytest.raises(
                    FetchError, match=f"^{said}.* pause until 2026-11-22 12:02:00 UTC$"
                ) as failed:
                    await web.get(Request(url=server.url(target)))
                assert failed.value.retry_after == until
            time.now += 120
            assert (await web.get(Request(url=server.url("/b")))).body == BODY

    asyncio.run(ask())

    assert [asked.target for asked in server.asked] == ["/a", "/b"]


def test_a_pause_is_handed_on_to_the_next_client() -> None:
    server = Server({"/a": reply(b"", "Retry-After: 120", status="503 Busy"), "/b": reply(BODY)})
    told: dict[str, datetime] = {}

    async def ask() -> None:
        async with server, a_web(clock=lambda: NOW, on_hold=told.__setitem__) as web:
            with pytest.raises(FetchError):
                await web.get(Request(url=server.url("/a")))
            key = f"127.0.0.1:{server.url('/').rsplit(':')[-1].rstrip('/')}"
            assert told == {key: NOW + timedelta(seconds=120)}
            async with a_web(clock=lambda: NOW, holds=told) as another:
                with pytest.raises(HeldError):
                    await another.get(Request(url=server.url("/b")))

    asyncio.run(ask())


@pytest.mark.parametrize("status", ["404 No", "500 Oh"])
def test_a_pause_counts_with_any_status_but_holds_only_its_own_source_back(status: str) -> None:
    server = Server({"/a": reply(b"", "Retry-After: 120", status=status), "/b": reply(BODY)})

    async def ask() -> None:
        async with server, a_web(clock=lambda: NOW) as web:
            with pytest.raises(FetchError) as failed:
                await web.get(Request(url=server.url("/a")))
            assert failed.value.retry_after == NOW + timedelta(seconds=120)
            await web.get(Request(url=server.url("/b")))

    asyncio.run(ask())


def test_a_pause_may_come_with_a_document() -> None:
    server = Server({"/": reply(BODY, "Retry-After: Sun, 22 Nov 2026 13:00:00 GMT")})

    (answer,) = get(server, clock=lambda: NOW)

    assert answer.retry_after == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            redirect("http://a.invalid/").replace(b"\r\n", b"\r\nRetry-After: 120\r\n", 1), id="no host"
        ),
        pytest.param(redirect("/").replace(b"\r\n", b"\r\nRetry-After: 120\r\n", 1), id="in a circle"),
        pytest.param(reply(BODY, "Retry-After: 120", length=len(BODY) + 9), id="breaks off"),
        pytest.param(reply(b"no gzip", "Retry-After: 120", "Content-Encoding: gzip"), id="damaged"),
    ],
)
def test_a_pause_counts_whatever_becomes_of_the_answer(answer: bytes) -> None:
    server = Server({"/": answer})

    with pytest.raises(FetchError) as failed:
        get(server, clock=lambda: NOW)

    assert failed.value.retry_after == NOW + timedelta(seconds=120)


def test_requests_to_one_host_are_apart() -> None:
    server = Server({"/": reply(BODY), "/old": redirect("/")})
    time = FakeTime()

    async def ask() -> None:
        async with server, a_web(replace(SETTINGS, host_delay=1.0), time=time) as web:
            await asyncio.gather(*(web.get(Request(url=server.url(target))) for target in ("/", "/", "/old")))

    asyncio.run(ask())

    assert time.slept == [1.0, 1.0, 1.0]
    assert server.connections == 1


def test_one_that_is_cancelled_leaves_nothing_behind() -> None:
    async def ask() -> None:
        asked = asyncio.Event()

        async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.set()
            await forever(reader, writer)

        async with Server({"/": wait, "/b": reply(BODY)}) as server, a_web() as web:
            task = asyncio.create_task(web.get(Request(url=server.url())))
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await web.get(Request(url=server.url("/b")))

    asyncio.run(ask())


def test_documents_that_do_not_fit_together_still_all_arrive() -> None:
    server = Server({f"/{number}": reply(b"x" * 500_000) for number in range(8)})
    settings = replace(SETTINGS, per_host=8, bytes_in_flight=1_000_000)

    async def ask() -> list[int]:
        async with server, a_web(settings) as web:
            answers = await asyncio.gather(
                *(web.get(Request(url=server.url(f"/{number}"))) for number in range(8))
            )
            return [len(answer.body) for answer in answers]

    assert asyncio.run(ask()) == [500_000] * 8


def test_a_kept_error_keeps_no_document_alive() -> None:
    bomb = reply(gzip.compress(b"\0" * (1 << 24), mtime=0), "Content-Encoding: gzip")
    errors: list[FetchError] = []

    async def ask() -> None:
        async with Server({"/": bomb, "/cut": cut}) as server, a_web() as web:
            for target in ("/", "/cut") * 3:
                try:
                    await web.get(Request(url=server.url(target)))
                except FetchError as error:
                    errors.append(error)

    tracemalloc.start()
    asyncio.run(ask())
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(errors) == 6
    assert held < 1 << 22


def test_a_connection_that_breaks_is_not_asked_again_behind_the_back_of_the_pause() -> None:
    async def break_off(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = Server({"/": break_off})

    with pytest.raises(FetchError):
        get(server)

    assert [asked.target for asked in server.asked] == ["/"]
