"""Encrypted connections, good and bad, and connections through a proxy."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import FetchError
from aggregator.exchange import Request
from tests.conftest import need
from tests.web.server import SETTINGS, Behaviour, Server, a_web, gone, redirect, reply

if TYPE_CHECKING:
    from pathlib import Path

BODY = b"<rss/>"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


@dataclass
class Authority:
    """One that vouches for servers, in a folder."""

    folder: Path
    openssl: str

    def run(self, *arguments: str) -> None:
        subprocess.run([self.openssl, *arguments], cwd=self.folder, check=True, capture_output=True)

    def found(self) -> Authority:
        self.run(
            "req",
            "-x509",
            *KEY,
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/CN=Authority",
            "-days",
            "2",
        )
        return self

    def vouches(self, name: str, whom: str, days: int = 2) -> ssl.SSLContext:
        alternative = f"subjectAltName={whom}"
        self.run(
            "req",
            *KEY,
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
            "-subj",
            "/CN=x",
            "-addext",
            alternative,
        )
        self.run(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", str(days)),
            *("-copy_extensions", "copy", "-out", f"{name}.pem"),
        )
        return self.server(name)

    def signs_itself(self, whom: str) -> ssl.SSLContext:
        alternative = f"subjectAltName={whom}"
        names = ("-keyout", "self.key", "-out", "self.pem", "-subj", "/CN=x")
        self.run("req", "-x509", *KEY, *names, "-addext", alternative)
        return self.server("self")

    def server(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), need("openssl")).found()


def ask(server: Server, client: ssl.SSLContext | None, url: str | None = None) -> bytes:
    async def run() -> bytes:
        async with server, a_web(tls=client) as web:
            return (await web.get(Request(url=url or server.url()))).body

    return asyncio.run(run())


def refused(server: Server, client: ssl.SSLContext | None, url: str | None = None) -> str:
    with pytest.raises(FetchError) as failed:
        ask(server, client, url)
    return str(failed.value)


def test_a_server_that_is_vouched_for_is_read(authority: Authority) -> None:
    server = Server({"/": reply(BODY)}, tls=authority.vouches("good", "IP:127.0.0.1"))

    assert ask(server, authority.trusted()) == BODY


@pytest.mark.parametrize(
    ("whom", "days", "said"),
    [
        ("IP:127.0.0.1", -1, "has expired"),
        ("IP:127.0.0.2", 2, "is for another address"),
        ("DNS:other.example", 2, "is for another address"),
    ],
)
def test_a_certificate_that_does_not_hold_says_why(
    authority: Authority, whom: str, days: int, said: str
) -> None:
    server = Server({"/": reply(BODY)}, tls=authority.vouches("bad", whom, days))

    assert refused(server, authority.trusted()) == f"the certificate of 127.0.0.1 {said}"
    assert server.asked == []


def test_a_certificate_for_another_name_says_so(authority: Authority) -> None:
    server = Server({"/": reply(BODY)}, tls=authority.vouches("other", "DNS:other.example"))

    async def run() -> str:
        async with (
            server,
            a_web(replace(SETTINGS, allow_private=("localhost",)), tls=authority.trusted()) as web,
        ):
            with pytest.raises(FetchError) as failed:
                await web.get(Request(url=server.url(host="localhost")))
            return str(failed.value)

    assert asyncio.run(run()) == "the certificate of localhost is for another host"


def test_a_certificate_of_its_own_is_not_trusted(authority: Authority) -> None:
    server = Server({"/": reply(BODY)}, tls=authority.signs_itself("IP:127.0.0.1"))

    assert refused(server, authority.trusted()) == "the certificate of 127.0.0.1 is self-signed"


def test_an_unknown_authority_is_not_trusted(authority: Authority) -> None:
    server = Server({"/": reply(BODY)}, tls=authority.vouches("good", "IP:127.0.0.1"))

    said = refused(server, None)  # whom the program trusts by itself

    assert said.startswith("the certificate of 127.0.0.1 comes from an authority that is not trusted here")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "127.0.0.1 does not speak https there; is it http?"),
        (
            b"\x15\x03\x03\x00\x02\x02\x28",
            "alert handshake failure",
        ),
        (b"", "no encrypted connection to 127.0.0.1 comes about: it cuts the connection"),
    ],
)
def test_a_server_that_does_not_agree_on_encryption_is_told(sent: bytes, said: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(sent)
        writer.close()

    async def run() -> str:
        listening = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        async with listening, a_web(tls=ssl.create_default_context()) as web:
            with pytest.raises(FetchError) as failed:
                await web.get(Request(url=f"https://127.0.0.1:{port}/"))
            return str(failed.value)

    assert said in asyncio.run(run())


def test_http_where_https_is_spoken_is_told(authority: Authority) -> None:
    server = Server({"/": reply(BODY)}, tls=authority.vouches("good", "IP:127.0.0.1"))

    async def run() -> str:
        async with server, a_web() as web:
            with pytest.raises(FetchError) as failed:
                await web.get(Request(url=server.url().replace("https", "http")))
            return str(failed.value)

    assert asyncio.run(run()) in (
        "the server does not speak http there; is it https?",
        "the server closed the connection without an answer",
    )


def test_a_version_that_is_too_old_is_told(authority: Authority) -> None:
    server = Server({"/": reply(BODY)}, tls=authority.vouches("good", "IP:127.0.0.1"))
    client = authority.trusted()
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    assert server.tls
    server.tls.maximum_version = ssl.TLSVersion.TLSv1_2

    assert (
        refused(server, client) == "no encrypted connection to 127.0.0.1 comes about: it cuts the connection"
    )


def test_secrets_do_not_follow_from_https_to_http(authority: Authority) -> None:
    plain = Server({"/": reply(BODY)})

    async def run() -> None:
        async with plain:
            secure = Server({"/": redirect(plain.url())}, tls=authority.vouches("good", "IP:127.0.0.1"))
            async with secure, a_web(tls=authority.trusted()) as web:
                url = secure.url().replace("//", "//alice:s3cret@")
                answer = await web.get(Request(url=url))
                assert answer.moved == plain.url()
                assert "authorization" in secure.asked[0].headers

    asyncio.run(run())

    assert "authorization" not in plain.asked[0].headers


# ── proxies ───────────────────────────────────────────────────────────────────────────────────────────────


def through(proxy: Server, url: str, tls: ssl.SSLContext | None = None) -> bytes:
    """Ask through a proxy that the guard would not let pass, with a password."""

    async def run() -> bytes:
        async with proxy:
            settings = replace(SETTINGS, allow_private=(), proxy=proxy.url().replace("//", "//alice:s3cret@"))
            async with a_web(settings, tls=tls) as web:
                return (await web.get(Request(url=url))).body

    return asyncio.run(run())


def stopped(proxy: Server, url: str, tls: ssl.SSLContext | None = None) -> str:
    with pytest.raises(FetchError) as failed:
        through(proxy, url, tls)
    return str(failed.value).replace(str(proxy.port), "PORT")


def test_a_proxy_is_asked_for_http_with_its_password() -> None:
    proxy = Server({"http://news.invalid/feed": reply(BODY)})

    assert through(proxy, "http://news.invalid/feed") == BODY
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic YWxpY2U6czNjcmV0"


def tunnel(context: ssl.SSLContext) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await writer.drain()
        await writer.start_tls(context)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"proxy-authorization" not in head.lower()
        writer.write(reply(BODY))
        await writer.drain()
        await reader.read()

    return behave


def test_a_proxy_is_asked_for_a_tunnel_for_https(authority: Authority) -> None:
    context = authority.vouches("news", "DNS:news.invalid")
    proxy = Server({"news.invalid:443": tunnel(context)})

    assert through(proxy, "https://news.invalid/feed", authority.trusted()) == BODY
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic YWxpY2U6czNjcmV0"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("407 Who", "the proxy 127.0.0.1:PORT answered 407: it wants a user name and password"),
        (
            "502 Oh",
            "the proxy 127.0.0.1:PORT answered 502 (Bad Gateway): it has trouble of its own when asked to",
        ),
    ],
)
def test_what_a_proxy_refuses_is_told_without_its_password(
    authority: Authority, status: str, said: str
) -> None:
    proxy = Server({"news.invalid:443": reply(status=status)})

    assert stopped(proxy, "https://news.invalid/", authority.trusted()).startswith(said)


def test_a_proxy_that_hangs_up_is_told(authority: Authority) -> None:
    assert stopped(Server({"news.invalid:443": gone}), "https://news.invalid/", authority.trusted())


def test_a_proxy_that_is_not_there_is_told() -> None:
    async def run() -> str:
        async with Server({}) as proxy:
            pass
        async with a_web(replace(SETTINGS, proxy=proxy.url())) as web:
            with pytest.raises(FetchError) as failed:
                await web.get(Request(url="http://news.invalid/"))
            return str(failed.value).replace(str(proxy.port), "PORT")

    assert asyncio.run(run()) == "the proxy 127.0.0.1:PORT refuses the connection"
