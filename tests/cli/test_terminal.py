"""What a terminal shows, and what is never sent to one."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Site
from tests.cli.loopback import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND = (sys.executable, "-m", "aggregator")
CONTROLLED = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Has Ctrl-C on the terminal reach the command it becomes. Not by a fork of ours, which may have threads."""
PATIENCE = 60
"""Seconds without a word after which a command counts as stuck."""
QUESTION = b"]: "
"""How a question ends."""
CSI = "\x9b"
"""The one character that begins a command to a terminal."""


def on_terminal(root: Path, *arguments: str, typed: Sequence[str] = (), **environment: str) -> str:
    """Everything a command sends to the terminal it runs on; ``typed``: an answer to each question."""
    terminal, inner = os.openpty()
    given = _environment(root, {"TERM": "xterm", **environment})
    command = subprocess.Popen(
        [sys.executable, "-c", CONTROLLED, *COMMAND, *arguments],
        cwd=root,
        env=given,
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    sent, answers = b"", list(typed)
    while True:
        if not select.select([terminal], [], [], PATIENCE)[0]:
            command.kill()
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        sent += part
        if answers and sent.endswith(QUESTION):
            while not _waits(command.pid):
                pass
            os.write(terminal, answers.pop(0).encode())
    command.wait()
    os.close(terminal)
    return sent.decode()


def _waits(pid: int) -> bool:
    """Whether a process is asleep: what comes between a question and the wait for its answer is not heard."""
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "R"


def piped(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=root,
        env=_environment(root, environment),
        capture_output=True,
        check=False,
    )


def _environment(root: Path, more: dict[str, str]) -> dict[str, str]:
    hidden = ("NO_COLOR", "FORCE_COLOR", "AGGREGATOR", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    project = str(Path(__file__).parents[2])
    return kept | {"PYTHONPATH": project, "HOME": str(root)} | more


def test_a_terminal_gets_a_bar_over_the_sources_and_a_closing_table(site: Site) -> None:
    site.write_post()

    sent = on_terminal(site.root, "refresh")

    assert "1/1" in sent
    assert "sources, 1 posts" in sent
    (header,) = (line for line in sent.splitlines() if "updated" in line)
    (row,) = (line for line in sent.splitlines() if "first-read" in line)
    assert [word for word in ("source", "state", "new", "removed") if word not in header] == []
    assert "\x1b[32mfirst-read" in row


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours_gets_none(site: Site, environment: dict[str, str]) -> None:
    site.write_post()

    sent = on_terminal(site.root, "refresh", **environment)

    assert "first-read" in sent or "1 new" in sent
    assert "\x1b[3" not in sent
    assert "\x1b[1m" not in sent


def test_a_person_is_asked_which_of_several_feeds_is_meant(site: Site, server: Server) -> None:
    site.configure("fetch: {allow_private: [127.0.0.1], host_delay: 0s}\nsources:\n")
    links = (
        f'<link rel="alternate" type="application/rss+xml" href="/{name}.xml">' for name in ("feed", "other")
    )
    server.pages["/"] = f"<!DOCTYPE html><title>Home</title>{''.join(links)}"

    sent = on_terminal(site.root, "add", server.url, typed=("seven\n", "3\n", "2\n"))

    shown = sent.replace("\r", "")
    assert f"the page names 2 feeds:\n  1. {server.url}/feed.xml\n  2. {server.url}/other.xml\n" in shown
    assert shown.count("which [1]: ") == 3
    assert "added " in shown
    text = (site.root / "config" / "aggregator.yaml").read_text("utf-8")
    assert f'url: "{server.url}/other.xml"' in text


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="nobody tells when it waits for an answer")
@pytest.mark.parametrize(("typed", "asked"), [("\n", "/feed.xml"), ("\x03", None), ("\x04", None)])
def test_return_means_the_first_feed_and_an_interruption_none(
    site: Site, server: Server, typed: str, asked: str | None
) -> None:
    site.configure("fetch: {allow_private: [127.0.0.1], host_delay: 0s}\nsources:\n")
    links = (
        f'<link rel="alternate" type="application/rss+xml" href="/{name}.xml">' for name in ("feed", "other")
    )
    server.pages["/"] = f"<!DOCTYPE html><title>Home</title>{''.join(links)}"

    sent = on_terminal(site.root, "add", server.url, typed=(typed,))

    text = (site.root / "config" / "aggregator.yaml").read_text("utf-8")
    assert "Traceback" not in sent
    assert (
        (asked in text)
        if asked
        else text == "fetch: {allow_private: [127.0.0.1], host_delay: 0s}\nsources:\n"
    )


def test_a_dumb_terminal_gets_plain_lines(site: Site) -> None:
    site.write_post()

    assert "\x1b" not in on_terminal(site.root, "refresh", TERM="dumb")


def test_a_pipe_gets_colours_only_when_they_are_forced(site: Site) -> None:
    site.write_post()

    plain = piped(site.root, "refresh", "--dry-run").stdout
    forced = piped(site.root, "refresh", "--dry-run", FORCE_COLOR="1").stdout

    assert b"\x1b" not in plain
    assert b"\x1b[32mposts: 1 new" in forced


def test_what_fails_is_red_where_colours_are_forced(site: Site) -> None:
    (site.root / "seeds").rmdir()

    for arguments, environment in (((), {"FORCE_COLOR": "1"}), (("--color", "always"), {"NO_COLOR": "1"})):
        assert b"\x1b[31mposts: failed" in piped(site.root, *arguments, "refresh", **environment).stdout


def test_json_holds_nothing_that_a_terminal_would_obey(site: Site) -> None:
    site.write_post(f"2022-01-12-{CSI}31m\u202e.md", date="kaputt")
    site.run("refresh")

    ran = site.run("list", "sources", "--json")

    assert CSI not in ran.out
    assert "\u202e" not in ran.out
    assert CSI in ran.json["sources"][0]["problems"][0]["where"]


def test_a_terminal_that_lacks_letters_stops_nothing(site: Site) -> None:
    site.write_post(title="宏观")
    site.run("refresh")

    shown = piped(site.root, "list", "items", PYTHONIOENCODING="latin-1")
    data = piped(site.root, "list", "items", "--json", PYTHONIOENCODING="latin-1")

    assert shown.returncode == 0
    assert b"\\u5b8f\\u89c2" in shown.stdout
    assert b'"title": "\\u5b8f\\u89c2"' in data.stdout


def test_output_that_nobody_takes_is_no_failure_and_stops_no_work(site: Site) -> None:
    site.write_post()
    reading, writing = os.pipe()
    os.close(reading)

    ran = subprocess.run(
        [*COMMAND, "refresh"],
        cwd=site.root,
        env=_environment(site.root, {}),
        stdout=writing,
        stderr=writing,
        check=False,
    )
    os.close(writing)

    assert ran.returncode == 0
    assert "all.xml" in site.files()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
@pytest.mark.parametrize(
    "arguments",
    [("list", "items"), ("--help",), ("refresh", "--help"), ("--version",), ("completion", "bash")],
)
@pytest.mark.parametrize("environment", [{}, {"PYTHONUNBUFFERED": "1"}])
def test_output_that_cannot_be_written_is_told_in_words(
    site: Site, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    site.write_post()
    site.run("refresh")

    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*COMMAND, *arguments],
            cwd=site.root,
            env=_environment(site.root, environment),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert ran.returncode == 1
    assert ran.stderr.decode() == "aggregator: the output cannot be written: No space left on device\n"


INTERRUPTED = """
import signal, sys
from importlib.abc import MetaPathFinder

class Interruption(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == sys.argv[1]:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interruption())
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are begun without
from aggregator.__main__ import run
sys.argv = ["aggregator", "status"]
sys.exit(run())
"""
"""The command, with Ctrl-C at the moment at which a module of that name is loaded."""


@pytest.mark.parametrize("module", ["aggregator.cli", "click", "aggregator.app", "yaml"])
def test_ctrl_c_is_understood_while_the_program_is_still_being_loaded(site: Site, module: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.replace("sys.argv[1]", repr(module))],
        cwd=site.root,
        env=_environment(site.root, {}),
        capture_output=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout) == (130, b"")
    assert ran.stderr.decode().strip() in {"", "interrupted"}


def test_a_narrow_terminal_gets_lines_in_place_of_a_table(site: Site) -> None:
    site.write_post()

    sent = on_terminal(site.root, "refresh", COLUMNS="50")

    assert "posts: 1 new" in sent
    assert "first-read" not in sent
    assert "\u2026" not in sent


@pytest.mark.parametrize("group", ["list", "source", "item", "db"])
def test_what_a_command_of_a_group_does_is_said_whole(site: Site, group: str) -> None:
    assert "..." not in site.run(group, "--help").out.replace("[ARGS]...", "")
