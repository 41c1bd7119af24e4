from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.config.show import show
from tests.config.adapters import ADAPTERS

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder

TEXT = """\
site: {title: "${NAME}", author: }
fetch:
  proxy: http://me:hush@proxy.lan:3128
  allow_private: [127.0.0.1, lan]
  hosts: {a.lan: {per_host: 2}, b.lan: {}}
schedule:
  interval: 90m
categories: [on, {slug: macro, include: {tags: []}}]
sources:
  - {type: web, url: "https://example.org/${TOKEN}", headers: {X-A: hush}}
  - {id: posts, type: folder, path: [seeds, "${TOKEN}", null], category: ~}
"""


def test_every_value_is_shown_with_where_it_came_from_and_no_secret_is(site: SiteFolder) -> None:
    site.file.write_text(TEXT.replace(", null]", "]"))
    environ = {
        "NAME": "hush",
        "TOKEN": "hush",
        "AGGREGATOR__OUTPUT__DIR": "/srv/feeds",
        "AGGREGATOR__STORE": "",
    }

    shown = show(site.file, ADAPTERS, environ, {"server.listen": "[::1]:80"})

    lines = {key: (value, origin.removeprefix(str(site.file))) for key, value, origin in shown}
    assert "hush" not in str(lines)
    assert lines["site.title"] == ("***", ":1")
    assert lines["site.author"] == ("null", ":1")
    assert lines["site.language"] == ("en", "default")
    assert lines["store"] == ("var/aggregator.db", "environment AGGREGATOR__STORE")
    assert lines["output.dir"] == ("/srv/feeds", "environment AGGREGATOR__OUTPUT__DIR")
    assert lines["output.window"] == ("48h", "default")
    assert lines["output.formats"] == ("[atom, json]", "default")
    assert lines["output.pages"] == ("true", "default")
    assert lines["fetch.proxy"] == ("***", ":3")
    assert lines["fetch.allow_private"] == ("[127.0.0.1, lan]", ":4")
    assert lines["fetch.hosts.a.lan.per_host"] == ("2", ":5")
    assert lines["fetch.hosts.b.lan"] == ("{}", ":5")
    assert lines["fetch.max_bytes"] == ("8MiB", "default")
    assert lines["schedule.interval"] == ("90m", ":7")
    assert lines["schedule.jitter"] == ("10%", "default")
    assert lines["categories[0]"] == ("on", ":8")
    assert lines["categories[1].include.tags"] == ("[]", ":8")
    assert lines["server.listen"] == ('"[::1]:80"', "command line")
    assert lines["sources[0].id"][1] == "made from its location"
    assert lines["sources[0].url"] == ("***", ":10")
    assert lines["sources[0].headers.X-A"] == ("***", ":10")
    assert lines["sources[1].id"] == ("posts", ":11")
    assert lines["sources[1].path"] == ("[seeds, ***]", ":11")
    assert lines["sources[1].category"] == ("null", ":11")


def test_the_url_of_a_private_source_is_not_shown(site: SiteFolder) -> None:
    site.file.write_text(
        "sources: [{id: own, type: web, url: 'https://example.org/?token=hush', private: true}]"
    )

    lines = {key: value for key, value, _ in show(site.file, ADAPTERS, {})}

    assert (lines["sources[0].url"], lines["sources[0].private"]) == ("***", "true")


def test_a_whole_section_may_be_left_empty(site: SiteFolder) -> None:
    site.file.write_text("output:\nsources: [{type: folder, path: x}]")

    lines = {key: (value, origin) for key, value, origin in show(site.file, ADAPTERS, {})}

    assert lines["output.entries"] == ("50", "default")
