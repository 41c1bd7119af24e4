"""Passwords, tokens and keys are used, and told nobody: no stream, no log, no output, no other server."""

from __future__ import annotations

import json

import pytest

from aggregator.app import App
from aggregator.app.serving import Serving
from tests.cli.conftest import Site
from tests.cli.loopback import RSS, Server

PASSWORD, TOKEN, KEY, PROXY, LISTED = (
    "hunter2pass",
    "hunter2token",
    "hunter2key",
    "hunter2proxy",
    "hunter2list",
)
SECRETS = (PASSWORD, TOKEN, KEY, PROXY, LISTED, "hunter2")
ENTRY = (
    "<entry><id>urn:x:1</id><title>1</title><link href='x'/><updated>2026-01-01T00:00:00Z</updated></entry>"
)


@pytest.fixture
def secretive(site: Site, server: Server, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site that is told secrets in every way there is, of sources that go well and wrong in every way."""
    monkeypatch.setenv("KEY", KEY)
    monkeypatch.setenv("TOKEN", TOKEN)
    at = server.url.replace("://", f"://me:{PASSWORD}@")
    server.pages["/self.xml"] = (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><id>{at}/self.xml</id><title>Self</title>"
        f"<link rel='self' href='{at}/self.xml?key={KEY}'/>{ENTRY}</feed>"
    )
    server.pages["/page"] = "<html><link rel=alternate type='application/rss+xml' href='/feed.xml'></html>"
    server.pages["/broken"] = RSS[:200]
    server.pages[f"/keyed?key={KEY}"] = RSS
    server.pages["/list.opml"] = (
        f"<opml version='2.0'><body><outline xmlUrl='{server.url.replace('://', f'://me:{LISTED}@')}/feed.xml'/>"
        "</body></opml>"
    )
    server.redirects[f"/moved?key={KEY}"] = "/gone"
    server.redirects["/away"] = f"http://127.0.0.1:9/away?key={KEY}"
    server.redirects["/round"] = f"/round?key={KEY}"
    server.redirects[f"/round?key={KEY}"] = "/round"
    server.gone.add("/gone")
    server.retry_after["/later"] = "60"
    paths = (
        "feed.xml", "self.xml", "page", "broken", "keyed?key=${KEY}", "moved?key=${KEY}", "away", "round",
        "later", "nothing", "gone",
    )  # fmt: skip
    sources: list[dict[str, object]] = [
        {"id": f"s{number}", "type": "feed", "url": f"{at}/{path}", "headers": {"X-Token": "${TOKEN}"}}
        for number, path in enumerate(paths)
    ]
    proxy = server.url.replace("://", f"://me:{PROXY}@")
    sources += [
        {"id": "proxied", "type": "feed", "url": "http://x.example/a", "proxy": proxy},
        {"id": "closed", "type": "feed", "url": f"http://me:{PASSWORD}@127.0.0.1:9/?key=${{KEY}}"},
        {"id": "unknown", "type": "feed", "url": f"http://me:{PASSWORD}@nowhere.invalid/?key=${{KEY}}"},
        {"id": "list", "type": "opml", "url": f"{at}/list.opml", "headers": {"X-Token": "${TOKEN}"}},
        {"id": "nolist", "type": "opml", "url": f"{at}/page?key=${{KEY}}"},
    ]
    site.configure(
        json.dumps(
            {
                "site": {"url": "https://feeds.example/"},
                "fetch": {
                    "allow_private": ["127.0.0.1"],
                    "hosts": {"127.0.0.1": {"host_delay": "0s"}},
                    "timeout": "2s",
                },
                "output": {"item_pages": True},
                "sources": sources,
            }
        )
    )
    return site


def leaks(told: str | bytes) -> list[str]:
    text = told if isinstance(told, str) else told.decode("utf-8", "replace")
    return [secret for secret in SECRETS if secret in text]


def test_no_secret_is_printed_logged_or_written(secretive: Site) -> None:
    first = secretive.run("-vv", "refresh")
    names = [f"s{number}" for number in range(11)] + ["proxied", "closed", "unknown", "list", "nolist"]
    told = {
        "refresh": first.out + first.err,
        **{
            command: (ran := secretive.run(*command.split())).out + ran.err
            for command in (
                "-vv --log-format json refresh --force",
                "status",
                "status --json",
                "list sources",
                "list sources --json",
                "list categories --json",
                "list items --json",
                "validate --show",
                "doctor --json",
                "export-opml",
                "generate --all",
                "db check",
                *(f"source show {name}" for name in names),
                "doctor",
                *(f"refresh {name} -vv" for name in names),
            )
        },
    }

    assert "s0" in first.out
    assert {command: found for command, said in told.items() if (found := leaks(said))} == {}
    assert "s0" in told["status"]
    written = secretive.files()
    assert len(written) > 10
    assert {path: found for path, body in written.items() if (found := leaks(body))} == {}


def test_no_secret_is_in_what_monitors_see(secretive: Site) -> None:
    secretive.run("refresh")
    environment = {"KEY": KEY, "TOKEN": TOKEN}
    serving = Serving(App.open(secretive.root / "config" / "aggregator.yaml", environment, {}))
    serving.look()

    metrics = serving.metrics()

    assert 'state="ok"' in metrics
    assert leaks(metrics) == []
    assert leaks(serving.healthy()[1]) == []


def test_the_secrets_were_used(secretive: Site, server: Server) -> None:
    secretive.run("refresh")

    assert f"/keyed?key={KEY}" in server.asked
