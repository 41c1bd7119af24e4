"""The guard in earnest: a network namespace where servers answer on public-looking and internal addresses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import need
from tests.web.inside import PORT

ROOT = Path(__file__).parents[2]
CLOSED = "it is read only where fetch.allow_private opens it"
OPEN = ("0.0.0.0/0", "::/0")

PUBLIC = [
    "93.184.216.34",
    "1572395042",
    "0x5db8d822",
    "0135.0270.0330.042",
    "93.12113954",
    "９３．184．216．34",
    "93.184.216.34.",
    "[2606:2800::1]",
    "[::ffff:93.184.216.34]",
    "[64:ff9b::5db8:d822]",
    "public.example",
    "PUBLIC.example.",
    "public6.example",
    "both.example",
    "public64.example",
    "10.0.0.8@public.example",
]
INTERNAL = {
    # what stands in the URL: the address that the refusal names
    "10.0.0.8": "10.0.0.8",
    "192.168.1.1": "192.168.1.1",
    "172.16.0.1": "172.16.0.1",
    "100.64.0.1": "100.64.0.1",
    "127.0.0.1": "127.0.0.1",
    "127.8.8.8": "127.8.8.8",
    "0.0.0.0": "0.0.0.0",  # noqa: S104 - an address to refuse
    "169.254.169.254": "169.254.169.254",
    "168.63.129.16": "168.63.129.16",
    "198.18.0.1": "198.18.0.1",
    "203.0.113.1": "203.0.113.1",
    "240.0.0.1": "240.0.0.1",
    "224.0.0.1": "224.0.0.1",
    "255.255.255.255": "255.255.255.255",
    # spellings
    "167772168": "10.0.0.8",
    "2130706433": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "0x7F.0.0.0x1": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "017700000001": "127.0.0.1",
    "127.1": "127.0.0.1",
    "10.8": "10.0.0.8",
    "0": "0.0.0.0",  # noqa: S104 - an address to refuse
    "127.0.0.1.": "127.0.0.1",
    "１０．０．０．８": "10.0.0.8",
    "127。0。0。1": "127.0.0.1",
    # IPv6
    "[::1]": "::1",
    "[::]": "::",
    "[0:0:0:0:0:0:0:1]": "::1",
    "[fd00::8]": "fd00::8",
    "[fec0::1]": "fec0::1",
    "[fe80::1]": "fe80::1",
    "[2001:db8::1]": "2001:db8::1",
    "[::10.0.0.8]": "::a00:8",
    "[::ffff:10.0.0.8]": "10.0.0.8",
    "[::ffff:7f00:1]": "127.0.0.1",
    "[64:ff9b::a00:8]": "10.0.0.8",
    "[64:ff9b::127.0.0.1]": "127.0.0.1",
    "[64:ff9b:1::1]": "64:ff9b:1::1",
    "[2002:7f00:1::]": "127.0.0.1",
    "[2002:a00:8::1]": "10.0.0.8",
    "[2001:0:a00:8::1]": "10.0.0.8",
    "[2606:2800::5efe:a00:8]": "10.0.0.8",
    # names
    "localhost": "::1|127.0.0.1",
    "private.example": "10.0.0.8",
    "PRIVATE.example.": "10.0.0.8",
    "loopback.example": "127.0.0.1",
    "loopback6.example": "::1",
    "metadata.example": "169.254.169.254",
    "nat64.example": "10.0.0.8",
    "mixed.example": "10.0.0.8",
    "mixed6.example": "fd00::8",
    # what looks like another host
    "public.example@10.0.0.8": "10.0.0.8",
    "public.example:80@10.0.0.8": "10.0.0.8",
}
UNREACHABLE = {"0", "0.0.0.0", "224.0.0.1", "255.255.255.255", "[::]", "[fe80::1]"}  # noqa: S104 - addresses to refuse
OPENED = [
    ("10.0.0.8", "10.0.0.0/8"),
    ("10.0.0.8", "10.0.0.8"),
    ("2130706433", "127.0.0.1"),
    ("[::ffff:10.0.0.8]", "10.0.0.8"),
    ("[fd00::8]", "fd00::/8"),
    ("private.example", "private.example"),
    ("PRIVATE.example.", "private.example"),
    ("mixed.example", "mixed.example"),
    ("mixed.example", "10.0.0.8"),
    ("nat64.example", "10.0.0.0/8"),
]
NOT_OPENED = [
    ("10.0.0.8", "private.example"),
    ("loopback.example", "private.example"),
    ("[fd00::8]", "10.0.0.0/8"),
]
NAMES = {
    "missing.example": "there is no host missing.example: its name has no address",
    "failing.example": "the name of failing.example cannot be looked up now: no name server answers",
    "silent.example": "the name of silent.example cannot be looked up now: no name server answers",
}


def direct(host: str, path: str = "/") -> str:
    return f"http://{host}:{PORT}{path}"


def redirected(host: str) -> str:
    return direct("public.example", f"/to?{direct(host)}")


@dataclass
class Came:
    """What a question came to."""

    body: str | None = None
    error: str | None = None
    reached: int = 0


Questions = dict[tuple[str, tuple[str, ...]], Came]


def questions() -> list[tuple[str, tuple[str, ...]]]:
    hosts = [*PUBLIC, *INTERNAL]
    asked: list[tuple[str, tuple[str, ...]]] = [
        (url(host), ()) for host in hosts for url in (direct, redirected)
    ]
    asked += [(direct(host), OPEN) for host in INTERNAL]
    asked += [(direct(host), (entry,)) for host, entry in OPENED + NOT_OPENED]
    asked += [(direct(name), ()) for name in NAMES]
    asked += [(direct("rebind.example"), ()), (direct("rebind.example", "/again"), ())]
    asked += [(f"http://93.184.216.35:{PORT + 1}/", ()), ("http://8.8.8.8/", ())]
    return asked


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> Questions:
    """What all questions come to inside the namespace; it and its mounts go with the process."""
    programs = [need("unshare"), need("ip"), need("mount")]
    if os.geteuid() != 0:
        pytest.skip("a network namespace needs root")
    resolver = tmp_path_factory.mktemp("inside") / "resolv.conf"
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    script = f"mount --bind {resolver} /etc/resolv.conf && exec {sys.executable} -m tests.web.inside"
    command = [programs[0], "--net", "--mount", "sh", "-c", script]
    if subprocess.run([*command[:3], "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let even root make a network namespace")

    asked = questions()
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, cwd=ROOT, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return {question: Came(**answer) for question, answer in zip(asked, json.loads(done.stdout), strict=True)}


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_is_read_in_every_form(came: Questions, host: str) -> None:
    assert came[direct(host), ()] == Came(body="<rss/>", reached=1)
    assert came[redirected(host), ()] == Came(body="<rss/>", reached=2)


@pytest.mark.parametrize("host", INTERNAL)
def test_an_internal_address_is_refused_in_every_form(came: Questions, host: str) -> None:
    answer = came[direct(host), ()]

    assert answer.error is not None
    assert answer.reached == 0
    assert CLOSED in answer.error
    assert any(address in answer.error for address in INTERNAL[host].split("|"))


@pytest.mark.parametrize("host", INTERNAL)
def test_an_internal_address_is_refused_behind_a_redirect(came: Questions, host: str) -> None:
    answer = came[redirected(host), ()]

    assert answer.error is not None
    assert answer.reached == 1
    assert CLOSED in answer.error


@pytest.mark.parametrize("host", sorted(set(INTERNAL) - UNREACHABLE))
def test_without_the_guard_each_of_them_would_have_been_reached(came: Questions, host: str) -> None:
    assert came[direct(host), OPEN] == Came(body="<rss/>", reached=1)


@pytest.mark.parametrize(("host", "entry"), OPENED)
def test_the_setting_opens_what_it_names(came: Questions, host: str, entry: str) -> None:
    assert came[direct(host), (entry,)] == Came(body="<rss/>", reached=1)


@pytest.mark.parametrize(("host", "entry"), NOT_OPENED)
def test_the_setting_opens_nothing_else(came: Questions, host: str, entry: str) -> None:
    answer = came[direct(host), (entry,)]

    assert answer.error is not None
    assert CLOSED in answer.error
    assert answer.reached == 0


def test_a_name_that_turns_private_is_refused_from_then_on(came: Questions) -> None:
    first, second = (came[direct("rebind.example", path), ()] for path in ("/", "/again"))

    assert first.body == "<rss/>"
    assert second.error == f"rebind.example is 10.0.0.8, a private address: {CLOSED}"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_looked_up_is_told(came: Questions, name: str) -> None:
    assert came[direct(name), ()].error == NAMES[name]


def test_a_server_that_refuses_and_a_network_that_is_not_there_are_told(came: Questions) -> None:
    assert (
        came[f"http://93.184.216.35:{PORT + 1}/", ()].error
        == "93.184.216.35, port 8001, refuses the connection"
    )
    assert came["http://8.8.8.8/", ()].error == (
        "8.8.8.8, port 80, cannot be reached: there is no way to its network from here"
    )
