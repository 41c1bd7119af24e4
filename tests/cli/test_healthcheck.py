"""The exit code that a container's runtime acts on."""

from __future__ import annotations

import socket
import time

import pytest

from aggregator.app import healthcheck
from aggregator.config import ServerSettings
from tests.cli.conftest import CONFIGURATION, Site
from tests.cli.loopback import Server


def test_a_server_that_says_it_is_well_is_healthy(site: Site, server: Server) -> None:
    server.pages["/-/healthy"] = "ok: 3 sources, 0 failing\n"

    ran = site.run("healthcheck", f"{server.url}/-/healthy")

    assert ran.code == 0
    assert ran.out == f"healthy: {server.url}/-/healthy: ok: 3 sources, 0 failing\n"


def test_any_other_answer_is_not_healthy(site: Site, server: Server) -> None:
    ran = site.run("healthcheck", f"{server.url}/-/healthy")

    assert ran.code == 1
    assert (
        ran.out
        == f"not healthy: {server.url}/-/healthy: the server answered 404: there is nothing at this address\n"
    )


def test_without_a_url_the_configured_server_is_asked(site: Site, server: Server) -> None:
    port = server.url.rpartition(":")[2]
    site.configure(CONFIGURATION + f'server: {{listen: "0.0.0.0:{port}"}}\n')
    server.pages["/-/healthy"] = "ok"

    assert site.run("healthcheck").out == f"healthy: http://127.0.0.1:{port}/-/healthy: ok\n"


def test_nobody_there_is_not_healthy(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    ran = site.run("healthcheck", f"http://127.0.0.1:{port}/")

    assert ran.code == 1
    assert "refuses the connection" in ran.out


def test_no_configuration_is_needed_for_a_url(site: Site, server: Server) -> None:
    site.configure("sources: 7")
    server.pages["/-/healthy"] = "ok"

    assert site.run("healthcheck", f"{server.url}/-/healthy").code == 0
    assert site.run("healthcheck").code == 78


def test_what_is_no_address_is_a_mistake_of_usage(site: Site) -> None:
    ran = site.run("healthcheck", "ftp://example.org/")

    assert ran.code == 2
    assert "is no address" in ran.err


def test_a_password_is_not_shown(site: Site, server: Server) -> None:
    server.pages["/"] = "ok"

    ran = site.run("healthcheck", server.url.replace("//", "//user:secret@"))

    assert ran.out == f"healthy: {server.url}/: ok\n"


def test_an_answer_cannot_steer_the_terminal(site: Site, server: Server) -> None:
    server.pages["/"] = "ok \x1b[31m\x07red\nsecond line"

    assert site.run("healthcheck", server.url).out == f"healthy: {server.url}/: ok [31mred\n"


def test_quiet_says_nothing_of_what_is_well(site: Site, server: Server) -> None:
    server.pages["/"] = "ok"

    assert site.run("-q", "healthcheck", server.url).out == ""
    assert site.run("-q", "healthcheck", f"{server.url}/none").out.startswith("not healthy")


def test_a_server_that_keeps_silent_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        health = healthcheck.check(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.1)

    assert not health.well
    assert health.said == "no answer within 0.1s"
    assert time.monotonic() - began < 4


def test_the_guard_is_open_for_that_host_alone(site: Site, server: Server) -> None:
    with socket.create_server(("127.0.0.2", 0)) as elsewhere:
        target = f"http://127.0.0.2:{elsewhere.getsockname()[1]}/"
        server.redirects["/moved"] = target

        ran = site.run("healthcheck", f"{server.url}/moved")

    assert ran.code == 1
    assert "127.0.0.2 is a loopback address" in ran.out


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080/-/healthy"),  # noqa: S104 - nothing listens there
        ("::", "http://[::1]:8080/-/healthy"),
        ("localhost", "http://localhost:8080/-/healthy"),
        ("192.0.2.7", "http://192.0.2.7:8080/-/healthy"),
    ],
)
def test_an_address_of_everywhere_is_asked_on_loopback(host: str, url: str) -> None:
    assert healthcheck.own_url(ServerSettings(host=host, port=8080)) == url


def test_five_seconds_are_the_limit() -> None:
    assert healthcheck.SECONDS == 5.0
